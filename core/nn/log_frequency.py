"""From linear magnitudes to the log-frequency, log-magnitude pictures the networks see, and back.

papers/000 section 3.4 with the constants of the official code. High bins are squeezed, low bins
get more rows, and magnitudes are scaled into [0, 1]. Letters in shapes: B clips, C channels,
F linear bins, T frames, R rows of the warped picture, W its columns.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as nnf

_BASE = 21.0
SCALE = 0.15
MIXTURE_FLOOR = 1e-10
"""Added to the magnitude of a mixture, never to that of a source."""


def warp_rows(n_rows: int, *, is_inverse: bool = False) -> Tensor:
    """Return where each output row lies in the input, from -1 (first row) to 1 (last), float32."""
    even = torch.linspace(-1, 1, n_rows, dtype=torch.float64)
    if is_inverse:
        rows = torch.log(even * 10 + 11) / math.log(_BASE) * 2 - 1
    else:
        rows = (torch.pow(_BASE, (even + 1) / 2) - 11) / 10
    return rows.float()


def warp_columns(n_columns: int) -> Tensor:
    """Return where each output column lies in the input, from -1 to 1, float32."""
    return torch.linspace(-1, 1, n_columns, dtype=torch.float64).float()


def to_log_frequency(magnitude: Tensor, n_rows: int = 256, n_columns: int | None = None) -> Tensor:
    """Return (B, C, R, W): linear magnitudes (B, C, F, T) on a logarithmic frequency axis.

    Args:
        magnitude: linear in frequency and in level.
        n_rows: R.
        n_columns: W; None keeps T. Fewer squeeze time.
    """
    return _resampled(magnitude, warp_rows(n_rows), n_columns or magnitude.shape[3])


def to_linear_frequency(picture: Tensor, n_bins: int = 512, n_frames: int | None = None) -> Tensor:
    """Return (B, C, F, T): undo `to_log_frequency` as well as interpolation can."""
    return _resampled(picture, warp_rows(n_bins, is_inverse=True), n_frames or picture.shape[3])


def to_log_level(magnitude: Tensor) -> Tensor:
    """Return `log(1 + magnitude)` scaled and clamped to [0, 1]."""
    return (torch.log1p(magnitude) * SCALE).clamp(0, 1)


def from_log_level(level: Tensor) -> Tensor:
    """Return the magnitude; a network's values below 0 are mirrored, as the official code does.

    Nothing bounds what a network says: values far above 1 overflow to infinity.
    """
    return torch.expm1((level / SCALE).abs())


def _resampled(picture: Tensor, rows: Tensor, n_columns: int) -> Tensor:
    rows, columns = rows.to(picture.device), warp_columns(n_columns).to(picture.device)
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1)  # (R, W, 2) of (x, y)
    grid = grid.to(picture.dtype).expand(picture.shape[0], -1, -1, -1)
    return nnf.grid_sample(picture, grid, mode="bilinear", align_corners=True)
