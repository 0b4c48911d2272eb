"""The weight-free engine: semi-supervised factorisation of the spectrogram, steered by marks.

What is heard outside the + spans and inside the − spans teaches the background. Inside the + spans
the target is learned beside it. A region's motion says which parts belong to the target, painted
cells are given away directly. What was learned from a bounded part of the mix is then laid on all
of it piece by piece as a soft mask, one for all channels.

Letters in shapes: C channels, N samples, F frequency bins, T frames, P parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from core.domain.engines import EngineInfo, SettingValue
from core.domain.masks import MaskTrack
from core.domain.prompts import PromptKind
from core.errors import PromptError
from core.progress import CancelToken, Report
from core.separation import intervals
from core.separation.bands import Bands
from core.separation.chunking import ChunkPlan, overlap_add
from core.separation.devices import pick_device
from core.separation.intervals import Intervals
from core.separation.listening import Listener
from core.separation.motion import MotionEnergy, motion_energy
from core.separation.nmf import Nmf
from core.separation.protocol import SeparationRequest, TargetSink, refuse_unknown_prompts
from core.separation.pulse import Pulse
from core.separation.spectral_info import SPECTRAL_INFO
from core.separation.spectral_learning import Learned, Lesson, Teacher, background_to_hear
from core.separation.spectral_marks import Marks, read_marks
from core.separation.spectral_mask import Masker
from core.separation.spectral_settings import SpectralSettings
from core.separation.stft import Stft

WINDOW_S = 0.064
CHUNK_S = 8.0
OVERLAP_S = 0.1
WHOLE_BUDGET_S = 40.0
PREVIEW_BUDGET_S = 15.0


def build(device: str) -> "SpectralSeparator":
    """Return the engine on "auto", "cpu", "cuda" or "mps"; `ModelError` where there is none."""
    return SpectralSeparator(pick_device(device))


class SpectralSeparator:
    """Needs no weights. See the module for how it works, `SPECTRAL_INFO` for its settings."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    @property
    def info(self) -> EngineInfo:
        return SPECTRAL_INFO

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        _refuse_useless(request)
        with torch.inference_mode():
            run = _Run.of(request, self._device, Pulse(report, cancel))
            learned = run.learn()
            run.apply(learned, sink)
        notes = learned.notes if learned is not None else {}
        return {"device": str(self._device), **notes}


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One request on its way through the engine."""

    request: SeparationRequest
    settings: SpectralSettings
    marks: Marks
    listener: Listener
    nmf: Nmf
    pulse: Pulse

    @classmethod
    def of(cls, request: SeparationRequest, device: torch.device, pulse: Pulse) -> "_Run":
        settings = SpectralSettings.read(request.settings)
        is_searched = settings.unmarked == "searched"
        marks = read_marks(request.mix, request.prompts, is_unmarked_searched=is_searched)
        stft = Stft.lasting(WINDOW_S, request.mix.sample_rate_hz)
        bands = Bands.of(stft.n_bins, request.mix.sample_rate_hz)
        listener = Listener(request.mix, stft, bands, settings.divergence == "is", device)
        nmf = Nmf(settings.divergence, settings.passes, pulse.beat)
        return cls(request, settings, marks, listener, nmf, pulse)

    def learn(self) -> Learned | None:
        """Return what the marks teach, None where paint alone decides."""
        prompts = self.request.prompts
        if prompts.kinds == {PromptKind.SPECTRAL}:
            return None
        # Background, target, and explaining both for the sake of the region.
        self.pulse.enter("Learning", 3 * self.settings.passes, 1)
        teacher = Teacher(
            self.listener, self.settings, self.nmf, prompts.spectral, self.request.seed
        )
        return teacher.teach(self._lesson())

    def apply(self, learned: Learned | None, sink: TargetSink) -> None:
        rate_hz = self.request.mix.sample_rate_hz
        stft = self.listener.stft
        plan = ChunkPlan(round(CHUNK_S * rate_hz), round(OVERLAP_S * rate_hz), stft.n_window)
        start, stop = self.request.span_samples
        masker = Masker(
            mix=self.request.mix,
            stft=stft,
            bands=self.listener.bands,
            nmf=self.nmf,
            learned=learned,
            strokes=self.request.prompts.spectral,
            audible=self.marks.audible,
            sharpness=self.settings.sharpness,
            device=self.listener.device,
        )
        self.pulse.enter("Separating", stop - start, plan.n_chunk / self.settings.passes)

        overlap_add(self.request.mix, (start, stop), plan, masker, sink, self.pulse)

    def _lesson(self) -> Lesson:
        listener, seed = self.listener, self.request.seed
        window = self.request.window
        budget_s = WHOLE_BUDGET_S if window is None else PREVIEW_BUDGET_S
        near = (window,) if window is not None else self.marks.target
        target = listener.choose(self.marks.target, near, budget_s, seed)
        alone = background_to_hear(self.marks, listener.stft.n_window // 2)
        background = listener.choose(alone, near if window is not None else target, budget_s, seed)
        return Lesson(
            background=listener.hear(background),
            target=listener.hear(target),
            motion=self._motion(target),
            has_spans=bool(self.request.prompts.spans),
        )

    def _motion(self, heard: Intervals) -> MotionEnergy | None:
        tracks = _tracks(self.request)
        if not tracks or self.request.picture is None:
            return None
        mix = self.request.mix
        stretches_s = [
            (start / mix.sample_rate_hz + mix.start_s, stop / mix.sample_rate_hz + mix.start_s)
            for start, stop in intervals.union(heard)
        ]
        return motion_energy(self.request.picture, tracks, stretches_s, self.pulse.check)


def _tracks(request: SeparationRequest) -> list[MaskTrack]:
    found = (request.tracks.get(region) for region in request.prompts.regions)
    return [track for track in found if track is not None and len(track)]


def _refuse_useless(request: SeparationRequest) -> None:
    """Raise `PromptError` where the prompts are none, unknown, or lack what they need."""
    refuse_unknown_prompts(SPECTRAL_INFO, request.prompts)
    if request.prompts.is_empty:
        raise PromptError(
            "there is no prompt",
            advice="Drag a span over the moments it sounds, click the thing that sounds, "
            "or paint over its part of the spectrogram.",
        )
    if request.mix.n_samples == 0:
        raise PromptError("the mix is empty", advice="Choose a clip or a track that has sound.")
    if request.prompts.regions and request.picture is None:
        raise PromptError(
            "a region was given, but no picture",
            advice="This sound has no picture. Remove the region, and mark spans instead.",
        )
    if request.prompts.regions and not _tracks(request):
        raise PromptError(
            "the region has no mask track yet",
            advice="Wait until the object has been found and tracked, then separate again.",
        )
