"""Gives the exact frame of a video at a pts: seek to the key frame before, decode forward, cache.

Letters in shapes: H, W pixels; K frames.
"""

from collections.abc import Iterator
from fractions import Fraction
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from core.domain.media import MediaInfo, VideoStreamInfo
from core.domain.pictures import Frame, Pixels
from core.errors import MediaError
from core.media.frame_cache import ByteLimitedCache
from core.media.picture_decoder import PictureDecoder
from core.media.pts_table import PtsTable, read_pts_table
from core.media.upright import Uprighter
from core.progress import CancelToken, ignore

CACHE_BYTES = 256 * 2**20
_CHEAPER_THAN_SEEKING = 12
"""Frames ahead that are decoded rather than sought, even past a key frame."""
_KEPT_BEFORE, _KEPT_WHEN_STEPPING_BACK = 6, 60
"""Frames before a wanted one that are decoded too, since people step back from where they land."""


class FrameReader:
    """A `PictureSource` over a media file; the file is opened when the first frame is wanted.

    Half of `cache_bytes` keeps finished pictures, half keeps what was decoded on the way to them,
    so that stepping backward does not decode the same stretch again and again. One object belongs
    to one thread. Use it in a `with`, or `close` it.

    Raises:
        MediaError: `info` has no picture, or `table` is None and cannot be read.
    """

    def __init__(
        self, info: MediaInfo, table: PtsTable | None = None, cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.table = table or read_pts_table(info, report=ignore, cancel=CancelToken())
        self._info = info
        self._decoder = PictureDecoder(info, self.table)
        self._uprighter = Uprighter(self._video)
        self._pictures = ByteLimitedCache[Pixels](cache_bytes // 2, lambda pixels: pixels.nbytes)
        self._last_index = -1
        self._passed = ByteLimitedCache[VideoFrame](cache_bytes // 2, _size_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and forget all pictures; a later question opens it again."""
        self._decoder.close()
        self._pictures.clear()
        self._passed.clear()

    @property
    def _video(self) -> VideoStreamInfo:
        if self._info.video is None:
            raise MediaError(
                f"{self._info.path} has no picture stream",
                advice="This file holds sound only, so there is no picture to show.",
            )
        return self._info.video

    @property
    def width_px(self) -> int:
        return self._video.width_px

    @property
    def height_px(self) -> int:
        return self._video.height_px

    @property
    def time_base(self) -> Fraction:
        return self.table.time_base

    @property
    def origin_s(self) -> Fraction:
        return self.table.origin_s

    @property
    def pts_table(self) -> npt.NDArray[np.int64]:
        return self.table.pts

    def time_s(self, pts: int) -> float:
        return self.table.time_s(pts)

    def pts_at(self, time_s: float) -> int:
        return int(self.table.pts[self.table.index_at(time_s)])

    def is_cached(self, pts: int) -> bool:
        """Return whether `frame_at` would answer without decoding."""
        return self._pictures.get(pts) is not None or self._passed.get(pts) is not None

    def frame_at(self, pts: int) -> Frame:
        """Return the frame `pts`; where it is damaged, the nearest good picture in its place.

        Raises:
            MediaError: there is no such pts, no good picture at all, or the file has gone.
        """
        pixels = self._pictures.get(pts)
        if pixels is None:
            index = self._index_of(pts)
            raw = self._passed.get(pts)
            pixels = self._uprighter.pixels(raw if raw is not None else self._decode(index))
            self._pictures.put(pts, pixels)
        return Frame(pixels, pts, self.table.time_s(pts))

    def frames(self, first_pts: int, last_pts: int) -> Iterator[Frame]:
        for pts in self.table.pts:
            if first_pts <= pts <= last_pts:
                yield self.frame_at(int(pts))

    def _index_of(self, pts: int) -> int:
        index = int(np.searchsorted(self.table.pts, pts))
        if index == len(self.table) or self.table.pts[index] != pts:
            raise MediaError(
                f"{self._info.path} has no frame at pts {pts}",
                advice="The video has changed since it was opened. Open it again.",
            )
        return index

    def _decode(self, index: int) -> VideoFrame:
        """Return the raw frame `index`, or the nearest good one before it, or else after it."""
        here = self._decoder.index
        key = self.table.key_before(index)
        is_ahead = here is not None and here < index
        if here is not None and is_ahead and (key <= here or index - here <= _CHEAPER_THAN_SEEKING):
            found = self._decode_until(index)
            if found is not None and found[0] <= index:
                return found[1]
        # Seeking in a file without an index may land too late: start ever further back.
        for start in self._starts_before(key):
            self._decoder.start(start)
            found = self._decode_until(index)
            if found is not None and (found[0] <= index or start == 0):
                return found[1]
        raise MediaError(
            f"{self._info.path}: nothing decodes near frame {index} of {len(self.table)}",
            advice="The picture of this video is damaged here. Its sound may still be fine.",
        )

    def _starts_before(self, key: int) -> Iterator[int]:
        yield key
        for n_frames_back in (1, 50, 500):
            if key > 0:
                key = self.table.key_before(max(0, key - n_frames_back))
                yield key
        if key > 0:
            yield 0

    def _decode_until(self, index: int) -> tuple[int, VideoFrame] | None:
        """Decode on to `index`; return it, or the last good one before, or the first after."""
        best: tuple[int, VideoFrame] | None = None
        is_stepping_back = 0 < self._last_index - index < _CHEAPER_THAN_SEEKING
        self._last_index = index
        n_kept = _KEPT_WHEN_STEPPING_BACK if is_stepping_back else _KEPT_BEFORE
        self._decoder.hurry_to_pts = int(self.table.pts[max(0, index - n_kept)])
        while (found := self._decoder.next_frame()) is not None:
            self._passed.put(int(self.table.pts[found[0]]), found[1])
            if found[0] > index:
                return best or found
            best = found
            if found[0] == index:
                return best
        return best


def _size_bytes(frame: VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
