"""Long sound in overlapping windows that flow together: multi-diffusion, in constant memory.

papers/004 (long-form separation), after Bar-Tal et al. 2023. At each step the network is asked
about every window, and where windows overlap their velocities are blended before anything moves,
so that neighbours agree from the first step on and nothing has to be joined in the end.

Taken literally all windows of a sound are in flight at once, and memory grows with its length. So
a sound is cut into stretches of a few windows. In a stretch windows flow together; the next one is
handed the velocities that the last frames of this one had at each step, and blends them with its
own as it would those of a neighbour. What it hands over is a few frames for each step, however
long the sound is. Letters in shapes: W windows, n their frames, T frames of a stretch, L channels.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

Ask = Callable[[Tensor, Tensor, Sequence[int]], Tensor]
"""Takes what flows in some windows (W, n, L), a time (1,) and the first frame of each window in the
stretch; returns velocities (W, n, L)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of equal length spread evenly over a stretch, the first and the last at its ends.

    Attributes:
        n_frames: T of the stretch.
        n_window: of each window.
        starts: first frame of each.
    """

    n_frames: int
    n_window: int
    starts: tuple[int, ...]

    @classmethod
    def spread(cls, n_frames: int, n_window: int, n_overlap: int) -> "Windows":
        """Return the fewest windows that overlap by at least `n_overlap` frames."""
        if not 0 <= n_overlap < n_window:
            raise ValueError(f"windows of {n_window} can't overlap by {n_overlap}")
        if n_frames <= n_window:
            return cls(n_frames, n_frames, (0,))
        n_gaps = math.ceil((n_frames - n_window) / (n_window - n_overlap))
        room = n_frames - n_window
        starts = tuple(round(place * room / n_gaps) for place in range(n_gaps + 1))
        return cls(n_frames, n_window, starts)

    def cut(self, x: Tensor, starts: Sequence[int]) -> Tensor:
        """Return (W, n, ...) of (T, ...), for some of the windows."""
        return torch.stack([x[start : start + self.n_window] for start in starts])

    def weights(self) -> Tensor:
        """Return (W, n), how much each window counts at each of its frames, in all one a frame."""
        shape = torch.ones(len(self.starts), self.n_window, dtype=torch.float64)
        for place, (first, second) in enumerate(itertools.pairwise(self.starts)):
            rise = risen(self.n_window - (second - first)).double()
            shape[place, self.n_window - len(rise) :] *= rise.flip(0)
            shape[place + 1, : len(rise)] *= rise
        total = torch.zeros(self.n_frames, dtype=torch.float64)
        for weight, start in zip(shape, self.starts, strict=True):
            total[start : start + self.n_window] += weight
        return (shape / self.cut(total, self.starts)).float()


def risen(n_frames: int) -> Tensor:
    """Return (n,) rising from 0 to 1 as a raised cosine, the mirror of its own complement."""
    place = (torch.arange(n_frames, dtype=torch.float64) + 0.5) / max(1, n_frames)
    return (place * (math.pi / 2)).sin().square().float()


HandOver = tuple[Tensor, ...]
"""Velocities (V, L) of the last V frames of a stretch, one for each evaluation of its flow."""


@dataclass(slots=True, eq=False)
class JointFlow:
    """The velocity of a stretch, for a sampler to walk along once. A `samplers.stepping.Network`.

    Attributes:
        ask: the network.
        windows: over the stretch.
        n_at_once: so many windows go through the network together.
        before: what the stretch before handed over, as long as the overlap; None for the first.
        n_after: frames to hand over to the next stretch.
    """

    ask: Ask
    windows: Windows
    n_at_once: int = 1
    before: HandOver | None = None
    n_after: int = 0
    _given: list[Tensor] = field(default_factory=list)

    def __call__(self, x: Tensor, time: Tensor) -> Tensor:
        """Return the velocity (T, L) at `x` (T, L) and `time` (1,)."""
        velocity = torch.zeros_like(x)
        weights = self.windows.weights().to(x)
        for group in self._groups():
            starts = [self.windows.starts[place] for place in group]
            answers = self.ask(self.windows.cut(x, starts), time, starts)
            for place, start, answer in zip(group, starts, answers, strict=True):
                part = weights[place, :, None] * answer.to(x.dtype)
                velocity[start : start + self.windows.n_window] += part
        if self.before is not None:
            self._blend(velocity, self.before[len(self._given)])
        # A copy, or the whole velocity would be kept for its last frames.
        self._given.append(velocity[len(x) - self.n_after :].clone())
        return velocity

    @property
    def hand_over(self) -> HandOver:
        """What the next stretch needs, once the sampler has come to the end."""
        return tuple(self._given)

    def _groups(self) -> Iterator[range]:
        n_windows = len(self.windows.starts)
        for first in range(0, n_windows, self.n_at_once):
            yield range(first, min(first + self.n_at_once, n_windows))

    def _blend(self, velocity: Tensor, before: Tensor) -> None:
        """Fade from the former stretch's velocity into ours, in place."""
        rise = risen(len(before)).to(velocity)[:, None]
        ours = velocity[: len(before)]
        ours.copy_(before.to(velocity) + rise * (ours - before.to(velocity)))


@dataclass(frozen=True, slots=True)
class StretchPlan:
    """How a sound of any length falls into stretches of a few windows.

    Attributes:
        n_window: frames of a window.
        n_overlap: frames that neighbours share, windows and stretches alike.
        n_windows: at most so many windows to a stretch.
    """

    n_window: int
    n_overlap: int
    n_windows: int

    @property
    def n_longest(self) -> int:
        """Frames of the longest stretch."""
        return self.n_window + (self.n_windows - 1) * (self.n_window - self.n_overlap)

    def stretches(self, n_frames: int) -> Iterator[tuple[int, int]]:
        """Yield the frames `start <= f < stop` of each stretch, all about equally long."""
        if n_frames <= self.n_longest:
            yield 0, n_frames
            return
        n_step = self.n_longest - self.n_overlap
        count = math.ceil((n_frames - self.n_overlap) / n_step)
        edges = [round(k * (n_frames - self.n_overlap) / count) for k in range(count + 1)]
        for first, last in itertools.pairwise(edges):
            yield first, last + self.n_overlap
