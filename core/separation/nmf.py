"""Non-negative matrix factorisation with multiplicative updates, some parts known, some learned.

`levels ~ shapes @ activity`: every spectrogram frame is a sum of a few spectral shapes. Known
shapes stay as they are while new ones are learned beside them, which is what tells a target from a
background that was heard alone elsewhere.

Updates after C. Fevotte, J. Idier: "Algorithms for nonnegative matrix factorization with the
beta-divergence", Neural Computation 23(9), 2011; the semi-supervised use after P. Smaragdis,
B. Raj, M. Shashanka: "Supervised and semi-supervised separation of sounds from single-channel
mixtures", ICA 2007.

Letters in shapes: F frequency bins, T frames, P parts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

TINY = 1e-10


def nothing() -> None:
    """Stand where nobody wants to stop the work."""


@dataclass(frozen=True, slots=True)
class Nmf:
    """How to factorise.

    Attributes:
        divergence: "kl" (levels are magnitudes) or "is" (levels are powers).
        n_passes: rounds of updates; the same for learning and for explaining.
        checkpoint: called once a round; may raise to stop.
    """

    divergence: str
    n_passes: int
    checkpoint: Callable[[], None] = nothing

    def learn(
        self,
        levels: Tensor,
        n_parts: int,
        generator: torch.Generator,
        *,
        known: Tensor | None = None,
        weights: Tensor | None = None,
    ) -> Tensor:
        """Return `n_parts` new shapes (F, P), each adding up to one.

        Args:
            levels: (F, T), not negative.
            n_parts: how many shapes to learn.
            generator: on the CPU, so that one seed means one start on every device.
            known: (F, P') shapes that take part without being changed.
            weights: (F, T) how much each cell counts; None for all alike.
        """
        n_bins, n_frames = levels.shape
        new = torch.rand(n_bins, n_parts, generator=generator).add_(0.1).to(levels)  # (F, P)
        new = _normalised(new)
        fixed = known if known is not None else levels.new_zeros(n_bins, 0)  # (F, P')
        activity = torch.rand(fixed.shape[1] + n_parts, n_frames, generator=generator)
        activity = activity.add_(0.1).to(levels) * (levels.sum(0) / activity.shape[0])
        for _ in range(self.n_passes):
            self.checkpoint()
            shapes = torch.cat([fixed, new], 1)  # (F, P' + P)
            activity = activity * self._step(levels, shapes, activity, weights)
            share = activity[fixed.shape[1] :]  # (P, T)
            new = _normalised(new * self._turned(levels, shapes @ activity, share, weights))
        return new

    def explain(self, levels: Tensor, shapes: Tensor) -> Tensor:
        """Return the activity (P, T) of known `shapes` (F, P) in `levels` (F, T).

        Every frame is explained for itself, so a cut between frames changes nothing.
        """
        activity = levels.sum(0).expand(shapes.shape[1], -1) / shapes.shape[1] + TINY
        for _ in range(self.n_passes):
            self.checkpoint()
            activity = activity * self._step(levels, shapes, activity, None)
        return activity

    def _step(
        self, levels: Tensor, shapes: Tensor, activity: Tensor, weights: Tensor | None
    ) -> Tensor:
        """Return the factor (P, T) by which `activity` is to change."""
        up, down = self._pulls(levels, shapes @ activity, weights)
        falls = shapes.sum(0)[:, None] if down is None else shapes.T @ down
        return self._root((shapes.T @ up) / (falls + TINY))

    def _turned(
        self, levels: Tensor, model: Tensor, activity: Tensor, weights: Tensor | None
    ) -> Tensor:
        """Return the factor (F, P) by which the shapes behind `activity` (P, T) are to change."""
        up, down = self._pulls(levels, model, weights)
        falls = activity.sum(1) if down is None else down @ activity.T
        return self._root((up @ activity.T) / (falls + TINY))

    def _pulls(
        self, levels: Tensor, model: Tensor, weights: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Return what pulls the model up and what pulls it down, (F, T); None stands for ones."""
        inverse = 1.0 / (model + TINY)
        if self.divergence == "is":
            up, down = levels * inverse * inverse, inverse
            return (up, down) if weights is None else (up * weights, down * weights)
        up = levels * inverse
        return (up, None) if weights is None else (up * weights, weights)

    def _root(self, factor: Tensor) -> Tensor:
        """Return the factor that makes the divergence fall for sure."""
        return factor.sqrt() if self.divergence == "is" else factor


def _normalised(shapes: Tensor) -> Tensor:
    return shapes / shapes.sum(0, keepdim=True).clamp_min(TINY)
