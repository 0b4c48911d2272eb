import numpy as np
import pytest

from widgets import colour_maps


@pytest.mark.parametrize("name", colour_maps.names())
def test_a_colour_map_is_256_colours_whose_brightness_only_rises(name):
    lut = colour_maps.colours(name)

    brightness = lut.astype(float) @ [0.2126, 0.7152, 0.0722]
    assert lut.shape == (256, 3)
    assert lut.dtype == np.uint8
    # eight bits per channel: a rounding step of one
    assert (np.diff(brightness) > -1.0).all()
    assert brightness[-1] - brightness[0] > 180


def test_the_level_range_decides_what_is_darkest_and_lightest():
    lut = colour_maps.colours("grey")

    shown = colour_maps.stretch(lut, floor_db=-120.0, low_db=-80.0, high_db=-20.0)

    below, above = round(255 * 40 / 120) - 1, round(255 * 100 / 120) + 1
    assert (shown[: below + 1] == lut[0]).all()
    assert (shown[above:] == lut[255]).all()
    assert (shown[round(255 * 70 / 120)] != lut[0]).any()


def test_an_unknown_colour_map_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="ember"):
        colour_maps.colours("jet")


def test_colour_maps_can_not_be_changed_by_who_gets_them():
    with pytest.raises(ValueError, match="read-only"):
        colour_maps.colours("ember")[0] = 0
