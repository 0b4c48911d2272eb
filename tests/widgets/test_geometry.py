"""Where the picture lies: frame pixels and view pixels are told apart exactly at any zoom."""

import pytest

from widgets.geometry import MAX_ZOOM, PictureGeometry

WIDE = PictureGeometry(1920, 1080, 1000, 600)
TALL = PictureGeometry(1080, 1920, 1000, 600)
SMALL = PictureGeometry(160, 120, 1000, 600)
SHARP = PictureGeometry(1920, 1080, 1000.5, 600.25, pixel_ratio=1.5)
SHOWN = {
    "fitted": WIDE,
    "tall": TALL,
    "small": SMALL,
    "sharp": SHARP,
    "actual size": WIDE.zoomed(1.0, 300, 200),
    "zoomed in": WIDE.zoomed(7.3, 812.5, 77),
    "zoomed and panned": WIDE.zoomed(3.0, 100, 100).panned(-57.5, 33.25),
    "sharp and zoomed": SHARP.zoomed(2.0, 10, 590).panned(5, -5),
}


@pytest.mark.parametrize("geometry", SHOWN.values(), ids=SHOWN.keys())
@pytest.mark.parametrize("point", [(0.0, 0.0), (13.37, 501.5), (1079.9, 119.0), (-40.0, 3000.0)])
def test_a_position_survives_the_way_there_and_back(
    geometry: PictureGeometry, point: tuple[float, float]
) -> None:
    there = geometry.to_view(*point)

    # Doubles carry 15 digits; a billionth of a pixel is far more than enough.
    assert geometry.to_frame(*there) == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize("geometry", SHOWN.values(), ids=SHOWN.keys())
def test_the_picture_begins_on_a_whole_pixel_of_the_screen(geometry: PictureGeometry) -> None:
    for edge_px in geometry.origin:
        assert edge_px * geometry.pixel_ratio == pytest.approx(
            round(edge_px * geometry.pixel_ratio)
        )


@pytest.mark.parametrize("geometry", [WIDE, TALL, SMALL, SHARP])
def test_a_fitted_picture_is_whole_centred_and_as_large_as_it_can_be(
    geometry: PictureGeometry,
) -> None:
    left, top, width, height = geometry.picture_rect

    room = geometry.view_width_px - width, geometry.view_height_px - height
    assert min(room) == pytest.approx(0, abs=1e-9)
    # The corner is moved to a whole pixel, so centred means to within one.
    assert left == pytest.approx(room[0] / 2, abs=1)
    assert top == pytest.approx(room[1] / 2, abs=1)
    assert width / height == pytest.approx(geometry.picture_width_px / geometry.picture_height_px)


@pytest.mark.parametrize("pixel_ratio", [1.0, 1.5, 2.0])
def test_at_100_percent_a_frame_pixel_is_a_screen_pixel(pixel_ratio: float) -> None:
    geometry = PictureGeometry(1920, 1080, 1000, 600, pixel_ratio).zoomed(1.0, 500, 300)

    (x0, _), (x1, _) = geometry.to_view(0, 0), geometry.to_view(1, 0)

    assert (x1 - x0) * pixel_ratio == pytest.approx(1.0)


@pytest.mark.parametrize("zoom", [0.9, 2.0, 12.0])
@pytest.mark.parametrize("geometry", [WIDE, SHARP], ids=["plain", "sharp"])
def test_zooming_keeps_what_lies_under_the_pointer(geometry: PictureGeometry, zoom: float) -> None:
    before = geometry.to_frame(420, 310)

    after = geometry.zoomed(zoom, 420, 310).to_frame(420, 310)

    # Half a screen pixel is lost to laying the corner on a whole one.
    assert after == pytest.approx(before, abs=0.5 / zoom + 1e-9)


def test_zooming_out_ends_at_the_whole_picture() -> None:
    assert WIDE.zoomed(4.0, 500, 300).zoomed(0.01, 500, 300).is_fitted


def test_a_picture_smaller_than_the_view_can_be_seen_at_its_own_size() -> None:
    assert SMALL.zoomed(0.2, 500, 300).shown_zoom == 1.0


def test_zooming_in_ends_where_pixels_are_large_squares() -> None:
    assert WIDE.zoomed(1e6, 500, 300).shown_zoom == MAX_ZOOM


def test_panning_moves_the_picture_with_the_hand() -> None:
    zoomed = WIDE.zoomed(2.0, 500, 300)
    held = zoomed.to_frame(400, 200)

    assert zoomed.panned(37, -21).to_view(*held) == pytest.approx((437, 179), abs=1)


def test_a_picture_cannot_be_panned_out_of_the_view() -> None:
    lost = WIDE.zoomed(4.0, 500, 300).panned(1e6, -1e6)

    assert lost.centre == (0.0, 1080.0)


def test_a_fitted_picture_stays_where_it_is() -> None:
    assert WIDE.panned(50, 50) is WIDE


def test_a_larger_view_keeps_the_zoom_and_the_middle() -> None:
    zoomed = WIDE.zoomed(2.0, 500, 300)

    larger = zoomed.in_view(1600, 900, 1.0)

    assert larger.shown_zoom == zoomed.shown_zoom
    assert larger.to_frame(800, 450) == pytest.approx(zoomed.to_frame(500, 300), abs=1)


def test_only_the_picture_itself_is_inside() -> None:
    left, top, width, height = TALL.picture_rect

    assert TALL.holds(left, top)
    assert not TALL.holds(left - 1, top)
    assert not TALL.holds(left + width + 0.5, top + height / 2)
    assert TALL.clipped(-5, 4000) == (0.0, 1920.0)


@pytest.mark.parametrize(
    ("width_px", "height_px", "ratio", "zoom"),
    [(0, 10, 1.0, None), (10, -1, 1.0, None), (10, 10, 0.0, None), (10, 10, 1.0, 0.0)],
)
def test_nonsense_is_refused(
    width_px: int, height_px: int, ratio: float, zoom: float | None
) -> None:
    with pytest.raises(ValueError, match=r"picture|zoom"):
        PictureGeometry(width_px, height_px, 100, 100, ratio, zoom)
