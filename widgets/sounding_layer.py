"""What sounds, laid over the picture: heat, outlines, labels, and what is under the pointer."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from core.domain.soundings import SeenSource, SoundingFrame
from widgets.geometry import PictureGeometry, Point
from widgets.label_places import LabelPlaces, Wanted
from widgets.mask_overlay import Points, path_of
from widgets.pearl_line import paint_pearls
from widgets.sounding_overlay import SoundingOverlay
from widgets.sounding_words import label_of
from widgets.theme import stem_colour
from widgets.video_hud import HEIGHT_PX, paint_pill, pill_width_px

MOST_KEYS = 9
_CASING = QColor(0, 0, 0, 130)
_HOVERED_PX, _CASING_PX = 3.0, 5.0
_SHADE_ALPHA = 0.28


class SoundingLayer:
    """Holds one moment and paints it. A source that was taken is no longer offered."""

    def __init__(self) -> None:
        self._overlay: SoundingOverlay | None = None
        self._taken: Collection[int] = ()
        self._places = LabelPlaces()
        self._geometry: PictureGeometry | None = None
        self._hovered: int | None = None

    def set(self, frame: SoundingFrame | None, taken: Collection[int] = ()) -> None:
        """Show a moment; the sources whose numbers are `taken` are the person's own by now."""
        self._taken = frozenset(taken)
        if self._overlay is None or frame is not self._overlay.frame:
            self._overlay = None if frame is None else SoundingOverlay(frame)

    @property
    def offered(self) -> tuple[SeenSource, ...]:
        """What can be chosen, in the order of its keys."""
        shapes = () if self._overlay is None else self._overlay.shapes
        return tuple(
            one.source for one in shapes if one.source.number not in self._taken and one.lines
        )

    @property
    def hovered(self) -> SeenSource | None:
        """The source under the pointer, of those that are offered."""
        return next((one for one in self.offered if one.number == self._hovered), None)

    def hover(self, source: SeenSource | None) -> bool:
        """Light up a source, and tell whether that changes anything."""
        number = None if source is None else source.number
        is_new, self._hovered = number != self._hovered, number
        return is_new

    def at(self, place: Point, geometry: PictureGeometry) -> SeenSource | None:
        """Return the source that is offered at a frame position."""
        if self._overlay is None:
            return None
        size_px = geometry.picture_width_px, geometry.picture_height_px
        found = self._overlay.at(place, size_px)
        return found if found in self.offered else None

    def by_key(self, event: QKeyEvent) -> SeenSource | None:
        """Return the source whose number is on the key."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        place = event.key() - Qt.Key.Key_1.value
        offered = self.offered[:MOST_KEYS]
        is_number = held == Qt.KeyboardModifier.NoModifier and 0 <= place < len(offered)
        return offered[place] if is_number else None

    def paint_heat(self, painter: QPainter, geometry: PictureGeometry) -> None:
        if self._overlay is not None:
            self._overlay.paint_heat(painter, geometry)

    def paint_sources(
        self,
        painter: QPainter,
        geometry: PictureGeometry,
        kept_free: Sequence[QRectF],
        *,
        has_keys: bool,
    ) -> None:
        """Paint outlines and labels; no label lies on `kept_free`."""
        if self._overlay is None:
            return
        lines = {one.source: one.in_view(geometry) for one in self._overlay.shapes if one.lines}
        for source, around in lines.items():
            if source.number not in self._taken:
                self._paint_outline(painter, source, around)
        self._paint_labels(painter, geometry, lines, kept_free, has_keys=has_keys)

    def _paint_outline(self, painter: QPainter, source: SeenSource, lines: list[Points]) -> None:
        colour = stem_colour(source.number)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if source.number != self._hovered:
            # Pearls: round the mask of a click the line is whole, or in dashes where unsure.
            paint_pearls(painter, lines, colour)
            return
        outline, shade = path_of(lines), QColor(colour)
        shade.setAlphaF(_SHADE_ALPHA)
        painter.fillPath(outline, shade)
        for ink, width_px in ((_CASING, _CASING_PX), (colour, _HOVERED_PX)):
            pen = QPen(ink, width_px)
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            painter.strokePath(outline, pen)

    def _paint_labels(
        self,
        painter: QPainter,
        geometry: PictureGeometry,
        lines: dict[SeenSource, list[Points]],
        kept_free: Sequence[QRectF],
        *,
        has_keys: bool,
    ) -> None:
        if geometry != self._geometry:
            self._geometry = geometry
            self._places.forget()
        view = QRectF(painter.window())
        room = QRectF(*geometry.picture_rect).intersected(view).adjusted(8, 8, -8, -8)
        texts, wanted = {}, []
        for source, parts in lines.items():
            # The longest line only: a label between two pieces would name neither.
            around, *rest = [_bounds(part).intersected(room) for part in parts]
            if around.isEmpty():
                continue
            key = self._key_of(source) if has_keys else None
            text = texts[source.number] = label_of(source, key)
            size = QSizeF(pill_width_px(text, has_sign=True), HEIGHT_PX)
            wanted.append(Wanted(source.number, around, size, tuple(rest)))
        for number, place in self._places.places(wanted, room, kept_free).items():
            colour = stem_colour(number)
            paint_pill(painter, texts[number], QPointF(place.center()), dot=colour)

    def _key_of(self, source: SeenSource) -> int | None:
        offered = self.offered[:MOST_KEYS]
        return offered.index(source) + 1 if source in offered else None


def _bounds(line: Points) -> QRectF:
    (left, top), (right, bottom) = line.min(0).tolist(), line.max(0).tolist()
    return QRectF(left, top, right - left, bottom - top)
