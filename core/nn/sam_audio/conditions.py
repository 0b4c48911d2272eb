"""How pictures and time spans enter SAM Audio: added, frame by frame, to what flows.

papers/004 says that picture features are concatenated; the official code adds them, and without
pictures it adds what its layers make of zeros, which must not be left out. Letters in shapes: B
clips, T latent frames, D width, V channels of picture features, A anchors.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor, nn


class AnchorKind(IntEnum):
    """Rows of the anchors' embedding."""

    NONE = 0
    HEARD = 1
    NOT_HEARD = 2
    FILLING = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """The sound is heard, or surely not heard, from `start_s` to `end_s` of the clip."""

    kind: AnchorKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class AnchorTable:
    """Which anchor holds at each frame.

    Attributes:
        ids: (B, A), an `AnchorKind` each.
        places: (B, T), the column of `ids` that each frame points to.
    """

    ids: Tensor
    places: Tensor

    @property
    def kinds(self) -> Tensor:
        """Return (B, T), the `AnchorKind` of each frame."""
        return self.ids.gather(1, self.places)


def frame_of(time_s: float, sample_rate_hz: int, hop_samples: int) -> int:
    """Return the latent frame at a time: rounded up, in this order of operations (0.28 s is 8)."""
    return math.ceil(time_s * sample_rate_hz / hop_samples)


def anchor_table(
    anchors: Sequence[Sequence[Anchor]], n_frames: Sequence[int], rate_hz: int, hop_samples: int
) -> AnchorTable:
    """Return the table for clips with `n_frames` each.

    A later anchor overwrites an earlier one. One that reaches past the end of a shorter clip
    overwrites the frames that fill it up, and an empty one still takes a column: so does the
    official code.
    """
    places = torch.zeros(len(n_frames), max(n_frames), dtype=torch.long)
    columns: list[list[int]] = []
    for row, (some, length) in enumerate(zip(anchors, n_frames, strict=True)):
        places[row, length:] = 1
        ids = [int(AnchorKind.NONE), int(AnchorKind.FILLING)]
        for one in some:
            start, end = (frame_of(t, rate_hz, hop_samples) for t in (one.start_s, one.end_s))
            places[row, start:end] = len(ids)
            ids.append(int(one.kind))
        columns.append(ids)
    longest = max(map(len, columns))
    filled = [row + [int(AnchorKind.FILLING)] * (longest - len(row)) for row in columns]
    return AnchorTable(torch.tensor(filled), places)


class AnchorEmbedding(nn.Module):
    """Adds to each frame what its anchor says."""

    def __init__(self, n_anchors: int, anchor_dim: int, dim: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(n_anchors + 1, anchor_dim)
        self.gate = nn.Parameter(torch.zeros(1))
        self.proj = nn.Linear(anchor_dim, dim, bias=False)

    def forward(self, x: Tensor, kinds: Tensor) -> Tensor:
        """Return (B, T, D) of `x` (B, T, D) and the kind of each frame's anchor, (B, T)."""
        out: Tensor = x + self.gate.tanh() * self.proj(self.embed(kinds))
        return out


class VideoAlignment(nn.Module):
    """Adds to each frame what is to be seen then."""

    def __init__(self, vision_dim: int, dim: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(vision_dim, dim, 1)
        self.layer_norm = nn.LayerNorm(dim)
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, pictures: Tensor | None) -> Tensor:
        """Return (B, T, D).

        Args:
            x: (B, T, D).
            pictures: (B, V, T) features; None where there are none, which are zeros.
        """
        if pictures is None:
            pictures = x.new_zeros(1, self.conv.in_channels, 1)
        seen = self.conv(pictures).transpose(1, 2)
        out: Tensor = x + self.gate.tanh() * self.layer_norm(seen)
        return out
