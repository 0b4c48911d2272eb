"""The contrastive optimisation module: a query and the same one of a varied sound belong together.

papers/002 section 3.2 (COM), only used in training. Letters in shapes: B clips, n queries, D width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

TEMPERATURE = 0.1
"""τ; the paper doesn't state it."""


class Projector(nn.Module):
    """φ of equation 5, and the normalisation after it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(inplace=True), nn.Linear(width, width)
        )

    def forward(self, queries: Tensor) -> Tensor:
        """Return vectors (B, n, D) of length 1."""
        return nnf.normalize(self.layers(queries), dim=-1)


def info_nce(clean: Tensor, varied: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Return equation 6, the mean over clips.

    Query i of the clean sound is to be nearer to query i of the varied one than to its others.

    Args:
        clean: z, (B, n, D), of length 1.
        varied: z', the same.
        temperature: τ.
    """
    similar = clean @ varied.mT / temperature  # (B, n, n)
    own = torch.diagonal(similar, dim1=1, dim2=2)  # (B, n)
    return (torch.logsumexp(similar, 2) - own).mean()
