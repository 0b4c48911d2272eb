"""Which device runs a network: the person's wish against what this machine has."""

import torch

from core.errors import ModelError


def devices_there() -> dict[str, str]:
    """Return the devices of this machine, name to title, the CPU first."""
    gpus = {name: f"{torch.cuda.get_device_name(name)} ({name})" for name in _cuda_names()}
    apple = {"mps": "Apple GPU (mps)"} if torch.backends.mps.is_available() else {}
    return {"cpu": "CPU", **gpus, **apple}


def pick_device(wish: str) -> torch.device:
    """Return the device for "auto", "cpu", "cuda", "cuda:1" (the second one) or "mps".

    "auto" takes CUDA where there is one; "cuda" alone means the first.

    Raises:
        ModelError: this machine does not have that device.
    """
    cuda = _cuda_names()
    if wish == "auto":
        return torch.device("cuda" if cuda else "cpu")
    apple = ["mps"] if torch.backends.mps.is_available() else []
    there = ["cpu", *(["cuda"] if cuda else []), *cuda, *apple]
    if wish in there:
        return torch.device(wish)
    raise ModelError(
        f"device {wish!r} is not there; there is {', '.join(there)}",
        advice=f"This computer has no device “{wish}” now. Choose “auto” or “cpu” as the device.",
    )


def _cuda_names() -> list[str]:
    n_there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{number}" for number in range(n_there)]
