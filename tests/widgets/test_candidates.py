"""What was found for words is shown as boxes, and one of them is picked by a click or a number."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.domain.findings import Finding
from core.domain.pictures import Frame
from core.domain.prompts import Box
from tests.helpers import mouse
from tests.helpers.keys import claims
from tests.helpers.pictures import background
from widgets.candidate_boxes import CandidateBoxes, _label_place, label_of
from widgets.theme import DARK, apply_theme
from widgets.video_view import VideoView

KEY = Qt.Key
LARGE = Finding(Box(20, 20, 220, 160, 7), 0.83, "dog")
SMALL = Finding(Box(40, 40, 80, 80, 7), 0.4, "cat")
ELSEWHERE = Finding(Box(0, 0, 300, 170, 8), 0.3, "dog")


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    apply_theme(qapp, DARK)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(640, 360)
    return window


@pytest.fixture
def view(window: QWidget, qtbot: QtBot) -> VideoView:
    """640 x 360 around a picture of 320 x 180: twice as large."""
    shown = VideoView(window)
    shown.resize(640, 360)
    shown.set_frame(Frame(background(320, 180), 7, 0.0))
    shown.set_candidates((LARGE, SMALL, ELSEWHERE))
    window.show()
    window.activateWindow()
    shown.take_keys()
    qtbot.waitUntil(shown.hasFocus)
    return shown


@pytest.fixture
def chosen(view: VideoView) -> list[Finding]:
    heard: list[Finding] = []
    view.candidate_chosen.connect(heard.append)
    return heard


@pytest.fixture
def clicks(view: VideoView) -> list[tuple[float, float, bool]]:
    heard: list[tuple[float, float, bool]] = []
    view.click_requested.connect(lambda *values: heard.append(values))
    return heard


def test_a_click_on_a_box_picks_it_and_is_no_click_on_the_picture(view, chosen, clicks):
    mouse.click(view, (400, 280))

    assert chosen == [LARGE]
    assert clicks == []


def test_a_small_box_inside_a_large_one_can_be_picked(view, chosen):
    mouse.click(view, (120, 120))

    assert chosen == [SMALL]


def test_a_click_beside_all_boxes_means_what_it_always_does(view, chosen, clicks):
    mouse.click(view, (600, 340))

    assert chosen == []
    assert clicks == [(300.0, 170.0, True)]


def test_not_this_is_said_inside_a_box_too(view, chosen, clicks):
    mouse.click(view, (400, 280), mouse.ALT)

    assert chosen == []
    assert clicks == [(200.0, 140.0, False)]


def test_a_box_is_picked_by_its_number(view, chosen):
    QTest.keyClick(view, KEY.Key_2)
    QTest.keyClick(view, KEY.Key_1)

    assert chosen == [SMALL, LARGE]


def test_only_numbers_that_stand_at_a_box_are_taken_from_the_window(view):
    assert claims(view, KEY.Key_1)
    assert claims(view, KEY.Key_2)
    assert not claims(view, KEY.Key_3)
    assert not claims(view, KEY.Key_0)

    view.set_candidates(())

    assert not claims(view, KEY.Key_1)


def test_escape_says_that_none_is_wanted(view, qtbot):
    assert claims(view, KEY.Key_Escape)

    with qtbot.waitSignal(view.candidates_dismissed, timeout=1000):
        QTest.keyClick(view, KEY.Key_Escape)


def test_boxes_of_another_frame_are_neither_shown_nor_picked(view, chosen):
    view.set_frame(Frame(background(320, 180), 8, 0.1))
    QTest.keyClick(view, KEY.Key_1)
    assert chosen == [ELSEWHERE]

    view.set_frame(Frame(background(320, 180), 9, 0.2))
    assert not view.is_choosing
    assert not claims(view, KEY.Key_1)


def test_the_boxes_are_painted_and_the_one_under_the_pointer_is_shaded(view, qapp):
    shown = view.grab().toImage()
    mouse.move(view, (400, 280), button=Qt.MouseButton.NoButton)
    hovered = view.grab().toImage()
    view.set_candidates(())
    plain = view.grab().toImage()

    ratio = shown.width() / 640
    edge = round(440 * ratio), round(200 * ratio)  # the right side of the large box
    inside = round(400 * ratio), round(280 * ratio)
    assert shown.pixelColor(*edge) != plain.pixelColor(*edge)
    assert shown.pixelColor(*inside) == plain.pixelColor(*inside)
    assert hovered.pixelColor(*inside) != plain.pixelColor(*inside)


def test_labels_lie_beside_each_other_and_off_the_hint(view):
    room, hint = QRectF(0, 0, 640, 360), QRectF(0, 308, 640, 52)
    box = QRectF(40, 200, 300, 150)
    taken = [hint]
    for _ in range(4):
        taken.append(_label_place(90.0, box, room, taken))

    for number, place in enumerate(taken):
        assert room.contains(place)
        assert not any(place.intersects(other) for other in taken[number + 1 :])
    assert taken[1].bottom() <= box.top()  # the first on top of its box, which it does not hide


def test_no_more_are_offered_than_there_are_keys():
    boxes = CandidateBoxes()
    boxes.set(tuple(Finding(Box(0, 0, 9, 9, 0), 0.5, "dog") for _ in range(20)))

    assert len(boxes.on(0)) == 9


def test_a_label_says_number_words_and_score():
    assert label_of(1, LARGE).split() == ["1", "dog", "83", "%"]
    assert label_of(2, SMALL, is_short=True).split() == ["2", "40", "%"]
