"""MMAudioSep: the sound of words, or of what the picture shows, made anew out of the mix.

papers/003 and sony/mmaudiosep. The mix is heard in mono at 44.1 kHz, eight seconds at a time, as
the latents of MMAudio's mel VAE; they stand beside the noise that becomes the target in 25 steps of
a flow. A vocoder makes a sound of it, and another of the mix's own latents to weigh it against.
That is laid on the mix, or given out as it is (`core.separation.generated`).

Letters in shapes: C channels, N samples of the mix, T latents, D width of a latent.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import torch

from core.domain.engines import EngineInfo, SettingValue
from core.errors import PromptError
from core.nn.mmaudio.sequences import WINDOW_S
from core.progress import CancelToken, Report
from core.separation.beating import beating, leaves
from core.separation.chunking import ChunkPlan, overlap_add
from core.separation.davis_prompts import refuse_useless
from core.separation.devices import pick_device
from core.separation.generated import GeneratedCutter, window_plan
from core.separation.mmaudiosep_bench import Placement, ladder_from
from core.separation.mmaudiosep_files import find_mmaudiosep, installed_words
from core.separation.mmaudiosep_info import MMAUDIOSEP_INFOS, NEVER
from core.separation.mmaudiosep_making import Maker
from core.separation.mmaudiosep_prompts import Prompter
from core.separation.mmaudiosep_senses import Senses
from core.separation.mmaudiosep_weights import MMAudioSepNetworks, load_mmaudiosep
from core.separation.protocol import SeparationRequest, TargetSink
from core.separation.pulse import Pulse
from core.separation.spectral_settings import checked_settings

OVERLAP = 1 / 8
"""Of a window, in which neighbours are blended: a second."""

CONTEXT = 1 / 16
"""Of a window, heard at either end and thrown away."""


def build_small(device: str) -> "MMAudioSep":
    """Return the small engine on "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: there is no such device, or a checkpoint is missing or does not fit.
    """
    return _built(MMAUDIOSEP_INFOS[0], device)


def build_medium(device: str) -> "MMAudioSep":
    """Return the medium engine; arguments and errors as of `build_small`."""
    return _built(MMAUDIOSEP_INFOS[1], device)


def build_large(device: str) -> "MMAudioSep":
    """Return the large engine; arguments and errors as of `build_small`."""
    return _built(MMAUDIOSEP_INFOS[2], device)


def _built(info: EngineInfo, device: str) -> "MMAudioSep":
    picked = pick_device(device)
    files = find_mmaudiosep(info.name)
    networks = load_mmaudiosep(files, str(picked))
    notes: dict[str, SettingValue] = {
        "device": str(picked),
        "weights": files.network.name,
        "precision": str(Placement(picked).large_dtype).removeprefix("torch."),
        "licence_of_weights": "CC BY-NC 4.0: not for commercial use",
    }
    return MMAudioSep(info, networks, picked, notes)


@dataclass(frozen=True, slots=True, eq=False)
class MMAudioSep:
    """One size of it.

    Attributes:
        info: what it says of itself.
        networks: wherever they are; they are brought to the device for the work.
        device: as asked for.
        notes: kept beside every result.
        window_s: seconds that are heard at a time.
    """

    info: EngineInfo
    networks: MMAudioSepNetworks
    device: torch.device
    notes: Mapping[str, SettingValue]
    window_s: float = WINDOW_S

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        refuse_useless(self.info, request)
        values = checked_settings(self.info, request.settings)
        refuse_unheard(request, values)
        pulse = Pulse(report, cancel)
        rate_hz = request.mix.sample_rate_hz
        start, stop = request.span_samples
        plan = plan_of(stop - start, rate_hz, self.window_s)
        prompter = self._prompter(request, values, pulse.check)
        ladder = ladder_from(self.device)
        maker = Maker(self.networks, prompter, values, self.window_s, ladder, pulse.beat)
        cutter = GeneratedCutter(maker, rate_hz, str(values["result"]), self.device)
        pulse.enter("Separating", stop - start, plan.n_chunk / maker.n_beats)
        with torch.inference_mode(), self._listening(pulse.check):
            overlap_add(request.mix, (start, stop), plan, cutter, sink, pulse)
        notes: dict[str, SettingValue] = {
            "mixture_scale": values["mixture_scale"],
            "watched_picture": prompter.is_watching,
        }
        if ladder.said:
            notes["memory"] = "; ".join(ladder.said)
        return {**self.notes, **notes}

    def _prompter(
        self,
        request: SeparationRequest,
        values: Mapping[str, SettingValue],
        check: Callable[[], None],
    ) -> Prompter:
        clip, eyes = self.networks.clip, self.networks.eyes
        senses = Senses(clip, eyes, installed_words, check)
        return Prompter(request, values, senses, self.networks.network, check)

    def _listening(self, check: Callable[[], None]) -> AbstractContextManager[None]:
        """Listen for a cancel inside of the networks too, which take seconds on a CPU."""
        return beating(leaves(self.networks.parts), check)


def refuse_unheard(request: SeparationRequest, values: Mapping[str, SettingValue]) -> None:
    """Raise `PromptError` where the picture alone says what to hear, and may not be watched."""
    if values["watch"] == NEVER and not request.prompts.texts:
        raise PromptError(
            "there are no words, and the picture is never watched",
            advice="Type a word for the sound, or set “watch” back to “with a region”.",
        )


def plan_of(n_samples: int, rate_hz: int, window_s: float) -> ChunkPlan:
    """Return how to cut `n_samples` at `rate_hz` into windows of exactly `window_s`.

    The network learned from windows of one length, without silence at their end: what a window has
    room for beyond what was asked for is heard around it, before the last one.
    """
    n_window = round(window_s * rate_hz)
    overlap_s, context_s = OVERLAP * window_s, CONTEXT * window_s
    if n_samples + 2 * round(context_s * rate_hz) <= n_window:
        return ChunkPlan(max(1, n_samples), 0, (n_window - n_samples) // 2)
    return replace(
        window_plan(n_samples, rate_hz, window_s, overlap_s, context_s), n_least=n_window
    )
