"""What to say of a moment in words: that it sounds off screen, or that there is no sound.

One look in between that found otherwise is not worth a word: what is said would only flicker.
"""

import bisect
from enum import Enum, auto

from core.domain.soundings import SoundingFrame, SoundingTrack

HOLD_S = 0.6
"""Nothing is said that would be true for a shorter time."""

_AT_MOST_BACK_S = 3.0


class Said(Enum):
    """What there is to a moment."""

    SEEN = auto()
    OFF_SCREEN = auto()
    SILENT = auto()


def said_at(track: SoundingTrack, time_s: float) -> Said | None:
    """Return what is to be said at a moment; None where nothing is known of it."""
    before, after = track.around(time_s)
    nearest = before or after
    if nearest is None:
        return None
    frames = track.frames
    first = bisect.bisect_left(frames, nearest.pts, key=lambda frame: frame.pts)
    now = kind_of(nearest)
    while time_s - frames[first].time_s < _AT_MOST_BACK_S:
        first, last = _run(track, first)
        length_s = frames[last].time_s - frames[first].time_s + track.step_s
        if length_s > HOLD_S - 1e-6:
            return kind_of(frames[first])
        if first == 0 or not _follows(track, first):
            break
        first -= 1
    return now


def kind_of(frame: SoundingFrame) -> Said:
    if frame.sources:
        return Said.SEEN
    return Said.OFF_SCREEN if frame.is_off_screen else Said.SILENT


def _run(track: SoundingTrack, place: int) -> tuple[int, int]:
    """Return the first and last frame of a kind around `place`, or enough of them to be held."""
    frames = track.frames
    kind, first, last = kind_of(frames[place]), place, place
    least_s = HOLD_S - track.step_s
    while (
        frames[last].time_s - frames[first].time_s < least_s
        and first > 0
        and _follows(track, first)
        and kind_of(frames[first - 1]) is kind
    ):
        first -= 1
    while (
        frames[last].time_s - frames[first].time_s < least_s
        and last + 1 < len(frames)
        and _follows(track, last + 1)
        and kind_of(frames[last + 1]) is kind
    ):
        last += 1
    return first, last


def _follows(track: SoundingTrack, place: int) -> bool:
    """Tell whether the frame at `place` comes right after the one before it."""
    frames = track.frames
    return frames[place].time_s - frames[place - 1].time_s <= track.reach_s
