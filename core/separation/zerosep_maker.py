"""Makes new sound of a stretch of the mix: into a model's latents, through its noise, and back.

Letters in shapes: C channels and N samples of the mix, c channels and n samples of the model.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.nn.samplers.stepping import Network, seeded_noise
from core.separation.chunking import resample
from core.separation.generated import SILENT_PEAK, GeneratedSound
from core.separation.protocol import SeparationRequest
from core.separation.pulse import Pulse
from core.separation.zerosep_model import SoundModel, at_peak
from core.separation.zerosep_walks import Ears, LatentWalk, ZeroSepSettings


@dataclass(slots=True, eq=False)
class ZeroSepMaker:
    """Makes the target of pieces of the mix of one request.

    Attributes:
        request: what is asked for.
        model: any text-to-sound model.
        settings: of the walk.
        device: where the model is, see `move_to`.
        pulse: beaten once a step.
    """

    request: SeparationRequest
    model: SoundModel
    settings: ZeroSepSettings
    device: torch.device
    pulse: Pulse
    _read: dict[float, Ears] = field(default_factory=dict)

    def __call__(self, samples: Samples, start: int) -> GeneratedSound:
        """Return what the model makes of (C, N), the first of which is number `start`."""
        form = self.model.form
        waves = self._as_taught(samples)  # (c, n)
        if float(waves.abs().max()) < SILENT_PEAK:  # nothing but a mean
            nothing = np.zeros(tuple(waves.shape), np.float32)
            return GeneratedSound(nothing, None, form.sample_rate_hz, form.band_hz, mix=nothing)
        heard, gain = at_peak(waves, form.peak)
        mix = self.model.encode(heard)
        ears = self._ears(heard.shape[1] / form.sample_rate_hz)
        ladder = self.model.ladder(self.settings.steps)
        target = self._walk(start)(mix, ladder, ears)
        sounds = [
            np.asarray((self.model.decode(latent, heard.shape[1]) / gain).cpu(), np.float32)
            for latent in (target, mix)
        ]
        return GeneratedSound(sounds[0], None, form.sample_rate_hz, form.band_hz, mix=sounds[1])

    def move_to(self, device: torch.device) -> None:
        """Go on with the model on another device."""
        for part in self.model.parts:
            part.to(device)
        if device != self.device:
            self.device = device
            self._read.clear()

    def _as_taught(self, samples: Samples) -> Tensor:
        """Return (c, n) at the model's rate and channels, without the mean, which no one hears."""
        form, mix = self.model.form, self.request.mix
        if samples.shape[0] != form.n_channels:
            mono = samples.mean(axis=0, keepdims=True, dtype=np.float32)
            samples = np.repeat(mono, form.n_channels, axis=0)
        n_samples = -(-samples.shape[1] * form.sample_rate_hz // mix.sample_rate_hz)
        moved = resample(samples, mix.sample_rate_hz, form.sample_rate_hz, n_samples)
        return torch.from_numpy(moved - moved.mean(axis=1, keepdims=True)).to(self.device)

    def _walk(self, start: int) -> LatentWalk:
        # Each piece has a noise of its own, but the same one whenever it is asked for again.
        seed = hash((self.request.seed, start)) & 0x7FFFFFFF
        noise = seeded_noise(torch.Generator().manual_seed(seed))
        return LatentWalk(self.settings, noise, lambda *_: self.pulse.beat())

    def _ears(self, length_s: float) -> Ears:
        """Return the network listening in the three ways; most pieces are of one length."""
        if length_s not in self._read:
            self._read.clear()
            words = " and ".join(text.text for text in self.request.prompts.texts)
            others = self.settings.other_sounds
            self._read[length_s] = Ears(
                self._ear("", length_s),
                self._ear(others, length_s) if others else None,
                self._ear(words, length_s),
            )
        return self._read[length_s]

    def _ear(self, text: str, length_s: float) -> Network:
        return self.model.network(self.model.read(text, length_s))
