"""From the folder of a run to the files that ship: weights, figures, attributions, model card.

All files appear together or none does. Nothing in the folder of the run is touched.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import torch

from core.errors import ModelError
from core.files.atomic import Delivery
from core.nn.mini import MiniNetwork
from core.nn.mini_weights import config_from, write_mini
from core.training.attributions import count_licences
from core.training.curve_picture import Panel, draw_panels
from core.training.curves import read_curve
from core.training.mini_card import CardFacts, model_card
from core.training.mini_run import ATTRIBUTIONS_FILE, DATA_FILE, WORDS_FILE, MiniRecipe
from core.training.mini_validation import PROMPTS
from core.training.recipes import RECIPE_FILE, kept_recipe
from core.training.trainer import CHECKPOINT_FILE

WEIGHTS_FILE, CARD_FILE = "mini.safetensors", "MODEL_CARD.md"
CURVE_FILE, PICTURE_FILE = "curve.json", "curve.png"


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What the folder of a run holds."""

    network: MiniNetwork
    step: int
    recipe: dict[str, Any]
    words: list[str]
    curve: dict[str, Any]


def export_mini(folder: Path, out: Path, *, may_overwrite: bool = False) -> tuple[Path, ...]:
    """Write what ships of the run in `folder` to `out`, and return the files.

    The weights are the averaged ones, in half precision.

    Raises:
        ModelError: `folder` holds no run, or not all that ships of it.
        ExportError: a file is in the way, or can't be written.
    """
    run = _read_run(folder)
    facts = _texts(folder)
    out.mkdir(parents=True, exist_ok=True)
    with Delivery(may_overwrite=may_overwrite) as delivery:
        weights = delivery.beside(out / WEIGHTS_FILE)
        write_mini(run.network, weights, _about(run))
        card = CardFacts(
            recipe=run.recipe,
            n_steps=run.step,
            n_weights=sum(weight.numel() for weight in run.network.parameters()),
            n_bytes=weights.stat().st_size,
            words=run.words,
            scores=run.curve["scores"],
            data=json.loads(facts[DATA_FILE]),
            licences=count_licences(folder / ATTRIBUTIONS_FILE),
        )
        texts = {
            CARD_FILE: model_card(card),
            CURVE_FILE: json.dumps(run.curve, indent=1) + "\n",
            RECIPE_FILE: json.dumps(run.recipe, indent=1) + "\n",
            ATTRIBUTIONS_FILE: facts[ATTRIBUTIONS_FILE],
        }
        for name, text in texts.items():
            delivery.beside(out / name).write_text(text, encoding="utf-8", newline="\n")
        _, picture = cv2.imencode(".png", draw_panels(curve_panels(run.curve)))
        delivery.beside(out / PICTURE_FILE).write_bytes(picture.tobytes())
        delivery.commit()
    return tuple(out / name for name in (WEIGHTS_FILE, PICTURE_FILE, *texts))


def curve_panels(curve: dict[str, Any]) -> list[Panel]:
    """Return the panels of a curve as `read_curve` gives it."""
    losses = [(row["step"], row["loss"]) for row in curve["losses"]]
    panels = [Panel("loss", {"training": losses})]
    names = [name for name in PROMPTS if any(name in row for row in curve["scores"])]
    if names:
        lines = {name: [(row["step"], row[name]) for row in curve["scores"]] for name in names}
        panels.append(Panel("median gain in SI-SDR on held-out recordings, dB", lines))
    return panels


def _read_run(folder: Path) -> _Run:
    path = folder / CHECKPOINT_FILE
    if not path.is_file():
        raise ModelError(
            f"there is no {CHECKPOINT_FILE} in {folder}",
            advice="Give the folder that “main.py train mini DATA -o FOLDER” wrote to.",
        )
    state = torch.load(path, map_location="cpu", weights_only=True)
    words = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
    recipe = kept_recipe(folder) or json.loads(json.dumps(asdict(MiniRecipe())))
    recipe["training"] = dict(state["config"])
    network = MiniNetwork(config_from({"n_words": len(words), **recipe}))
    try:
        network.load_state_dict(state["averaged"])
    except RuntimeError as error:
        raise ModelError(
            f"{path} is of another network: {error}",
            advice="Export with the Soloist that trained it.",
        ) from error
    return _Run(network, int(state["step"]), recipe, words, read_curve(folder))


def _texts(folder: Path) -> dict[str, str]:
    missing = [name for name in (ATTRIBUTIONS_FILE, DATA_FILE) if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {' and '.join(missing)}",
            advice="Start the training command on this folder once more: it writes what is "
            "missing, and ends at once where all steps are taken.",
        )
    names = (ATTRIBUTIONS_FILE, DATA_FILE)
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def _about(run: _Run) -> dict[str, str]:
    return {
        "words": json.dumps(run.words),
        "step": str(run.step),
        "seed": str(run.recipe["training"]["seed"]),
        "recipe": json.dumps(run.recipe),
    }
