"""The one place where a media file is opened with PyAV, and where its failures become ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from core.errors import MediaError
from core.media.wholeness import looks_like_mp4

SKIPPED_ERRORS = (av.error.InvalidDataError, av.error.BufferTooSmallError)
"""What one damaged packet raises; the packets after it may be fine."""


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open `path` for reading and close it again.

    Raises:
        MediaError: missing, a folder, empty, not allowed, or nothing PyAV understands.
    """
    container = open_container(path)
    try:
        yield container
    finally:
        container.close()


def open_container(path: Path) -> InputContainer:
    """Open `path`; closing is up to the caller. Raises as `open_media`."""
    _refuse_what_is_no_file(path)
    try:
        # Absolute, so that a colon in a name is not taken for a protocol. The whitelist says
        # aloud what FFmpeg does of itself: a playlist may not reach out to the network.
        container = av.open(
            os.fspath(path.absolute()),
            mode="r",
            options={"protocol_whitelist": "file"},
            metadata_errors="ignore",
        )
    except PermissionError as error:
        raise _not_allowed(path) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(container, InputContainer):  # pragma: no cover - mode "r" gives nothing else
        raise TypeError(f"{path} was opened as {type(container).__name__}")
    return container


def stream_at(container: InputContainer, index: int) -> Stream:
    """Return the stream with that index, and let the demuxer drop all others unread.

    Raises:
        MediaError: there is no such stream.
    """
    streams = {stream.index: stream for stream in container.streams}
    if index not in streams:
        raise MediaError(
            f"{container.name} has no stream {index}, only {sorted(streams)}",
            advice="The file has changed since it was opened. Open it again.",
        )
    for other in streams.values():
        discard = getattr(other, "discard", None)  # not in the oldest PyAV we allow
        if discard is not None and other.index != index:
            other.discard = type(discard).all
    return streams[index]


def whole_packets(container: InputContainer, stream: Stream) -> "Iterator[Packet[Stream]]":
    """Yield the packets of `stream` that hold anything, up to the end or where damage stops it."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except (*SKIPPED_ERRORS, av.error.EOFError, av.error.OSError):
        return


def _refuse_what_is_no_file(path: Path) -> None:
    try:
        if not path.exists():
            raise MediaError(
                f"{path} does not exist",
                advice=f"“{path.name}” is not there any more. "
                "Put it back, or open it from its new place.",
            )
        if path.is_dir():
            raise MediaError(
                f"{path} is a folder", advice="This is a folder. Open a video or a sound inside it."
            )
        if path.stat().st_size == 0:
            raise MediaError(
                f"{path} is empty",
                advice=f"“{path.name}” is empty (0 bytes). Copy or download it again.",
            )
    except PermissionError as error:
        raise _not_allowed(path) from error


def _not_allowed(path: Path) -> MediaError:
    return MediaError(
        f"{path} may not be read",
        advice=f"You are not allowed to read “{path.name}”. Change its permissions, or copy it "
        "to a folder of your own.",
    )


def _unreadable(path: Path, error: Exception) -> MediaError:
    if looks_like_mp4(path):
        return MediaError(
            f"{path} cannot be opened, its index (moov) is missing or damaged: {error}",
            advice=f"“{path.name}” is cut short: the recording or the copy ended before the index "
            "at its end was written. Copy it again from where it came from, or mend it with a "
            "repair tool such as untrunc.",
        )
    return MediaError(
        f"{path} is not media: {error}",
        advice=f"“{path.name}” is not a video or a sound that Soloist can read. "
        "Try another file, or convert it to MP4, WebM or WAV first.",
    )
