"""What the pictures of a recording show, as features that were computed before: CLIP, Synchformer.

Two layouts are read. The official one (sony/mmaudiosep, `docs/TRAINING.md`): a table `NAME.tsv`
with a column `id`, the stem of the recording's file, and beside it a folder `NAME` that holds
`clip_features.memmap`, `sync_features.memmap` and their shapes in `meta.json`, row for row. Or two
files beside each recording, `STEM.clip.npy` (K, D) and `STEM.sync.npy` (S, D). Both are of the
first seconds of the recording, as many as the network hears. Letters in shapes: R rows, K pictures,
S features of movement, D width.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.errors import ModelError
from core.training.recordings import Recording

_CLIP, _SYNC = "clip_features", "sync_features"
_TYPES = {"torch.float32": np.float32, "torch.float16": np.float16}

Rows = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Features of one recording."""

    clip: Rows
    """(K, clip_dim), on the disk."""
    sync: Rows
    """(S, sync_dim), on the disk."""


@dataclass(frozen=True, slots=True)
class SeenShape:
    """What a network takes of pictures: shapes of the two."""

    clip: tuple[int, int]
    sync: tuple[int, int]


Seeing = Mapping[Path, Seen]
"""Recordings to what is seen with them; those that are missing were never seen."""


def find_seen(data: Path, recordings: Iterable[Recording], shape: SeenShape) -> Seeing:
    """Return the features of those recordings that have any, wherever they lie under `data`.

    Raises:
        ModelError: features are damaged, or of other shapes than the network takes.
    """
    official = {
        name: seen for table in sorted(data.glob("**/*.tsv")) for name, seen in _rows(table)
    }
    found = {}
    for recording in recordings:
        seen = _beside(recording.path) or official.get(recording.path.stem)
        if seen is not None:
            _refuse_other_shape(recording.path, seen, shape)
            found[recording.path] = seen
    return found


def shown(features: Rows, like: Tensor) -> Tensor:
    """Return features (K, D) read from the disk, with the type and place of `like`."""
    return torch.from_numpy(np.array(features, np.float32)).to(like)


def _beside(path: Path) -> Seen | None:
    files = [path.with_name(f"{path.stem}.{kind}.npy") for kind in ("clip", "sync")]
    if not all(file.is_file() for file in files):
        return None
    clip, sync = (_opened(file) for file in files)
    return Seen(clip, sync)


def _opened(file: Path) -> Rows:
    try:
        rows: Rows = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise _damaged(file, error) from error
    return rows


def _rows(table: Path) -> Iterator[tuple[str, Seen]]:
    """Yield what the official layout has, the name of each recording with its features."""
    folder = table.with_suffix("")
    meta = folder / "meta.json"
    if not meta.is_file():
        return  # another table
    try:
        told = json.loads(meta.read_text(encoding="utf-8"))
        if _CLIP not in told or _SYNC not in told:
            return  # of sounds without pictures
        clip, sync = (_mapped(folder / f"{name}.memmap", told[name]) for name in (_CLIP, _SYNC))
        with table.open(newline="", encoding="utf-8") as lines:
            names = [row["id"] for row in csv.DictReader(lines, delimiter="\t")]
        if not len(names) == len(clip) == len(sync):
            raise ValueError(f"{len(names)} rows, features of {len(clip)} and {len(sync)}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, error) from error
    for name, *seen in zip(names, clip, sync, strict=True):
        yield Path(name).stem, Seen(*seen)


def _mapped(file: Path, told: Mapping[str, Any]) -> Rows:
    """Return (R, K, D) as `meta.json` describes them."""
    return np.memmap(file, _TYPES[told["dtype"]], "r", shape=tuple(told["shape"]))


def _refuse_other_shape(path: Path, seen: Seen, shape: SeenShape) -> None:
    if (seen.clip.shape, seen.sync.shape) != (shape.clip, shape.sync):
        raise ModelError(
            f"features of {path} are {seen.clip.shape} and {seen.sync.shape}, the network takes "
            f"{shape.clip} and {shape.sync}",
            advice=f"What is seen with “{path.name}” was computed for another network or another "
            "length. Compute it again, or move it away.",
        )


def _damaged(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"can't read the features in {path}: {error!r}",
        advice=f"“{path.name}” is damaged or of another kind. Compute it again, or move it away.",
    )
