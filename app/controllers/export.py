"""Export: offers what is there, asks, writes in the background, and says where it went."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.controllers.places import folder_beside
from app.document import Document
from app.job_runner import JobRunner, Lane
from app.track_store import TrackStore
from core.domain.export import ExportChoice
from core.errors import CoreError, ExportError
from core.files.project_file import regions_of
from core.jobs.export import ExportAnswer, ExportJob
from core.jobs.export_plan import ExportSubject, files_in_the_way, plan_export
from widgets.export_dialog import PlanFiles
from widgets.export_options import ExportOffer

Ask = Callable[[ExportChoice, ExportOffer, PlanFiles, PlanFiles], ExportChoice | None]
"""Shows the dialog and gives back the choice, or None; an object of the tests' own in tests."""


class ExportController(QObject):
    """Turns the stems on the desk into files.

    Signals:
        exported: the `ExportAnswer`.
        failed: a `CoreError`.
    """

    exported = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        ask: Ask,
        program_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._ask, self._program_folder = ask, program_folder
        self._last: ExportChoice | None = None
        self.clip: Clip | None = None

    def export(self) -> None:
        """Ask what to export, and do it."""
        try:
            clip, subject = self._ready()
        except CoreError as error:
            self.failed.emit(error)
            return
        choice = self._ask(
            self._defaults(clip),
            self._offer(clip, subject),
            lambda choice: tuple(file.path for file in plan_export(subject, choice).files),
            lambda choice: files_in_the_way(subject, choice),
        )
        if choice is not None:
            self.write(choice)

    def write(self, choice: ExportChoice) -> None:
        """Export as chosen, without asking."""
        try:
            clip, subject = self._ready()
        except CoreError as error:
            self.failed.emit(error)
            return
        self._last = choice
        job = self._runner.prepare(ExportJob(subject, choice, clip.table), Lane.IO)
        job.succeeded.connect(self._on_exported)
        job.failed.connect(self.failed)
        self._runner.start(job)

    def _ready(self) -> tuple[Clip, ExportSubject]:
        clip, project = self.clip, self._document.project
        if clip is None or clip.sound is None:
            raise ExportError(
                "no clip with sound is open", advice="Open a clip with sound first (Ctrl+O)."
            )
        if not any(stem.result for stem in project.stems):
            raise ExportError(
                "no stem has been separated yet",
                advice="Separate a stem first (Ctrl+Enter), then export it.",
            )
        tracks = self._tracks.snapshot(regions_of(project))
        return clip, ExportSubject(project, clip.sound.source, clip.info, tracks)

    def _defaults(self, clip: Clip) -> ExportChoice:
        stem_ids = tuple(stem.stem_id for stem in self._document.project.stems if stem.result)
        folder = self._last.folder if self._last else self._folder_beside(clip)
        return ExportChoice(
            folder=folder, stem_ids=stem_ids, with_video=clip.info.video is not None
        )

    def _folder_beside(self, clip: Clip) -> Path:
        """Return a folder named after the clip: by the project, else the clip, else at home."""
        beside = folder_beside(self._document.path or clip.info.path, self._program_folder)
        return beside / f"{clip.info.path.stem} stems"

    def _offer(self, clip: Clip, subject: ExportSubject) -> ExportOffer:
        stems = subject.project.stems
        return ExportOffer(
            stems=stems,
            clip_name=clip.info.path.name,
            has_video=clip.info.video is not None,
            has_mask=any(subject.masks_of(stem) for stem in stems),
        )

    @Slot(object)
    def _on_exported(self, answer: ExportAnswer) -> None:
        self.exported.emit(answer)
