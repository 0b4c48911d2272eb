"""When each thing sounds through a clip: from frames that were looked at to stretches of time."""

import itertools
from dataclasses import dataclass

from core.domain.soundings import SoundingTrack

Stretches = tuple[tuple[float, float], ...]
"""(start, end) in seconds, rising and apart."""

_GAP_STEPS = 1.5


@dataclass(frozen=True, slots=True)
class SoundingStretches:
    """When each source is seen to sound, by its number, and when what is heard is not seen."""

    by_source: dict[int, Stretches]
    off_screen: Stretches


def stretches_of(track: SoundingTrack) -> SoundingStretches:
    """Return when what sounds; what was not looked at yet belongs to nothing.

    An hour is gone through in a few milliseconds, since a window asks while it is looked at.
    """
    by_source: dict[int, list[tuple[float, float]]] = {}
    off_screen: list[tuple[float, float]] = []
    step_s, reach_s = track.step_s, _GAP_STEPS * track.step_s
    for frame, after in itertools.zip_longest(track.frames, track.frames[1:]):
        start_s = frame.time_s
        is_near = after is not None and after.time_s - start_s <= reach_s
        end_s = after.time_s if is_near else start_s + step_s
        for source in frame.sources:
            _prolong(by_source.setdefault(source.number, []), start_s, end_s)
        if frame.is_heard and not frame.sources:
            _prolong(off_screen, start_s, end_s)
    known = {number: tuple(by_source[number]) for number in sorted(by_source)}
    return SoundingStretches(known, tuple(off_screen))


def _prolong(found: list[tuple[float, float]], start_s: float, end_s: float) -> None:
    """Add a stretch, or make the last one longer where they touch."""
    if found and start_s <= found[-1][1] + 1e-9:
        found[-1] = found[-1][0], end_s
    else:
        found.append((start_s, end_s))
