"""Sound of any length through an engine that works on short pieces: cut, process, blend.

Pieces overlap and are blended with raised-cosine ramps that add up to one at every sample, so
that a process which changes nothing gives back its input and joins are not heard. Memory depends
on the length of a piece, never on the length of the sound.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from core.domain.audio import AudioSource, Samples
from core.separation.protocol import TargetSink
from core.separation.pulse import Pulse

ProcessPiece = Callable[[Samples, int], Samples]
"""Takes samples (C, N) of the mix and the index of the first; returns the target, (C, N)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One step of the way: `start <= n < stop` is kept, `read_start` to `read_stop` is heard."""

    start: int
    stop: int
    read_start: int
    read_stop: int


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How a sound is cut.

    Attributes:
        n_chunk: samples from one piece's start to the next one's.
        n_overlap: samples in which neighbours are blended; at most `n_chunk`.
        n_context: samples heard beyond both ends and thrown away, for windows that reach over.
        n_least: samples heard at least: of a shorter piece, such as the last one, as many more
            before it.
    """

    n_chunk: int
    n_overlap: int
    n_context: int = 0
    n_least: int = 0

    def __post_init__(self) -> None:
        if self.n_chunk < 1 or not 0 <= self.n_overlap <= self.n_chunk or self.n_context < 0:
            raise ValueError(f"no way to cut by {self}")

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """Yield the pieces that cover `start <= n < stop`, each one overlapping the next."""
        for first in range(start, stop, self.n_chunk):
            last = min(first + self.n_chunk + self.n_overlap, stop)
            read_stop = last + self.n_context
            read_start = min(first - self.n_context, read_stop - self.n_least)
            yield Piece(first, last, read_start, read_stop)
            if last == stop:
                return


def overlap_add(
    source: AudioSource,
    span: tuple[int, int],
    plan: ChunkPlan,
    process: ProcessPiece,
    sink: TargetSink,
    pulse: Pulse,
) -> None:
    """Run `process` over `source` piece by piece and write the blend into `sink`.

    Exactly `span[1] - span[0]` samples are written, in order.

    Args:
        source: what is read; its array may be changed by `process`.
        span: samples `start <= n < stop`; may hang over the ends of `source`.
        plan: how to cut.
        process: called once for each piece, must keep the shape; beats `pulse` inside one.
        sink: takes the blended target.
        pulse: in a stage whose total is the number of samples in `span`.

    Raises:
        Cancelled: the person has asked to stop.
    """
    start, stop = span
    tail = np.zeros((source.n_channels, 0), np.float32)
    for piece in plan.pieces(start, stop):
        pulse.stand_at(piece.start - start, piece.stop - start)
        heard = source.read(piece.read_start, piece.read_stop)
        answer = process(heard, piece.read_start)
        if answer.shape != heard.shape:
            raise ValueError(f"a piece of shape {heard.shape} came back as {answer.shape}")
        first = piece.start - piece.read_start
        kept = np.array(answer[:, first : first + piece.stop - piece.start], np.float32)
        _blend(tail, kept)
        n_ready = kept.shape[1] if piece.stop == stop else plan.n_chunk
        sink.write(kept[:, :n_ready])
        tail = kept[:, n_ready:]
    pulse.stand_at(stop - start, stop - start)


def resample(samples: Samples, from_hz: int, to_hz: int, n_samples: int) -> Samples:
    """Return (C, n_samples) at another rate, cut or padded at its end to exactly that length.

    For engines whose model works at a rate of its own.
    """
    moved = np.asarray(soxr.resample(samples.T, from_hz, to_hz, quality="HQ")).T
    fitted = np.zeros((samples.shape[0], n_samples), np.float32)
    n_kept = min(n_samples, moved.shape[1])
    fitted[:, :n_kept] = moved[:, :n_kept]
    return fitted


def fade_in(n_samples: int) -> Samples:
    """Return the rising half of a raised cosine, (n,), which with its mirror adds up to one."""
    angle = (np.arange(n_samples, dtype=np.float64) + 0.5) / max(1, n_samples)
    return np.asarray(np.sin(0.5 * np.pi * angle) ** 2, np.float32)


def _blend(tail: Samples, kept: Samples) -> None:
    """Fade from the former piece's `tail` into the beginning of `kept`, in place."""
    n_blend = tail.shape[1]
    rise = fade_in(n_blend)
    kept[:, :n_blend] = tail + rise * (kept[:, :n_blend] - tail)
