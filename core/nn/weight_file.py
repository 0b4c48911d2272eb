"""A network as one file: safetensors in half precision, with its configuration as JSON.

Running statistics stay as they are, since some are too small for half precision.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import ModelError

_CONFIG = "config"


def write_network(
    network: nn.Module,
    config: Mapping[str, Any],
    path: Path,
    about: Mapping[str, str] | None = None,
    key: str = _CONFIG,
) -> None:
    """Write weights and configuration, beside `path` and then in its place.

    Args:
        network: any device.
        config: plain values, as from `dataclasses.asdict`.
        path: of a safetensors file.
        about: what else is to be known of them; nothing reads it.
        key: of the metadata, under which the configuration stands.
    """
    tensors = {
        name: (value.half() if _is_halved(name, value) else value).cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    partial = path.with_name(path.name + ".part")
    save_file(tensors, partial, metadata={**(about or {}), key: json.dumps(config)})
    partial.replace(path)


def read_tensors(
    path: Path, advice: str, key: str = _CONFIG
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the weights of a file and its plain configuration, {} if it has no usable one.

    Raises:
        ModelError: the file is missing or damaged; it says `advice`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelError(f"can't read weights from {path}: {error}", advice=advice) from error
    return tensors, _plain(metadata.get(key, ""))


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: Path, advice: str) -> None:
    """Put the weights of a file into a network, in its own precision.

    Raises:
        ModelError: they are of another network; the keys that don't fit are named.
    """
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelError(f"{path} doesn't fit its network: {error}", advice=advice) from error


def _plain(text: str) -> dict[str, Any]:
    try:
        held = json.loads(text)
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def _is_halved(name: str, value: Tensor) -> bool:
    return value.is_floating_point() and "running_" not in name
