"""The formulas from which all golden inputs and weights are made again.

The golden numbers were produced with made-up weights and inputs, so that nobody needs to ship
either: each random number comes from `draw`, by the name of what it is for.
"""

import math
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Array = npt.NDArray[np.float32]


def draw(key: str, shape: Sequence[int]) -> Array:
    random = np.random.Generator(np.random.PCG64(zlib.crc32(key.encode())))
    return np.asarray(random.standard_normal(tuple(shape)), dtype=np.float32)


def fill_value(key: str, shape: Sequence[int]) -> Array:
    """Return the weight called `key`: near 0 for offsets, near 1 for gains, scaled by fan-in."""
    drawn, last = draw(key, shape), key.rsplit(".", 1)[-1]
    if last in ("bias", "beta"):
        return drawn * np.float32(0.1)
    if last in ("g", "gamma") or len(shape) <= 1:
        return np.float32(1) + np.float32(0.1) * drawn
    return drawn / np.float32(math.sqrt(max(1, math.prod(shape[1:]))))


def wave(r: Array, sr: float, f0: float, quiet: float = 0.0) -> Array:
    """Return a tone, a trembling third harmonic and noise, with a nearly quiet stretch."""
    n = r.shape[-1]
    t = np.arange(n) / sr
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 1.5 * t)
    harmonic = 0.2 * np.sin(2 * np.pi * 3 * f0 * t + 1.0) * swell
    sound = 0.3 * np.sin(2 * np.pi * f0 * t) + harmonic + 0.05 * r.astype(np.float64)
    sound[..., n // 2 : n // 2 + n // 8] *= quiet
    return sound.astype(np.float32)


def made_input(key: str, shape: Sequence[int], expression: str) -> Tensor:
    """Return the input that `expression`, in terms of the draw `r`, stands for."""
    names = {"np": np, "r": draw(key, shape), "wave": wave}
    made = np.asarray(eval(expression, {"__builtins__": {"__import__": __import__}}, names))
    return torch.from_numpy(np.ascontiguousarray(made, dtype=np.float32))


def filled(shapes: dict[str, Sequence[int]], prefix: str = "") -> dict[str, Tensor]:
    """Return a state dict of made-up weights; `prefix` is hashed in front of each key."""
    return {
        key: torch.from_numpy(np.asarray(fill_value(prefix + key, shape)))
        for key, shape in shapes.items()
    }
