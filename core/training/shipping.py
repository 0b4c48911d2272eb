"""What the exports of runs share: files that appear together, and the picture of a run's course."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

from core.files.atomic import Delivery
from core.training.curve_picture import Panel, draw_panels


def deliver(files: Mapping[str, bytes], out: Path, *, may_overwrite: bool) -> tuple[Path, ...]:
    """Write files by their names to `out`, all or none, and return where they are.

    Raises:
        ExportError: a file is in the way, or can't be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    with Delivery(may_overwrite=may_overwrite) as delivery:
        for name, content in files.items():
            delivery.beside(out / name).write_bytes(content)
        delivery.commit()
    return tuple(out / name for name in files)


def course_panels(curve: Mapping[str, Any], shown: Sequence[str], heading: str) -> list[Panel]:
    """Return a panel of losses and one of scores, where there are any.

    Args:
        curve: as `read_curve` gives it.
        shown: names of scores.
        heading: of the panel of scores.
    """
    losses = [(row["step"], row["loss"]) for row in curve["losses"]]
    panels = [Panel("loss", {"training": losses})]
    names = [name for name in shown if any(name in row for row in curve["scores"])]
    if names:
        lines = {name: [(row["step"], row[name]) for row in curve["scores"]] for name in names}
        panels.append(Panel(heading, lines))
    return panels


def course_files(
    curve: Mapping[str, Any], panels: Sequence[Panel], name: str, picture_name: str
) -> dict[str, bytes]:
    """Return a run's course as numbers and as a picture, by the names of the files."""
    _, picture = cv2.imencode(".png", draw_panels(panels))
    return {name: (json.dumps(curve, indent=1) + "\n").encode(), picture_name: picture.tobytes()}
