"""The fonts of the window: one for words, and the same for numbers that must not jump."""

import sys

from PySide6.QtGui import QFont, QFontDatabase

SIZE_PX = 13

FAMILIES = (
    "Inter",
    "Inter Variable",
    "Adwaita Sans",
    "Noto Sans",
    "Cantarell",
    "Ubuntu",
    "Roboto",
    "Open Sans",
    "Source Sans 3",
    "Fira Sans",
    "Liberation Sans",
    "DejaVu Sans",
)
"""Tried in this order on Linux, where there may be no desktop that names a font."""

_WIDE_FAMILIES = ("DejaVu Sans", "Verdana")
"""Drawn so large on their body that one pixel less looks like the others."""


def interface_font(difference_px: int = 0) -> QFont:
    """Return the system's own font on macOS and Windows, else the best that is installed.

    Args:
        difference_px: how much larger (or smaller) than ordinary text.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if sys.platform not in ("darwin", "win32"):
        font.setFamilies(_installed())
    is_wide = font.families()[:1] and font.families()[0] in _WIDE_FAMILIES
    font.setPixelSize(SIZE_PX - bool(is_wide) + difference_px)
    return font


def number_font(difference_px: int = 0) -> QFont:
    """Return the interface font with digits of one width, for times and levels."""
    font = interface_font(difference_px)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def fixed_font(difference_px: int = 0) -> QFont:
    """Return the system's font with letters of one width, for texts set by hand."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(SIZE_PX + difference_px)
    return font


def _installed() -> list[str]:
    """Return those of `FAMILIES` that this machine has; never empty."""
    here = set(QFontDatabase.families())
    return [family for family in FAMILIES if family in here] or ["Sans Serif"]
