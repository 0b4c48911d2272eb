"""Brings networks of `transformers` from a folder in their official layout: strict and offline.

Only tensors are read, never a program. What does not fit is listed, and then nothing is loaded:
the library itself would fill the gaps with chance. No network is ever asked for a missing file.
"""

import json
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from torch import nn
from transformers import AutoTokenizer
from transformers.utils import logging as library_logging

from core.errors import ModelError

Network = TypeVar("Network", bound=nn.Module)

_N_NAMED = 5
"""So many names are listed of each kind of misfit."""

_CONFIG = "config.json"
_FAILURES = (
    OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError, EOFError,
    AssertionError, ZeroDivisionError, StrictDataclassError, SafetensorError,
)  # fmt: skip
"""All that the library was seen to raise for files that it cannot use."""

Stamp = tuple[str, int, int]


def load_pretrained(kind: type[Network], folder: Path, of_what: str, device: str) -> Network:
    """Return the network of a folder on `device`, in float32 and evaluation mode.

    Args:
        kind: the class of `transformers`.
        folder: holds config.json and model.safetensors (or shards of it, or pytorch_model.bin).
        of_what: names the network for the person.
        device: such as "cpu" or "cuda".

    Raises:
        ModelError: a file is missing, damaged, holds a program, or another network.
    """
    _refuse_another_kind(kind, folder, of_what)
    # Any: the classes of the library share no typed interface.
    library: Any = kind
    try:
        with _without_bars():
            network, told = library.from_pretrained(
                folder,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, all at once
                dtype=torch.float32,
            )
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"the weights in {folder} hold more than tensors, and were not opened: {error}",
            advice=f"The weights in {folder} hold program code, which Soloist never runs. "
            f"Get the official model.safetensors of {of_what}, and put it there.",
        ) from error
    except _FAILURES as error:
        raise _unusable(folder, of_what, error) from error
    _refuse_misfits(folder, of_what, told)
    loaded: Network = network.to(device).eval().requires_grad_(False)
    return loaded


def load_part(kind: Any, folder: Path, of_what: str) -> Any:
    """Return what prepares a network's input: a tokenizer, an image or a sound processor.

    Any: the classes of the library share no typed interface.

    Raises:
        ModelError: its files are missing or damaged.
    """
    try:
        return kind.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # `tokenizers` raises nothing more exact
        raise _unusable(folder, of_what, error) from error


def load_words(folder: Path, of_what: str, n_words: int) -> Any:
    """Return the tokenizer of a folder, for a network that knows `n_words` words.

    Any: the classes of the library share no typed interface.

    Raises:
        ModelError: its files are missing, damaged or another network's.
    """
    tokenizer = load_part(AutoTokenizer, folder, of_what)
    # Without a word list the library makes an empty one, and says nothing.
    if not n_words / 2 < len(tokenizer) <= n_words:
        found = ValueError(f"the word list has {len(tokenizer)} words, the network {n_words}")
        raise _unusable(folder, of_what, found)
    return tokenizer


def stamps(folder: Path) -> tuple[Stamp, ...]:
    """Return name, size and time of change of the files in `folder`: other where one is new."""
    stats = {path.name: path.stat() for path in sorted(folder.iterdir()) if path.is_file()}
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats.items())


def _refuse_another_kind(kind: Any, folder: Path, of_what: str) -> None:
    """Raise `ModelError` where config.json describes another network, or nothing."""
    path, wanted = folder / _CONFIG, kind.config_class.model_type
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise _unusable(folder, of_what, error) from error
    if found not in (wanted, wanted.removesuffix("_video")):
        raise ModelError(
            f"{path} describes {found!r} instead of {wanted!r}",
            advice=f"What lies in {folder} is another model than {of_what}. "
            f"Put the official files of {of_what} there.",
        )


def _refuse_misfits(folder: Path, of_what: str, told: Mapping[str, Any]) -> None:
    """Raise `ModelError` unless the weights were just those that the network has."""
    others = sorted(f"{name} is {tuple(got)} instead of {tuple(wanted)}" for name, got, wanted
                    in told["mismatched_keys"])  # fmt: skip
    # Older files hold these, which are only numbers in order.
    extra = [name for name in told["unexpected_keys"] if not name.endswith("position_ids")]
    misfits = {
        "missing": sorted(told["missing_keys"]),
        "unexpected": sorted(extra),
        "of another shape": others,
    }
    listed = [f"{len(names)} {how}: {_listed(names)}" for how, names in misfits.items() if names]
    if listed:
        raise ModelError(
            f"the weights in {folder} do not fit {of_what}: {'; '.join(listed)}",
            advice=f"The weights in {folder} are not those of {of_what} as Soloist knows it "
            f"({listed[0]}). Put the official files there.",
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _N_NAMED} more" if len(names) > _N_NAMED else ""
    return ", ".join(names[:_N_NAMED]) + more


def _unusable(folder: Path, of_what: str, error: BaseException) -> ModelError:
    return ModelError(
        f"can't load {of_what} from {folder}: {error!r}",
        advice=f"The files of {of_what} in {folder} are damaged or not all there. "
        "Get them again, and put them there.",
    )


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep the library from drawing progress bars into a terminal that nobody looks at."""
    was_drawing = library_logging.is_progress_bar_enabled()
    library_logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_drawing:
            library_logging.enable_progress_bar()
