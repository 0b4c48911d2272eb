"""A part of the timeline on which spans are drawn and dragged: waveform, spectrogram, lanes."""

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from core.domain.prompts import SpanPrompt
from widgets.span_drag import Grip, GripKind, find_grip
from widgets.span_gestures import NO_STEM, Press, SpanGestures
from widgets.span_painting import GLYPH_PX, SpanLook, paint_band, paint_tab
from widgets.theme import stem_colour
from widgets.time_view import TimeView
from widgets.timeline_colours import on_ground

MARKING = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
EDGE_PX = 5
SNAP_PX = 7
TAB_PX = 16


class SpanSurface(TimeView):
    """Turns the mouse into gestures and shows the spans of the selected stem as bands.

    A band is taken by its edges, or by the tab with its sign where the view has tabs. What lies
    between stays free, so that a − can be drawn inside a +.

    Signals:
        hovered: the pointer's place in this widget, or None when it left.
        menu_requested: what lies under the pointer (a `Grip` or None), the media time, and
            where on the screen the menu belongs.
    """

    hovered = Signal(object)
    menu_requested = Signal(object, float, QPoint)

    has_tabs = False
    veil = 1.0
    """How strongly spans cover the picture."""

    def __init__(self, gestures: SpanGestures, parent: QWidget | None = None) -> None:
        super().__init__(gestures.axis, parent)
        self.gestures = gestures
        self.gestures.shown_changed.connect(self.update)

    def spans_here(self, _position: QPointF) -> Iterable[tuple[str, SpanPrompt]]:
        """Return the spans that can be taken at a place."""
        stem_id = self.gestures.selected_stem_id
        return [(stem_id, prompt) for prompt in self.gestures.spans_of(stem_id)]

    def takes_body(self, position: QPointF) -> bool:
        """Tell whether a span can be taken by its body at a place."""
        return self.has_tabs and position.y() <= TAB_PX

    def stem_here(self, _position: QPointF) -> str | None:
        """Return the stem a new span at a place is for; None for the selected one."""
        return None

    def grip_at(self, position: QPointF) -> Grip | None:
        if not self.holds(position):
            return None
        return find_grip(
            self.spans_here(position),
            self.time_s(position.x()),
            self.seconds(EDGE_PX),
            with_body=self.takes_body(position),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position()
        if event.button() not in MARKING or self.axis.is_empty:
            return
        if not self.holds(at):
            self.press_gutter(at)
            return
        is_negative = means_not(event)
        grip = None if is_negative else self.grip_at(at)
        time_s = self.time_s(at.x())
        self.gestures.press(Press(time_s, at.x(), grip, self.stem_here(at), is_negative))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = event.position()
        self.hovered.emit(at if self.holds(at) else None)
        if any(event.buttons() & button for button in MARKING):
            is_free = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            snap_s = 0.0 if is_free else self.seconds(SNAP_PX)
            self.gestures.move(self.time_s(at.x()), at.x(), snap_s)
        elif not event.buttons():
            self.show_cursor_for(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.RightButton and not self.gestures.has_moved:
            self.gestures.abandon()
            self.ask_for_menu(event.position(), event.globalPosition().toPoint())
        elif event.button() in MARKING:
            self.gestures.release()

    def leaveEvent(self, _event: object) -> None:
        self.hovered.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Answer the menu key; the right button opens the menu when it is let go."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            self.ask_for_menu(QPointF(event.pos()), event.globalPos())

    def ask_for_menu(self, at: QPointF, on_screen: QPoint) -> None:
        """Ask for the menu of what lies at a place."""
        if self.axis.is_empty or not self.holds(at):
            return
        time_s = self.time_s(at.x())
        grip = find_grip(self.spans_here(at), time_s, self.seconds(EDGE_PX), with_body=True)
        self.menu_requested.emit(grip, time_s, on_screen)

    def press_gutter(self, _position: QPointF) -> None:
        """Answer a press on the labels at the left; nothing by default."""

    def show_cursor_for(self, position: QPointF) -> None:
        """Show by the pointer what a press would take."""
        grip = self.grip_at(position)
        if grip is None:
            is_free = self.holds(position) and not self.axis.is_empty
            shape = Qt.CursorShape.IBeamCursor if is_free else Qt.CursorShape.ArrowCursor
        elif grip.kind is GripKind.BODY:
            shape = Qt.CursorShape.OpenHandCursor
        else:
            shape = Qt.CursorShape.SizeHorCursor
        self.setCursor(shape)

    def look_of(self, stem_id: str, prompt: SpanPrompt) -> SpanLook:
        gestures = self.gestures
        stem = next((stem for stem in gestures.stems if stem.stem_id == stem_id), None)
        return SpanLook(
            self.shown_colour(stem_colour(stem.colour if stem else 0)),
            prompt.is_positive,
            is_selected=gestures.selected_span == (stem_id, prompt),
            is_preview=gestures.preview == (stem_id, prompt),
        )

    def shown_spans(self, stem_id: str) -> list[SpanPrompt]:
        """Return the spans of a stem with the live preview in the place of what it changes."""
        gestures = self.gestures
        shown = [
            prompt for prompt in gestures.spans_of(stem_id) if gestures.hidden != (stem_id, prompt)
        ]
        preview = gestures.preview
        if preview is not None and preview[0] == stem_id:
            shown.append(preview[1])
        return shown

    def span_rect(self, prompt: SpanPrompt, top_px: float, height_px: float) -> QRectF:
        left, right = self.x_px(prompt.span.start_s), self.x_px(prompt.span.end_s)
        # far-away edges are pulled close: painters lose precision with huge coordinates
        left, right = max(left, -1e4), min(right, self.width() + 1e4)
        return QRectF(left, top_px, max(2.0, right - left), height_px)

    def shown_colour(self, colour: QColor) -> QColor:
        """Return a stem's colour as it reads best on this view."""
        return on_ground(colour, self.colours)

    @property
    def edge_colour(self) -> QColor:
        """What sets the edges of spans off from the picture."""
        return self.colours.ground

    def paint_bands(self, painter: QPainter) -> None:
        """Draw the spans of the selected stem over the picture."""
        stem_id = self.gestures.selected_stem_id or NO_STEM
        for prompt in self.shown_spans(stem_id):
            band = self.span_rect(prompt, 0, self.height())
            if not band.intersects(QRectF(self.content)):
                continue
            look = self.look_of(stem_id, prompt)
            paint_band(painter, band, look, self.edge_colour, self.veil)
            if self.has_tabs:
                width_px = min(GLYPH_PX + 4, max(3.0, band.width()))
                tab = QRectF(max(band.left(), self.content.left()), 0, width_px, TAB_PX)
                paint_tab(painter, tab, look, self.colours.ground, self.colours.text)


def means_not(event: QMouseEvent) -> bool:
    """Tell whether a press is for a −: with Alt, or by the right button where Alt moves windows."""
    is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    return is_alt or event.button() == Qt.MouseButton.RightButton
