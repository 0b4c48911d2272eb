"""“Separate”: a preview around the playhead first, then the whole clip, then one undo step.

The preview is urgent, so it answers while a track is still being made; the whole clip waits until
the mask track it needs is whole.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.masking import MaskingController
from app.controllers.media import Clip
from app.document import Document
from app.engine_book import EngineBook
from app.job_lane import Urgency
from app.job_runner import Job, JobRunner, Lane
from app.refusal import RefusalError
from app.track_store import TrackStore
from core.domain import edits
from core.domain.audio import duration_s
from core.domain.beliefs import Belief
from core.domain.project import Stem
from core.domain.prompts import RegionPrompt, TimeSpan
from core.errors import CoreError, PromptError
from core.jobs.separation import PreviewAnswer, PreviewJob, SeparationAnswer, SeparationJob
from core.progress import Progress
from widgets.prompt_words import Asked, better_engine, why_not

PREVIEW_S = 6.0
_WAITING = Progress("Following the object first", 0, 0)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A separation that waits for its mask track."""

    stem: Stem
    region: RegionPrompt


class SeparationController(QObject):
    """Runs engines for stems, newest wish first.

    Signals:
        started: the stem's id.
        progressed: the stem's id and the `Progress`.
        preview_ready: the `PreviewAnswer`, to be heard at once.
        separated: the `SeparationAnswer`, already part of the document.
        ended: the stem's id, whatever happened.
        failed: a `CoreError`.
    """

    started = Signal(str)
    progressed = Signal(str, object)
    preview_ready = Signal(object)
    separated = Signal(object)
    ended = Signal(str)
    failed = Signal(object)

    def __init__(  # noqa: PLR0913 - what it introduces to each other
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        masking: MaskingController,
        stems_folder: Path,
        book: EngineBook,
        belief_about: Callable[[Stem], Belief | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._masking, self._stems_folder = masking, stems_folder
        self._book, self._belief_about = book, belief_about
        self.device = "auto"
        """Where engines run from now on."""
        self._clip: Clip | None = None
        self._jobs: list[Job] = []
        self._whole_job: Job | None = None
        self._stem_id: str | None = None
        self._waiting: _Wanted | None = None
        masking.track_finished.connect(self._on_track_finished)
        masking.track_given_up.connect(self._on_track_given_up)

    def set_clip(self, clip: Clip | None) -> None:
        """Work on another clip; what runs for the earlier one is dropped."""
        self.cancel()
        self._clip = clip

    def update_clip(self, clip: Clip) -> None:
        """The same clip, of which more is known by now."""
        self._clip = clip

    @property
    def running_stem_id(self) -> str | None:
        return self._stem_id

    def cancel(self) -> None:
        """Stop what runs; what an earlier separation gave is kept."""
        self._waiting = None
        for job in self._jobs:
            job.cancel()
        self._jobs = []
        self._end()

    def separate(self, stem: Stem, playhead_s: float) -> None:
        """Separate `stem`: preview around `playhead_s`, then everything."""
        try:
            clip = self._ready_clip()
            self._check(stem)
        except CoreError as error:
            self.failed.emit(error)
            return
        self.cancel()
        self._stem_id = stem.stem_id
        self.started.emit(stem.stem_id)
        self._preview(stem, clip, playhead_s)
        region = stem.prompts.regions[0] if stem.prompts.regions else None
        if region is not None and not self._masking.is_whole(region):
            self._masking.ensure_track(region)
            self._waiting = _Wanted(stem, region)
            self.progressed.emit(stem.stem_id, _WAITING)
        else:
            self._whole(stem, clip)

    def _ready_clip(self) -> Clip:
        clip = self._clip
        if clip is None:
            raise PromptError("no clip is open", advice="Open a clip first (Ctrl+O).")
        if clip.sound is None and clip.info.audio:
            raise PromptError(
                "the sound is still being read", advice="Wait a moment, then separate again."
            )
        if clip.sound is None:
            raise PromptError(
                f"{clip.info.path.name} has no sound",
                advice="There is nothing to separate in a clip without sound. Open another clip.",
            )
        if not clip.is_sound_whole:
            raise PromptError(
                "the sound is still being read",
                advice="The whole sound is needed for this. Wait until it has been read.",
            )
        return clip

    def _check(self, stem: Stem) -> None:
        """Raise `RefusalError` where the engine would not understand what is asked."""
        engine, vocabulary = self._book.info(stem.engine), self._book.vocabulary(stem.engine)
        asked = Asked(stem, engine, vocabulary, self._belief_about(stem))
        reason = why_not(asked)
        if reason:
            helper = better_engine(asked, self._book.engines)
            raise RefusalError(
                f"{stem.name}, {stem.engine}: {reason}", advice=reason, helper=helper
            )

    def _preview(self, stem: Stem, clip: Clip, playhead_s: float) -> None:
        sound = clip.sound
        if sound is None or duration_s(sound.source) <= 1.5 * PREVIEW_S:
            return  # the whole clip is as quick
        first_s, end_s = sound.source.start_s, sound.source.start_s + duration_s(sound.source)
        start_s = min(max(playhead_s - PREVIEW_S / 3, first_s), end_s - PREVIEW_S)
        job = self._runner.prepare(
            PreviewJob(
                stem_id=stem.stem_id,
                label=f"Preview {stem.name}",
                media=clip.info,
                table=clip.table,
                mix=sound.source,
                prompts=stem.prompts,
                tracks=self._tracks.snapshot(stem.prompts.regions, with_partial=True),
                engine=stem.engine,
                seed=stem.seed,
                settings=stem.settings,
                device=self.device,
                window_s=TimeSpan(max(0.0, start_s), start_s + PREVIEW_S),
            ),
            Lane.DEVICE,
            replaces="preview",
            urgency=Urgency.SOON,
        )
        job.succeeded.connect(self._on_preview)
        job.failed.connect(self._on_failed)
        job.progressed.connect(self._on_progress)
        self._jobs.append(job)
        self._runner.start(job)

    def _whole(self, stem: Stem, clip: Clip) -> None:
        sound = clip.sound
        if sound is None:
            return
        # A new name each time: the earlier result stays for undo.
        path = self._stems_folder / f"{stem.stem_id}-{uuid.uuid4().hex[:8]}.wav"
        job = self._runner.prepare(
            SeparationJob(
                stem_id=stem.stem_id,
                label=f"Separate {stem.name}",
                media=clip.info,
                table=clip.table,
                mix=sound.source,
                prompts=stem.prompts,
                tracks=self._tracks.snapshot(stem.prompts.regions),
                engine=stem.engine,
                seed=stem.seed,
                settings=stem.settings,
                device=self.device,
                target_path=path,
            ),
            Lane.DEVICE,
            replaces="separate",
        )
        job.succeeded.connect(self._on_separated)
        job.failed.connect(self._on_failed)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_whole_finished)
        self._whole_job = job
        self._jobs.append(job)
        self._runner.start(job)

    @Slot(object)
    def _on_track_finished(self, region: RegionPrompt) -> None:
        wanted, clip = self._waiting, self._clip
        if wanted is not None and clip is not None and wanted.region == region:
            self._waiting = None
            self._whole(wanted.stem, clip)

    @Slot(object)
    def _on_track_given_up(self, region: RegionPrompt) -> None:
        if self._waiting is not None and self._waiting.region == region:
            self._end()

    @Slot(object)
    def _on_progress(self, progress: object) -> None:
        if self._stem_id is not None:
            self.progressed.emit(self._stem_id, progress)

    @Slot(object)
    def _on_preview(self, answer: PreviewAnswer) -> None:
        if answer.stem_id != self._stem_id:
            return
        self.preview_ready.emit(answer)
        if self._waiting is not None:
            self.progressed.emit(answer.stem_id, _WAITING)

    @Slot(object)
    def _on_separated(self, answer: SeparationAnswer) -> None:
        project = self._document.project
        if all(stem.stem_id != answer.stem_id for stem in project.stems):
            return  # the stem was removed meanwhile
        name = project.stem(answer.stem_id).name
        edited = edits.set_result(project, answer.stem_id, answer.result)
        self._document.apply(f"Separate {name}", edited)
        self.separated.emit(answer)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._waiting = None
        self.failed.emit(error)
        self._end()

    @Slot()
    def _on_whole_finished(self) -> None:
        # A cancelled job can end after its successor has begun.
        if self.sender() is self._whole_job:
            self._end()

    def _end(self) -> None:
        ended, self._stem_id = self._stem_id, None
        self._waiting = None
        if ended is not None:
            self.ended.emit(ended)
