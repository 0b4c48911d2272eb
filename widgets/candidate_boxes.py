"""Boxes over the picture to choose from: what was found for the person's words, with its score."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from core.domain.findings import Finding
from widgets.geometry import PictureGeometry, Point
from widgets.video_hud import HEIGHT_PX, paint_pill, pill_width_px

MOST_SHOWN = 9
"""As many as there are keys with one digit."""

HINT = "Click a box or press its number · Esc: none of them"
_CASING, _EDGE = QColor(0, 0, 0, 150), QColor("#ffd84d")
_SHADE = QColor(255, 216, 77, 60)
_GAP_PX = 4.0


class CandidateBoxes:
    """What may be chosen, and which of it the pointer is on. Paints; decides nothing."""

    def __init__(self) -> None:
        self._findings: tuple[Finding, ...] = ()
        self.hovered: Finding | None = None

    def set(self, findings: tuple[Finding, ...]) -> None:
        """Offer these, the surest first; all after the ninth are left out."""
        self._findings, self.hovered = findings[:MOST_SHOWN], None

    def on(self, pts: int | None) -> tuple[Finding, ...]:
        """Return those on the frame `pts`."""
        return tuple(finding for finding in self._findings if finding.box.pts == pts)

    def at(self, place: Point, pts: int | None) -> Finding | None:
        """Return the smallest box that holds a frame position: a small one may lie in a large."""
        x_px, y_px = place
        holding = [
            finding
            for finding in self.on(pts)
            if finding.box.x0_px <= x_px <= finding.box.x1_px
            and finding.box.y0_px <= y_px <= finding.box.y1_px
        ]
        return min(holding, key=_area, default=None)

    def by_key(self, event: QKeyEvent, pts: int | None) -> Finding | None:
        """Return the one whose number is on the key."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        number = event.key() - Qt.Key.Key_1.value
        shown = self.on(pts)
        is_number = held == Qt.KeyboardModifier.NoModifier and 0 <= number < len(shown)
        return shown[number] if is_number else None

    def paint(
        self, painter: QPainter, geometry: PictureGeometry, pts: int | None, kept_free: QRectF
    ) -> None:
        """Paint the boxes of a frame and their labels, the surest on top.

        No label lies on `kept_free`. One that would reach over other labels or out of its box
        leaves its words away, until the pointer is on the box.
        """
        shown = self.on(pts)
        rects = [_view_rect(geometry, finding) for finding in shown]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for finding, rect in reversed([*zip(shown, rects, strict=True)]):
            self._paint_box(painter, rect, is_hovered=finding is self.hovered)
        taken, window = [kept_free], QRectF(painter.window())
        for number, (finding, rect) in enumerate(zip(shown, rects, strict=True), 1):
            text = label_of(number, finding)
            place = _label_place(pill_width_px(text), rect, window, taken)
            is_fine = place.width() <= rect.width() or place.bottom() <= rect.top()
            if not (is_fine or finding is self.hovered):
                text = label_of(number, finding, is_short=True)
                place = _label_place(pill_width_px(text), rect, window, taken)
            taken.append(paint_pill(painter, text, place.center()))

    def _paint_box(self, painter: QPainter, rect: QRectF, *, is_hovered: bool) -> None:
        painter.setBrush(_SHADE if is_hovered else Qt.BrushStyle.NoBrush)
        join = Qt.PenJoinStyle.MiterJoin
        for colour, width_px in ((_CASING, 4.5), (_EDGE, 3.0 if is_hovered else 2.0)):
            flat = Qt.PenCapStyle.FlatCap
            painter.setPen(QPen(colour, width_px, Qt.PenStyle.SolidLine, flat, join))
            painter.drawRect(rect)
            painter.setBrush(Qt.BrushStyle.NoBrush)


def label_of(number: int, finding: Finding, *, is_short: bool = False) -> str:
    """Return what stands at a box: `1  dog  83 %`, without its words where that is too long."""
    words = "" if is_short else f"{finding.phrase}   "
    return f"{number}   {words}{finding.score:.0%}".replace("%", " %")


def _label_place(width_px: float, rect: QRectF, window: QRectF, taken: list[QRectF]) -> QRectF:
    """Return where a label goes: on top of its box, else in it, else under it, where it is free."""
    bounds = window.adjusted(_GAP_PX, _GAP_PX, -_GAP_PX, -_GAP_PX)
    step_px = HEIGHT_PX + _GAP_PX
    tops = [rect.top() - step_px, rect.top() + _GAP_PX, rect.bottom() + _GAP_PX]
    tops += [rect.top() + _GAP_PX + way * step_px for way in (1, 2, 3, -2, -3, -4)]
    for top in tops:
        place = QRectF(rect.left(), top, width_px, HEIGHT_PX)
        if bounds.contains(place) and not any(place.intersects(other) for other in taken):
            return place
    return QRectF(rect.left() + _GAP_PX, rect.top() + _GAP_PX, width_px, HEIGHT_PX)


def _view_rect(geometry: PictureGeometry, finding: Finding) -> QRectF:
    box = finding.box
    first, second = geometry.to_view(box.x0_px, box.y0_px), geometry.to_view(box.x1_px, box.y1_px)
    return QRectF(QPointF(*first), QPointF(*second)).normalized()


def _area(finding: Finding) -> float:
    box = finding.box
    return (box.x1_px - box.x0_px) * (box.y1_px - box.y0_px)
