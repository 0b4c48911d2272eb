"""Qt's style sheet, written from a theme: the shape and states of every standard control.

What a widget is for is told by dynamic properties: `kind` on buttons ("primary", "quiet",
"segment", "danger"), and `rank` on labels ("title", "muted", "small").
"""

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from widgets.fonts import interface_font

if TYPE_CHECKING:
    from widgets.theme import Theme

_STYLES = Path(__file__).resolve().parent.parent / "resources" / "styles"


def stylesheet(theme: "Theme") -> str:
    """Return `resources/styles/window.qss` with the colours of `theme` put in."""
    colours = {name: getattr(theme, name) for name in theme.__slots__}
    shade = "dark" if theme.is_dark else "light"
    icons = f"{_STYLES.as_posix()}/{shade}"
    size_px = interface_font().pixelSize()
    sizes = {
        "small_px": f"{size_px - 1}px",
        "title_px": f"{size_px + 2}px",
        "display_px": f"{size_px + 9}px",
    }
    template = Template((_STYLES / "window.qss").read_text(encoding="utf-8"))
    return template.substitute(colours, **sizes, icons=icons)
