"""Icons by what they mean, drawn from an icon font and tinted by the palette at hand.

An icon costs nothing until it is first painted; only then is the font loaded (10 ms). Colours are
looked up while painting, so a change of theme needs no new icons.
"""

from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.icon_font import EM_PX, glyph_path
from widgets.theme import current_theme

GLYPHS: Mapping[str, str] = {
    # playback
    "play": "play-fill",
    "pause": "pause-fill",
    "stop": "stop-fill",
    "step_back": "caret-left-bold",
    "step_forward": "caret-right-bold",
    "go_start": "skip-back-fill",
    "go_end": "skip-forward-fill",
    "loop": "repeat-bold",
    "volume": "speaker-high",
    "volume_low": "speaker-low",
    "volume_off": "speaker-x",
    "level_match": "scales",
    "headphones": "headphones",
    "mixer": "sliders-horizontal",
    # what is asked for
    "separate": "magic-wand",
    "text": "text-t",
    "region": "selection-plus",
    "span": "brackets-square",
    "painted": "paint-brush",
    "engine": "cpu",
    # tools
    "click": "cursor",
    "box": "bounding-box",
    "hand": "hand",
    "eraser": "eraser",
    "mask": "eye",
    "mask_off": "eye-slash",
    "zoom_in": "magnifying-glass-plus",
    "zoom_out": "magnifying-glass-minus",
    "fit": "frame-corners",
    "search": "magnifying-glass",
    # things
    "film": "film-strip",
    "sound": "music-notes-simple",
    "image": "image",
    "folder": "folder-open",
    "file": "file",
    "stem": "stack",
    "clock": "clock",
    "keyboard": "keyboard",
    "jobs": "list-dashes",
    # doing
    "add": "plus",
    "add_bold": "plus-bold",
    "minus": "minus",
    "minus_bold": "minus-bold",
    "remove": "trash",
    "close": "x",
    "cancel": "x-circle",
    "rename": "pencil-simple",
    "more": "dots-three-vertical-bold",
    "save": "floppy-disk",
    "export": "export",
    "open": "folder-open",
    "undo": "arrow-u-up-left",
    "redo": "arrow-u-up-right",
    "retry": "arrow-clockwise",
    "settings": "gear-six",
    "download": "download-simple",
    "drop": "tray",
    # states
    "info": "info-fill",
    "warning": "warning-fill",
    "error": "warning-octagon-fill",
    "good": "check-circle-fill",
    "check": "check-bold",
    "stale": "clock-counter-clockwise",
    "question": "question",
    "lock": "lock-simple",
    "chevron_down": "caret-down-bold",
    "chevron_up": "caret-up-bold",
    "chevron_right": "caret-right-bold",
    "light": "sun",
    "dark": "moon",
}
"""Meaning to glyph of the Phosphor set (MIT), which qtawesome carries."""


def icon(name: str, tint: str = "text") -> QIcon:
    """Return an icon that follows the theme.

    Args:
        name: a key of `GLYPHS`.
        tint: which colour of the `Theme` it takes at rest. Disabled, selected and switched-on
            states have their own.

    Raises:
        KeyError: there is no icon of that name.
    """
    if name not in GLYPHS:
        raise KeyError(name)
    return QIcon(_GlyphEngine(name, tint))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Paint an icon into `rect` by hand; crisp at any scale, being a path."""
    path = glyph_path(GLYPHS[name])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(rect.width(), rect.height())
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / EM_PX, side / EM_PX)
    painter.fillPath(path, colour)
    painter.restore()


class IconLabel(QWidget):
    """One icon as a picture of its own, following the theme and the pixel ratio."""

    def __init__(
        self, name: str, tint: str = "text", size_px: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._tint, self._size_px = name, tint, size_px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_icon(self, name: str, tint: str) -> None:
        self._name, self._tint = name, tint
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        tint = self._tint if self.isEnabled() else "disabled"
        colour = QColor(getattr(theme, tint))
        paint_icon(QPainter(self), self._name, QRectF(self.rect()), colour)


class _GlyphEngine(QIconEngine):
    """Draws one glyph; asked by Qt whenever and at whatever size an icon is needed."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name, self._tint = name, tint

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._name, self._tint)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_icon(painter, self._name, QRectF(rect), self._colour(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if pixmap.isNull():
            return pixmap  # some styles ask for a size of nothing
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        theme = current_theme()
        if mode == QIcon.Mode.Disabled:
            return QColor(theme.disabled)
        if mode == QIcon.Mode.Selected:
            return QColor(theme.on_accent)
        if state == QIcon.State.On and self._tint == "text":
            return QColor(theme.link)
        return QColor(getattr(theme, self._tint))
