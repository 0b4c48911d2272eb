"""Scores of masks that tell classes apart: over a whole set, and frame by frame as AVSS does.

`ClassCounts` is what CAVP and DDESeg measure, and papers/002 on VPO: intersection over union and F
from counts over the whole set. `FrameClassMeter` is AVSS's own measure: both for each frame and
class, averaged over the frames in which the class is said or there.

Letters in shapes: B frames, K classes, H W pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.evaluation.mask_metrics import MaskScore, f_measure


def chosen_classes(logits: Tensor) -> Tensor:
    """Return the class of each pixel (B, H, W) for logits (B, K, H, W); 0 and 1 where K is 1."""
    if logits.shape[1] == 1:
        return (logits[:, 0].sigmoid() > 0.5).long()
    return logits.argmax(1)


class ClassCounts:
    """Pixels said and there of each class, over a whole set."""

    def __init__(self, n_classes: int) -> None:
        self.true = torch.zeros(n_classes, dtype=torch.long)
        """Said and there, (K,)."""
        self.said = torch.zeros(n_classes, dtype=torch.long)
        self.there = torch.zeros(n_classes, dtype=torch.long)

    def add(self, said: Tensor, there: Tensor) -> None:
        """Count classes that are said and there, (B, H, W) int64 each."""
        n = len(self.true)
        said, there = said.flatten().cpu(), there.flatten().cpu()
        self.true += torch.bincount(there[said == there], minlength=n)
        self.said += torch.bincount(said, minlength=n)
        self.there += torch.bincount(there, minlength=n)

    @property
    def false(self) -> Tensor:
        """Said and not there, (K,)."""
        return self.said - self.true

    @property
    def missed(self) -> Tensor:
        """There and not said, (K,)."""
        return self.there - self.true

    @property
    def union(self) -> Tensor:
        """Said or there, (K,)."""
        return self.said + self.there - self.true

    def ious(self) -> Tensor:
        """Return IoU of each class (K,); 0 for one that is neither said nor there."""
        return self.true.double() / self.union.clamp(min=1)

    def f_measures(self) -> Tensor:
        """Return F with β² = 0.3 of each class (K,)."""
        precision = self.true.double() / self.said.clamp(min=1)
        return f_measure(precision, self.true.double() / self.there.clamp(min=1))

    def score(self, *, is_silence_counted: bool = True) -> MaskScore:
        """Return the means over classes that are said or there.

        Args:
            is_silence_counted: whether class 0 is one of them.
        """
        first = 0 if is_silence_counted else 1
        is_met = self.union[first:] > 0
        if not is_met.any():
            return MaskScore(0.0, 0.0)
        ious, fs = self.ious()[first:][is_met], self.f_measures()[first:][is_met]
        return MaskScore(float(ious.mean()), float(fs.mean()))


@dataclass(frozen=True, slots=True)
class FrameClassScore:
    """What AVSS reports; "without the last" is what its code calls without background."""

    miou: float
    f: float
    miou_without_last: float
    f_without_last: float


class FrameClassMeter:
    """IoU and F of each frame and class, summed."""

    def __init__(self, n_classes: int) -> None:
        self.n_classes = n_classes
        self.iou_sum = torch.zeros(n_classes)
        self.f_sum = torch.zeros(n_classes)
        self.n_frames = torch.zeros(n_classes)
        """In which each class is said or there, (K,)."""

    def add(self, said: Tensor, there: Tensor) -> None:
        """Take classes that are said and there, (B, H, W) int64 each."""
        is_said, is_there = (
            nnf.one_hot(one, self.n_classes).bool().flatten(1, 2) for one in (said, there)
        )  # (B, H * W, K)
        true, n_said, n_there = (
            one.sum(1).float().cpu() for one in (is_said & is_there, is_said, is_there)
        )  # (B, K)
        union = n_said + n_there - true
        self.iou_sum += (true / union.clamp(min=1)).sum(0)
        self.f_sum += f_measure(true / n_said, true / n_there).sum(0)
        self.n_frames += (union > 0).sum(0)

    def score(self) -> FrameClassScore:
        """Return means over all classes; those that never came count as 0."""
        met = self.n_frames.clamp(min=1)
        ious, fs = self.iou_sum / met, self.f_sum / met
        return FrameClassScore(
            float(ious.mean()), float(fs.mean()), float(ious[:-1].mean()), float(fs[:-1].mean())
        )
