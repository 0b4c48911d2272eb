"""Reads checkpoints of others: tensors and nothing else, and told what of them does not fit.

The one reader of `.safetensors`, `.pt`, `.pth` and `.bin` files that a person installs. A pickle
may hold a program; torch's `weights_only` reader refuses that, and here a sentence is made of it.
"""

import pickle
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from core.errors import ModelError

Tensors = dict[str, Tensor]

_N_NAMED = 5
"""So many names are listed of each kind of misfit."""

_DAMAGES = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
    SafetensorError,
)
"""What the readers raise for garbage: they trust lengths and places that stand in the file."""

_SIGN_OF_CODE = re.compile(r"GLOBAL (\S+)|Trying to call|Can only (?:create|build)")
"""How `weights_only` says that a file asks for more than tensors."""


def read_tensors(path: Path, inside: str = "") -> Tensors:
    """Return the tensors of a checkpoint by name on the CPU, without `module.` before the names.

    Args:
        path: of a `.safetensors` file, or of one that `torch.save` wrote, whatever its ending. The
            latter stays on the disk and is read piece by piece as the tensors are used.
        inside: the entry of the file that holds the tensors, where they lie one level deeper,
            beside others that are not read.

    Raises:
        ModelError: the file is damaged, holds a program, or anything but tensors by name.
    """
    try:
        if path.suffix == ".safetensors":
            held: object = load_file(path)
        else:
            is_new = zipfile.is_zipfile(path)  # only these can be mapped
            held = torch.load(path, map_location="cpu", weights_only=True, mmap=is_new)
    except pickle.UnpicklingError as error:
        raise _pickle_refusal(path, error) from error
    except _DAMAGES as error:
        raise _damage(path, error) from error
    if inside:
        held = held.get(inside) if isinstance(held, dict) else None
    return {name.removeprefix("module."): value for name, value in _tensors_of(path, held).items()}


def refuse_misfit(
    path: Path, got: Mapping[str, Tensor], wanted: Mapping[str, Tensor], of_what: str
) -> None:
    """Raise `ModelError` unless both hold the same names with the same shapes.

    Args:
        path: where `got` came from, for the message.
        got: tensors of a checkpoint.
        wanted: those of the network; may be without content.
        of_what: names the network.
    """
    shapes = {
        f"{name} is {_shape(got[name])} instead of {_shape(wanted[name])}"
        for name in got.keys() & wanted.keys()
        if got[name].shape != wanted[name].shape
    }
    misfits = {
        "missing": wanted.keys() - got.keys(),
        "unexpected": got.keys() - wanted.keys(),
        "of another shape": shapes,
    }
    told = [f"{len(names)} {kind}: {_listed(names)}" for kind, names in misfits.items() if names]
    if told:
        raise ModelError(
            f"{path} does not fit {of_what}: {'; '.join(told)}",
            advice=f"{path.name} is not a checkpoint of {of_what} as Soloist knows it "
            f"({told[0]}). Put the official one into {path.parent}.",
        )


def _tensors_of(path: Path, held: object) -> Tensors:
    if isinstance(held, dict) and held:
        tensors = {name: value for name, value in held.items() if isinstance(value, Tensor)}
        if len(tensors) == len(held) and all(isinstance(name, str) for name in tensors):
            return tensors
    raise ModelError(
        f"{path} does not hold tensors by name and nothing else",
        advice=f"{path.name} is another kind of file than a checkpoint. Put the official one into "
        f"{path.parent}.",
    )


def _pickle_refusal(path: Path, error: pickle.UnpicklingError) -> ModelError:
    found = _SIGN_OF_CODE.search(str(error))
    if found is None:
        return _damage(path, error)
    # torch's own words are left out: they tell people to load the file without the guard.
    return ModelError(
        f"{path} was not opened, since it asks to run {found[1] or 'code'}",
        advice=f"{path.name} holds program code, which Soloist never runs, so it was not opened. "
        "Get the model from its official page, as safetensors where there is a choice.",
    )


def _damage(path: Path, error: Exception) -> ModelError:
    first_line = str(error).partition("\n")[0]
    return ModelError(
        f"can't read tensors from {path}: {type(error).__name__}: {first_line}",
        advice=f"{path.name} is damaged or no checkpoint. Get it again, and put it there.",
    )


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _listed(names: set[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - _N_NAMED} more" if len(shown) > _N_NAMED else ""
    return ", ".join(shown[:_N_NAMED]) + more
