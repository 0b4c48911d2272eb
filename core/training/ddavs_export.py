"""From the folder of a composite run to the files of the sounding segmenter that ship.

All files appear together or none does. Nothing in the folder of the run is touched.
"""

import json
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.nn.ddavs.weights import read_ddavs
from core.training.attributions import count_licences
from core.training.composite_files import FACTS_FILE, PICTURES_FILE, SOUNDS_FILE
from core.training.composite_run import CALIBRATION_FILE
from core.training.curve_picture import Panel
from core.training.curves import read_curve
from core.training.ddavs_card import DdavsFacts, ddavs_card
from core.training.ddavs_run import WEIGHTS_FILE
from core.training.recipes import RECIPE_FILE
from core.training.shipping import course_files, course_panels, deliver

CARD_FILE, CURVE_FILE, PICTURE_FILE = "MODEL_CARD.md", "curve.json", "curve.png"
TEST_FILE = "test.json"
"""As `main.py eval sounding --json` writes it, beside the weights of the run."""

_SHOWN = ("iou", "iou_shuffled", "false_area")


def is_ddavs_run(folder: Path) -> bool:
    """Return whether `folder` holds a finished run of DDAVS."""
    return (folder / WEIGHTS_FILE).is_file()


def export_ddavs(folder: Path, out: Path, *, may_overwrite: bool = False) -> tuple[Path, ...]:
    """Write what ships of the run in `folder` to `out`, and return the files.

    Raises:
        ModelError: `folder` holds no finished and measured run of composites.
        ExportError: a file is in the way, or can't be written.
    """
    needed = (
        WEIGHTS_FILE,
        RECIPE_FILE,
        FACTS_FILE,
        SOUNDS_FILE,
        PICTURES_FILE,
        TEST_FILE,
        CALIBRATION_FILE,
    )
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {' and '.join(missing)}",
            advice="Give the folder that “main.py train composites DATA -o FOLDER” wrote to, after "
            "all steps were taken, and measure it first: “main.py eval sounding DATA --weights "
            f"FOLDER/{WEIGHTS_FILE} --json FOLDER/{TEST_FILE}”.",
        )
    network, words = read_ddavs(folder / WEIGHTS_FILE)
    curve = read_curve(folder)
    recipe = (folder / RECIPE_FILE).read_text(encoding="utf-8")
    card = DdavsFacts(
        config=network.config,
        words=words,
        recipe=json.loads(recipe),
        n_weights=sum(weight.numel() for weight in network.parameters()),
        n_bytes=(folder / WEIGHTS_FILE).stat().st_size,
        run=_read(folder / FACTS_FILE),
        test=_read(folder / TEST_FILE)[0],
        threshold=_read(folder / CALIBRATION_FILE)["threshold"],
        sound_licences=count_licences(folder / SOUNDS_FILE),
        picture_licences=count_licences(folder / PICTURES_FILE),
    )
    course = course_files(curve, ddavs_panels(curve), CURVE_FILE, PICTURE_FILE)
    files = {
        WEIGHTS_FILE: (folder / WEIGHTS_FILE).read_bytes(),
        CARD_FILE: ddavs_card(card).encode(),
        **course,
        RECIPE_FILE: recipe.encode(),
        TEST_FILE: (folder / TEST_FILE).read_bytes(),
        "ATTRIBUTIONS.csv": (folder / SOUNDS_FILE).read_bytes(),
        "ATTRIBUTIONS_PICTURES.csv": (folder / PICTURES_FILE).read_bytes(),
    }
    return deliver(files, out, may_overwrite=may_overwrite)


def ddavs_panels(curve: dict[str, Any]) -> list[Panel]:
    """Return the panels of a curve as `read_curve` gives it."""
    return course_panels(curve, _SHOWN, "IoU and falsely claimed area, validation")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
