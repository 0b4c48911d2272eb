"""Begins a run with weights that another one left, and remembers which they were."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from core.errors import ModelError


def fingerprint(weights: Path) -> str:
    """Return the SHA-256 of a file of weights, as a recipe keeps it.

    Raises:
        ModelError: the file can't be read.
    """
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(
            f"can't read weights to begin with from {weights}: {error}",
            advice="Give the file of weights of an earlier run.",
        ) from error


def begin_with(
    network: nn.Module, tensors: Mapping[str, Tensor], weights: Path, expected: str
) -> None:
    """Put `tensors`, which were read from the file `weights`, into `network`.

    Raises:
        ModelError: the file isn't the one that the recipe names, or fits another network.
    """
    if fingerprint(weights) != expected:
        raise ModelError(
            f"{weights} is not the file that the run began with ({expected[:12]}…)",
            advice="Give the file that the run began with, or start a new run in another folder.",
        )
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelError(
            f"{weights} fits another network: {error}",
            advice="Begin with weights of the same kind of network, with the same classes.",
        ) from error
