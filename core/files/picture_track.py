"""The picture of an exported video: RGB frames with their own times into H.264.

Frames keep the times they have in the clip, so a variable frame rate stays one.

Letters in shapes: H, W pixels.
"""

from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from core.domain.pictures import Pixels
from core.units import seconds_to_pts

TIME_BASE = Fraction(1, 90_000)
"""Fine enough for every common frame rate; a frame is at most 6 µs off its place."""

_BT709 = 1
_LIMITED_RANGE = 1


class PictureTrack:
    """Encodes frames into an open container, in the order in which they are shown."""

    def __init__(
        self,
        container: OutputContainer,
        size_px: tuple[int, int],
        rate_hz: float,
        *,
        quality: int,
    ) -> None:
        """Add the stream for pictures of `size_px` (width, height).

        `quality` is x264's CRF: 18 looks like the original, 0 is lossless. `rate_hz` is a hint
        for the encoder; the times of the frames are what counts.
        """
        self._container = container
        self._stream = _new_stream(container, max(rate_hz, 1.0), quality)
        width_px, height_px = size_px
        # Colour is stored for blocks of 2 x 2: an odd edge is doubled, never cut or stretched.
        self._padding_px = (height_px % 2, width_px % 2)
        context = self._stream.codec_context
        context.width, context.height = width_px + width_px % 2, height_px + height_px % 2
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.colorspace, context.color_range = _BT709, _LIMITED_RANGE
        context.color_primaries, context.color_trc = _BT709, _BT709
        # One for all frames: a new one for each would cost megabytes that come back late.
        self._reformatter = VideoReformatter()

    def encode(self, pixels: Pixels, time_s: float) -> None:
        """Encode the frame that is shown from `time_s` on."""
        bottom_px, right_px = self._padding_px
        if bottom_px or right_px:
            pixels = np.pad(pixels, ((0, bottom_px), (0, right_px), (0, 0)), mode="edge")
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"),
            format="yuv420p",
            dst_colorspace=_BT709,
            dst_color_range=_LIMITED_RANGE,
        )
        frame.pts, frame.time_base = seconds_to_pts(time_s, TIME_BASE), TIME_BASE
        frame.pict_type = PictureType.NONE  # the encoder decides
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Empty the encoder."""
        self._container.mux(self._stream.encode(None))


def _new_stream(container: OutputContainer, rate_hz: float, quality: int) -> VideoStream:
    rate = Fraction(rate_hz).limit_denominator(1001)
    if "libx264" in av.codecs_available:
        options = {"crf": str(quality), "preset": "veryfast"}
        stream = container.add_stream("libx264", rate=rate, options=options)
    else:  # pragma: no cover - a build of FFmpeg without GPL parts
        options = {"flags": "+qscale", "global_quality": str(2 * 118)}
        stream = container.add_stream("mpeg4", rate=rate, options=options)
    assert isinstance(stream, VideoStream)  # narrows PyAV's union
    return stream
