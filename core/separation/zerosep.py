"""ZeroSep: a pretrained text-to-sound model, which nobody taught to separate, separates by words.

papers/001. The mix goes into the model's latent space and from there into its noise; on the way
back the model listens for the words alone, and what comes out is the target. That is new sound:
see `core.separation.generated` for the two ways in which it becomes the target.

Letters in shapes: C channels and N samples of the mix, c channels and n samples of the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from core.domain.audio import AudioClip, Samples
from core.domain.engines import EngineInfo, SettingValue
from core.errors import PromptError
from core.progress import CancelToken, Report, ignore
from core.separation.beating import beating, leaves
from core.separation.chunking import overlap_add
from core.separation.devices import pick_device
from core.separation.generated import GeneratedCutter, window_plan
from core.separation.memory_ladder import MemoryLadder, Rung, rungs
from core.separation.protocol import SeparationRequest, TargetSink, refuse_unknown_prompts
from core.separation.pulse import Pulse
from core.separation.zerosep_files import find_pipeline
from core.separation.zerosep_info import GUIDANCE_ADVICE, ZEROSEP_INFOS
from core.separation.zerosep_maker import ZeroSepMaker
from core.separation.zerosep_model import SoundForm, SoundModel
from core.separation.zerosep_parts import load_model, stamp_of
from core.separation.zerosep_walks import ZeroSepSettings

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
build_tango = partial(build, "zerosep-tango")
build_tango_full = partial(build, "zerosep-tango-full")
build_tango_music = partial(build, "zerosep-tango-music")
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
        maker = ZeroSepMaker(request, self.model, settings, self.device, pulse)
        cutter = _Cutter(maker, memory_of(self.model.form, self.device), settings.result, cancel)
        pulse.enter("Separating", stop - start, plan.n_chunk / (settings.n_steps + STEPS_AROUND))
        with torch.inference_mode(), beating(leaves(self.model.parts), pulse.check):
            overlap_add(request.mix, (start, stop), plan, cutter, sink, pulse)
        notes: dict[str, SettingValue] = {**self.notes, "licence": self.info.licence}
        if settings.weight > 1:
            notes["advice"] = GUIDANCE_ADVICE
        if cutter.memory.said:
            notes["memory"] = "; ".join(cutter.memory.said)
        return notes


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


def memory_of(form: SoundForm, device: torch.device) -> MemoryLadder[Rung]:
    """Return what to do when memory runs out: shorter windows, then the CPU.

    Never with less precision: what is made of a mix is as exact as the numbers are.
    """
    whole = rungs(Rung(device, torch.float32, form.longest_s), form.shortest_s, half=False)
    return MemoryLadder([rung for rung in whole if not rung.is_offloaded])


@dataclass(frozen=True, slots=True, eq=False)
class _Cutter:
    """Cuts the target out of pieces, as memory allows."""

    maker: ZeroSepMaker
    memory: MemoryLadder[Rung]
    result: str
    cancel: CancelToken

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`."""
        return self.memory.climb(lambda rung: self._cut(rung, samples, start))

    def _cut(self, rung: Rung, samples: Samples, start: int) -> Samples:
        self.maker.move_to(rung.device)
        rate_hz, n_samples = self.maker.request.mix.sample_rate_hz, samples.shape[1]
        cutter = GeneratedCutter(self.maker, rate_hz, self.result, rung.device)
        if n_samples <= rung.window_s * rate_hz + 1:
            return cutter(samples, start)
        plan = window_plan(n_samples, rate_hz, rung.window_s, OVERLAP_S, CONTEXT_S)
        cut = _Pieces()
        pulse = Pulse(ignore, self.cancel)  # how far it is, the piece's own says
        whole = AudioClip(np.asarray(samples, np.float32), rate_hz)
        overlap_add(
            whole, (0, n_samples), plan, lambda part, at: cutter(part, start + at), cut, pulse
        )
        return np.concatenate(cut.pieces, axis=1)


class _Pieces:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.pieces: list[Samples] = []

    def write(self, target: Samples) -> None:
        self.pieces.append(target)
