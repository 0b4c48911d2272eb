"""When each thing sounds through a clip: from frames that were looked at to stretches of time."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.soundings import SoundingFrame, SoundingTrack

Stretches = tuple[tuple[float, float], ...]
"""(start, end) in seconds, rising and apart."""

_GAP_STEPS = 1.5


@dataclass(frozen=True, slots=True)
class SoundingStretches:
    """When each source is seen to sound, by its number, and when what is heard is not seen."""

    by_source: dict[int, Stretches]
    off_screen: Stretches


def stretches_of(track: SoundingTrack) -> SoundingStretches:
    """Return when what sounds; what was not looked at yet belongs to nothing."""
    by_source: dict[int, list[tuple[float, float]]] = {}
    off_screen: list[tuple[float, float]] = []
    for frame, end_s in _ends(track):
        for source in frame.sources:
            _prolong(by_source.setdefault(source.number, []), frame.time_s, end_s)
        if frame.is_off_screen:
            _prolong(off_screen, frame.time_s, end_s)
    known = {number: tuple(by_source[number]) for number in sorted(by_source)}
    return SoundingStretches(known, tuple(off_screen))


def _ends(track: SoundingTrack) -> Iterable[tuple[SoundingFrame, float]]:
    """Return each frame with the time until which it speaks."""
    frames, reach_s = track.frames, _GAP_STEPS * track.step_s
    for place, frame in enumerate(frames):
        next_s = frames[place + 1].time_s if place + 1 < len(frames) else float("inf")
        is_near = next_s - frame.time_s <= reach_s
        yield frame, next_s if is_near else frame.time_s + track.step_s


def _prolong(found: list[tuple[float, float]], start_s: float, end_s: float) -> None:
    """Add a stretch, or make the last one longer where they touch."""
    if found and start_s <= found[-1][1] + 1e-9:
        found[-1] = found[-1][0], end_s
    else:
        found.append((start_s, end_s))
