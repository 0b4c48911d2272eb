"""The colours that the timeline draws with, taken from the theme at hand."""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from widgets.theme import theme_of


@dataclass(frozen=True, slots=True)
class TimelineColours:
    """One set per theme; read anew whenever the palette changes."""

    ground: QColor
    panel: QColor
    text: QColor
    faint: QColor
    line: QColor
    wave: QColor
    accent: QColor
    playhead: QColor

    @staticmethod
    def of(palette: QPalette) -> "TimelineColours":
        theme = theme_of(palette)
        text, panel = QColor(theme.text), QColor(theme.window)
        return TimelineColours(
            ground=QColor(theme.well),
            panel=panel,
            text=text,
            faint=QColor(theme.muted),
            line=QColor(theme.edge),
            wave=blend(text, panel, 0.36),
            accent=QColor(theme.link),
            playhead=text if theme.is_dark else QColor("#101216"),
        )


def on_ground(colour: QColor, colours: TimelineColours) -> QColor:
    """Return `colour` as it can be told from the ground: a pale one is darkened on white."""
    is_light = colours.ground.lightness() > 128
    return colour.darker(124) if is_light else colour


def blend(first: QColor, second: QColor, part: float) -> QColor:
    """Return `first` with `part` (0 to 1) of `second` mixed in."""
    return QColor(
        round(first.red() * (1 - part) + second.red() * part),
        round(first.green() * (1 - part) + second.green() * part),
        round(first.blue() * (1 - part) + second.blue() * part),
    )


def faded(colour: QColor, opacity: float) -> QColor:
    """Return `colour` with `opacity` from 0 to 1."""
    seen = QColor(colour)
    seen.setAlphaF(opacity)
    return seen
