"""Opens a video for writing, and turns what FFmpeg says into errors for a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import OutputContainer

from core.errors import ExportError

# Matroska and its strict subset; everything of the MP4 family but QuickTime becomes .mp4.
_KEPT = {".mp4", ".mov", ".webm", ".mkv"}
_MP4_FAMILY = {".m4v", ".3gp", ".3g2", ".f4v"}


def container_suffix(clip: Path) -> str:
    """Return the suffix of a container that can hold the clip's picture stream as it is."""
    suffix = clip.suffix.lower()
    if suffix in _KEPT:
        return suffix
    return ".mp4" if suffix in _MP4_FAMILY else ".mkv"


@contextmanager
def written_video(path: Path) -> Iterator[OutputContainer]:
    """Open `path` for writing and finish it at the end of the block.

    Raises:
        ExportError: the container or a codec refuses what it was given.
        OSError: the disk is full or the file cannot be written.
    """
    try:
        with av.open(str(path), "w") as container:
            yield container
    except av.FFmpegError as error:
        # FFmpeg's "disk full" and the like are OSErrors too and are told better as such.
        if isinstance(error, OSError) and error.errno and error.errno > 0:
            raise
        raise ExportError(
            f"cannot write video {path}: {error}",
            advice="This video cannot be written in this form. "
            "Leave the video out, or export it from a copy of the clip saved as MP4.",
        ) from error
