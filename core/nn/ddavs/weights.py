"""A `Ddavs` as one file, with its configuration, its bank, and the words it knows."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from core.errors import ModelError
from core.nn.ddavs.config import config_from, plain
from core.nn.ddavs.network import Ddavs
from core.nn.weight_file import fill, read_tensors, write_network

_ADVICE = "Install Soloist again, or give a file that its “train ddavs” command wrote."


def write_ddavs(
    network: Ddavs, words: Sequence[str], path: Path, about: Mapping[str, str] | None = None
) -> None:
    """Write a network in half precision, beside `path` and then in its place.

    Args:
        network: any device.
        words: what its numbers of classes mean, those of the bank too.
        path: of a safetensors file.
        about: what else is to be known of it; nothing reads it.
    """
    config = {"network": plain(network.config), "words": list(words)}
    write_network(network, config, path, about)


def read_ddavs(path: Path, device: torch.device | None = None) -> tuple[Ddavs, tuple[str, ...]]:
    """Return the network of a file in float32, ready to be asked, and its words.

    Raises:
        ModelError: the file is missing, damaged, or holds another network.
    """
    tensors, held = read_tensors(path, _ADVICE)
    try:
        config, words = config_from(held["network"]), tuple(held["words"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{path} has no usable configuration of DDAVS: {error!r}", advice=_ADVICE
        ) from error
    network = Ddavs(config)
    fill(network, tensors, path, _ADVICE)
    return network.to(device).eval().requires_grad_(False), words
