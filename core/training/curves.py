"""What a run said of itself, step by step, made short enough to be kept and looked at."""

import json
from pathlib import Path
from typing import Any

from core.training.trainer import LOSSES_FILE, SCORES_FILE

MAX_POINTS = 240


def read_curve(folder: Path) -> dict[str, Any]:
    """Return the course of the run in `folder` as plain values.

    Returns:
        "losses": rows of "step" and "loss", each the mean of as many steps as lie between two
        rows, 240 rows at most; "scores": rows of "step" and whatever was looked at.
    """
    losses = _rows(folder / LOSSES_FILE)
    return {"losses": _smoothed(losses), "scores": _rows(folder / SCORES_FILE)}


def _rows(path: Path) -> list[dict[str, float]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _smoothed(losses: list[dict[str, float]]) -> list[dict[str, float]]:
    n_together = max(1, -(-len(losses) // MAX_POINTS))
    smoothed = []
    for first in range(0, len(losses), n_together):
        together = losses[first : first + n_together]
        mean = sum(row["loss"] for row in together) / len(together)
        smoothed.append({"step": together[-1]["step"], "loss": round(mean, 4)})
    return smoothed
