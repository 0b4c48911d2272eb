"""Makes the target of one window: latents of the mix, the flow, and sound out of both.

Letters in shapes: C channels, N samples of the mix, n samples at 44.1 kHz, F mel bands, M mel
frames, T latents, D width of a latent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.domain.engines import SettingValue
from core.errors import EngineError
from core.nn.mmaudio.guidance import guided
from core.nn.mmaudio.mel import MEL_44K, MelSpectrogram
from core.nn.mmaudio.network import Conditions, Features, MMAudio
from core.nn.mmaudio.sequences import SequenceLengths, sequence_lengths
from core.nn.samplers.flow import FlowSampler
from core.separation.generated import GeneratedSound
from core.separation.memory_ladder import MemoryLadder
from core.separation.mmaudiosep_bench import Placement
from core.separation.mmaudiosep_info import BAND_HZ, SAMPLE_RATE_HZ, TRAINED
from core.separation.mmaudiosep_prompts import Prompter
from core.separation.mmaudiosep_weights import MMAudioSepNetworks
from core.separation.projection import resampled_to_mono

_BEATS_AROUND = 4
"""Beats of a window beside the steps: looking, encoding, decoding twice."""


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """Turns a window of the mix into the sound that was asked for.

    Attributes:
        networks: what works.
        prompter: knows what is asked for.
        values: all settings.
        window_s: seconds of a window; what is shorter is filled up with silence.
        ladder: where the work is done, and where else if memory runs out.
        beat: called once for each step; may raise to stop.
    """

    networks: MMAudioSepNetworks
    prompter: Prompter
    values: Mapping[str, SettingValue]
    window_s: float
    ladder: MemoryLadder[Placement]
    beat: Callable[[], None]

    @property
    def n_beats(self) -> int:
        """Of one window."""
        return int(self.values["steps"]) + _BEATS_AROUND

    def __call__(self, samples: Samples, start: int) -> GeneratedSound:
        """Return what sounds in a window (C, N) of the mix, the first of which is number `start`.

        Raises:
            EngineError: it is not finite, in float32 neither, or memory ran out everywhere.
        """
        return self.ladder.climb(lambda placement: self._made(samples, start, placement))

    def _made(self, samples: Samples, start: int, placement: Placement) -> GeneratedSound:
        request, networks = self.prompter.request, self.networks
        rate_hz = request.mix.sample_rate_hz
        lengths = sequence_lengths(self.window_s, SAMPLE_RATE_HZ, MEL_44K.hop_samples)
        placement.clear(*networks.parts)
        with placement.at_work(networks.clip, networks.eyes):
            features = self.prompter.features(request.mix.start_s + start / rate_hz, lengths)
            refused = self.prompter.refused()
        self.beat()
        # Each window has a noise of its own, but the same one whenever it is asked for again.
        chance = torch.Generator().manual_seed(hash((request.seed, start)) & 0x7FFFFFFF)
        mono = resampled_to_mono(samples, rate_hz, SAMPLE_RATE_HZ)  # (1, n)
        with placement.at_work(networks.vae):
            mixture = self._latents(_filled_up(mono, lengths).to(placement.device), chance)
        self.beat()
        with placement.at_work(networks.network):
            target = self._flowed(features, refused, mixture, chance)
        with placement.at_work(networks.vae, networks.vocoder):
            waves = [self._heard(latent)[:, : mono.shape[1]] for latent in (target, mixture)]
        return GeneratedSound(waves[0], None, SAMPLE_RATE_HZ, BAND_HZ, mix=waves[1])

    def _latents(self, sound: Tensor, chance: torch.Generator) -> Tensor:
        """Return latents (1, T, D) of sound (1, n) in the scale of the VAE, drawn as published."""
        mel = MelSpectrogram(MEL_44K)(sound)  # (1, F, M)
        posterior = self.networks.vae.encode(mel)
        noise = torch.randn(posterior.mean.shape, generator=chance)
        return posterior.sample(noise.to(posterior.mean)).transpose(1, 2)

    def _flowed(
        self, features: Features, refused: Tensor | None, mixture: Tensor, chance: torch.Generator
    ) -> Tensor:
        """Return the latents (1, T, D) of the target in the scale of the VAE."""
        network = self.networks.network
        noise = torch.randn(mixture.shape, generator=chance).to(mixture)
        dtype = network.latent_mean.dtype
        asked = features, network.empty_like(features, refused)
        target = self._walked(network, asked, mixture, noise)
        if not target.isfinite().all() and dtype is not torch.float32:
            target = self._walked(network.float(), asked, mixture, noise)
            network.to(dtype)
        if not target.isfinite().all():
            raise EngineError(
                "the flow of MMAudioSep ended in values that are not finite",
                advice="Try again with less guidance or another seed. If it stays like this, the "
                "checkpoint is damaged.",
            )
        return target

    def _walked(
        self, network: MMAudio, asked: tuple[Features, Features], mixture: Tensor, noise: Tensor
    ) -> Tensor:
        like = network.latent_mean
        heard = mixture.to(like)
        if self.values["mixture_scale"] == TRAINED:
            heard = network.normalised(heard)
        known, nothing = (
            network.conditions(one.to(like), mixture.shape[1], heard) for one in asked
        )

        def ask(latent: Tensor, time: Tensor, conditions: Conditions) -> Tensor:
            velocity: Tensor = network(latent.to(like), time, conditions)
            return velocity.float()

        field = guided(ask, known, nothing, float(self.values["guidance"]))
        sampler = FlowSampler(int(self.values["steps"]), time_scale=1)
        end = sampler.sample(field, noise, on_step=lambda *_: self.beat())
        return network.unnormalised(end)

    def _heard(self, latent: Tensor) -> Samples:
        """Return the sound (1, n) of latents (1, T, D)."""
        mel = self.networks.vae.decode(latent.float().transpose(1, 2))
        sound = self.networks.vocoder(mel)
        self.beat()
        return np.asarray(sound.cpu().numpy(), np.float32)


def _filled_up(mono: Samples, lengths: SequenceLengths) -> Tensor:
    sound = torch.zeros(1, lengths.n_samples)
    n_heard = min(mono.shape[1], lengths.n_samples)
    sound[:, :n_heard] = torch.from_numpy(mono[:, :n_heard])
    return sound
