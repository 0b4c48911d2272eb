"""Outlines of icons, from the Phosphor font (MIT) that qtawesome carries."""

import functools
import importlib.util
import json
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QPainterPath

EM_PX = 256
"""Outlines lie in a square of this size."""


@functools.cache
def glyph_path(glyph: str) -> QPainterPath:
    """Return the outline of a glyph of the set, such as `play-fill`. Needs an application."""
    font, characters = _font_and_characters()
    path = QPainterPath()
    path.addText(0.0, 0.0, font, chr(int(characters[glyph], 16)))
    # The em square stands on the baseline; glyphs lie in it where they look centred.
    return path.translated(0.0, float(EM_PX))


@functools.cache
def _font_and_characters() -> tuple[QFont, dict[str, str]]:
    """Return the font, and each glyph's code point in hexadecimal.

    The two files are read past qtawesome: importing it takes a fifth of a second and loads eleven
    fonts, of which one is used, before the first window can be painted.

    Raises:
        FileNotFoundError: qtawesome is not installed, or carries no Phosphor any more.
    """
    spec = importlib.util.find_spec("qtawesome")
    homes = list(spec.submodule_search_locations or ()) if spec else []
    for folder in (Path(home) / "fonts" for home in homes):
        for font_file in sorted(folder.glob("phosphor-[0-9]*.ttf")):
            characters = next(iter(sorted(folder.glob("phosphor-charmap-*.json"))), None)
            number = QFontDatabase.addApplicationFont(str(font_file))
            if characters is not None and number >= 0:
                font = QFont(QFontDatabase.applicationFontFamilies(number))
                font.setPixelSize(EM_PX)
                return font, dict(json.loads(characters.read_text(encoding="utf-8")))
    raise FileNotFoundError(f"no Phosphor font in qtawesome, looked in {homes}")
