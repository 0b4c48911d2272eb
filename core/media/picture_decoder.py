"""Decodes one picture stream forward from a key frame, stepping over damage. Raw frames, no RGB."""

from collections.abc import Iterator

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from core.domain.media import MediaInfo
from core.errors import MediaError
from core.media.container import SKIPPED_ERRORS, open_container, stream_at, whole_packets
from core.media.pts_table import PtsTable


class PictureDecoder:
    """Gives raw frames in the order they are shown, each with its index in the pts table.

    The file is opened when the first frame is asked for. One object belongs to one thread.
    """

    def __init__(self, info: MediaInfo, table: PtsTable) -> None:
        self._info = info
        self._table = table
        self._container: InputContainer | None = None
        self._frames: Iterator[tuple[int, VideoFrame]] = iter(())
        self.index: int | None = None
        """Of the frame that came last; None right after a start and once there are no more."""
        self.hurry_to_pts: int | None = None
        """Frames before it that no other frame needs are not decoded at all, and do not come."""

    def start(self, key_index: int) -> None:
        """Make ready to decode from the key frame at `key_index`.

        Index 0 opens the file anew, which works where no seeking does.

        Raises:
            MediaError: the file cannot be opened any more.
        """
        if not self._table.is_seekable:
            key_index = 0
        if self._container is None or key_index == 0:
            self.close()
            self._container = open_container(self._info.path)
        stream = self._stream(self._container)
        if key_index:
            self._container.seek(int(self._table.pts[key_index]), stream=stream)
        self.index = None
        self._frames = self._numbered(self._container, stream, key_index)

    def next_frame(self) -> tuple[int, VideoFrame] | None:
        """Return the next frame and its index, or None at the end."""
        found = next(self._frames, None)
        self.index = None if found is None else found[0]
        return found

    def close(self) -> None:
        self._frames = iter(())
        self.index = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _stream(self, container: InputContainer) -> VideoStream:
        video = self._info.video
        stream = stream_at(container, video.index if video else -1)
        if not isinstance(stream, VideoStream):
            raise MediaError(
                f"stream {stream.index} of {self._info.path} is {stream.type}",
                advice="The file has changed since it was opened. Open it again.",
            )
        if not stream.codec_context.is_open:
            stream.thread_type = "AUTO"  # type: ignore[assignment]  # PyAV takes names too
        return stream

    def _numbered(
        self, container: InputContainer, stream: VideoStream, key_index: int
    ) -> Iterator[tuple[int, VideoFrame]]:
        index = key_index - 1
        is_sought = key_index > 0
        for frame in self._decoded(container, stream):
            if self._table.is_by_order or frame.pts is None:
                index = min(index + 1, len(self._table) - 1)
            else:
                index = self._nearest(frame.pts)
                # Some demuxers make up times after a seek (MPEG-PS); better start further back.
                if is_sought and self._table.pts[index] != frame.pts:
                    return
            is_sought = False
            yield index, frame

    def _decoded(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        for packet in whole_packets(container, stream):
            is_passed_by = (
                self.hurry_to_pts is not None
                and packet.pts is not None
                and packet.pts < self.hurry_to_pts
                and not self._table.is_by_order
            )
            stream.codec_context.skip_frame = "NONREF" if is_passed_by else "DEFAULT"
            yield from _frames_of(stream, packet)
        yield from _frames_of(stream, None)

    def _nearest(self, pts: int) -> int:
        """Return the index of the table's pts nearest to `pts`; nearly always it is the same."""
        table = self._table.pts
        after = min(int(np.searchsorted(table, pts)), table.size - 1)
        before = max(0, after - 1)
        return before if abs(int(table[before]) - pts) < abs(int(table[after]) - pts) else after


def _frames_of(stream: VideoStream, packet: "Packet[Stream] | None") -> list[VideoFrame]:
    try:
        return stream.decode(packet)  # type: ignore[arg-type]  # any packet of that stream
    except SKIPPED_ERRORS:
        return []
