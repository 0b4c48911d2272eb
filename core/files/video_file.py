"""Opens a video for writing, and turns what FFmpeg says into errors for a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import OutputContainer

from core.domain.media import MediaInfo
from core.errors import ExportError

_MP4_FORMAT = "mp4"
_MATROSKA_FORMAT = "matroska"
# What WebM allows, by FFmpeg's names of codecs and of their decoders.
_WEBM_CODECS = {"vp8", "vp9", "av1", "libdav1d", "libaom-av1", "libvpx", "libvpx-vp9"}


def container_suffix(media: MediaInfo) -> str:
    """Return the suffix of a container that can hold the clip's picture stream as it is.

    What the file is counts, not what it is called; anything rare goes into Matroska.
    """
    suffix, formats = media.path.suffix.lower(), media.container.split(",")
    if _MP4_FORMAT in formats:
        return ".mov" if suffix == ".mov" else ".mp4"
    is_webm = media.video is not None and media.video.codec in _WEBM_CODECS
    return ".webm" if _MATROSKA_FORMAT in formats and suffix == ".webm" and is_webm else ".mkv"


@contextmanager
def written_video(path: Path) -> Iterator[OutputContainer]:
    """Open `path` for writing and finish it at the end of the block.

    Raises:
        ExportError: the container or a codec refuses what it was given.
        OSError: the disk is full or the file cannot be written.
    """
    try:
        # The prefix keeps a colon in a name from being taken for a protocol.
        with av.open(f"file:{path.absolute()}", "w") as container:
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
