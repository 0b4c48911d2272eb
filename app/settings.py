"""What the person has chosen once and expects again: a typed value, checked, kept as JSON.

Read at the edge and handed on; the core never looks here. A file that was edited by hand or comes
from another version never keeps the program from starting: what cannot be used falls back to its
default, and the store says so.
"""

import base64
import binascii
import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.detection.protocol import USUAL
from core.errors import ExportError
from core.files.atomic import write_text
from core.segmentation import registry
from core.units import SILENCE_DB
from widgets import colour_maps
from widgets.frequency_axis import FrequencyScale

_log = logging.getLogger(__name__)

FILE_NAME = "settings.json"
N_RECENT = 10
SOUNDING_RATES_HZ = (1.0, 2.0, 5.0, 10.0)
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


@dataclass(frozen=True, slots=True)
class AppSettings:
    """All settings with their defaults. A value out of its limits raises `ValueError`."""

    theme: str = "dark"
    """"dark" or "light"."""
    volume_db: float = 0.0
    """Loudness of playback; −60 and below is silence."""
    is_level_matched: bool = True
    """Target and residual are heard as loud as the mix."""
    is_scrub_heard: bool = True
    """Dragging the playhead plays snippets."""
    device: str = "auto"
    """Where engines run: "auto", "cpu", "cuda", "cuda:1" (the second one) or "mps"."""
    segmenter: str = registry.DEFAULT
    """With what objects are found in the picture, by its name in the registry."""
    is_sounding_shown: bool = True
    """What sounds is shown over the picture, where it is known."""
    sounding_rate_hz: float = 5.0
    """How many pictures a second are looked at for what sounds."""
    find_box_threshold: float = USUAL.box
    """How sure a box must be that is found by words, 0 to 1."""
    find_text_threshold: float = USUAL.text
    """How sure a word must be that such a box is said to show, 0 to 1."""
    cache_limit_mb: int = 2_048
    """Decoded media kept on disk before the oldest is dropped."""
    mask_opacity: float = 0.4
    """Of the mask's tint over the picture, 0 to 1."""
    frequency_scale: str = FrequencyScale.MEL.value
    """Law of the spectrogram's frequency axis: "log", "mel" or "linear"."""
    low_db: float = -90.0
    """Level of the spectrogram's darkest colour."""
    high_db: float = -10.0
    """Level of the spectrogram's lightest colour."""
    colour_map: str = colour_maps.DEFAULT
    """Of the spectrogram."""
    recent_files: tuple[str, ...] = ()
    """Clips and projects, the newest first."""
    window_layout: tuple[str, ...] = ()
    """Geometry and splits of the window, as Qt gives them, in base 64."""
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    """Action name to key, where the person wants another than ours."""

    def __post_init__(self) -> None:
        for each in fields(self):
            _RULES[each.name](getattr(self, each.name))
        if not self.low_db < self.high_db:
            raise ValueError(f"low_db {self.low_db} lies above high_db {self.high_db}")

    def with_recent(self, path: Path) -> "AppSettings":
        """Return settings in which `path` is the newest of the recent files."""
        newest = str(path.absolute())
        older = (each for each in self.recent_files if each != newest)
        return replace(self, recent_files=(newest, *older)[:N_RECENT])

    @property
    def layout(self) -> tuple[bytes, ...]:
        """The window's layout as bytes."""
        return tuple(base64.b64decode(part) for part in self.window_layout)

    def with_layout(self, parts: tuple[bytes, ...]) -> "AppSettings":
        """Return settings that remember the window's layout."""
        return replace(self, window_layout=tuple(base64.b64encode(p).decode() for p in parts))


class SettingsStore:
    """Keeps the settings of one person in `settings.json`, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Read the settings; a missing file means defaults."""
        self._path = folder / FILE_NAME
        self.value, self.problems = load_settings(self._path)
        for problem in self.problems:
            _log.warning("settings: %s", problem)

    def put(self, value: AppSettings) -> None:
        """Use `value` from now on, and write it down if it is new."""
        if value == self.value:
            return
        self.value = value
        try:
            save_settings(value, self._path)
        except ExportError as error:
            # Not worth a word to the person: everything works, only this choice is not kept.
            _log.warning("settings are not kept: %s", error)

    def change(self, **changes: Any) -> None:
        """Put the current settings with `changes` to some of their fields.

        Raises:
            ValueError: a value is out of its limits.
            TypeError: there is no such setting.
        """
        self.put(replace(self.value, **changes))


