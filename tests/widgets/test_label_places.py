"""Labels lie inside the picture, off each other, and stay where they are while things tremble."""

import pytest
from PySide6.QtCore import QRectF, QSizeF

from widgets.label_places import LabelPlaces, Wanted

ROOM = QRectF(0, 0, 400, 300)
SIZE = QSizeF(120, 28)


def _places(*wanted: Wanted, kept_free=()):
    return LabelPlaces().places(wanted, ROOM, kept_free)


def test_a_label_lies_above_its_thing_where_there_is_room():
    place = _places(Wanted(3, QRectF(100, 150, 80, 80), SIZE))[3]

    assert place.bottom() <= 150
    assert place.center().x() == pytest.approx(140)


@pytest.mark.parametrize(
    "around", [QRectF(0, 0, 40, 40), QRectF(380, 280, 20, 20), QRectF(0, 0, 400, 300)]
)
def test_a_label_never_reaches_over_the_edge(around):
    assert ROOM.contains(_places(Wanted(0, around, SIZE))[0])


def test_labels_lie_off_each_other_and_off_what_is_kept_free():
    things = [Wanted(n, QRectF(100 + 4 * n, 120, 60, 60), SIZE) for n in range(5)]
    hint = QRectF(0, 250, 400, 50)

    places = [hint, *_places(*things, kept_free=[hint]).values()]

    assert len(places) == 6
    for number, place in enumerate(places):
        assert ROOM.contains(place)
        assert not any(place.intersects(other) for other in places[number + 1 :])


def test_a_label_does_not_lie_over_another_thing_while_there_is_room_elsewhere():
    above, below = QRectF(140, 100, 80, 30), QRectF(140, 134, 80, 100)

    places = _places(Wanted(0, above, SIZE), Wanted(1, below, SIZE))

    assert not places[1].intersects(above)


def test_a_label_for_which_there_is_no_room_is_left_out():
    assert _places(Wanted(0, QRectF(10, 10, 50, 50), QSizeF(900, 28))) == {}


def test_a_label_holds_still_while_its_thing_trembles_and_follows_when_it_moves():
    labels = LabelPlaces()

    def put(x_px: float) -> QRectF:
        thing = Wanted(0, QRectF(x_px, 150, 80, 80), SIZE)
        return labels.places([thing], ROOM, [])[0]

    first = put(100)
    assert put(106) == first
    assert put(97) == first
    assert put(160).center().x() == pytest.approx(200)
