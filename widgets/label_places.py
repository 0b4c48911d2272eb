"""Where labels go: beside what they name, inside the picture, off each other, not hopping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP_PX = 4.0
_HOLDS_PX = 14.0
"""A label stays where it is until it would have to move by more than this."""
_FAR = 10_000.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One label: what it names, by number and where that is, and its own size.

    Attributes:
        number: the same as long as it is the same thing.
        around: where the thing is.
        size: of the label.
        parts: where more of the thing is.
    """

    number: int
    around: QRectF
    size: QSizeF
    parts: tuple[QRectF, ...] = ()


@dataclass(slots=True)
class LabelPlaces:
    """Remembers where labels were, so that they do not follow every tremor of their things."""

    _before: dict[int, QRectF] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew: the picture has been moved under the labels."""
        self._before = {}

    def places(
        self, wanted: Sequence[Wanted], bounds: QRectF, kept_free: Sequence[QRectF]
    ) -> Mapping[int, QRectF]:
        """Return a place for each number, inside `bounds` and off all others and `kept_free`.

        A label for which there is no room is left out.
        """
        found: dict[int, QRectF] = {}
        for one in wanted:
            others = [rect for other in wanted for rect in (other.around, *other.parts)]
            taken = [*kept_free, *found.values()]
            place = self._place(one, bounds, taken, others)
            if place is not None:
                found[one.number] = place
        self._before = dict(found)
        return found

    def _place(
        self, one: Wanted, bounds: QRectF, taken: Sequence[QRectF], others: Sequence[QRectF]
    ) -> QRectF | None:
        free = [
            place
            for place in _candidates(one, bounds)
            if bounds.contains(place) and not any(place.intersects(other) for other in taken)
        ]
        if not free:
            return None
        before = self._before.get(one.number)
        best = min(free, key=lambda place: _cost(place, one, others, before))
        if before is None or before.size() != best.size() or _way(before, best) > _HOLDS_PX:
            return best
        is_free = bounds.contains(before) and not any(before.intersects(other) for other in taken)
        return before if is_free else best


def _candidates(one: Wanted, bounds: QRectF) -> list[QRectF]:
    """Return where a label may lie: around its thing, then anywhere near, all inside `bounds`."""
    around, size = one.around, one.size
    middle_x, middle_y = around.center().x() - size.width() / 2, around.center().y()
    above, below = around.top() - size.height() - GAP_PX, around.bottom() + GAP_PX
    beside = middle_y - size.height() / 2
    corners = [
        QPointF(middle_x, above),
        QPointF(middle_x, below),
        QPointF(around.right() + GAP_PX, beside),
        QPointF(around.left() - size.width() - GAP_PX, beside),
        QPointF(middle_x, around.top() + GAP_PX),
        QPointF(middle_x, around.bottom() - size.height() - GAP_PX),
    ]
    step_px = size.height() + GAP_PX
    corners += [
        QPointF(x_px, above + way * step_px)
        for way in (1, 2, 3, 4, -1, -2, -3)
        for x_px in (middle_x, around.left(), around.right() - size.width())
    ]
    return [_inside(QRectF(corner, size), bounds) for corner in corners]


def _inside(place: QRectF, bounds: QRectF) -> QRectF:
    left = max(bounds.left(), min(place.left(), bounds.right() - place.width()))
    top = max(bounds.top(), min(place.top(), bounds.bottom() - place.height()))
    return QRectF(QPointF(left, top), place.size())


def _cost(place: QRectF, one: Wanted, others: Sequence[QRectF], before: QRectF | None) -> float:
    """Return how bad a place is: far from its thing, over a thing, or a leap away."""
    cost = _gap(place, one.around) + sum(100.0 * _share(place, other) for other in others)
    # Above reads best, and a label that is somewhere already is looked for there.
    cost += 8.0 if place.top() > one.around.top() else 0.0
    return cost + (0.0 if before is None else min(24.0, 0.2 * _way(before, place)))


def _share(place: QRectF, other: QRectF) -> float:
    """Return how much of a label lies over something, 0 to 1."""
    common = place.intersected(other)
    return common.width() * common.height() / max(1.0, place.width() * place.height())


def _gap(place: QRectF, other: QRectF) -> float:
    across = max(0.0, other.left() - place.right(), place.left() - other.right())
    down = max(0.0, other.top() - place.bottom(), place.top() - other.bottom())
    return across + down


def _way(one: QRectF, other: QRectF) -> float:
    way = one.center() - other.center()
    return abs(way.x()) + abs(way.y()) if one.size() == other.size() else _FAR
