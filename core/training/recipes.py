"""What a run was begun with, kept beside it, so that it can't go on as another run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ModelError

RECIPE_FILE = "recipe.json"

MAY_CHANGE = frozenset({"training.n_steps"})
"""A run may be made longer; the rate falls at its end, wherever that is."""


def keep_recipe(folder: Path, recipe: Mapping[str, object]) -> None:
    """Write the choices of a run in its folder, or check that they are those it began with.

    Args:
        folder: of the run; must exist.
        recipe: all choices as plain values, as from `dataclasses.asdict`.

    Raises:
        ModelError: the run in `folder` was begun with other choices; they are named.
    """
    path = folder / RECIPE_FILE
    wanted = json.loads(json.dumps(recipe))  # lists for tuples, as in the file
    if path.is_file():
        _refuse_other(json.loads(path.read_text(encoding="utf-8")), wanted, folder)
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def kept_recipe(folder: Path) -> dict[str, Any]:
    """Return the choices of the run in `folder` as plain values; none, where none are kept."""
    path = folder / RECIPE_FILE
    if not path.is_file():
        return {}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _refuse_other(begun: object, wanted: object, folder: Path) -> None:
    before, now = _flat(begun), _flat(wanted)
    names = sorted((before.keys() | now.keys()) - MAY_CHANGE)
    differing = [
        f"{name} was {before.get(name)}, is {now.get(name)}"
        for name in names
        if before.get(name) != now.get(name)
    ]
    if differing:
        raise ModelError(
            f"the run in {folder} was begun with other choices: {'; '.join(differing)}",
            advice="Go on with the choices the run began with (the number of steps may grow), "
            "or start a new one in another folder.",
        )


def _flat(value: object, name: str = "") -> dict[str, object]:
    """Return nested choices under dotted names."""
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        value = {str(place): one for place, one in enumerate(value)}
    if not isinstance(value, dict):
        return {name: value}
    flat: dict[str, object] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{name}.{key}" if name else key)
    return flat
