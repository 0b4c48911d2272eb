"""When a clean recording sounds: its activity spans from its true energy."""

import numpy as np
import numpy.typing as npt

from core.domain.prompts import TimeSpan
from core.evaluation.metrics import Signal

FRAME_S = 0.02
FLOOR_DB = -40.0
"""A frame sounds when its level is above this, relative to the loudest frame."""
SHORTEST_GAP_S = 0.25
"""A person marking by hand would drag over shorter pauses."""
SHORTEST_SOUND_S = 0.04


def activity_spans(samples: Signal, sample_rate_hz: int) -> tuple[TimeSpan, ...]:
    """Return where `samples` (N,) sound, rising and apart; nothing for silence."""
    n_frame = max(1, round(FRAME_S * sample_rate_hz))
    n_frames = -(-len(samples) // n_frame)
    padded = np.zeros(n_frames * n_frame)
    padded[: len(samples)] = samples
    level = np.sqrt(np.mean(padded.reshape(n_frames, n_frame) ** 2, axis=1))
    if not level.any():
        return ()
    is_active = level > level.max() * 10 ** (FLOOR_DB / 20)
    runs = _runs(is_active)
    runs = _join(runs, round(SHORTEST_GAP_S / FRAME_S))
    length_s = len(samples) / sample_rate_hz
    step_s = n_frame / sample_rate_hz
    return tuple(
        TimeSpan(first * step_s, min(last * step_s, length_s))
        for first, last in runs
        if (last - first) * step_s >= SHORTEST_SOUND_S
    )


def complement(spans: tuple[TimeSpan, ...], length_s: float) -> tuple[TimeSpan, ...]:
    """Return the stretches of `0 <= t < length_s` that no span covers."""
    free, at_s = [], 0.0
    for span in sorted(spans):
        if span.start_s > at_s:
            free.append(TimeSpan(at_s, span.start_s))
        at_s = max(at_s, span.end_s)
    if at_s < length_s:
        free.append(TimeSpan(at_s, length_s))
    return tuple(free)


def _runs(is_active: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_active, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _join(runs: list[tuple[int, int]], n_gap_frames: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and first - joined[-1][1] < n_gap_frames:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
