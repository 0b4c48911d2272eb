"""The painting tool of the spectrogram: rectangles and brush strokes over time and frequency."""

from typing import Protocol

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from core.domain.prompts import SpectralPrompt, TimeSpan
from widgets.paint_stroke import Cell, PaintShape, Point, brush, rectangle
from widgets.span_gestures import SpanGestures
from widgets.span_painting import hatching
from widgets.theme import stem_colour
from widgets.time_axis import TimeAxis
from widgets.timeline_colours import faded

BRUSH_RADII_PX = {"Small": 6.0, "Medium": 12.0, "Large": 24.0}


class PaintGround(Protocol):
    """What the painter needs of the view it paints on."""

    axis: TimeAxis
    gestures: SpanGestures

    def x_px(self, time_s: float) -> float: ...
    def y_px(self, frequency_hz: float) -> float: ...
    def time_s(self, x_px: float) -> float: ...
    def hz_at(self, y_px: float) -> float: ...
    def height(self) -> int: ...
    def update(self) -> None: ...


class SpectralPainter(QObject):
    """Collects one stroke at a time, and draws it and what was painted before.

    Signals:
        painted: a tuple of `SpectralPrompt`, never empty.
    """

    painted = Signal(object)

    def __init__(self, ground: PaintGround) -> None:
        super().__init__()
        self._ground = ground
        self._points: list[Point] = []
        self._is_positive = True
        self.shape = PaintShape.RECTANGLE
        self.radius_px = BRUSH_RADII_PX["Medium"]

    @property
    def is_painting(self) -> bool:
        return bool(self._points)

    @property
    def has_moved(self) -> bool:
        """True once a press has become a stroke."""
        return len(self._points) > 1

    def press(self, at: QPointF, *, is_positive: bool) -> None:
        self._points = [(at.x(), at.y())]
        self._is_positive = is_positive
        self._ground.update()

    def move(self, at: QPointF) -> None:
        self._points.append((at.x(), at.y()))
        self._ground.update()

    def release(self) -> None:
        """Hand out what was painted; a click with the rectangle is a seek, as elsewhere."""
        cells, points = self._cells(), self._points
        self._points = []
        prompts = tuple(filter(None, (self._prompt(cell) for cell in cells)))
        self._ground.update()
        if prompts:
            self.painted.emit(prompts)
        elif points:
            time_s = self._ground.axis.cut(self._ground.time_s(points[0][0]))
            self._ground.gestures.seek_requested.emit(time_s)

    def abandon(self) -> bool:
        """Forget the stroke; tell whether there was one."""
        was_painting = self.is_painting
        self._points = []
        self._ground.update()
        return was_painting

    def paint(self, painter: QPainter) -> None:
        """Draw what the selected stem has painted, and the stroke that is going on."""
        stem = self._ground.gestures.selected_stem
        colour = stem_colour(stem.colour if stem else 0)
        painted = stem.prompts.spectral if stem else ()
        for is_positive in (True, False):
            rects = [self._rect(prompt) for prompt in painted if prompt.is_positive == is_positive]
            if self.is_painting and self._is_positive == is_positive:
                rects += [_to_rect(cell) for cell in self._cells()]
            if rects:
                _paint_shape(painter, rects, colour, is_positive)

    def _cells(self) -> tuple[Cell, ...]:
        if not self._points:
            return ()
        if self.shape is PaintShape.RECTANGLE:
            return rectangle(self._points[0], self._points[-1])
        return brush(self._points, self.radius_px)

    def _prompt(self, cell: Cell) -> SpectralPrompt | None:
        """Return the cell as a prompt, cut at the ends of clip and view; None where empty."""
        ground = self._ground
        start_s = ground.axis.cut(ground.time_s(cell.x0_px))
        end_s = ground.axis.cut(ground.time_s(cell.x1_px))
        low_hz = ground.hz_at(min(cell.y1_px, ground.height()))
        high_hz = ground.hz_at(max(cell.y0_px, 0.0))
        if end_s <= start_s or high_hz <= low_hz:
            return None
        return SpectralPrompt(TimeSpan(start_s, end_s), low_hz, high_hz, self._is_positive)

    def _rect(self, prompt: SpectralPrompt) -> QRectF:
        ground = self._ground
        left, right = ground.x_px(prompt.span.start_s), ground.x_px(prompt.span.end_s)
        left, right = max(left, -1e4), min(right, 1e5)
        top, bottom = ground.y_px(prompt.high_hz), ground.y_px(prompt.low_hz)
        return QRectF(left, max(top, -10.0), max(1.0, right - left), bottom - max(top, -10.0))


def _to_rect(cell: Cell) -> QRectF:
    return QRectF(QPointF(cell.x0_px, cell.y0_px), QPointF(cell.x1_px, cell.y1_px))


def _paint_shape(painter: QPainter, rects: list[QRectF], colour: QColor, is_positive: bool) -> None:
    """Draw rectangles as one shape: filled for +, hatched with a dashed outline for −."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for rect in rects:
        path.addRect(rect)
    outline = path.simplified()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 1.6)
    if is_positive:
        painter.setBrush(faded(colour, 0.34))
    else:
        pen.setDashPattern([3, 2])
        painter.fillPath(outline, faded(QColor(0, 0, 0), 0.35))
        painter.setBrush(hatching(faded(colour, 0.75)))
    painter.setPen(QPen(faded(QColor(0, 0, 0), 0.5), 3.4))
    painter.strokePath(outline, painter.pen())
    painter.setPen(pen)
    painter.drawPath(outline)
    painter.restore()
