"""Sets of samples as sorted, separate, half-open intervals: join, cut out, cut into blocks."""

from collections.abc import Iterable

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]
"""Sorted `(start, stop)` that neither touch nor overlap."""


def union(intervals: Iterable[Interval]) -> Intervals:
    joined: list[Interval] = []
    for start, stop in sorted(one for one in intervals if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(stop, joined[-1][1])
        else:
            joined.append((start, stop))
    return tuple(joined)


def common(some: Intervals, others: Intervals) -> Intervals:
    """Return what lies in both."""
    return union((max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others)


def without(some: Intervals, others: Intervals) -> Intervals:
    """Return what lies in `some` and in none of `others`."""
    rest = list(some)
    for first, last in others:
        rest = [
            piece
            for start, stop in rest
            for piece in ((start, min(stop, first)), (max(start, last), stop))
            if piece[0] < piece[1]
        ]
    return union(rest)


def grown(intervals: Intervals, n_samples: int) -> Intervals:
    """Return each interval longer by `n_samples` at both ends."""
    return union((start - n_samples, stop + n_samples) for start, stop in intervals)


def length(intervals: Intervals) -> int:
    return sum(stop - start for start, stop in intervals)


def blocks(intervals: Intervals, n_longest: int) -> list[Interval]:
    """Return the intervals cut into blocks of at most `n_longest`."""
    return [
        (first, min(first + n_longest, stop))
        for start, stop in intervals
        for first in range(start, stop, n_longest)
    ]


def distance(block: Interval, intervals: Intervals) -> int:
    """Return how far `block` lies from the nearest of `intervals`; 0 if they overlap."""
    return min((max(0, start - block[1], block[0] - stop) for start, stop in intervals), default=0)
