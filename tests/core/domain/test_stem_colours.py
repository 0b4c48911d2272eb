from core.domain.stem_colours import STEM_COLOURS_RGB, stem_colour_rgb
from widgets.theme import STEM_COLOURS


def test_a_stem_has_the_same_colour_in_the_window_and_in_an_exported_video():
    assert tuple(f"#{r:02X}{g:02X}{b:02X}" for r, g, b in STEM_COLOURS_RGB) == STEM_COLOURS


def test_there_is_a_colour_for_any_number_of_stems():
    assert stem_colour_rgb(len(STEM_COLOURS_RGB) + 1) == STEM_COLOURS_RGB[1]
