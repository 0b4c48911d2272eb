"""What a sounding segmenter is held against: answers that need no ears.

Letters in shapes: H, W pixels.
"""

import cv2
import numpy as np

from core.domain.pictures import Pixels
from core.segmentation.sounding_protocol import Heat

_RIM_PX = 6
_N_COLOURS = 6


def centre_box(frame: Pixels) -> Heat:
    """Return 1 in the middle half of the width and height of a frame (H, W, 3)."""
    high, wide = frame.shape[:2]
    heat = np.zeros((high, wide), np.float32)
    heat[high // 4 : high - high // 4, wide // 4 : wide - wide // 4] = 1.0
    return heat


def salient(frame: Pixels) -> Heat:
    """Return what is unlike the frame's rim in colour, as things in the middle of pictures are.

    The distance to the nearest of a few colours of the rim, with Otsu's threshold at one half.
    """
    lab = cv2.cvtColor(cv2.GaussianBlur(frame, (0, 0), 1.5), cv2.COLOR_RGB2LAB).astype(np.float32)
    rim = np.ones(lab.shape[:2], np.bool_)
    rim[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX] = False
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 10, 0.0)
    cv2.setRNGSeed(0)
    begin = np.zeros((int(rim.sum()), 1), np.int32)
    _, _, colours = cv2.kmeans(lab[rim], _N_COLOURS, begin, stop, 1, cv2.KMEANS_PP_CENTERS)
    away = np.linalg.norm(lab[:, :, None] - colours, axis=3).min(2)  # (H, W)
    levels = np.clip(away * 2, 0, 255).astype(np.uint8)
    limit, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(np.clip(levels / (2 * max(float(limit), 1.0)), 0, 1), np.float32)
