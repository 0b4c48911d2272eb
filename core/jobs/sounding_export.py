"""What sounds in a clip, taken away: a video that shows it, its masks as data, and a manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.audio import AudioSource
from core.domain.export import SoundingExportChoice
from core.domain.media import MediaInfo
from core.domain.soundings import SoundingTrack
from core.files.atomic import Delivery
from core.files.coco_masks import write_masks
from core.files.frames_video import frames_suffix
from core.files.manifest import as_text, clip_record, head_record
from core.files.sound_track import VideoSound
from core.files.sounding_video import SoundingLook, write_sounding_matte, write_sounding_overlay
from core.files.versions import versions
from core.jobs.effort import Effort
from core.jobs.export import made_folder
from core.jobs.requests import next_job_id
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Report
from core.segmentation import sounding_registry

_EFFORT = {"overlay": 10.0, "matte": 5.0, "masks": 1.0, "manifest": 0.1}


def sounding_files(choice: SoundingExportChoice, mix: AudioSource) -> dict[str, Path]:
    """Return role to path of all that will be written."""
    names = {"overlay": "overlay" + frames_suffix(VideoSound(mix))[0]}
    names |= {"matte": "matte.mp4"} if choice.with_matte else {}
    names |= {"masks": "masks.json", "manifest": "manifest.json"}
    return {role: choice.folder / name for role, name in names.items()}


def sounding_files_in_the_way(choice: SoundingExportChoice, mix: AudioSource) -> tuple[Path, ...]:
    """Return which of the files exist already."""
    return tuple(path for path in sounding_files(choice, mix).values() if path.exists())


@dataclass(frozen=True, slots=True)
class SoundingExportAnswer:
    """What was written: role to path."""

    job_id: int
    files: Mapping[str, Path]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SoundingExportJob:
    """A request that holds all it needs; nothing is in place before everything is whole."""

    media: MediaInfo
    table: PtsTable | None
    mix: AudioSource
    audio_stream: int | None
    track: SoundingTrack
    choice: SoundingExportChoice
    engine: str = "ddavs"
    weights: Path | None = None
    """Those that it was seen with; what comes with the program if None."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Export to {self.choice.folder.name or self.choice.folder}"

    def __call__(self, report: Report, cancel: CancelToken) -> SoundingExportAnswer:
        """Write all files and return them; a folder that does not exist is made.

        Raises:
            ExportError: a file is in the way, or the folder or the disk refuses.
            MediaError: the clip cannot be decoded. Nothing of this export is left, as always.
            Cancelled: likewise.
        """
        paths = sounding_files(self.choice, self.mix)
        sound = VideoSound(self.mix)
        notice = frames_suffix(sound)[1]
        notices = () if notice is None else (notice,)
        effort = Effort("Export", sum(_EFFORT[role] for role in paths), report)
        may_overwrite = self.choice.may_overwrite
        with made_folder(self.choice.folder), Delivery(may_overwrite=may_overwrite) as delivery:
            beside = {role: delivery.beside(path) for role, path in paths.items()}
            for role, path in beside.items():
                self._write(role, path, notices, report=effort.part(_EFFORT[role]), cancel=cancel)
                effort.finish(_EFFORT[role])
            cancel.raise_if_cancelled()
            delivery.commit()
        return SoundingExportAnswer(self.job_id, paths, notices)

    def _write(
        self,
        role: str,
        path: Path,
        notices: tuple[str, ...],
        *,
        report: Report,
        cancel: CancelToken,
    ) -> None:
        if role == "manifest":
            path.write_text(self._manifest(notices, cancel), "utf-8", newline="\n")
            return
        with FrameReader(self.media, self.table) as picture:
            if role == "masks":
                size = picture.height_px, picture.width_px
                write_masks(self.track, size, path, report=report, cancel=cancel)
            elif role == "matte":
                write_sounding_matte(picture, self.track, path, report=report, cancel=cancel)
            else:
                look, sound = SoundingLook(self.track, self.choice.style), VideoSound(self.mix)
                write_sounding_overlay(picture, look, sound, path, report=report, cancel=cancel)

    def _manifest(self, notices: tuple[str, ...], cancel: CancelToken) -> str:
        info = sounding_registry.info(self.engine)
        names = {role: path.name for role, path in sounding_files(self.choice, self.mix).items()}
        return as_text(
            {
                **head_record(names),
                "clip": clip_record(self.media, self.audio_stream, cancel=cancel),
                "engine": info.name,
                "licence": info.licence,
                "settings": {
                    "weights": "bundled" if self.weights is None else self.weights.name,
                    "rate_hz": 1.0 / self.track.step_s,
                    "overlay_style": self.choice.style.value,
                },
                "sources": [
                    {"number": number, "label": label}
                    for number, label in self.track.labels.items()
                ],
                "notices": list(notices),
                "versions": versions(),
            }
        )


def rehearse_sounding_export(choice: SoundingExportChoice, mix: AudioSource) -> None:
    """Find out now what an export would be refused for at its end. Nothing is left behind.

    Raises:
        ExportError: a file is in the way, or the folder refuses.
    """
    with (
        made_folder(choice.folder, is_kept=False),
        Delivery(may_overwrite=choice.may_overwrite) as delivery,
    ):
        for path in sounding_files(choice, mix).values():
            delivery.beside(path)
