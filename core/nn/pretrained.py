"""Brings networks of `transformers` and `diffusers` from their official layout: strict, offline.

Only tensors are read, never a program. What does not fit is listed, and then nothing is loaded:
the library itself would fill the gaps with chance. No network is ever asked for a missing file.
"""

import json
import pickle
import warnings
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

_CONFIG, _TOKENIZER, _PIECES = "config.json", "tokenizer.json", "spiece.model"
_FAILURES = (
    OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError, EOFError,
    AssertionError, ZeroDivisionError, StrictDataclassError, SafetensorError,
)  # fmt: skip
"""All that the library was seen to raise for files that it cannot use."""

Stamp = tuple[str, int, int]


def load_pretrained(kind: type[Network], folder: Path, of_what: str, device: str) -> Network:
    """Return the network of a folder on `device`, in float32 and evaluation mode.

    Args:
        kind: the class of `transformers` or `diffusers`.
        folder: holds config.json and model.safetensors (or shards of it, or pytorch_model.bin),
            as the library names it.
        of_what: names the network for the person.
        device: such as "cpu" or "cuda".

    Raises:
        ModelError: a file is missing, damaged, holds a program, or another network.
    """
    _refuse_another_kind(kind, folder, of_what)
    # Any: the classes of the libraries share no typed interface.
    library: Any = kind
    precision = "torch_dtype" if _is_of_diffusers(kind) else "dtype"
    try:
        with _quietly():
            network, told = library.from_pretrained(
                folder,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, all at once
                **{precision: torch.float32},
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
    # By the base class: libraries make its `to` over, and mypy can't see what they give back.
    loaded: Network = nn.Module.to(network, torch.device(device))
    return loaded.eval().requires_grad_(False)


def load_part(kind: Any, folder: Path, of_what: str) -> Any:
    """Return what prepares a network's input: a tokenizer, an image or a sound processor.

    Any: the classes of the library share no typed interface.

    Raises:
        ModelError: its files are missing or damaged.
    """
    try:
        return kind.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # `tokenizers` raises nothing more exact
        if _lacks_its_reader(folder):
            raise ModelError(
                f"{folder} has {_PIECES} and no {_TOKENIZER}: {error}",
                advice=f"{_PIECES} in {folder} can’t be read without the library sentencepiece, "
                f"which Soloist does not bring. Put {_TOKENIZER} of {of_what} beside it; it is "
                "published in the same place.",
            ) from error
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
    path, is_diffusers = folder / _CONFIG, _is_of_diffusers(kind)
    key = "_class_name" if is_diffusers else "model_type"
    wanted: str = kind.__name__ if is_diffusers else kind.config_class.model_type
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get(key)
    except (OSError, ValueError, AttributeError) as error:
        raise _unusable(folder, of_what, error) from error
    if found not in (wanted, wanted.removesuffix("_video")):
        raise ModelError(
            f"{path} describes {found!r} instead of {wanted!r}",
            advice=f"What lies in {folder} is another model than {of_what}. "
            f"Put the official files of {of_what} there.",
        )


def _is_of_diffusers(kind: Any) -> bool:
    return getattr(kind, "config_class", None) is None


def _lacks_its_reader(folder: Path) -> bool:
    return (folder / _PIECES).is_file() and not (folder / _TOKENIZER).is_file()


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
def _quietly() -> Iterator[None]:
    """Keep to ourselves what the libraries say of their own insides, and no bar on the terminal."""
    bars: Any = library_logging  # it has types for some of its functions only
    was_drawing = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            # AutoencoderOobleck is built with it; nothing here can change that.
            warnings.filterwarnings("ignore", ".*weight_norm. is deprecated", FutureWarning)
            yield
    finally:
        if was_drawing:
            bars.enable_progress_bar()
