"""DDAVS whole: frames and the sound around each, to the pixels that make it.

papers/002 section 3, equations 1 to 3. Letters in shapes: B pictures, H W pixels, h w the map of
the first stage (a quarter or a half of them), N samples, n queries, D width, P prototypes,
K words, M tokens.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.ddavs.alignment import alignments
from core.nn.ddavs.audio import audio_encoder
from core.nn.ddavs.config import DdavsConfig
from core.nn.ddavs.contrast import Projector
from core.nn.ddavs.decoder import Decoder, Sharing
from core.nn.ddavs.queries import AudioQueries
from core.nn.ddavs.visual import VisualEncoder


class Sounding(NamedTuple):
    """What a `Ddavs` says."""

    logits: Tensor  # (B, classes, h, w); one class: of sounding
    shares: Tensor | None  # (B, n, h, w), logits of the query each pixel belongs to
    words: Tensor | None  # (B, n, K), logits of the name of each query's source
    queries: Tensor  # (B, n, D), Q of equation 4
    bank: Tensor | None  # (B, n, P), attention to the prototypes

    def sounding(self, size: tuple[int, int]) -> Tensor:
        """Return how likely each pixel sounds, (B, H, W), 0 to 1."""
        logits = enlarged(self.logits, size).float()
        if logits.shape[1] == 1:
            return logits[:, 0].sigmoid()
        return 1 - logits.softmax(1)[:, 0]

    def by_query(self, size: tuple[int, int]) -> Tensor:
        """Return the same shared out among the queries, (B, n, H, W); they add up to `sounding`."""
        whole = self.sounding(size)[:, None]
        if self.shares is None:
            raise ValueError("a network without sharing has one mask for all sources")
        return whole * enlarged(self.shares, size).float().softmax(1)


class Ddavs(nn.Module):
    """The network. Ask it in `eval` mode; `Sounding` says how to read its answer."""

    def __init__(self, config: DdavsConfig) -> None:
        super().__init__()
        self.config = config
        self.audio = audio_encoder(config.audio)
        self.visual = VisualEncoder(config.visual)
        width = self.audio.width
        self.queries = AudioQueries(config, width) if config.has_queries else None
        self.projector = Projector(width) if config.has_queries else None
        self.alignments = alignments(config, width)
        self.decoder = Decoder(config.visual.widths, config.decoder_width, config.dropout)
        self.head = nn.Conv2d(config.decoder_width, config.n_classes, 1)
        has_sharing = config.has_sharing and config.has_queries
        self.sharing = Sharing(width, config.decoder_width) if has_sharing else None
        self.words = nn.Linear(width, config.n_words) if config.n_words else None
        if config.is_audio_frozen:
            self.audio.requires_grad_(False)

    def train(self, mode: bool = True) -> "Ddavs":
        """Change how dropout and norms behave, except in a frozen audio encoder."""
        super().train(mode)
        if self.config.is_audio_frozen:
            self.audio.eval()
        return self

    def forward(self, frames: Tensor, waves: Tensor) -> Sounding:
        """Say what sounds.

        Args:
            frames: (B, 3, H, W), RGB, 0 to 1; H and W multiples of 32.
            waves: (B, N) at 16 kHz, about a second around each frame.
        """
        return self.locate(frames, self.listen(waves))

    def listen(self, waves: Tensor) -> Tensor:
        """Return the tokens of the sound (B, L, D)."""
        tokens: Tensor = self.audio(waves)
        return tokens

    def ask(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return queries (B, n, D) for tokens (B, L, D), and their attention to the bank."""
        if self.queries is None:
            return tokens.mean(1, keepdim=True), None
        asked: tuple[Tensor, Tensor | None] = self.queries(tokens)
        return asked

    def locate(self, frames: Tensor, tokens: Tensor) -> Sounding:
        """Say what sounds in frames (B, 3, H, W), given the tokens of their sound (B, L, D)."""
        queries, bank = self.ask(tokens)
        seen = queries

        def align(stage: int, visual: Tensor) -> Tensor:
            nonlocal seen
            if str(stage) not in self.alignments:
                return visual
            # Equation 3: each stage is given Q itself, not what an earlier one made of it.
            seen, visual = self.alignments[str(stage)](queries, visual)
            return visual

        pixels = self.decoder(self.visual(frames, align))  # (B, E, h, w)
        return Sounding(
            self.head(pixels),
            None if self.sharing is None else self.sharing(seen, pixels),
            None if self.words is None else self.words(seen),
            queries,
            bank,
        )

    def contrasted(self, tokens: Tensor) -> Tensor:
        """Return z of equation 5, (B, n, D), for tokens (B, L, D).

        Raises:
            ValueError: this network has no queries.
        """
        if self.projector is None:
            raise ValueError("only queries can be contrasted")
        z: Tensor = self.projector(self.ask(tokens)[0])
        return z

    @torch.no_grad()
    def fill_bank(self, prototypes: Tensor, classes: Tensor) -> None:
        """Put prototypes (P, D) and the class of each (P,) in the bank.

        Raises:
            ValueError: there is no bank, or one of another size.
        """
        if self.queries is None or self.queries.bank is None:
            raise ValueError("this network has no bank")
        self.queries.bank.fill(prototypes, classes)


def enlarged(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (B, any, H, W) of a map (B, any, h, w)."""
    if logits.shape[2:] == size:
        return logits
    return nnf.interpolate(logits, size, mode="bilinear", align_corners=False)
