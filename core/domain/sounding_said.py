"""What to say of a moment in words: that it sounds off screen, or that there is no sound.

One look in between that found otherwise is not worth a word: what is said would only flicker.
"""

import bisect
from collections.abc import Sequence
from enum import Enum, auto

from core.domain.soundings import SoundingFrame, SoundingTrack

HOLD_S = 0.6
"""Nothing is said that would be true for a shorter time."""

_AT_MOST_BACK_S = 3.0
_GAP_STEPS = 1.5
"""Frames that are farther apart than this many steps do not follow each other."""


class Said(Enum):
    """What there is to a moment."""

    SEEN = auto()
    OFF_SCREEN = auto()
    SILENT = auto()


def said_at(track: SoundingTrack, time_s: float) -> Said | None:
    """Return what is to be said at a moment; None where nothing is known of it."""
    frames = track.frames
    place = bisect.bisect_right(frames, time_s + 1e-9, key=lambda frame: frame.time_s) - 1
    if track.at(time_s) is None:
        return None
    place = max(0, place)
    if time_s - frames[place].time_s > _GAP_STEPS * track.step_s:
        place += 1
    now, first = kind_of(frames[place]), place
    while time_s - frames[first].time_s < _AT_MOST_BACK_S:
        first, last = _run(frames, first, track.step_s)
        length_s = frames[last].time_s - frames[first].time_s + track.step_s
        if length_s > HOLD_S - 1e-6:
            return kind_of(frames[first])
        if first == 0 or not _follows(frames, first, track.step_s):
            break
        first -= 1
    return now


def kind_of(frame: SoundingFrame) -> Said:
    if frame.sources:
        return Said.SEEN
    return Said.OFF_SCREEN if frame.is_off_screen else Said.SILENT


def _run(frames: Sequence[SoundingFrame], place: int, step_s: float) -> tuple[int, int]:
    """Return the first and last frame of a kind around `place`, or enough of them to be held."""
    kind, first, last = kind_of(frames[place]), place, place
    least_s = HOLD_S - step_s
    while (
        frames[last].time_s - frames[first].time_s < least_s
        and first > 0
        and _follows(frames, first, step_s)
        and kind_of(frames[first - 1]) is kind
    ):
        first -= 1
    while (
        frames[last].time_s - frames[first].time_s < least_s
        and last + 1 < len(frames)
        and _follows(frames, last + 1, step_s)
        and kind_of(frames[last + 1]) is kind
    ):
        last += 1
    return first, last


def _follows(frames: Sequence[SoundingFrame], place: int, step_s: float) -> bool:
    """Tell whether the frame at `place` comes right after the one before it."""
    return frames[place].time_s - frames[place - 1].time_s <= _GAP_STEPS * step_s
