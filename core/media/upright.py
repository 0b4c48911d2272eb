"""Turns a decoded frame into upright RGB: pixel aspect, rotation, bit depth, colour matrix."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter

from core.domain.media import VideoStreamInfo
from core.domain.pictures import Pixels

_HD_HEIGHT_PX = 720
# AVColorSpace (ITU-T H.273) -> the matrix swscale should use.
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
_RGB = 0


class Uprighter:
    """Owns the one scaler of a reader: a new one for each frame would leak megabytes."""

    def __init__(self, video: VideoStreamInfo) -> None:
        self._scaler = VideoReformatter()
        self._n_quarter_turns = -(video.rotation_deg // 90)
        self._width_px, self._height_px = video.width_px, video.height_px
        if video.rotation_deg in {90, 270}:
            self._width_px, self._height_px = self._height_px, self._width_px

    def pixels(self, frame: VideoFrame) -> Pixels:
        """Return RGB uint8 (H, W, 3) as a person should see it; read-only, since it is shared."""
        rgb = self._scaler.reformat(
            frame,
            width=self._width_px,
            height=self._height_px,
            format="rgb24",
            src_colorspace=_matrix(frame),
        ).to_ndarray()
        upright = np.ascontiguousarray(np.rot90(rgb, self._n_quarter_turns), np.uint8)
        upright.flags.writeable = False
        return upright


def _matrix(frame: VideoFrame) -> Colorspace | None:
    """Return the frame's colour matrix; untagged video follows the custom of its size."""
    if frame.colorspace == _RGB or frame.format.name.startswith(("rgb", "bgr", "gbr", "gray")):
        return None
    is_hd = frame.height >= _HD_HEIGHT_PX
    return _MATRICES.get(frame.colorspace, Colorspace.ITU709 if is_hd else Colorspace.ITU601)
