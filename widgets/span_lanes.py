"""One lane per stem with its spans as solid blocks, under the same time axis as the sound."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from core.domain.project import Stem
from core.domain.prompts import SpanPrompt
from widgets.span_gestures import NO_STEM, SpanGestures
from widgets.span_painting import GLYPH_PX, SpanLook, ink_on, paint_block
from widgets.span_surface import SpanSurface
from widgets.theme import stem_colour
from widgets.time_view import GUTTER_PX, MARGIN_PX
from widgets.timeline_colours import blend, faded

LANE_PX = 26
_MOST_LANES = 4
_INSET_PX = 3
HINT = "Drag over the moments it sounds.  Alt+drag: where it does not."


class SpanLanes(SpanSurface):
    """Shows and edits the spans of every stem. A press on a name selects that stem.

    Here a block is taken anywhere: its edges are pulled, its middle moves it.

    Signals: see `SpanSurface`.
    """

    def __init__(self, gestures: SpanGestures, parent: QWidget | None = None) -> None:
        super().__init__(gestures, parent)
        self.setMinimumHeight(LANE_PX)
        self.setAccessibleName("Time spans of each stem")
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self)
        self._scroll.setSingleStep(LANE_PX)
        self._scroll.valueChanged.connect(self.update)
        gestures.shown_changed.connect(self._fit_scroll)
        self._fit_scroll()

    def sizeHint(self) -> QSize:
        n_lanes = min(_MOST_LANES, max(1, len(self.gestures.stems)))
        return QSize(400, n_lanes * LANE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, LANE_PX)

    def lane_at(self, y_px: float) -> Stem | None:
        place = int((y_px + self._scroll.value()) // LANE_PX)
        stems = self.gestures.stems
        return stems[place] if 0 <= place < len(stems) else None

    def lane_rect(self, place: int) -> QRect:
        """Return where the lane of the stem number `place` lies, gutter included."""
        return QRect(0, place * LANE_PX - self._scroll.value(), self.width(), LANE_PX)

    def reveal(self, stem_id: str | None) -> None:
        """Scroll so that the lane of a stem can be seen."""
        for place, stem in enumerate(self.gestures.stems):
            if stem.stem_id == stem_id:
                top = place * LANE_PX
                low = top + LANE_PX - self.height()
                self._scroll.setValue(min(top, max(low, self._scroll.value())))

    def spans_here(self, position: QPointF) -> Iterable[tuple[str, SpanPrompt]]:
        stem = self.lane_at(position.y())
        return [(stem.stem_id, prompt) for prompt in stem.prompts.spans] if stem else []

    def takes_body(self, _position: QPointF) -> bool:
        return True

    def stem_here(self, position: QPointF) -> str | None:
        stem = self.lane_at(position.y())
        return stem.stem_id if stem else None

    def press_gutter(self, position: QPointF) -> None:
        stem = self.lane_at(position.y())
        if stem is not None:
            self.gestures.stem_selected.emit(stem.stem_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scroll.setGeometry(self.width() - MARGIN_PX, 0, MARGIN_PX, self.height())
        self._fit_scroll()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.colours.panel)
        painter.fillRect(self.content, blend(self.colours.ground, self.colours.panel, 0.35))
        stems = self.gestures.stems
        for place, stem in enumerate(stems):
            self._paint_lane(painter, stem, self.lane_rect(place))
        painter.setClipRect(self.content)
        if not stems:
            self._paint_spans(painter, NO_STEM, QRect(0, 0, self.width(), LANE_PX))
        self._paint_hint(painter)

    def _paint_lane(self, painter: QPainter, stem: Stem, lane: QRect) -> None:
        if lane.bottom() < 0 or lane.top() > self.height():
            return
        colour = stem_colour(stem.colour)
        is_selected = stem.stem_id == self.gestures.selected_stem_id
        painter.setClipping(False)
        if is_selected:
            painter.fillRect(lane, faded(colour, 0.13))
        painter.fillRect(QRect(0, lane.top() + 2, 4, lane.height() - 4), colour)
        painter.setPen(self.colours.text if is_selected else self.colours.faint)
        room_px = GUTTER_PX - 18
        name = painter.fontMetrics().elidedText(stem.name, Qt.TextElideMode.ElideRight, room_px)
        painter.drawText(
            QRect(10, lane.top(), room_px, lane.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        painter.setPen(self.colours.line)
        painter.drawLine(0, lane.bottom(), self.width(), lane.bottom())
        painter.setClipRect(self.content)
        self._paint_spans(painter, stem.stem_id, lane)

    def _paint_spans(self, painter: QPainter, stem_id: str, lane: QRect) -> None:
        for prompt in self.shown_spans(stem_id):
            top_px, height_px = lane.top() + _INSET_PX, lane.height() - 2 * _INSET_PX - 1
            block = self.span_rect(prompt, top_px, height_px)
            if block.right() < self.content.left() or block.left() > self.content.right():
                continue
            look = self.look_of(stem_id, prompt)
            paint_block(painter, block, look, self.colours.ground)
            self._paint_sign(painter, block, look)

    def _paint_sign(self, painter: QPainter, block: QRectF, look: SpanLook) -> None:
        """Write + or − at the left end that can be seen."""
        seen = block & QRectF(self.content)
        if seen.width() < GLYPH_PX:
            return
        font = painter.font()
        font.setBold(True)
        painter.save()
        painter.setFont(font)
        plate = QRectF(seen.left() + 3, seen.top() + 3, GLYPH_PX, seen.height() - 6)
        if not look.is_positive:
            painter.fillRect(plate, self.colours.ground)
        painter.setPen(ink_on(look.colour) if look.is_positive else self.colours.text)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, "+" if look.is_positive else "−")
        painter.restore()

    def _paint_hint(self, painter: QPainter) -> None:
        """Invite to the first span, in the lane it would go to."""
        gestures = self.gestures
        if self.axis.is_empty or self.shown_spans(gestures.selected_stem_id):
            return
        places = [stem.stem_id for stem in gestures.stems]
        place = places.index(gestures.selected_stem_id) if gestures.selected_stem else 0
        room = self.lane_rect(place) & self.content
        painter.setPen(self.colours.faint)
        painter.drawText(room.adjusted(10, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, HINT)

    def _fit_scroll(self) -> None:
        hidden_px = max(0, len(self.gestures.stems) * LANE_PX - self.height())
        self._scroll.setRange(0, hidden_px)
        self._scroll.setPageStep(self.height())
        self._scroll.setVisible(hidden_px > 0)
