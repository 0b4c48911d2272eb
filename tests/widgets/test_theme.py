"""The look: contrast, colours that colour-blind people can tell apart, and files that exist."""

import itertools
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from widgets.fonts import interface_font
from widgets.stylesheet import stylesheet
from widgets.theme import (
    DARK,
    LIGHT,
    STEM_COLOUR_NAMES,
    STEM_COLOURS,
    Theme,
    apply_theme,
    current_theme,
    palette_of,
    stem_colour,
    theme_of,
)

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
Vector = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> Vector:
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(rgb: Vector) -> Vector:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(first: str, second: str) -> float:
    """WCAG 2: from 1 (the same) to 21 (black on white)."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (first, second))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_stem_colours_can_be_told_apart(eyes: str) -> None:
    seen = [lab(EYES[eyes] @ linear(colour)) for colour in STEM_COLOURS]

    nearest = min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2))

    # A just noticeable difference is about 2.3; ten times that survives thin lines and a tint.
    assert nearest > 20


def test_every_stem_colour_has_a_name_and_the_ninth_begins_again() -> None:
    assert len(STEM_COLOURS) == len(set(STEM_COLOUR_NAMES)) == 8
    assert stem_colour(8) == stem_colour(0)


def test_stem_colours_stand_out_from_the_dark_theme() -> None:
    assert all(contrast(colour, DARK.window) >= 3 for colour in STEM_COLOURS)


@BOTH
def test_text_is_readable(theme: Theme) -> None:
    assert contrast(theme.text, theme.window) >= 7
    for ground in (theme.window, theme.well, theme.raised):
        assert contrast(theme.muted, ground) >= 4.5
        assert contrast(theme.link, ground) >= 4.5
        assert contrast(theme.error, ground) >= 4.5
    for fill in (theme.accent, theme.accent_pressed):
        assert contrast(theme.on_accent, fill) >= 4.5


@BOTH
def test_signs_of_severity_stand_out(theme: Theme) -> None:
    for sign in (theme.info, theme.warning, theme.error, theme.good):
        assert contrast(sign, theme.raised) >= 3


@BOTH
def test_every_colour_is_a_colour(theme: Theme) -> None:
    for field in fields(theme):
        if field.name not in ("name", "is_dark"):
            assert re.fullmatch("#[0-9a-f]{6}", getattr(theme, field.name)), field.name


@BOTH
def test_the_style_sheet_is_filled_in_and_its_pictures_exist(
    theme: Theme, qapp: QApplication
) -> None:
    sheet = stylesheet(theme)

    pictures = re.findall(r"url\(([^)]+)\)", sheet)
    assert "$" not in sheet
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_the_theme_can_be_changed_while_running(qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    assert current_theme() is DARK

    apply_theme(qapp, LIGHT)

    assert current_theme() is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(LIGHT.well)
    assert qapp.font().pixelSize() == interface_font().pixelSize()


@BOTH
def test_a_theme_is_known_by_its_palette(theme: Theme) -> None:
    assert theme_of(palette_of(theme)) is theme


@BOTH
def test_a_theme_is_known_even_on_buttons_that_have_a_colour_of_their_own(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    apply_theme(qapp, theme)
    button = QPushButton("Separate")
    button.setProperty("kind", "primary")
    qtbot.addWidget(button)
    for is_enabled in (True, False):
        button.setEnabled(is_enabled)
        button.ensurePolished()

        assert theme_of(button.palette()) is theme
