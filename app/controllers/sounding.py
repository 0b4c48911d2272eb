"""Looks through the clip for what sounds, from the playhead on, and knows what was found so far."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.job_lane import Urgency
from app.job_runner import Job, JobRunner, Lane
from core.domain.soundings import SoundingFrame, SoundingTrack
from core.errors import CoreError, PromptError
from core.jobs.requests import next_job_id
from core.jobs.sounding import RATE_HZ, SoundingAnswer, SoundingJob, empty_track


class _Bridge(QObject):
    """Carries new frames from the worker to the window's thread: the job's number, and them."""

    frames = Signal(int, object)


class SoundingController(QObject):
    """Asks one question at a time; a newer one takes the place of the one before.

    Signals:
        track_changed: what is known of the clip has grown, or was forgotten.
        looking_changed: True while it looks.
        failed: a `CoreError`, or what else went wrong.
    """

    track_changed = Signal()
    looking_changed = Signal(bool)
    failed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.rate_hz = RATE_HZ
        """How many frames a second are looked at from the next question on."""
        self.device = "auto"
        """Where the segmenter runs from the next question on."""
        self.track: SoundingTrack | None = None
        """What is known of the open clip; None where nobody asked."""
        self.is_whole = False
        """Whether all of the clip is known."""
        self._clip: Clip | None = None
        self._job: Job | None = None
        self._wanted_from_s: float | None = None
        self._bridge = _Bridge(self)
        self._bridge.frames.connect(self._on_frames)

    def set_clip(self, clip: Clip | None) -> None:
        """Turn to another clip or another sound of it; what is known of the earlier is dropped."""
        self.cancel()
        self._clip = clip
        self._set_track(None)

    def update_clip(self, clip: Clip) -> None:
        """The same clip, of which more is known by now."""
        self._clip = clip
        if self._wanted_from_s is not None:
            self.look(self._wanted_from_s)

    @Slot()
    def give_up(self) -> None:
        """Stop waiting for a sound that does not come; what is being looked at goes on."""
        if self._wanted_from_s is not None:
            self.cancel()

    @property
    def is_looking(self) -> bool:
        """Whether more is to come."""
        return self._job is not None or self._wanted_from_s is not None

    def look(self, from_s: float) -> None:
        """Look through the whole clip, what follows `from_s` first; once its sound is read."""
        self.cancel()
        try:
            is_ready = self._is_ready()
        except CoreError as error:
            self.failed.emit(error)
            return
        if is_ready:
            self._ask(from_s)
        else:
            self._wanted_from_s = from_s
        self.looking_changed.emit(True)

    def cancel(self) -> None:
        """Stop looking; what was found is kept."""
        was_looking, self._wanted_from_s = self.is_looking, None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if was_looking:
            self.looking_changed.emit(False)

    def _is_ready(self) -> bool:
        """Tell whether the sound is all there.

        Raises:
            PromptError: there is nothing to see or nothing to hear.
        """
        clip = self._clip
        if clip is None or clip.info.video is None or clip.table is None:
            raise PromptError(
                "no picture to look in", advice="Open a clip with a picture to see what sounds."
            )
        if not clip.info.audio:
            raise PromptError(
                f"{clip.info.path.name} has no sound",
                advice="Nothing sounds in a clip without sound. Open another clip.",
            )
        return clip.sound is not None and clip.is_sound_whole

    def _ask(self, from_s: float) -> None:
        clip = self._clip
        if clip is None or clip.table is None or clip.sound is None:
            return
        number = next_job_id()
        request = SoundingJob(
            clip.info,
            clip.table,
            clip.sound.source,
            self.rate_hz,
            from_s,
            device=self.device,
            on_frames=partial(self._bridge.frames.emit, number),
            job_id=number,
        )
        job = self._runner.prepare(
            request, Lane.DEVICE, replaces="see what sounds", urgency=Urgency.STEADY
        )
        job.succeeded.connect(self._on_seen)
        job.failed.connect(self.failed)
        job.finished.connect(self._on_finished)
        self._job = job
        # Sources are numbered anew by each look: old frames beside new ones would change colour.
        table = clip.table
        self._set_track(empty_track(table, self.rate_hz))
        self._runner.start(job)

    def _set_track(self, track: SoundingTrack | None, *, is_whole: bool = False) -> None:
        if track is not self.track:
            self.track, self.is_whole = track, is_whole
            self.track_changed.emit()

    @Slot(int, object)
    def _on_frames(self, job_id: int, frames: tuple[SoundingFrame, ...]) -> None:
        # One that was replaced may have spoken a moment before it heard of that.
        if self._job is not None and self._job.job_id == job_id and self.track is not None:
            self._set_track(self.track.with_frames(frames))

    @Slot(object)
    def _on_seen(self, answer: SoundingAnswer) -> None:
        if self.sender() is self._job:
            self._set_track(answer.track, is_whole=True)

    @Slot()
    def _on_finished(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self.looking_changed.emit(False)
