"""When each thing sounds through a clip: from frames that were looked at to stretches of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.soundings import SoundingTrack

Stretches = tuple[tuple[float, float], ...]
"""(start, end) in seconds, rising and apart."""

Times = npt.NDArray[np.float64]
"""(K,) in seconds, one for each frame that was looked at."""


@dataclass(frozen=True, slots=True)
class SoundingStretches:
    """When each source is seen to sound, by its number, and when what is heard is not seen."""

    by_source: dict[int, Stretches]
    off_screen: Stretches


def stretches_of(track: SoundingTrack) -> SoundingStretches:
    """Return when what sounds; what was not looked at yet belongs to nothing.

    Two hours are gone through in milliseconds, since a window asks while it is looked at.
    """
    frames = track.frames
    starts_s = np.fromiter((frame.time_s for frame in frames), np.float64, len(frames))
    nexts_s = np.append(starts_s[1:], np.inf)
    is_near = nexts_s - starts_s <= track.reach_s
    ends_s = np.where(is_near, nexts_s, starts_s + track.step_s)
    by_source: dict[int, list[int]] = {}
    off_screen = []
    for place, frame in enumerate(frames):
        sources = frame.sources
        for source in sources:
            by_source.setdefault(source.number, []).append(place)
        if not sources and frame.is_heard:
            off_screen.append(place)
    known = {number: _joined(by_source[number], starts_s, ends_s) for number in sorted(by_source)}
    return SoundingStretches(known, _joined(off_screen, starts_s, ends_s))


def _joined(places: list[int], starts_s: Times, ends_s: Times) -> Stretches:
    """Return the stretches of some frames, those that touch as one."""
    if not places:
        return ()
    own = np.array(places)
    starts_s, ends_s = starts_s[own], ends_s[own]
    is_apart = starts_s[1:] > ends_s[:-1] + 1e-9
    firsts_s = starts_s[np.append(True, is_apart)].tolist()
    lasts_s = ends_s[np.append(is_apart, True)].tolist()
    return tuple(zip(firsts_s, lasts_s, strict=True))
