"""A video made of drawn frames: times kept, sound beside it, one frame at a time in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from core.domain.masks import Mask, MaskTrack
from core.domain.pictures import PictureSource, Pixels
from core.errors import ExportError
from core.files.picture_track import PictureTrack
from core.files.sound_track import SoundTrack, VideoSound, choose_container
from core.files.video_file import written_video
from core.progress import CancelToken, Progress, Report

SUFFIX = ".mp4"
_SINGLE_FRAME_RATE_HZ = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Pixels (H, W, 3) and the media time from which they are shown."""

    pixels: Pixels
    time_s: float


@dataclass(frozen=True, slots=True)
class FramesShape:
    """What is known of the frames before the first is drawn."""

    width_px: int
    height_px: int
    n_frames: int
    rate_hz: float

    @classmethod
    def of(cls, picture: PictureSource) -> "FramesShape":
        """Raises `ExportError` for a picture without frames."""
        table = picture.pts_table
        if not len(table):
            raise ExportError(
                "the picture has no frames",
                advice="This clip has no picture. Export the sound alone.",
            )
        length_s = picture.time_s(int(table[-1])) - picture.time_s(int(table[0]))
        rate_hz = (len(table) - 1) / length_s if length_s > 0 else _SINGLE_FRAME_RATE_HZ
        return cls(picture.width_px, picture.height_px, len(table), rate_hz)


def frames_suffix(sound: VideoSound | None) -> tuple[str, str | None]:
    """Return the suffix of a video that can hold `sound`, and a notice where it must differ."""
    return (SUFFIX, None) if sound is None else choose_container(SUFFIX, sound.source)


def write_frames(
    frames: Iterator[Shown],
    shape: FramesShape,
    track: tuple[VideoSound | None, int],
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write `frames` to `path`, whose suffix is from `frames_suffix`.

    `track` is the sound beside the frames, if any, and the quality of the picture (x264's CRF).

    Raises:
        ExportError: the container refuses what it is given.
        OSError: the disk is full or the file cannot be written.
        Cancelled: `path` then holds an unfinished file.
    """
    sound, quality = track
    size_px = shape.width_px, shape.height_px
    with written_video(path) as video:
        picture = PictureTrack(video, size_px, shape.rate_hz, quality=quality)
        heard = SoundTrack(video, path.suffix, sound, Fraction(0)) if sound else None
        for n_done, shown in enumerate(frames, start=1):
            cancel.raise_if_cancelled()
            if heard is not None:
                heard.encode_until(shown.time_s, cancel=cancel)
            picture.encode(shown.pixels, shown.time_s)
            report(Progress("Write", min(n_done, shape.n_frames), shape.n_frames))
        picture.finish()
        if heard is not None:
            heard.finish(cancel=cancel)


def mask_of(tracks: tuple[MaskTrack, ...], pts: int) -> Mask | None:
    """Return what all tracks together cover on the frame `pts`, None where none knows it."""
    covered: Mask | None = None
    for track in tracks:
        tracked = track.at(pts)
        if tracked is not None:
            mask = tracked.unpack()
            covered = mask if covered is None else covered | mask
    return covered


def refuse_other_size(tracks: tuple[MaskTrack, ...], picture: PictureSource) -> None:
    """Raise `ExportError` where a mask was drawn on a picture of another size."""
    size_px = picture.width_px, picture.height_px
    for mask in (mask for track in tracks for mask in track):
        if (mask.width_px, mask.height_px) != size_px:
            raise ExportError(
                f"a mask of {mask.width_px} x {mask.height_px} px on a picture of "
                f"{size_px[0]} x {size_px[1]} px",
                advice="The mask was made on another version of this clip. "
                "Click the object again, then export.",
            )
