"""The mask over the picture: outline true to the pixels, quick for any mask, weaker when unsure."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from core.domain.masks import Mask
from tests.helpers.pictures import disc_mask
from widgets.geometry import PictureGeometry
from widgets.mask_overlay import MaskOverlay, outline_of

GREEN = QColor("#00ff00")


def painted(overlay: MaskOverlay, geometry: PictureGeometry, opacity: float) -> QImage:
    size = int(geometry.view_width_px), int(geometry.view_height_px)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    overlay.paint(painter, geometry, opacity)
    painter.end()
    return image


def strong_pixels(image: QImage) -> int:
    """How many pixels have the mask's own colour at nearly full strength."""
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)
    return int(((flat[:, 1] > 230) & (flat[:, 3] > 230)).sum())


def test_the_outline_covers_what_the_mask_covers() -> None:
    mask = disc_mask(200, 150, 90, 70, 40)

    outline = outline_of(mask)

    inside = np.array(
        [[outline.contains(QPointF(x + 0.5, y + 0.5)) for x in range(200)] for y in range(150)]
    )
    # Smoothing may move the edge by about half a pixel: no more than the ring of edge pixels.
    assert (inside != mask).sum() < 2 * np.pi * 40
    assert inside[mask].mean() > 0.97


def test_a_hole_is_left_open() -> None:
    mask = disc_mask(200, 150, 100, 75, 50) & ~disc_mask(200, 150, 100, 75, 20)

    outline = outline_of(mask)

    assert not outline.contains(QPointF(100, 75))
    assert outline.contains(QPointF(135, 75))


def test_all_parts_of_a_mask_are_outlined() -> None:
    mask = disc_mask(200, 150, 40, 75, 20) | disc_mask(200, 150, 160, 75, 20)

    outline = outline_of(mask)

    assert outline.contains(QPointF(40, 75))
    assert outline.contains(QPointF(160, 75))


def test_an_empty_mask_has_no_outline() -> None:
    assert outline_of(np.zeros((20, 30), np.bool_)).isEmpty()


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_a_mask_of_noise_cannot_slow_the_window_down(share: float) -> None:
    noise: Mask = np.random.default_rng(1).random((270, 480)) < share

    assert outline_of(noise).elementCount() < 2000


def test_the_mask_of_the_caller_is_not_touched() -> None:
    mask = disc_mask(60, 40, 30, 20, 10)
    kept = mask.copy()
    mask.setflags(write=False)

    outline_of(mask)

    np.testing.assert_array_equal(mask, kept)


def test_the_tint_lies_inside_at_the_wanted_strength() -> None:
    geometry = PictureGeometry(200, 150, 400, 300)
    overlay = MaskOverlay(disc_mask(200, 150, 100, 75, 50), GREEN)

    image = painted(overlay, geometry, opacity=0.4)

    assert QColor(image.pixelColor(200, 150)).alphaF() == pytest.approx(0.4, abs=0.01)
    assert image.pixelColor(5, 5).alpha() == 0


def test_an_unsure_mask_is_drawn_weaker_and_dashed() -> None:
    geometry = PictureGeometry(200, 150, 400, 300)
    mask = disc_mask(200, 150, 100, 75, 50)
    sure, unsure = MaskOverlay(mask, GREEN, 1.0), MaskOverlay(mask, GREEN, 0.3)

    images = [painted(overlay, geometry, 0.4) for overlay in (sure, unsure)]

    assert unsure.is_unsure
    assert not sure.is_unsure
    assert images[1].pixelColor(200, 150).alpha() < images[0].pixelColor(200, 150).alpha()
    # Eight pixels drawn, six left out.
    assert strong_pixels(images[1]) < 0.75 * strong_pixels(images[0])


def test_the_outline_is_two_pixels_wide_at_any_zoom() -> None:
    mask = disc_mask(200, 150, 100, 75, 50)
    overlay = MaskOverlay(mask, GREEN)

    for geometry in (PictureGeometry(200, 150, 200, 150), PictureGeometry(200, 150, 800, 600)):
        length_px = 2 * np.pi * 50 * geometry.scale
        width_px = strong_pixels(painted(overlay, geometry, 0.2)) / length_px

        # The soft edges of a round line are not counted as strong.
        assert 0.8 < width_px < 2.2


def test_the_stairs_of_the_pixels_do_not_show() -> None:
    outline = outline_of(disc_mask(200, 150, 100, 75, 40))

    # Along the stairs it is longer by 5 percent.
    assert outline.length() == pytest.approx(2 * np.pi * 40, rel=0.02)
