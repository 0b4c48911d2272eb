"""Export of what sounds: offers to look first, asks, writes in the background, says where."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.controllers.places import folder_beside
from app.controllers.sounding import SoundingController
from app.document import Document
from app.job_runner import JobRunner, Lane
from core.domain.audio import AudioSource
from core.domain.export import SoundingExportChoice
from core.domain.soundings import SoundingTrack
from core.jobs.sounding_export import (
    SoundingExportAnswer,
    SoundingExportJob,
    sounding_files,
    sounding_files_in_the_way,
)
from widgets.sounding_export_dialog import PlanSounding

AskSounding = Callable[
    [SoundingExportChoice, str, PlanSounding, PlanSounding], SoundingExportChoice | None
]
"""Shows the dialog and gives back the choice, or None; an object of the tests' own in tests."""


class SoundingExportController(QObject):
    """Turns what was seen to sound into files.

    Signals:
        exported: the `SoundingExportAnswer`.
        failed: a `CoreError`.
        look_wanted: the clip is not known to its end yet; True while it is being looked through.
    """

    exported = Signal(object)
    failed = Signal(object)
    look_wanted = Signal(bool)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        sources: SoundingController,
        ask: AskSounding,
        program_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._sources = runner, document, sources
        self._ask, self._program_folder = ask, program_folder
        self._last: tuple[Path, SoundingExportChoice] | None = None
        self.clip: Clip | None = None

    def export(self) -> None:
        """Ask how to export what sounds, and do it."""
        clip, track = self.clip, self._sources.track
        if clip is None or clip.sound is None or track is None or not self._sources.is_whole:
            self.look_wanted.emit(self._sources.is_looking)
            return
        mix = clip.sound.source
        choice = self._ask(
            self._defaults(clip),
            clip.info.path.name,
            lambda choice: tuple(sounding_files(choice, mix).values()),
            lambda choice: sounding_files_in_the_way(choice, mix),
        )
        if choice is not None:
            self._write(clip, mix, track, choice)

    def _write(
        self, clip: Clip, mix: AudioSource, track: SoundingTrack, choice: SoundingExportChoice
    ) -> None:
        self._last = clip.info.path, choice
        stream = clip.info.audio_stream(self._document.project.audio_stream)
        request = SoundingExportJob(
            clip.info,
            clip.table,
            mix,
            stream.index if stream is not None else None,
            track,
            choice,
        )
        job = self._runner.prepare(request, Lane.IO)
        job.succeeded.connect(self._on_exported)
        job.failed.connect(self.failed)
        self._runner.start(job)

    def _defaults(self, clip: Clip) -> SoundingExportChoice:
        """Return what was chosen last: the same folder for the same clip, else one beside it."""
        name = f"{clip.info.path.stem} sounds"
        if self._last is None:
            place = self._document.path or clip.info.path
            return SoundingExportChoice(folder_beside(place, self._program_folder) / name)
        path, last = self._last
        folder = last.folder if path == clip.info.path else last.folder.parent / name
        return SoundingExportChoice(folder, last.style, last.with_matte)

    @Slot(object)
    def _on_exported(self, answer: SoundingExportAnswer) -> None:
        self.exported.emit(answer)
