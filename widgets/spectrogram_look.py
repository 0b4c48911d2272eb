"""How the spectrogram is shown, as one frozen value, and the menu that chooses it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from widgets import colour_maps
from widgets.frequency_axis import FrequencyScale

RANGES_DB = ((-120.0, 0.0), (-100.0, 0.0), (-90.0, -10.0), (-80.0, 0.0), (-70.0, -20.0))

_SCALE_TITLES = {
    FrequencyScale.MEL: "Mel",
    FrequencyScale.LOG: "Logarithmic",
    FrequencyScale.LINEAR: "Linear",
}


@dataclass(frozen=True, slots=True)
class SpectrogramLook:
    """Frequency law, colour map, and the levels that become its darkest and lightest colour."""

    scale: FrequencyScale = FrequencyScale.MEL
    colour_map: str = colour_maps.DEFAULT
    low_db: float = -90.0
    high_db: float = -10.0

    def __post_init__(self) -> None:
        if not self.low_db < self.high_db:
            raise ValueError(f"levels {self.low_db} to {self.high_db} dB")
        if self.colour_map not in colour_maps.names():
            raise ValueError(f"no colour map {self.colour_map!r}")


def fill_look_menu(
    menu: QMenu, look: SpectrogramLook, choose: Callable[[SpectrogramLook], None]
) -> None:
    """Fill `menu` with every choice, `look` being checked; `choose` gets what is picked."""
    menu.clear()
    menu.addSection("Frequency scale")
    _choices(
        menu,
        [(_SCALE_TITLES[scale], replace(look, scale=scale)) for scale in _SCALE_TITLES],
        look,
        choose,
    )
    menu.addSection("Levels")
    ranges = dict.fromkeys((*RANGES_DB, (look.low_db, look.high_db)))
    _choices(
        menu,
        [
            (f"{low_db:.0f} to {high_db:.0f} dB", replace(look, low_db=low_db, high_db=high_db))
            for low_db, high_db in ranges
        ],
        look,
        choose,
    )
    menu.addSection("Colours")
    _choices(
        menu,
        [(colour_maps.title(name), replace(look, colour_map=name)) for name in colour_maps.names()],
        look,
        choose,
    )


def _choices(
    menu: QMenu,
    options: list[tuple[str, SpectrogramLook]],
    look: SpectrogramLook,
    choose: Callable[[SpectrogramLook], None],
) -> None:
    group = QActionGroup(menu)
    for text, option in options:
        action = QAction(text.replace("-", "−"), menu, checkable=True)
        action.setChecked(option == look)
        action.triggered.connect(lambda _checked=False, option=option: choose(option))
        group.addAction(action)
        menu.addAction(action)
