"""Mouse and keys over the picture: clicks, dragged boxes, the hand that pans, the crosshair."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from widgets.geometry import Point
from widgets.keyboard_pointer import KeyboardPointer
from widgets.sounding_choice import SoundingChoice
from widgets.video_tools import Tool, tool_cursor

CLICK_TOLERANCE_PX = 4.0
"""A press that moves less than this is a click, for hands that are not quite steady."""

_KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)

_PASSING_REASONS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""The person looked at another window or a menu, and comes back to what they were doing."""


@dataclass(slots=True)
class _Press:
    """A button held down: where it began, where it is, and what it will become."""

    start: QPointF
    now: QPointF
    button: Qt.MouseButton
    is_pan: bool
    is_positive: bool

    @property
    def has_moved(self) -> bool:
        way = self.now - self.start
        return bool(max(abs(way.x()), abs(way.y())) >= CLICK_TOLERANCE_PX)


class PictureGestures(SoundingChoice):
    """Turns what hands do into positions in the picture. `VideoView` adds the paint.

    Signals:
        click_requested: x and y in frame pixels, and True for "this", False for "not this".
        box_requested: left, top, right and bottom in frame pixels, never empty.
        outside_clicked: a click beside the picture.
        play_requested: Space was tapped while the picture is zoomed in, where holding it pans.
    """

    click_requested = Signal(float, float, bool)
    box_requested = Signal(float, float, float, float)
    outside_clicked = Signal()
    play_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_focus_shown = False
        self.pointer = KeyboardPointer()
        self._tool = Tool.CLICK
        self._press: _Press | None = None
        self._is_space_held = self._has_panned = False
        self._cursor_state: object = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        # The right button says "not this"; it must not also ask the parents for a menu.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def set_tool(self, tool: Tool) -> None:
        self._tool = tool
        self._show_cursor()

    def start_pointing(self) -> None:
        """Take the focus and show the crosshair that the arrow keys move."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._show_pointer(is_shown=True)

    @property
    def dragged_box(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of the box under way, in frame pixels inside the picture."""
        press, geometry = self._press, self.picture_geometry
        if press is None or geometry is None or press.is_pan or not press.has_moved:
            return None
        if not press.is_positive:
            return None
        first = geometry.clipped(*geometry.to_frame(press.start.x(), press.start.y()))
        second = geometry.clipped(*geometry.to_frame(press.now.x(), press.now.y()))
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(first, second, strict=True))
        return left, top, right, bottom

    # Mouse --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button, at = event.button(), event.position()
        is_left = button == Qt.MouseButton.LeftButton
        is_middle = button == Qt.MouseButton.MiddleButton
        is_known = is_left or is_middle or button == Qt.MouseButton.RightButton
        if self.picture_geometry is None or self._press is not None or not is_known:
            event.ignore()
            return
        self._show_pointer(is_shown=False)
        is_pan = is_middle or (is_left and (self._tool is Tool.HAND or self._is_space_held))
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._press = _Press(at, at, button, is_pan, is_left and not is_alt)
        self._has_panned = self._has_panned or is_pan
        self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        press = self._press
        if press is None:
            is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.hover(event.position())
            self._show_cursor(is_positive=not is_alt)
            return
        way = event.position() - press.now
        press.now = event.position()
        if press.is_pan:
            self.pan_by(way.x(), way.y())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press = self._press
        if press is None or event.button() != press.button:
            return
        press.now = event.position()
        box = self.dragged_box
        self._press = None
        if not press.is_pan:
            self._ask(press, box)
        self._show_cursor()
        self.update()

    def _ask(self, press: _Press, box: tuple[float, float, float, float] | None) -> None:
        """Turn a finished press into exactly one wish."""
        geometry = self.picture_geometry
        if geometry is None:
            return
        if box is not None and box[2] - box[0] >= 1.0 and box[3] - box[1] >= 1.0:
            self.box_requested.emit(*box)
        elif geometry.holds(press.start.x(), press.start.y()):
            self._click(geometry.to_frame(press.start.x(), press.start.y()), press.is_positive)
        else:
            self.outside_clicked.emit()

    def _click(self, place: Point, is_positive: bool) -> None:
        """Pick what may be chosen there; anywhere else a click means what it always does."""
        if not (is_positive and self.pick(place)):
            self.click_requested.emit(*place, is_positive)

    # Keys ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim keys from the window's shortcuts only where they mean something."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and self._claims(event):
            event.accept()
            return True
        return super().event(event)

    def _claims(self, event: QEvent) -> bool:
        geometry = self.picture_geometry
        if not isinstance(event, QKeyEvent) or geometry is None:
            return False
        if self.pointer.claims(event) or self.chooses(event):
            return True
        if event.modifiers():
            return False
        if event.key() == Qt.Key.Key_Escape:
            return self._press is not None or self.is_choosing
        return event.key() == Qt.Key.Key_Space and not geometry.is_fitted

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what was claimed; let all others, arrows too, pass to the parents."""
        if not self._claims(event):
            self._show_cursor(is_positive=event.key() != Qt.Key.Key_Alt)
            event.ignore()
        elif self.pointer.claims(event):
            self._point(event)
        elif self.chooses(event):
            self.choose(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif not event.isAutoRepeat():
            self._is_space_held, self._has_panned = True, False
            self._show_cursor()

    def _escape(self) -> None:
        """Give up the press under way, else what may be chosen."""
        if self._press is None:
            self.candidates_dismissed.emit()
        self._press = None
        self._show_cursor()
        self.update()

    def _point(self, event: QKeyEvent) -> None:
        """Move the crosshair, click where it is, or put it away."""
        geometry = self.picture_geometry
        if geometry is None:
            return
        if self.pointer.is_moved(event, geometry):
            self.pan_by(*self.pointer.needed_pan(geometry))
            self.update()
        elif (click := self.pointer.click(event, geometry)) is not None:
            (x_px, y_px), is_positive = click
            if not event.isAutoRepeat():
                self._click((x_px, y_px), is_positive)
        else:
            self._show_pointer(is_shown=False)

    def _show_pointer(self, *, is_shown: bool) -> None:
        if self.pointer.is_shown != is_shown:
            self.pointer.is_shown = is_shown
            self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._is_space_held:
            self._show_cursor()
            event.ignore()
        elif not event.isAutoRepeat():
            self._is_space_held = False
            self._show_cursor()
            if not self._has_panned:
                self.play_requested.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.is_focus_shown = event.reason() in _KEYBOARD_REASONS
        if event.reason() not in _PASSING_REASONS:
            self._show_pointer(is_shown=self.is_focus_shown)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.is_focus_shown = self._is_space_held = False
        if event.reason() not in _PASSING_REASONS:
            self._show_pointer(is_shown=False)
        super().focusOutEvent(event)
        self.update()

    def _show_cursor(self, *, is_positive: bool = True) -> None:
        """Show what a press would do. Runs on every move, so only a change is passed on."""
        is_panning = self._press is not None and self._press.is_pan
        tool = Tool.HAND if self._is_space_held else self._tool
        is_offered = is_positive and tool is not Tool.HAND and bool(self.sounding_hint)
        state = (self.picture_geometry is None, is_panning, tool, is_positive, is_offered)
        if state == self._cursor_state:
            return
        self._cursor_state = state
        if self.picture_geometry is None:
            self.unsetCursor()
        elif is_panning:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif is_offered:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(tool_cursor(tool, is_positive=is_positive))
