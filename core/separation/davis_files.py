"""Which files of DAVIS are installed, and how to get those that are not.

    models/davis/        unet_best.pth  frame_best.pth  [recipe.json]     the diffusion model
    models/davis-flow/   unet_best.pth  frame_best.pth  [recipe.json]     the flow model
    models/clip/         vocab.json  merges.txt  [config.json  model.safetensors]

The model store puts them there by importing what a person has downloaded; hands may do so too.
Checkpoints may also be `..._latest`, or have any other ending that both files share, and may be
safetensors. `recipe.json` says `{"trained_on": "AVE"}`; without it they are taken for MUSIC's.
`frame_*` holds its own CLIP; only where it doesn't, weights are needed in `clip` as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.separation.davis_recipes import MUSIC, RECIPES, DavisRecipe
from core.store.catalogue import entry
from core.store.places import models_folder
from core.store.presence import how_to_get

_SUFFIXES = (".safetensors", ".pth")
_PREFERRED = ("best", "latest")
_CLIP_MODEL = "clip-vit-b32"
_WORD_FILES = ("vocab.json", "merges.txt")
_WEIGHT_FILES = ("config.json", "model.safetensors")


@dataclass(frozen=True, slots=True)
class DavisFiles:
    """Where the parts of one engine lie. Hashable, and another value once a file is replaced."""

    unet: Path
    frame: Path
    clip: Path
    """A folder, which need not exist as long as no words are asked for."""
    recipe: DavisRecipe
    stamps: tuple[tuple[int, int], ...]
    """Size and time of change of the two checkpoints."""


def find_davis(engine: str, models: Path) -> DavisFiles:
    """Return where `engine` lies under the folder `models`.

    Raises:
        ModelError: a file is missing; the advice says which, and where it belongs.
    """
    folder = models / engine
    unets, frames = (_checkpoints(folder, kind) for kind in ("unet", "frame"))
    both = sorted(unets.keys() & frames.keys(), key=_rank)
    if not both:
        wanted = _wanted(unets, frames)
        raise ModelError(
            f"no unet_*.pth and frame_*.pth with the same ending in {folder}",
            advice=f"Put {' and '.join(wanted)} of the official checkpoints into {folder}, or "
            "import their folder in the model store. They are linked on the page of the DAVIS "
            "project, under “Model Zoos”.",
        )
    pair = unets[both[0]], frames[both[0]]
    stamps = tuple((stat.st_size, stat.st_mtime_ns) for stat in (path.stat() for path in pair))
    return DavisFiles(*pair, models / "clip", _recipe(folder), stamps)


def davis_needs(engine: str) -> dict[str, str]:
    """Return what is still missing of `engine`, title to how to get it."""
    models = models_folder()
    unets, frames = (_checkpoints(models / engine, kind) for kind in ("unet", "frame"))
    missing = []
    # The store knows single files; that two of the same ending belong together is known here.
    if not unets.keys() & frames.keys():
        missing.append(engine)
    # Weights of CLIP lie in the checkpoints as a rule: of its own model words alone are needed.
    if any(not (models / "clip" / name).is_file() for name in _WORD_FILES):
        missing.append(_CLIP_MODEL)
    return {one.title: how_to_get(one) for one in map(entry, missing)}


def word_files(clip: Path) -> tuple[Path, ...]:
    """Return the files with which text is cut into tokens.

    Raises:
        ModelError: one is missing.
    """
    return _all_there(
        clip, _WORD_FILES, "DAVIS reads words with the word list of CLIP, which is not installed."
    )


def weight_files(clip: Path) -> tuple[Path, ...]:
    """Return the files of a CLIP that no checkpoint brought along.

    Raises:
        ModelError: one is missing.
    """
    return _all_there(
        clip, _WEIGHT_FILES, "The frame checkpoint has no CLIP of its own, and none is installed."
    )


def _all_there(folder: Path, names: tuple[str, ...], why: str) -> tuple[Path, ...]:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{', '.join(missing)} missing in {folder}",
            advice=f"{why} Install “{_CLIP_MODEL}” in the model store, or put "
            f"{' and '.join(missing)} of openai/clip-vit-base-patch32 into {folder}.",
        )
    return tuple(folder / name for name in names)


def _checkpoints(folder: Path, kind: str) -> dict[str, Path]:
    """Return the checkpoints of a kind, by the ending of their names."""
    found: dict[str, Path] = {}
    for suffix in reversed(_SUFFIXES):  # the first suffix wins
        for path in sorted(folder.glob(f"{kind}_*{suffix}")):
            found[path.stem.removeprefix(f"{kind}_")] = path
    return found


def _rank(tag: str) -> tuple[int, str]:
    return (_PREFERRED.index(tag) if tag in _PREFERRED else len(_PREFERRED), tag)


def _wanted(unets: Mapping[str, Path], frames: Mapping[str, Path]) -> list[str]:
    """Return the names of the checkpoints to get, given those that are there without a partner."""
    lonely = sorted(unets or frames, key=_rank)
    tag = lonely[0] if lonely else "best"
    kinds = {"unet": unets, "frame": frames}
    return [f"{kind}_{tag}.pth" for kind, found in kinds.items() if tag not in found]


def _recipe(folder: Path) -> DavisRecipe:
    path = folder / "recipe.json"
    if not path.is_file():
        return MUSIC
    try:
        return RECIPES[json.loads(path.read_text(encoding="utf-8"))["trained_on"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        known = " or ".join(f'{{"trained_on": "{name}"}}' for name in RECIPES)
        raise ModelError(
            f"{path} names no known recipe: {error!r}",
            advice=f"Let {path} say {known}, or remove it.",
        ) from error
