"""A crosshair on the picture that the arrow keys move, for people who do not use a mouse."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from widgets.geometry import PictureGeometry, Point

HINT = "Arrow keys move · Enter: this · Alt+Enter: not this · Esc ends"

KEY_ROWS: tuple[tuple[str, str, str], ...] = (
    ("Picture", "This is what I want to hear", "Click"),
    ("Picture", "This is not part of it", "Alt+click or right click"),
    ("Picture", "Put a box around it", "Drag"),
    ("Picture", "Choose what was found there, or what sounds", "Click, or 1 to 9"),
    ("Picture", "Zoom at the pointer", "Wheel"),
    ("Picture", "Move the zoomed picture", "Middle drag, or Space+drag"),
    ("Picture", "With the keys: move the crosshair", "Arrow keys"),
    ("Picture", "With the keys: move it by single pixels", "Shift+arrow keys"),
    ("Picture", "With the keys: this is what I want to hear", "Return"),
    ("Picture", "With the keys: this is not part of it", "Alt+Return"),
    ("Picture", "With the keys: end", "Esc"),
)
"""(group, what it does, keys): what no menu action stands for."""

_STEP_PX = 12.0
"""Of the view, so that it is the same way for the eye at any zoom."""

_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NONE, _SHIFT, _ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


class KeyboardPointer:
    """Where the crosshair is, in frame pixels. It stays where it was while it is not shown."""

    def __init__(self) -> None:
        self.is_shown = False
        self._at: Point | None = None

    def at(self, geometry: PictureGeometry) -> Point:
        """Return its place in the picture; in the middle of the view at first."""
        if self._at is None:
            middle = geometry.view_width_px / 2, geometry.view_height_px / 2
            self._at = geometry.to_frame(*middle)
        return _inside(self._at, geometry)

    def claims(self, event: QKeyEvent) -> bool:
        """Whether the key means something to it now."""
        if not self.is_shown:
            return False
        held = _held(event)
        if event.key() in _WAYS:
            return held in (_NONE, _SHIFT)
        if event.key() in _ENTER:
            return held in (_NONE, _ALT)
        return event.key() == Qt.Key.Key_Escape and held == _NONE

    def is_moved(self, event: QKeyEvent, geometry: PictureGeometry) -> bool:
        """Move where the key is an arrow, and tell whether it was one."""
        way = _WAYS.get(Qt.Key(event.key()))
        if way is None:
            return False
        step_px = 1.0 if _held(event) == _SHIFT else _STEP_PX / geometry.scale
        x_px, y_px = self.at(geometry)
        self._at = _inside((x_px + way[0] * step_px, y_px + way[1] * step_px), geometry)
        return True

    def needed_pan(self, geometry: PictureGeometry) -> Point:
        """Return by how many view pixels a zoomed picture must move to keep it in sight."""
        x_px, y_px = geometry.to_view(*self.at(geometry))
        return _way_back(x_px, geometry.view_width_px), _way_back(y_px, geometry.view_height_px)

    def click(self, event: QKeyEvent, geometry: PictureGeometry) -> tuple[Point, bool] | None:
        """Return where the key clicks, and whether it says "this"; None for another key."""
        if event.key() not in _ENTER:
            return None
        return self.at(geometry), _held(event) != _ALT


def _held(event: QKeyEvent) -> Qt.KeyboardModifier:
    # The keys of the number pad carry a mark that means nothing here.
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def _inside(at: Point, geometry: PictureGeometry) -> Point:
    x_px, y_px = geometry.clipped(*at)
    return (
        min(x_px, geometry.picture_width_px - 0.5),
        min(y_px, geometry.picture_height_px - 0.5),
    )


def _way_back(at_px: float, length_px: float, margin_px: float = 24.0) -> float:
    low, high = margin_px, max(margin_px, length_px - margin_px)
    return min(max(at_px, low), high) - at_px
