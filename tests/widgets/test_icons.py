"""Icons: each exists, follows the theme, is crisp, and costs nothing before it is painted."""

import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets import icon_font
from widgets.icons import GLYPHS, IconLabel, icon
from widgets.theme import DARK, LIGHT, apply_theme


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """uint8 (H, W, 4), RGBA."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).copy()


def drawn(shown: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> npt.NDArray[np.uint8]:
    return pixels(shown.pixmap(QSize(32, 32), 1.0, mode).toImage())


def ink(image: npt.NDArray[np.uint8]) -> str:
    """The colour of what is fully painted."""
    return "#" + bytes(image[image[..., 3] == 255][0, :3]).hex()


@pytest.mark.parametrize("name", GLYPHS)
def test_every_icon_draws_something_inside_its_square(name: str, qapp: QApplication) -> None:
    alpha = drawn(icon(name))[..., 3]

    assert alpha.max() == 255
    assert 0.02 < (alpha > 127).mean() < 0.8


def test_an_icon_follows_the_theme_without_being_made_anew(qapp: QApplication) -> None:
    shown = icon("play")
    apply_theme(qapp, DARK)
    dark = ink(drawn(shown))

    apply_theme(qapp, LIGHT)

    assert (dark, ink(drawn(shown))) == (DARK.text, LIGHT.text)


def test_an_icon_of_a_disabled_button_is_faint(qapp: QApplication) -> None:
    apply_theme(qapp, DARK)

    assert ink(drawn(icon("play"), QIcon.Mode.Disabled)) == DARK.disabled


def test_an_icon_has_twice_the_pixels_on_a_sharp_screen(qapp: QApplication) -> None:
    pixmap = icon("play").pixmap(QSize(16, 16), 2.0)

    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)


def test_an_unknown_icon_is_refused_by_name(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        icon("nonsense")


def test_a_label_shows_its_icon_in_its_tint(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    label = IconLabel("stop", "error", 32)
    qtbot.addWidget(label)
    label.resize(32, 32)

    middle = pixels(label.grab().toImage())[16, 16, :3]

    assert "#" + bytes(middle).hex() == DARK.error


def test_painting_icons_does_not_load_the_icon_library() -> None:
    code = (
        "import sys; from PySide6.QtCore import QSize;"
        "from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]);"
        "from widgets.icons import icon; kept = icon('play').pixmap(QSize(16, 16));"
        "sys.exit('qtawesome' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)

    assert ran.returncode == 0


def test_a_missing_icon_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icon_font.importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(FileNotFoundError, match="qtawesome"):
        icon_font._font_and_characters.__wrapped__()


def test_an_icon_asked_for_at_no_size_is_nothing(qtbot):
    assert icon("play").pixmap(QSize(0, 0)).isNull()
