"""J and F of binary sounding masks, as AVSBench publishes them and free of the size of a batch.

TPAVI's protocol (Zhou and others, 2022). J is the mean IoU at 0.5. F is the largest value, over 255
thresholds, of the frame-averaged F with β² = 0.3. Published numbers are means of both over
batches, so that they depend on how a set was cut; the other ones are over all frames at once.

Letters in shapes: B frames, H W pixels, A thresholds (255).
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

N_THRESHOLDS = 255
BETA_SQUARED = 0.3
_IOU_EPSILON, _F_EPSILON = 1e-7, 1e-20


@dataclass(frozen=True, slots=True)
class MaskScore:
    """Two numbers between 0 and 1."""

    j: float
    f: float

    @property
    def j_and_f(self) -> float:
        return (self.j + self.f) / 2


def jaccard(said: Tensor, there: Tensor) -> Tensor:
    """Return the IoU of each frame (B,).

    Where nothing is there it is the share of pixels of which that is said.

    Args:
        said: likelihoods (B, H, W); above 0.5 means sounding.
        there: masks (B, H, W) of 0 and 1.
    """
    is_said, is_there = (said > 0.5).flatten(1), (there > 0.5).flatten(1)
    inside = (is_said & is_there).sum(1).float()
    union = (is_said | is_there).sum(1).float()
    is_empty = ~is_there.any(1)
    inside = torch.where(is_empty, (~is_said).sum(1).float(), inside)
    union = torch.where(is_empty, torch.full_like(union, is_said.shape[1]), union)
    return inside / (union + _IOU_EPSILON)


def thresholds(device: torch.device | None = None) -> Tensor:
    """Return the thresholds (A,), from 0 to what float32 rounds to 1."""
    return torch.linspace(0, 1 - 1e-10, N_THRESHOLDS, device=device)


def precision_recall(said: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Return precision and recall of each frame at each threshold, (B, A) both.

    Args:
        said: likelihoods (B, H, W); at a threshold or above it means sounding.
        there: masks (B, H, W) of 0 and 1.
    """
    said, there = said.flatten(1), there.flatten(1).to(said)
    limits = thresholds(said.device)
    # How many thresholds each pixel reaches; what reaches k reaches all below.
    reached = torch.bucketize(said.contiguous(), limits, right=True)  # (B, H * W), 0 to A
    counts = said.new_zeros(len(said), N_THRESHOLDS + 1, dtype=torch.float64)
    positive = counts.scatter_add(1, reached, torch.ones_like(said, dtype=torch.float64))
    true = counts.scatter_add(1, reached, there.double())
    positive, true = (_from_above(one)[:, 1:].float() for one in (positive, true))
    n_there = there.sum(1, keepdim=True)
    return true / (positive + _F_EPSILON), true / (n_there + _F_EPSILON)


def f_measure(precision: Tensor, recall: Tensor) -> Tensor:
    """Return F with β² = 0.3, shaped like both; 0 where both are 0."""
    f = (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)
    return f.nan_to_num(0.0)


def f_curves(said: Tensor, there: Tensor) -> Tensor:
    """Return F at each threshold (b, A) of the b frames in which anything is there."""
    is_used = (there > 0.5).flatten(1).any(1)
    return f_measure(*precision_recall(said[is_used], there[is_used]))


@dataclass(slots=True)
class MaskMeter:
    """Adds up a set, batch by batch; both ways of averaging come from the same frames."""

    _batches: list[MaskScore] = field(default_factory=list)
    _j: list[Tensor] = field(default_factory=list)
    _f_sum: Tensor = field(default_factory=lambda: torch.zeros(N_THRESHOLDS, dtype=torch.float64))
    _n_f: int = 0

    def add(self, said: Tensor, there: Tensor) -> MaskScore:
        """Take a batch of likelihoods and masks (B, H, W), and return its own score."""
        j, curves = jaccard(said, there).cpu(), f_curves(said, there).cpu()
        best = curves.mean(0).max() if len(curves) else torch.zeros(())
        self._batches.append(MaskScore(float(j.mean()), float(best)))
        self._j.append(j)
        self._f_sum += curves.double().sum(0)
        self._n_f += len(curves)
        return self._batches[-1]

    def published(self) -> MaskScore:
        """Return the plain means over batches, as the published numbers are made."""
        n = max(1, len(self._batches))
        j = sum(one.j for one in self._batches) / n
        return MaskScore(j, sum(one.f for one in self._batches) / n)

    def batch_free(self) -> MaskScore:
        """Return J over all frames and F over all in which anything is there."""
        if not self._j:
            return MaskScore(0.0, 0.0)
        f = self._f_sum.max() / max(1, self._n_f)
        return MaskScore(float(torch.cat(self._j).double().mean()), float(f))


def _from_above(counts: Tensor) -> Tensor:
    """Return for each place the sum of what stands there and after it."""
    return counts.flip(1).cumsum(1).flip(1)
