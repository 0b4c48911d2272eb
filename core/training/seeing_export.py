"""From the folder of a run to the files of the picture network that ship.

All files appear together or none does. Nothing in the folder of the run is touched.
"""

import json
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.nn.seeing import load_seeing
from core.training.attributions import count_licences
from core.training.curve_picture import Panel
from core.training.curves import read_curve
from core.training.recipes import RECIPE_FILE
from core.training.seeing_card import SeeingFacts, seeing_card
from core.training.seeing_run import ATTRIBUTIONS_FILE, TEST_FILE, WEIGHTS_FILE
from core.training.shipping import course_files, course_panels, deliver

CARD_FILE, SHIPPED_ATTRIBUTIONS_FILE = "SEEING.md", "ATTRIBUTIONS_PICTURES.csv"
CURVE_FILE, PICTURE_FILE = "seeing_curve.json", "seeing_curve.png"
SHIPPED_RECIPE_FILE = "seeing_recipe.json"

_SHOWN = ("photographs top 1", "photographs top 3", "drawings top 1", "nothing found")


def is_seeing_run(folder: Path) -> bool:
    """Return whether `folder` holds a finished run of the picture network."""
    return (folder / WEIGHTS_FILE).is_file()


def export_seeing(folder: Path, out: Path, *, may_overwrite: bool = False) -> tuple[Path, ...]:
    """Write what ships of the run in `folder` to `out`, and return the files.

    Raises:
        ModelError: `folder` holds no finished run.
        ExportError: a file is in the way, or can't be written.
    """
    needed = (WEIGHTS_FILE, TEST_FILE, RECIPE_FILE, ATTRIBUTIONS_FILE)
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {' and '.join(missing)}",
            advice="Give the folder that “main.py train pictures DATA -o FOLDER” wrote to, "
            "after all steps were taken.",
        )
    weights = (folder / WEIGHTS_FILE).read_bytes()
    recipe = (folder / RECIPE_FILE).read_text(encoding="utf-8")
    curve = read_curve(folder)
    network = load_seeing(folder / WEIGHTS_FILE)
    card = SeeingFacts(
        config=network.config,
        recipe=json.loads(recipe),
        n_weights=sum(weight.numel() for weight in network.parameters()),
        n_bytes=len(weights),
        scores=json.loads((folder / TEST_FILE).read_text(encoding="utf-8")),
        licences=count_licences(folder / ATTRIBUTIONS_FILE),
    )
    course = course_files(curve, seeing_panels(curve), CURVE_FILE, PICTURE_FILE)
    files = {
        WEIGHTS_FILE: weights,
        CARD_FILE: seeing_card(card).encode(),
        **course,
        SHIPPED_RECIPE_FILE: recipe.encode(),
        SHIPPED_ATTRIBUTIONS_FILE: (folder / ATTRIBUTIONS_FILE).read_bytes(),
    }
    return deliver(files, out, may_overwrite=may_overwrite)


def seeing_panels(curve: dict[str, Any]) -> list[Panel]:
    """Return the panels of a curve as `read_curve` gives it."""
    return course_panels(curve, _SHOWN, "share right of pictures held out for validation")
