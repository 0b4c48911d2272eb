"""The look of the window as data: two themes, the eight stem colours, and how they are put on."""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from widgets.fonts import interface_font
from widgets.stylesheet import stylesheet

STEM_COLOURS: tuple[str, ...] = (
    "#7EC9FF",
    "#D48E00",
    "#049C80",
    "#BB4812",
    "#876CDC",
    "#FFAFC7",
    "#E0D800",
    "#886340",
)
"""Okabe and Ito's set, moved apart until any two differ by a CIE76 distance of at least 20 for
protan, deutan and tritan eyes too, and all stand out from the dark theme."""

STEM_COLOUR_NAMES: tuple[str, ...] = (
    "Sky",
    "Amber",
    "Green",
    "Rust",
    "Violet",
    "Pink",
    "Lemon",
    "Brown",
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour of the window, as `#rrggbb`, named by what it is for."""

    name: str
    is_dark: bool
    stage: str
    """Around the picture; the darkest."""
    well: str
    """Inside text fields, lists and views."""
    window: str
    """Behind everything: bars and panels."""
    raised: str
    """A control at rest."""
    hover: str
    pressed: str
    line: str
    """Between panels."""
    edge: str
    """Around controls."""
    text: str
    muted: str
    """Second-rank text; still readable on `window`."""
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    link: str
    """The accent as text and as focus ring."""
    info: str
    good: str
    warning: str
    error: str


DARK = Theme(
    name="dark",
    is_dark=True,
    stage="#0c0d10",
    well="#131519",
    window="#1b1d22",
    raised="#2a2d34",
    hover="#353942",
    pressed="#22252b",
    line="#2b2e35",
    edge="#3b3f48",
    text="#e7e9ed",
    muted="#a0a6b1",
    disabled="#656b76",
    accent="#3a70e8",
    accent_hover="#4a7df0",
    accent_pressed="#2f60d0",
    on_accent="#ffffff",
    link="#82abff",
    info="#82abff",
    good="#4cc38a",
    warning="#f5b83d",
    error="#ff7b72",
)

LIGHT = Theme(
    name="light",
    is_dark=False,
    stage="#22252b",
    well="#ffffff",
    window="#f3f4f6",
    raised="#ffffff",
    hover="#e9ebef",
    pressed="#dcdfe5",
    line="#dcdfe4",
    edge="#c9cdd5",
    text="#1b1e24",
    muted="#596070",
    disabled="#a2a8b3",
    accent="#2f66dc",
    accent_hover="#2559c9",
    accent_pressed="#1f4dae",
    on_accent="#ffffff",
    link="#2559c9",
    info="#2559c9",
    good="#1a7f4b",
    warning="#9a6200",
    error="#c4302b",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def stem_colour(index: int) -> QColor:
    """Return the colour of a stem; from eight on they begin again."""
    return QColor(STEM_COLOURS[index % len(STEM_COLOURS)])


def stem_colour_name(index: int) -> str:
    return STEM_COLOUR_NAMES[index % len(STEM_COLOUR_NAMES)]


def theme_of(palette: QPalette) -> Theme:
    """Return the theme that a widget with this palette is drawn in."""
    # The stage is kept in a role that style sheets leave alone; backgrounds they write over.
    shadow = palette.color(QPalette.ColorRole.Shadow).name()
    for theme in THEMES.values():
        if shadow == theme.stage:
            return theme
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def current_theme() -> Theme:
    """Return the theme of the application."""
    return theme_of(QGuiApplication.palette())


def palette_of(theme: Theme) -> QPalette:
    """Return the theme as Qt's palette, for what is drawn by hand or by the style."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.well,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.link,
        role.LinkVisited: theme.link,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Light: theme.hover,
        role.Midlight: theme.raised,
        role.Mid: theme.edge,
        role.Dark: theme.line,
        role.Shadow: theme.stage,
    }
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, each, QColor(theme.disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(theme.hover))
    return palette


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress the whole application; may be called again at any time."""
    # Fusion is the one style that looks and measures the same on every desktop.
    # Asked of a property, since a style sheet hides the style's name.
    if not app.property("is_fusion"):
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setProperty("is_fusion", True)
    app.setFont(interface_font())
    app.setPalette(palette_of(theme))
    app.setStyleSheet(stylesheet(theme))
