"""The meeting place of three threads: the window orders, the feeder reads ahead, the writer plays.

Blocks hold every voice unmixed. They are mixed when they are written, so that switching between
mix and target, or turning a knob, is heard after the latency of the device and not after
everything that was read ahead.

Letters in shapes: C channels, N samples.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from app.playback.mixing import Desk, Voice
from app.playback.stretches import Cursor, Stretch
from core.domain.audio import Samples

BLOCK_S = 0.02
AHEAD_S = 0.8
# The device still holds its latency's worth of sound when the writer asks, so it can wait a bit.
_PATIENCE_S = 0.02


@dataclass(slots=True, eq=False)
class Block:
    """Some 20 ms of every voice, (C, n_samples) each."""

    stretch: Stretch
    generation: int
    voices: dict[Voice, Samples] = field(default_factory=dict)
    is_snippet: bool = False
    is_tail: bool = False
    """Only its beginning is played, fading out: what follows is somewhere else."""


class Rest(Enum):
    """What the writer is told where there is no block."""

    WAITING = auto()
    """The feeder is late: play silence, media time stands still."""
    ENDED = auto()
    """All has been handed over; play silence until somebody says stop."""
    STOP = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the feeder shall read: `voices` along `stretch`, for a new or for a waiting block."""

    stretch: Stretch
    voices: tuple[Voice, ...]
    epoch: int
    block: Block | None = None
    after: Cursor | None = None


class Ring:
    """State under one lock. Nobody holds the lock while reading, mixing or writing."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._blocks: deque[Block] = deque()
        self._tail: Block | None = None
        self._desk = Desk()
        self._cursor: Cursor | None = None
        self._is_running = False
        self._is_snippet = False
        self._is_closed = False
        # The generation tells the clock which order is heard; the epoch tells what was read in
        # vain. A change of speed makes reading vain but does not jump.
        self._generation = 0
        self._epoch = 0
        self._n_block = self._n_ahead = 1
        self.n_starved = 0

    # ------------------------------------------------------------------ for the window

    @property
    def generation(self) -> int:
        return self._generation

    @property
    def desk(self) -> Desk:
        return self._desk

    def set_rate(self, sample_rate_hz: int) -> None:
        """Cut blocks for another sound; only while stopped."""
        self._n_block = max(1, round(BLOCK_S * sample_rate_hz))
        self._n_ahead = round(AHEAD_S * sample_rate_hz)

    def set_desk(self, desk: Desk) -> None:
        with self._news:
            self._desk = desk
            self._news.notify_all()

    def play(self, cursor: Cursor, *, is_snippet: bool = False) -> None:
        """Play from `cursor` on, dropping at once what was read ahead."""
        with self._news:
            if self._is_running and self._blocks:
                self._tail = replace(self._blocks[0], is_tail=True)
            self._blocks.clear()
            self._cursor, self._is_snippet, self._is_running = cursor, is_snippet, True
            self._generation += 1
            self._epoch += 1
            self._news.notify_all()

    def steer(self, edit: Callable[[Cursor], Cursor]) -> None:
        """Change speed, loop or end without a jump: what is about to be written stays."""
        with self._news:
            if self._cursor is None:
                return
            cursor = self._cursor
            if len(self._blocks) > 1:
                cursor = replace(cursor, position=self._blocks[1].stretch.position_after(0))
                self._blocks = deque([self._blocks[0]])
            self._cursor = edit(cursor)
            self._epoch += 1
            self._news.notify_all()

    def stop(self) -> None:
        """Stop at once."""
        with self._news:
            self._is_running = False
            self._cursor = self._tail = None
            self._blocks.clear()
            self._epoch += 1
            self._news.notify_all()

    def stop_snippet(self, generation: int) -> None:
        """Stop if what was ordered by `generation` is still the newest order."""
        with self._news:
            is_over = generation == self._generation and self._is_snippet
        if is_over:
            self.stop()

    def close(self) -> None:
        """End both threads."""
        with self._news:
            self._is_closed = True
            self._news.notify_all()

    # ------------------------------------------------------------------ for the feeder

    def next_reading(self) -> Reading | None:
        """Return what to read next, or None where nothing is wanted."""
        with self._news:
            return self._wanted()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def wait_for_news(self, desk: Desk) -> None:
        """Wait until there is something to read, or the desk is no longer `desk`."""
        with self._news:
            while self._desk is desk and not self._is_closed and self._wanted() is None:
                self._news.wait()

    def deliver(self, reading: Reading, voices: Mapping[Voice, Samples]) -> None:
        """Hand over what was read, unless it was read in vain."""
        with self._news:
            if reading.block is not None:
                reading.block.voices.update(voices)
            elif reading.epoch == self._epoch:
                block = Block(
                    reading.stretch, self._generation, dict(voices), is_snippet=self._is_snippet
                )
                self._blocks.append(block)
                self._cursor = reading.after
                self._news.notify_all()

    def _wanted(self) -> Reading | None:
        return self._filling() or self._patching()

    def _filling(self) -> Reading | None:
        cursor = self._cursor
        if not self._is_running or cursor is None or cursor.is_ended:
            return None
        if sum(block.stretch.n_samples for block in self._blocks) >= self._n_ahead:
            return None
        # A snippet is one block, so that it can fade in and out.
        n_samples = cursor.end if self._is_snippet else self._n_block
        stretch, after = cursor.next(n_samples)
        return Reading(stretch, self._desk.voices, self._epoch, after=after)

    def _patching(self) -> Reading | None:
        """Find a waiting block that lacks a voice which has come to the desk since."""
        for block in self._blocks:
            missing = tuple(voice for voice in self._desk.voices if voice not in block.voices)
            if missing:
                return Reading(block.stretch, missing, self._epoch, block=block)
        return None

    # ------------------------------------------------------------------ for the writer

    def next_block(self, *, is_started: bool) -> tuple[Block | Rest, Desk]:
        """Return what to play and how to mix it, waiting while there is nothing to do."""
        with self._news:
            answer = self._answer(is_started=is_started)
            while answer is None:
                has_news = self._news.wait(_PATIENCE_S if is_started else None)
                answer = self._answer(is_started=is_started)
                if answer is None and not has_news:
                    self.n_starved += 1
                    answer = Rest.WAITING
            # There is room for another block now.
            self._news.notify_all()
            return answer, self._desk

    def _answer(self, *, is_started: bool) -> Block | Rest | None:
        """Return what to do now, or None for waiting."""
        if self._is_closed:
            return Rest.CLOSE
        if not self._is_running:
            return Rest.STOP if is_started else None
        if self._tail is not None:
            tail, self._tail = self._tail, None
            return tail
        if self._blocks:
            return self._blocks.popleft()
        is_ended = self._cursor is not None and self._cursor.is_ended
        return Rest.ENDED if is_ended and is_started else None
