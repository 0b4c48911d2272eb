"""What we compute for each golden case of AVSBench and DDESeg, by the pattern of its name."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from core.evaluation.class_metrics import ClassCounts, FrameClassMeter, chosen_classes
from core.evaluation.mask_metrics import MaskMeter, precision_recall, thresholds
from core.training.mask_losses import cross_entropy, dice_loss, focal_loss, iou_loss
from tests.golden.cases import Case

Ours = dict[str, Any]  # a tensor, a number or a list of numbers for each name


def binary(case: Case) -> Ours:
    """J and F for each size of a batch, and the curves of one frame."""
    config = case.config
    there, noise = case.input("gt"), case.input("noise")
    scale = float(config["logits"].split("*")[0])
    logits = scale * noise + 3 * there - 1.5
    if config["zero_first_row"]:
        logits[:, 0, :] = 0
    there[config["empty_gt_frames"]] = 0
    said = logits.sigmoid()
    ours: Ours = {}
    for n_videos in config["batches"]:
        ours |= by_batches(said, there, n_videos * config["frames"], str(n_videos))
    frame = slice(config["pr_frame"], config["pr_frame"] + 1)
    precision, recall = precision_recall(said[frame], there[frame])
    return ours | {"precision": precision[0], "recall": recall[0], "thresholds": thresholds()}


def by_batches(said: Tensor, there: Tensor, n_frames: int, name: str) -> Ours:
    meter = MaskMeter()
    pairs = zip(said.split(n_frames), there.split(n_frames), strict=True)
    scores = [meter.add(*pair) for pair in pairs]
    mean = meter.published()
    return {
        f"J_batches_{name}": [one.j for one in scores],
        f"F_batches_{name}": [one.f for one in scores],
        f"J_{name}": mean.j,
        f"F_{name}": mean.f,
    }


def by_hand(case: Case) -> Ours:
    patterns = {name: torch.tensor(rows) for name, rows in case.config["patterns"].items()}
    scores = [
        MaskMeter().add((scale * (2 * patterns[said] - 1)).sigmoid(), patterns[there])
        for scale, said, there, *_ in case.config["rows"]
    ]
    return {"J": [one.j for one in scores], "F": [one.f for one in scores]}


def semantic(case: Case) -> Ours:
    n_classes = case.config["num_classes"]
    there = case.input("labels").long()
    logits = case.input("logits")
    logits = logits + torch.nn.functional.one_hot(there, n_classes).movedim(3, 1)
    ours: Ours = {}
    for n_frames in case.config["batches"]:
        meter = FrameClassMeter(n_classes)
        for pair in zip(logits.split(n_frames), there.split(n_frames), strict=True):
            meter.add(chosen_classes(pair[0]), pair[1])
        score, name = meter.score(), str(n_frames)
        ours |= {
            f"iou_sum_{name}": meter.iou_sum,
            f"f_sum_{name}": meter.f_sum,
            f"count_{name}": meter.n_frames,
            f"miou_{name}": score.miou,
            f"f_{name}": score.f,
            f"miou_noBg_{name}": score.miou_without_last,
            f"f_noBg_{name}": score.f_without_last,
            f"classes_seen_{name}": float((meter.n_frames > 0).sum()),
        }
    return ours


def losses_and_counts(case: Case) -> Ours:
    logits, labels = case.input("logits"), case.input("labels").long()
    binary_logits, binary_labels = case.input("binary_logits"), case.input("binary_labels")
    losses = {"ce": cross_entropy, "focal": focal_loss, "dice": dice_loss, "iou": iou_loss}
    ours: Ours = {name: loss(logits, labels).item() for name, loss in losses.items()}
    for name, loss in losses.items():
        ours[f"{name}_binary"] = loss(binary_logits, binary_labels).item()
    counts = ClassCounts(4)
    counts.add(chosen_classes(logits), labels)
    return ours | {
        "intersection": counts.true,
        "union": counts.union,
        "tp": counts.true,
        "fp": counts.false,
        "fn": counts.missed,
    }


AVSBENCH: dict[str, Callable[[Case], Ours]] = {
    "binary_hand": by_hand,
    "binary_*": binary,
    "semantic": semantic,
}
DDESEG: dict[str, Callable[[Case], Ours]] = {"losses_and_metrics": losses_and_counts}
