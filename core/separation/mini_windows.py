"""Windows over the frames of a spectrogram: cut, and joined again without seams.

Letters in shapes: F bins, T frames of the whole, W windows, n frames of a window.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Windows of `n_frames`, one beginning every `n_hop` frames.

    The defaults last 16 s and 12 s: eight times what the network was taught with, which does it
    good, for it tells sounds apart the better the more of both it hears.
    """

    n_frames: int = 1024
    n_hop: int = 768

    def __post_init__(self) -> None:
        if not 0 < self.n_hop <= self.n_frames <= 2 * self.n_hop:
            raise ValueError(f"windows can't be joined by {self}")

    def fitted(self, n_frames: int, step: int) -> "WindowPlan":
        """Return this plan, or one window that just holds `n_frames`, in whole `step`s."""
        n_needed = -(-n_frames // step) * step
        return WindowPlan(n_needed, n_needed) if n_needed < self.n_frames else self

    def starts(self, n_frames: int) -> range:
        """Return where the windows over `n_frames` begin; the last may reach over the end."""
        n_more = max(0, -(-(n_frames - self.n_frames) // self.n_hop))
        return range(0, n_more * self.n_hop + 1, self.n_hop)

    def cut(self, x: Tensor) -> Tensor:
        """Return windows (W, ..., n) of (..., T); what reaches over the end is 0."""
        starts = self.starts(x.shape[-1])
        x = nnf.pad(x, (0, starts[-1] + self.n_frames - x.shape[-1]))
        return torch.stack([x[..., start : start + self.n_frames] for start in starts])

    def joined(self, windows: Tensor, n_frames: int) -> Tensor:
        """Return (..., T) of windows (W, ..., n), faded from each to the next."""
        starts = self.starts(n_frames)
        out = windows.new_zeros(*windows.shape[1:-1], starts[-1] + self.n_frames)
        rise = self._rise(windows)  # (n_shared,)
        middle = rise.new_ones(self.n_hop)
        for place, start in enumerate(starts):
            weight = rise.new_ones(self.n_frames)
            if place > 0:
                weight[: len(rise)] = rise
            if place < len(starts) - 1:
                weight = weight * torch.cat((middle, 1 - rise))
            out[..., start : start + self.n_frames] += weight * windows[place]
        return out[..., :n_frames]

    def _rise(self, like: Tensor) -> Tensor:
        """Return (n_shared,) from 0 to 1, over what a window shares with the one before."""
        n_shared = self.n_frames - self.n_hop
        steps = torch.arange(n_shared, device=like.device, dtype=like.dtype) + 0.5
        return (steps / max(1, n_shared) * (torch.pi / 2)).sin().square()
