"""Colour maps for the spectrogram, (256, 3) uint8, whose lightness rises evenly.

Each map is a path through OKLab (Björn Ottosson, "A perceptual color space for image
processing", 2020): lightness goes straight from dark to light, hue and chroma follow a few
control points. What is twice as bright in the numbers then looks so, also in grey and to
colour-blind eyes.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Lut = npt.NDArray[np.uint8]
"""(256, 3), red, green, blue."""

DEFAULT = "ember"


@dataclass(frozen=True, slots=True)
class _Path:
    """Lightness at both ends, then (hue in degrees, chroma) at evenly spaced places."""

    title: str
    darkest: float
    lightest: float
    points: tuple[tuple[float, float], ...]


_PATHS = {
    "ember": _Path(
        "Ember",
        0.13,
        0.97,
        ((290, 0.02), (300, 0.12), (330, 0.19), (385, 0.21), (410, 0.18), (440, 0.15), (465, 0.08)),
    ),
    "lagoon": _Path(
        "Lagoon",
        0.16,
        0.96,
        ((300, 0.03), (285, 0.12), (255, 0.11), (205, 0.10), (165, 0.14), (125, 0.18), (105, 0.14)),
    ),
    "ice": _Path("Ice", 0.12, 0.98, ((265, 0.02), (268, 0.13), (250, 0.14), (225, 0.10), (205, 0))),
    "grey": _Path("Grey", 0.12, 0.98, ((0, 0.0), (0, 0.0))),
}


def names() -> tuple[str, ...]:
    """Return the maps there are, the default first."""
    return tuple(_PATHS)


def title(name: str) -> str:
    return _path(name).title


@lru_cache(maxsize=8)
def colours(name: str) -> Lut:
    """Return the map as (256, 3) uint8, read-only; an unknown name raises `ValueError`."""
    path = _path(name)
    place = np.linspace(0.0, 1.0, 256)
    stops = np.linspace(0.0, 1.0, len(path.points))
    lightness = path.darkest + (path.lightest - path.darkest) * place
    # hue and chroma are smoothed so that no control point shows as a kink
    hue = np.radians(_smooth(np.interp(place, stops, [hue for hue, _ in path.points])))
    chroma = _smooth(np.interp(place, stops, [chroma for _, chroma in path.points]))
    lut = _oklab_to_srgb(lightness, chroma * np.cos(hue), chroma * np.sin(hue))
    lut.setflags(write=False)
    return lut


def stretch(lut: Lut, floor_db: float, low_db: float, high_db: float) -> Lut:
    """Return `lut` for uint8 levels whose 0 is `floor_db` and 255 is 0 dB, shown low to high."""
    level_db = np.linspace(floor_db, 0.0, 256)
    place = np.clip((level_db - low_db) / max(1e-6, high_db - low_db), 0.0, 1.0)
    return np.asarray(lut[np.rint(place * 255).astype(np.intp)], np.uint8)


def _path(name: str) -> _Path:
    if name not in _PATHS:
        raise ValueError(f"no colour map {name!r}; there are {', '.join(_PATHS)}")
    return _PATHS[name]


def _smooth(values: npt.NDArray[np.float64], n_around: int = 20) -> npt.NDArray[np.float64]:
    padded = np.pad(values, n_around, mode="edge")
    kernel = np.hanning(2 * n_around + 1)
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _oklab_to_srgb(
    lightness: npt.NDArray[np.float64], a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> Lut:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ],
        axis=1,
    )
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055)
    return np.asarray(np.rint(encoded * 255), np.uint8)
