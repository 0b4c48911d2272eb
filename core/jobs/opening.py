"""Opening a clip in two jobs: what it is (headers and packets), then its sound."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.media import MediaInfo
from core.jobs.requests import next_job_id
from core.media.audio_import import ImportedAudio, import_audio
from core.media.cache import MediaCache
from core.media.probe import probe
from core.media.pts_table import PtsTable, read_pts_table
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True, eq=False)
class OpenedMedia:
    """A clip that can be shown: what it holds, and when each of its frames is on screen."""

    info: MediaInfo
    table: PtsTable | None
    """None for sound without a picture."""


@dataclass(frozen=True, slots=True)
class OpenJob:
    """Read headers and packets of `path`; nothing is decoded."""

    path: Path
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Open {self.path.name}"

    def __call__(self, report: Report, cancel: CancelToken) -> OpenedMedia:
        """Return what the file holds.

        Raises:
            MediaError: it cannot be read as media.
        """
        info = probe(self.path)
        cancel.raise_if_cancelled()
        table = None
        if info.video is not None:
            table = read_pts_table(info, report=report, cancel=cancel)
        return OpenedMedia(info, table)


@dataclass(frozen=True, slots=True, eq=False)
class ImportSoundJob:
    """Decode one sound track onto disk, with its waveform and spectrogram."""

    info: MediaInfo
    stream_index: int
    cache: MediaCache
    on_opened: Callable[[ImportedAudio], None]
    """Told early, on the worker's thread, with a sound that still grows."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Read the sound of {self.info.path.name}"

    def __call__(self, report: Report, cancel: CancelToken) -> ImportedAudio:
        """Return the whole sound.

        Raises:
            MediaError: the track cannot be decoded.
        """
        return import_audio(
            self.info,
            self.stream_index,
            self.cache,
            report=report,
            cancel=cancel,
            on_opened=self.on_opened,
        )
