"""Which device runs a network: the person's wish against what this machine has."""

import torch

from core.errors import ModelError


def pick_device(wish: str) -> torch.device:
    """Return the device for "auto", "cpu", "cuda" or "mps"; "auto" takes CUDA where there is one.

    Raises:
        ModelError: this machine does not have that device.
    """
    has_cuda = torch.cuda.is_available()
    there = {"cpu": True, "cuda": has_cuda, "mps": torch.backends.mps.is_available()}
    if wish == "auto":
        return torch.device("cuda" if has_cuda else "cpu")
    if there.get(wish, False):
        return torch.device(wish)
    raise ModelError(
        f"device {wish!r} is not there; there is {', '.join(k for k, v in there.items() if v)}",
        advice="Choose “auto” or “cpu” as the device.",
    )
