"""Draws a mask on a picture, or the mask alone, as arrays.

Letters in shapes: H, W pixels.
"""

import cv2
import numpy as np

from core.domain.export import OverlayStyle
from core.domain.masks import Mask
from core.domain.pictures import Pixels

Rgb = tuple[int, int, int]

_FILL_OPACITY = 0.45
_DIM_BRIGHTNESS = 0.28


def draw_mask(pixels: Pixels, mask: Mask, style: OverlayStyle, colour: Rgb) -> Pixels:
    """Return a copy of `pixels` (H, W, 3) with `mask` (H, W) shown on it in `style`."""
    match style:
        case OverlayStyle.COLOUR:
            shown = _filled(pixels, mask, colour)
        case OverlayStyle.OUTLINE:
            shown = pixels.copy()
        case OverlayStyle.DIM:
            return _dimmed(pixels, mask)
    width_px = _line_width_px(mask)
    # Dark under bright: the line is seen on any ground.
    shown[_outline(mask, 2 * width_px)] = (0, 0, 0)
    shown[_outline(mask, width_px)] = colour
    return shown


def matte(mask: Mask) -> Pixels:
    """Return white (255) where `mask` is, black elsewhere, as RGB (H, W, 3)."""
    return np.repeat(mask[:, :, None].astype(np.uint8) * np.uint8(255), 3, axis=2)


def _filled(pixels: Pixels, mask: Mask, colour: Rgb) -> Pixels:
    filled = pixels.copy()
    blend = pixels[mask] * (1.0 - _FILL_OPACITY) + np.array(colour) * _FILL_OPACITY
    filled[mask] = np.rint(blend).astype(np.uint8)
    return filled


def _dimmed(pixels: Pixels, mask: Mask) -> Pixels:
    """Everything but the object in dark grey."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    dark = np.rint(grey * _DIM_BRIGHTNESS).astype(np.uint8)
    return np.where(mask[:, :, None], pixels, dark[:, :, None])


def _outline(mask: Mask, width_px: int) -> Mask:
    """Return the pixels within `width_px` inside the edge, and half of it outside."""
    kernel = np.ones((3, 3), np.uint8)
    whole = mask.astype(np.uint8)
    inner = cv2.erode(whole, kernel, iterations=width_px)
    outer = cv2.dilate(whole, kernel, iterations=max(1, width_px // 2))
    return np.asarray(outer > inner, np.bool_)


def _line_width_px(mask: Mask) -> int:
    height_px, width_px = mask.shape
    return max(1, int(min(height_px, width_px)) // 360)
