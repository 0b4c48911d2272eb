"""When a sound really sounds, frame by frame, and how much of that a person might have marked.

Letters in shapes: N samples, T frames.
"""

import numpy as np
import numpy.typing as npt

from core.training.sound_bank import Mono

BELOW_PEAK_DB = 35.0
"""A frame counts as sounding down to this far below the loudest one."""

FLOOR = 1e-4
"""Mean square below which nothing counts as sounding, whatever the loudest frame."""

Activity = npt.NDArray[np.bool_]
Spans = npt.NDArray[np.float32]


def true_activity(sound: Mono, hop_samples: int, n_frames: int, hold_frames: int = 6) -> Activity:
    """Return (T,): whether the sound sounds around each frame of a centred transform.

    Args:
        sound: (N,).
        hop_samples: between frames; frame k is centred on sample k * hop.
        n_frames: T.
        hold_frames: pauses up to this long are bridged.
    """
    padded = np.zeros(n_frames * hop_samples, np.float64)
    half = hop_samples // 2
    kept = sound[: len(padded) - half]
    padded[half : half + len(kept)] = kept
    power = np.square(padded).reshape(n_frames, hop_samples).mean(1)
    threshold = max(power.max() * 10 ** (-BELOW_PEAK_DB / 10), FLOOR**2)
    return _bridged(power >= threshold, hold_frames)


def _bridged(active: Activity, hold_frames: int) -> Activity:
    bridged = active.copy()
    for start, stop in runs(~active):
        is_inside = start > 0 and stop < len(active)
        if is_inside and stop - start <= hold_frames:
            bridged[start:stop] = True
    return bridged


def runs(mask: Activity) -> list[tuple[int, int]]:
    """Return the half-open stretches in which (T,) is true."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def drawn_spans(active: Activity, random: np.random.Generator, jitter_frames: int = 4) -> Spans:
    """Return what a person might have marked: (T,) of +1, -1 and 0 for "not said".

    Some stretches are left out, and edges are a little off, as a hand is.
    """
    said = np.zeros(len(active), np.float32)
    says_no = random.random() < 0.5
    for value, mask in ((-1.0, ~active), (1.0, active)):
        for start, stop in runs(mask):
            if (value < 0 and not says_no) or random.random() < 0.2:
                continue
            early, late = random.integers(-jitter_frames, jitter_frames + 1, 2)
            if value < 0:  # a "no" that reaches into the sound would be a lie
                early, late = abs(early), -abs(late)
            said[max(0, start + early) : max(0, stop + late)] = value
    return said
