"""What sounds is laid over the picture, and picked by a click or the number on a key."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.domain.findings import Finding
from core.domain.pictures import Frame
from core.domain.prompts import Box
from core.domain.soundings import SeenSource
from tests.helpers import mouse
from tests.helpers.keys import claims
from tests.helpers.pictures import background, disc_mask
from tests.helpers.sounding_moments import GUITAR, LEFT, RIGHT, VIOLIN, moment
from widgets.sounding_overlay import heat_image
from widgets.sounding_words import HEARD_OFF_SCREEN, hint_of, label_of
from widgets.theme import DARK, apply_theme, stem_colour
from widgets.video_view import VideoView

KEY = Qt.Key
ON_VIOLIN, ON_GUITAR, BESIDE = (160, 180), (480, 180), (320, 60)
"""View positions; the picture is shown twice as large."""


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    apply_theme(qapp, DARK)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(640, 360)
    return window


@pytest.fixture
def view(window: QWidget, qtbot: QtBot) -> VideoView:
    shown = VideoView(window)
    shown.resize(640, 360)
    shown.set_frame(Frame(background(320, 180), 7, 0.0))
    shown.set_sounding(moment(LEFT, RIGHT))
    window.show()
    window.activateWindow()
    shown.take_keys()
    qtbot.waitUntil(shown.hasFocus)
    return shown


@pytest.fixture
def chosen(view: VideoView) -> list[tuple[SeenSource, object]]:
    heard: list[tuple[SeenSource, object]] = []
    view.source_chosen.connect(lambda *values: heard.append(values))
    return heard


@pytest.fixture
def clicks(view: VideoView) -> list[tuple[float, float, bool]]:
    heard: list[tuple[float, float, bool]] = []
    view.click_requested.connect(lambda *values: heard.append(values))
    return heard


def _hover(view: VideoView, at: tuple[float, float]) -> None:
    mouse.move(view, at, button=Qt.MouseButton.NoButton)


def _pixels(view: VideoView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB32)
    high, wide = image.height(), image.width()
    return np.frombuffer(image.constBits(), np.uint8).reshape(high, wide, 4)[..., :3].astype(int)


def test_a_click_on_what_sounds_picks_it_and_is_no_click_on_the_picture(view, chosen, clicks):
    mouse.click(view, ON_GUITAR)

    assert chosen == [(GUITAR, (240.0, 90.0))]
    assert clicks == []


def test_a_click_elsewhere_means_what_it_always_does(view, chosen, clicks):
    mouse.click(view, BESIDE)

    assert chosen == []
    assert clicks == [(160.0, 30.0, True)]


def test_not_this_can_be_said_of_what_sounds(view, chosen, clicks):
    mouse.click(view, ON_VIOLIN, mouse.ALT)

    assert chosen == []
    assert clicks == [(80.0, 90.0, False)]


def test_what_is_the_persons_own_by_now_takes_clicks_that_correct_it(view, chosen, clicks):
    view.set_sounding(moment(LEFT, RIGHT), taken={VIOLIN.number})

    mouse.click(view, ON_VIOLIN)
    _hover(view, ON_VIOLIN)

    assert chosen == []
    assert clicks == [(80.0, 90.0, True)]
    assert view.sounding_hint == ""


def test_keys_pick_in_the_order_of_the_labels(view, chosen):
    QTest.keyClick(view, KEY.Key_2)
    QTest.keyClick(view, KEY.Key_1)

    assert chosen == [(GUITAR, None), (VIOLIN, None)]


def test_only_numbers_of_what_sounds_are_taken_from_the_window(view):
    assert claims(view, KEY.Key_2)
    assert not claims(view, KEY.Key_3)
    assert not claims(view, KEY.Key_Escape)

    view.set_sounding(None)

    assert not claims(view, KEY.Key_1)


def test_boxes_to_choose_from_go_first(view, chosen):
    picked: list[Finding] = []
    view.candidate_chosen.connect(picked.append)
    dog = Finding(Box(10, 10, 150, 170, 7), 0.9, "dog")
    view.set_candidates((dog,))

    mouse.click(view, ON_VIOLIN)
    QTest.keyClick(view, KEY.Key_1)
    _hover(view, ON_GUITAR)

    assert picked == [dog, dog]
    assert chosen == []
    assert view.sounding_hint == ""


def test_the_pointer_on_what_sounds_says_what_a_click_would_do(view):
    _hover(view, ON_VIOLIN)
    assert view.sounding_hint == "Click to hear only the violin"
    assert view.cursor().shape() is Qt.CursorShape.PointingHandCursor

    _hover(view, BESIDE)
    assert view.sounding_hint == ""
    assert view.cursor().shape() is not Qt.CursorShape.PointingHandCursor


def test_a_resting_pointer_is_told_when_something_else_sounds_there(view):
    _hover(view, ON_VIOLIN)

    view.set_sounding(moment((GUITAR, 0.25, 0.5, 14)))
    assert view.sounding_hint == "Click to hear only the electric guitar"

    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.sounding_hint == ""


def test_what_the_pointer_is_on_lights_up(view):
    _hover(view, BESIDE)
    before = _pixels(view)
    _hover(view, ON_VIOLIN)
    after = _pixels(view)

    changed = np.abs(after - before).sum(-1) > 20
    assert changed[150:210, 130:190].mean() > 0.9  # inside the violin
    assert changed[150:210, 450:510].mean() < 0.1  # the guitar stays as it is


def test_heat_is_laid_where_it_sounds_and_nowhere_else(view):
    with_heat = _pixels(view)
    view.set_sounding(None)
    plain = _pixels(view)

    changed = np.abs(with_heat - plain).sum(-1) > 0
    assert changed[160:200, 140:180].all()
    assert not changed[300:340, 20:620].any()
    # The picture is still to be seen through it.
    shade = with_heat[160:200, 140:180].std((0, 1))
    assert (shade > 0.3 * plain[160:200, 140:180].std((0, 1))).all()


def test_hotter_is_lighter_and_covers_more():
    heat = np.linspace(0, 1, 64, dtype=np.float32)[None]
    image = heat_image(heat)

    alphas = [image.pixelColor(column, 0).alpha() for column in range(64)]
    warm = [image.pixelColor(column, 0) for column in range(24, 64, 8)]
    light = [0.299 * one.redF() + 0.587 * one.greenF() + 0.114 * one.blueF() for one in warm]

    assert alphas[0] == 0
    assert alphas == sorted(alphas)
    assert 90 < alphas[-1] < 160
    assert light == sorted(light)


def test_a_source_is_drawn_in_its_colour_and_unlike_the_mask_of_a_click(view):
    view.set_sounding(moment((GUITAR, 0.5, 0.5, 20)))
    dots = _share_of_ring(view, stem_colour(GUITAR.number))
    view.set_sounding(None)
    view.set_mask(disc_mask(320, 180, 160, 90, 40), stem_colour(GUITAR.number))
    line = _share_of_ring(view, stem_colour(GUITAR.number))

    assert line > 0.95
    assert 0.3 < dots < 0.8


def _share_of_ring(view: VideoView, colour: QColor) -> float:
    """Return of how many directions from the middle a line of the colour is met, 80 px away."""
    away = np.abs(_pixels(view) - (colour.blue(), colour.green(), colour.red())).sum(-1)
    way, reach = np.linspace(0, 2 * np.pi, 720)[:, None], np.arange(72, 88)
    rows, columns = 180 + reach * np.sin(way), 320 + reach * np.cos(way)
    return float((away[rows.astype(int), columns.astype(int)] < 40).any(1).mean())


def test_labels_are_written_for_people():
    assert label_of(VIOLIN) == "violin 78 %"
    assert label_of(GUITAR) == "perhaps electric guitar 41 %"
    assert label_of(VIOLIN, 1).split() == ["1", "violin", "78", "%"]
    assert label_of(SeenSource(0, "", 0.9), 2).split() == ["2", "something"]
    assert hint_of(SeenSource(0, "", 0.9)) == "Click to hear only this"


def test_what_cannot_be_shown_is_said_in_a_corner(view):
    view.set_sounding(None)
    quiet = _pixels(view)
    view.set_sounding_said(HEARD_OFF_SCREEN)
    said = _pixels(view)

    assert (said[16:44, 20:120] != quiet[16:44, 20:120]).any()
    assert (said[60:] == quiet[60:]).all()


def test_a_zoomed_picture_is_picked_where_it_is_shown(view, chosen):
    view.zoom_to(6.0)
    geometry = view.picture_geometry
    view.pan_by(*(np.subtract((320, 180), geometry.to_view(240, 90))))

    mouse.click(view, (320, 180))
    view.grab()

    assert [source for source, _ in chosen] == [GUITAR]
    assert view.sounding.at((80, 90), view.picture_geometry) == VIOLIN
    assert not view.sounding.at((-5, 90), view.picture_geometry)
    assert QPointF(*view.picture_geometry.to_view(80, 90)).x() < 0
