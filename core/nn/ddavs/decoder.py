"""The light decoder: maps of four scales to one, and from it to masks.

SegFormer's all-MLP head (Xie and others, 2021): a linear layer a stage, brought to the size of the
first, fused. The fusing convolution is split by stage and applied before the enlargement: both
are linear and one works on channels, the other on places, so the sum is the same at a fraction of
the work.

Letters in shapes: B pictures, h w the first stage's map, E width, n queries, D their width.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf


class Decoder(nn.Module):
    """Four maps to one."""

    def __init__(self, widths: Sequence[int], width: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.ModuleList(nn.Conv2d(one, width, 1) for one in widths)
        self.fuse = nn.ModuleList(nn.Conv2d(width, width, 1, bias=False) for _ in widths)
        self.norm = nn.BatchNorm2d(width)
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return (B, E, h, w), as large as the first map."""
        size, total = maps[0].shape[2:], None
        for one, enter, fuse in zip(maps, self.enter, self.fuse, strict=True):
            fused = fuse(enter(one))
            if fused.shape[2:] != size:
                fused = nnf.interpolate(fused, size, mode="bilinear", align_corners=False)
            total = fused if total is None else total + fused
        out: Tensor = self.dropout(nnf.relu(self.norm(total)))
        return out


class Sharing(nn.Module):
    """To which query each pixel of the mask belongs.

    Each query is compared with each pixel, and the softmax over queries shares the mask out. The
    masks of the queries therefore add up to the paper's own mask, which is left as it is: two
    sources give two masks, and where nothing sounds no query can claim anything.
    """

    def __init__(self, audio_width: int, width: int) -> None:
        super().__init__()
        self.query = nn.Sequential(
            nn.Linear(audio_width, width), nn.ReLU(inplace=True), nn.Linear(width, width)
        )
        self.pixel = nn.Conv2d(width, width, 1)

    def forward(self, queries: Tensor, pixels: Tensor) -> Tensor:
        """Return logits (B, n, h, w) for queries (B, n, D) and pixels (B, E, h, w)."""
        asked, there = self.query(queries), self.pixel(pixels)
        return torch.einsum("bne,behw->bnhw", asked, there) / math.sqrt(there.shape[1])
