"""The colours of stems as numbers, for pictures that are drawn without a window."""

Rgb = tuple[int, int, int]

STEM_COLOURS_RGB: tuple[Rgb, ...] = (
    (0x7E, 0xC9, 0xFF),
    (0xD4, 0x8E, 0x00),
    (0x04, 0x9C, 0x80),
    (0xBB, 0x48, 0x12),
    (0x87, 0x6C, 0xDC),
    (0xFF, 0xAF, 0xC7),
    (0xE0, 0xD8, 0x00),
    (0x88, 0x63, 0x40),
)
"""The window's colour-blind-safe palette; a test keeps the two the same."""


def stem_colour_rgb(index: int) -> Rgb:
    return STEM_COLOURS_RGB[index % len(STEM_COLOURS_RGB)]