def load_settings(path: Path) -> tuple[AppSettings, tuple[str, ...]]:
    """Return the settings in `path`, and what of it could not be used."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return AppSettings(), ()
    except (OSError, ValueError, RecursionError) as error:
        return AppSettings(), (f"{path} cannot be read, defaults are used: {error}",)
    if not isinstance(stored, dict):
        return AppSettings(), (f"{path} holds no settings, defaults are used",)
    return _from_json(stored)


def save_settings(settings: AppSettings, path: Path) -> None:
    """Write `settings`.

    Raises:
        ExportError: the folder cannot be written to, or the disk is full.
    """
    text = json.dumps(asdict(settings), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n", may_overwrite=True)


def _from_json(stored: Mapping[str, object]) -> tuple[AppSettings, tuple[str, ...]]:
    # Any: the rule of a field says that the value fits it.
    usable: dict[str, Any] = {}
    problems = []
    for name, rule in _RULES.items():
        if name not in stored:
            continue
        value = stored[name]
        # JSON has lists where we have tuples.
        value = tuple(value) if isinstance(value, list) else value
        try:
            rule(value)
            usable[name] = value
        except ValueError as error:
            problems.append(f"{name}: {error}; its default is used")
    try:
        return AppSettings(**usable), tuple(problems)
    except ValueError as error:
        # Each is fine, but not beside the other.
        for name in ("low_db", "high_db"):
            usable.pop(name, None)
        return AppSettings(**usable), (*problems, f"{error}; the defaults are used")


Rule = Callable[[object], None]
"""Raises `ValueError` for what a setting may not be."""


def _one_of(*choices: str) -> Rule:
    def check(value: object) -> None:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")

    return check


def _number(lowest: float, highest: float, *, is_whole: bool = False) -> Rule:
    kinds = int if is_whole else (int, float)

    def check(value: object) -> None:
        # True is an int to Python, but no number to a person.
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise ValueError(f"{value!r:.60} is not a {'whole ' if is_whole else ''}number")
        if not (math.isfinite(value) and lowest <= value <= highest):
            raise ValueError(f"{value} is not between {lowest:g} and {highest:g}")

    return check


def _rate(value: object) -> None:
    if isinstance(value, bool) or value not in SOUNDING_RATES_HZ:
        raise ValueError(f"{value!r:.60} is none of {SOUNDING_RATES_HZ}")


def _device(value: object) -> None:
    # Whether it is there is asked elsewhere: a GPU may be gone today, and back tomorrow.
    if not isinstance(value, str) or not _DEVICE.fullmatch(value):
        raise ValueError(f"{value!r:.60} is no device, such as auto, cpu, cuda:0 or mps")


def _truth(value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.60} is neither true nor false")


def _texts(value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{value!r:.60} is not a list of texts")


def _base64s(value: object) -> None:
    _texts(value)
    try:
        for part in value if isinstance(value, tuple) else ():
            base64.b64decode(part, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not in base 64: {error}") from error


def _shortcuts(value: object) -> None:
    pairs = value.items() if isinstance(value, Mapping) else None
    if pairs is None or not all(isinstance(part, str) for pair in pairs for part in pair):
        raise ValueError(f"{value!r:.60} is not a table of action and key")


_RULES: Mapping[str, Rule] = {
    "theme": _one_of("dark", "light"),
    "volume_db": _number(SILENCE_DB, 12.0),
    "is_level_matched": _truth,
    "is_scrub_heard": _truth,
    "device": _device,
    "segmenter": _one_of(*(info.name for info in registry.segmenters())),
    "is_sounding_shown": _truth,
    "sounding_rate_hz": _rate,
    "find_box_threshold": _number(0.0, 1.0),
    "find_text_threshold": _number(0.0, 1.0),
    "cache_limit_mb": _number(64, 1_000_000, is_whole=True),
    "mask_opacity": _number(0.0, 1.0),
    "frequency_scale": _one_of(*(scale.value for scale in FrequencyScale)),
    "low_db": _number(-180.0, 0.0),
    "high_db": _number(-180.0, 20.0),
    "colour_map": _one_of(*colour_maps.names()),
    "recent_files": _texts,
    "window_layout": _base64s,
    "shortcuts": _shortcuts,
}
