"""Stable Audio Open as a model that ZeroSep can separate with: a DiT, stereo at 44.1 kHz.

papers/001 names it as the way to spatial sound, and leaves it open. It was taught with sounds of
any length, followed by silence up to the length of its window and described by their length in
seconds, so that is how it hears them here.

Letters in shapes: c channels, n samples, z channels and t frames of the latent.
"""

from dataclasses import dataclass

import torch
from diffusers.models.embeddings import get_1d_rotary_pos_embed
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network
from core.separation.zerosep_ladder import ContinuousSchedule
from core.separation.zerosep_model import Part, SoundForm, Words

LONGEST_S = 30.0
"""Heard at a time at most. Its window of 47 s would have more of a mix in memory at once."""

PEAK = 0.9
"""Near full scale, as finished recordings are."""

N_AFTER = 8
"""Frames decoded beyond the end, so that the last sample hears what comes after it."""

_LOWEST_HZ = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class StableAudio:
    """Stable Audio (Evans et al. 2024) from a folder in the layout of `diffusers`.

    Attributes:
        pipeline: a `StableAudioPipeline`: its networks, and the way of the words.
        schedule: of its noise.
    """

    pipeline: Part
    schedule: ContinuousSchedule

    @property
    def form(self) -> SoundForm:
        config = self.pipeline.vae.config
        rate_hz = int(config["sampling_rate"])
        longest_s = min(LONGEST_S, self._n_frames * self.pipeline.vae.hop_length / rate_hz)
        return SoundForm(
            sample_rate_hz=rate_hz,
            n_channels=int(config["audio_channels"]),
            longest_s=longest_s,
            shortest_s=longest_s,  # silence fills up whatever is shorter
            band_hz=(_LOWEST_HZ, 0.45 * rate_hz),
            peak=PEAK,
        )

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        held = (part for part in self.pipeline.components.values() if isinstance(part, nn.Module))
        return tuple(held)

    def ladder(self, n_steps: int) -> NoiseLadder:
        return self.schedule.ladder(n_steps)

    def encode(self, waves: Tensor) -> Tensor:
        n_missing = self._n_frames * self.pipeline.vae.hop_length - waves.shape[1]
        whole = nnf.pad(waves, (0, max(0, n_missing)))[None]  # (1, c, n)
        latent: Tensor = self.pipeline.vae.encode(whole).latent_dist.mode()  # (1, z, t)
        return latent

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        n_wanted = -(-n_samples // self.pipeline.vae.hop_length) + N_AFTER
        waves: Tensor = self.pipeline.vae.decode(latent[:, :, :n_wanted]).sample  # (1, c, n)
        return waves[0, :, :n_samples]

    def read(self, text: str, length_s: float) -> Words:
        pipeline, device = self.pipeline, self.pipeline.transformer.device
        said = pipeline.encode_prompt(text, device, False)
        start, end = pipeline.encode_duration(0.0, length_s, device, False, 1)
        described = torch.cat((said, start, end), 1)
        # Without words it was taught with zeros in place of all that, but for the length.
        described = described if text else torch.zeros_like(described)
        return {
            "encoder_hidden_states": described,
            "global_hidden_states": torch.cat((start, end), 2),
        }

    def network(self, words: Words) -> Network:
        schedule, transformer = self.schedule, self.pipeline.transformer
        n_ahead = words["global_hidden_states"].shape[1]

        def ask(x: Tensor, sigma: Tensor) -> Tensor:
            places = get_1d_rotary_pos_embed(
                self.pipeline.rotary_embed_dim,
                x.shape[2] + n_ahead,
                use_real=True,
                repeat_interleave_real=False,
            )
            answer: Tensor = transformer(
                schedule.heard(x, sigma),
                schedule.time(sigma),
                rotary_embedding=tuple(place.to(x) for place in places),
                return_dict=False,
                **words,
            )[0]
            return schedule.noise(answer, x, sigma)

        return ask

    @property
    def _n_frames(self) -> int:
        return int(self.pipeline.transformer.config["sample_size"])
