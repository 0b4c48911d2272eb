"""Motion between two pictures, whatever their shape."""

import cv2
import numpy as np
import pytest

from core.segmentation.optical_flow import FlowMeter


def _noise(high, wide, by_px):
    rough = np.random.default_rng(0).random((high, wide + 8)).astype(np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), 1.5)
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    return (255 * smooth[:, 4 - by_px : wide + 4 - by_px]).astype(np.uint8)


@pytest.mark.parametrize(
    "size", [(16, 160), (28, 160), (10, 320), (16, 640), (160, 16), (16, 16), (90, 160)]
)
def test_motion_is_found_in_pictures_of_any_shape(size):
    old, new = _noise(*size, 0), _noise(*size, 2)

    motion = FlowMeter().between(old, new)

    assert motion.back.shape == (*size, 2)
    assert motion.is_sure.shape == motion.change.shape == size
    assert np.median(motion.back[..., 0]) == pytest.approx(-2, abs=0.6)
