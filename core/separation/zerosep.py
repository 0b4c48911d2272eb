"""ZeroSep: a pretrained text-to-sound model, which nobody taught to separate, separates by words.

papers/001. The mix goes into the model's latent space and from there into its noise; on the way
back the model listens for the words alone, and what comes out is the target. That is new sound:
see `core.separation.generated` for the two ways in which it becomes the target.

Letters in shapes: C channels and N samples of the mix, c channels and n samples of the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.domain.engines import EngineInfo, SettingValue
from core.errors import PromptError
from core.nn.samplers.stepping import Network, seeded_noise
from core.progress import CancelToken, Report
from core.separation.beating import beating, leaves
from core.separation.chunking import overlap_add, resample
from core.separation.devices import pick_device
from core.separation.generated import (
    SILENT_PEAK,
    GeneratedCutter,
    GeneratedSound,
    window_plan,
)
from core.separation.protocol import SeparationRequest, TargetSink, refuse_unknown_prompts
from core.separation.pulse import Pulse
from core.separation.zerosep_files import find_pipeline
from core.separation.zerosep_info import GUIDANCE_ADVICE, ZEROSEP_INFOS
from core.separation.zerosep_model import SoundModel, at_peak
from core.separation.zerosep_parts import load_model, stamp_of
from core.separation.zerosep_walks import Ears, LatentWalk, ZeroSepSettings

OVERLAP_S = 1.0
CONTEXT_S = 0.5

STEPS_AROUND = 4
"""Encoding, and decoding twice, take about as long as so many steps."""


def build(engine: str, device: str) -> "ZeroSep":
    """Return one of the ZeroSep engines.

    Raises:
        ModelError: there is no such device, or its pipeline is missing or does not fit.
    """
    picked = pick_device(device)
    folder = find_pipeline(engine)
    model = load_model(folder, stamp_of(folder), str(picked))
    info = next(one for one in ZEROSEP_INFOS if one.name == engine)
    return ZeroSep(info, model, picked, {"device": str(picked), "weights": folder.name})


build_audioldm2 = partial(build, "zerosep-audioldm2")
build_audioldm2_large = partial(build, "zerosep-audioldm2-large")
build_audioldm2_music = partial(build, "zerosep-audioldm2-music")
build_audioldm_s = partial(build, "zerosep-audioldm-s")
build_audioldm_l = partial(build, "zerosep-audioldm-l")
build_stable_audio = partial(build, "zerosep-stable-audio")


@dataclass(frozen=True, slots=True, eq=False)
class ZeroSep:
    """All ZeroSep engines, which differ in the model that they separate with.

    Attributes:
        info: what it says of itself.
        model: any text-to-sound model.
        device: where it works.
        notes: kept beside every result.
    """

    info: EngineInfo
    model: SoundModel
    device: torch.device
    notes: Mapping[str, SettingValue]

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        refuse_useless(self.info, request)
        settings = ZeroSepSettings.read(self.info, request.settings)
        pulse = Pulse(report, cancel)
        rate_hz = request.mix.sample_rate_hz
        start, stop = request.span_samples
        plan = window_plan(stop - start, rate_hz, self.model.form.longest_s, OVERLAP_S, CONTEXT_S)
        maker = _Maker(request, self.model, settings, self.device, pulse)
        cutter = GeneratedCutter(maker, rate_hz, settings.result, self.device)
        pulse.enter("Separating", stop - start, plan.n_chunk / (settings.n_steps + STEPS_AROUND))
        with torch.inference_mode(), beating(leaves(self.model.parts), pulse.check):
            overlap_add(request.mix, (start, stop), plan, cutter, sink, pulse)
        advice = {"advice": GUIDANCE_ADVICE} if settings.weight > 1 else {}
        return {**self.notes, "licence": self.info.licence, **advice}


def refuse_useless(info: EngineInfo, request: SeparationRequest) -> None:
    """Raise `PromptError` where there are no words, other prompts, or no sound."""
    refuse_unknown_prompts(info, request.prompts)
    if not request.prompts.texts:
        raise PromptError(
            "there is no text prompt",
            advice="Type a few plain words for the sound, such as “dog bark” or “man speech”.",
        )
    if request.mix.n_samples == 0:
        raise PromptError("the mix is empty", advice="Choose a clip or a track that has sound.")


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """Makes the target of pieces of the mix of one request."""

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
