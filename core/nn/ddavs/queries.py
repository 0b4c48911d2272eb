"""The audio query module: what sounds at once, kept apart and anchored to a bank of prototypes.

papers/002 section 3.1 (AQM). A query generator in the style of Q-Former (Li and others, 2023) asks
the sound's tokens with n learnt queries; each answer then attends to fixed prototypes.

Letters in shapes: B clips, L tokens, n queries, D width, P prototypes.
"""

import math

import torch
from torch import Tensor, nn

from core.nn.ddavs.config import DdavsConfig


class QueryGenerator(nn.Module):
    """Learnt queries that look at each other and at the sound."""

    def __init__(self, config: DdavsConfig, width: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(config.n_queries, width))
        layer = nn.TransformerDecoderLayer(
            width,
            config.n_query_heads,
            4 * width,
            config.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.layers = nn.TransformerDecoder(layer, config.n_query_layers)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return queries (B, n, D) for tokens (B, L, D)."""
        asked = self.queries.expand(tokens.shape[0], -1, -1)
        answered: Tensor = self.layers(asked, tokens)
        return answered


class BankAttention(nn.Module):
    """Equation 4: queries plus γ times what they find in the bank, normed.

    The prototypes are no weights: `fill` puts them in once, and training leaves them alone.
    """

    prototypes: Tensor
    classes: Tensor

    def __init__(self, width: int, n_prototypes: int, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma
        self.to_query = nn.Linear(width, width, bias=False)
        self.to_key = nn.Linear(width, width, bias=False)
        self.to_value = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.register_buffer("prototypes", torch.zeros(n_prototypes, width))
        self.register_buffer("classes", torch.full((n_prototypes,), -1, dtype=torch.long))

    def fill(self, prototypes: Tensor, classes: Tensor) -> None:
        """Put prototypes (P, D) and the class of each (P,) in.

        Raises:
            ValueError: there is room for another number of them.
        """
        if prototypes.shape != self.prototypes.shape:
            raise ValueError(f"{prototypes.shape} don't fit {tuple(self.prototypes.shape)}")
        self.prototypes.copy_(prototypes)
        self.classes.copy_(classes)

    def forward(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Return anchored queries (B, n, D) and to which prototypes they look, (B, n, P)."""
        keys, values = self.to_key(self.prototypes), self.to_value(self.prototypes)  # (P, D)
        scores = self.to_query(queries) @ keys.mT / math.sqrt(queries.shape[2])
        attention = scores.softmax(-1)  # (B, n, P)
        return self.norm(queries + self.gamma * (attention @ values)), attention


class AudioQueries(nn.Module):
    """The whole module: tokens to anchored queries."""

    def __init__(self, config: DdavsConfig, width: int) -> None:
        super().__init__()
        self.generator = QueryGenerator(config, width)
        self.norm: nn.Module = nn.Identity()
        self.bank: BankAttention | None = None
        if config.n_prototypes:
            self.bank = BankAttention(width, config.n_prototypes, config.gamma)
        else:
            self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return queries (B, n, D) and their attention to the bank (B, n, P), None without one."""
        queries = self.generator(tokens)
        if self.bank is None:
            return self.norm(queries), None
        anchored: tuple[Tensor, Tensor] = self.bank(queries)
        return anchored
