"""The timeline shows what is heard: the mix, the target or the residual of the selected stem."""

import shutil
import uuid
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.document import Document
from app.job_runner import Job, JobRunner, Lane
from app.playback.player import Player
from core.domain.listening import Listen
from core.domain.project import Project
from core.jobs.analysis import AnalyseStemJob, StemPictures
from widgets.theme import stem_colour
from widgets.timeline import Timeline

_MOST_KEPT = 6


class StemPicturesPresenter(QObject):
    """Draws finished stems in the background, and switches the timeline with the ear.

    Signals:
        failed: a `CoreError` that kept a stem from being drawn.
    """

    failed = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        player: Player,
        timeline: Timeline,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        """Keep files in `folder`, which is this presenter's alone."""
        super().__init__(parent)
        self._runner, self._document = runner, document
        self._player, self._timeline, self._folder = player, timeline, folder
        self._clip: Clip | None = None
        self._drawn: dict[Path, StemPictures] = {}
        self._asked: Path | None = None
        self._drawing: Job | None = None
        self._folders: dict[Path, Path] = {}
        self._at_work: set[Path] = set()
        self._shown: tuple[object, ...] = ()
        document.project_changed.connect(self._on_project_changed)
        player.listen_changed.connect(self._show)

    def set_clip(self, clip: Clip | None) -> None:
        """Draw stems of this clip's sound; those of another are closed."""
        is_other = clip is None or self._clip is None or clip.sound is not self._clip.sound
        self._clip = clip
        if is_other:
            self.close()
        self._on_project_changed(self._document.project)

    def close(self) -> None:
        """Close and remove everything that was drawn or is being drawn."""
        if self._drawing is not None:
            self._drawing.cancel()
            self._drawing = None
        for target_path in list(self._drawn):
            self._forget(target_path)
        self._asked = None
        self._shown = ()
        # From under a worker that still writes nothing is taken: its folder goes when it ends.
        if not self._at_work:
            shutil.rmtree(self._folder, ignore_errors=True)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        result = project.selected_stem.result if project.selected_stem else None
        path = result.target_path if result is not None else None
        if path is not None and path not in self._drawn and path != self._asked:
            self._draw(path)
        self._show()

    def _draw(self, path: Path) -> None:
        sound = self._clip.sound if self._clip is not None else None
        if sound is None:
            return
        self._asked = path
        # One of its own each time: the same stem may be drawn again while it is being given up.
        folder = self._folder / uuid.uuid4().hex
        self._at_work.add(folder)
        job = self._runner.prepare(
            AnalyseStemJob(sound.source, path, folder), Lane.IO, replaces="draw stem"
        )
        job.succeeded.connect(lambda pictures: self._on_drawn(pictures, folder))
        job.failed.connect(self.failed)
        job.finished.connect(lambda: self._on_ended(folder))
        self._drawing = job
        self._runner.start(job)

    def _on_ended(self, folder: Path) -> None:
        self._at_work.discard(folder)
        if folder not in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def _forget(self, target_path: Path) -> None:
        self._drawn.pop(target_path).close()
        shutil.rmtree(self._folders.pop(target_path), ignore_errors=True)

    def _on_drawn(self, pictures: StemPictures, folder: Path) -> None:
        if pictures.target_path != self._asked:
            pictures.close()
            return
        self._asked = None
        self._drawn[pictures.target_path] = pictures
        self._folders[pictures.target_path] = folder
        while len(self._drawn) > _MOST_KEPT:
            self._forget(next(iter(self._drawn)))
        self._show()

    @Slot()
    def _show(self, _listen: Listen | None = None) -> None:
        """Show the half that is heard, and the target over the waveform of the mix."""
        sound = self._clip.sound if self._clip is not None else None
        if sound is None:
            return
        stem = self._document.project.selected_stem
        result = stem.result if stem is not None else None
        drawn = self._drawn.get(result.target_path) if result is not None else None
        colour = stem_colour(stem.colour if stem is not None else 0)
        listen = self._player.listen
        if self._shown == (sound, drawn, colour, listen):
            return
        self._shown = (sound, drawn, colour, listen)
        if drawn is None or listen in (Listen.MIX, Listen.MIXER):
            self._timeline.set_sound(sound.peaks, sound.spectrogram)
            self._timeline.set_target_peaks(drawn.target.peaks if drawn else None, colour)
            return
        half = drawn.target if listen is Listen.TARGET else drawn.residual
        self._timeline.set_sound(half.peaks, half.spectrogram)
        self._timeline.set_target_peaks(None, colour)
