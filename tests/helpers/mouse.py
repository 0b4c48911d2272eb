"""The mouse as a person moves it: with a button held, in steps, with modifier keys."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
RIGHT = Qt.MouseButton.RightButton
MIDDLE = Qt.MouseButton.MiddleButton
NO_KEY = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier

Point = tuple[float, float]


def press(
    widget: QWidget, at: Point, held: Qt.KeyboardModifier = NO_KEY, button: Qt.MouseButton = LEFT
) -> None:
    _send(widget, QEvent.Type.MouseButtonPress, at, held, button, button)


def move(
    widget: QWidget, at: Point, held: Qt.KeyboardModifier = NO_KEY, button: Qt.MouseButton = LEFT
) -> None:
    """Move with `button` held; `NoButton` hovers."""
    _send(widget, QEvent.Type.MouseMove, at, held, Qt.MouseButton.NoButton, button)


def release(
    widget: QWidget, at: Point, held: Qt.KeyboardModifier = NO_KEY, button: Qt.MouseButton = LEFT
) -> None:
    _send(widget, QEvent.Type.MouseButtonRelease, at, held, button, Qt.MouseButton.NoButton)


def drag(
    widget: QWidget,
    points: Iterable[Point],
    held: Qt.KeyboardModifier = NO_KEY,
    button: Qt.MouseButton = LEFT,
) -> None:
    """Press at the first point, move along, let go at the last."""
    first, *others = points
    press(widget, first, held, button)
    for point in others:
        move(widget, point, held, button)
    release(widget, [first, *others][-1], held, button)


def click(widget: QWidget, at: Point, held: Qt.KeyboardModifier = NO_KEY) -> None:
    drag(widget, [at], held)


def wheel(widget: QWidget, at: Point, notches: float, held: Qt.KeyboardModifier = NO_KEY) -> None:
    event = QWheelEvent(
        QPointF(*at),
        widget.mapToGlobal(QPointF(*at)),
        QPoint(0, 0),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def _send(
    widget: QWidget,
    kind: QEvent.Type,
    at: Point,
    held: Qt.KeyboardModifier,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
) -> None:
    place = QPointF(*at)
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, held)
    QApplication.sendEvent(widget, event)
