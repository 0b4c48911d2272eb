"""What sounds, made by hand: warm discs on a small map, each a source of its own."""

from fractions import Fraction

import numpy as np

from core.domain.soundings import (
    NO_SOURCE,
    PackedMap,
    SeenSource,
    SoundingFrame,
    SoundingTrack,
)

MAP_WIDE, MAP_HIGH = 160, 90

VIOLIN = SeenSource(0, "violin", 0.78)
GUITAR = SeenSource(1, "electric_guitar", 0.41)

Disc = tuple[SeenSource, float, float, float]
"""A source, the middle of it across and down the picture (0 to 1), and its radius in cells."""

LEFT: Disc = (VIOLIN, 0.25, 0.5, 14)
RIGHT: Disc = (GUITAR, 0.75, 0.5, 14)


def moment(*discs: Disc, pts: int = 0, time_s: float = 0.0, is_heard: bool = True) -> SoundingFrame:
    """Return a frame in which the places of `discs` sound."""
    heat = np.zeros((MAP_HIGH, MAP_WIDE), np.float32)
    owners = np.full(heat.shape, NO_SOURCE, np.uint8)
    rows, columns = np.mgrid[:MAP_HIGH, :MAP_WIDE]
    sources = tuple(dict.fromkeys(source for source, *_ in discs))
    for source, across, down, radius in discs:
        away = np.hypot(columns - across * MAP_WIDE, rows - down * MAP_HIGH)
        owners[away < radius + 4] = sources.index(source)
        heat = np.maximum(heat, np.clip((radius - away) / 3 + 0.5, 0, 0.95)).astype(np.float32)
    packed = PackedMap.of_heat(heat), PackedMap.of_owners(owners)
    return SoundingFrame(pts, time_s, *packed, sources, is_heard)


def track_of(*kinds: str, step_s: float = 0.2) -> SoundingTrack:
    """Return a track of looks from second 0 on: "seen", "off" screen, "silent", or "" for none."""
    discs = {"seen": (LEFT,), "off": (), "silent": ()}
    frames = tuple(
        moment(*discs[kind], pts=place, time_s=place * step_s, is_heard=kind != "silent")
        for place, kind in enumerate(kinds)
        if kind
    )
    return SoundingTrack(Fraction(1, 1000), Fraction(0), step_s, frames)
