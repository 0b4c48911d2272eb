"""A text-to-sound model whose every answer is known, as an adapter for ZeroSep."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network
from core.separation.zerosep_model import SoundForm, Words

N_BINS = 64
LOUD, FAINT = 1.0, 0.02


@dataclass(frozen=True, eq=False)
class ToyModel:
    """Latents are cosine transforms of 64 samples each; sounds are what bins are loud in them.

    "low" is loud in the lower half, "high" in the upper, everything else and no words in all.
    """

    n_channels: int = 1
    answers_nan: bool = False
    has_room_for_s: float = 100.0
    """Of longer sounds memory runs out."""
    texts: list[tuple[str, float]] = field(default_factory=list)

    @property
    def form(self) -> SoundForm:
        return SoundForm(16_000, self.n_channels, 8.0, 4.0, (0.0, 8_000.0), 0.5)

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return ()

    def ladder(self, n_steps: int) -> NoiseLadder:
        levels = [math.cos(math.pi / 2 * (k + 1) / (n_steps + 1)) ** 2 for k in range(n_steps)]
        return NoiseLadder(tuple(levels), tuple(levels), end=1.0)  # the level is the time

    def encode(self, waves: Tensor) -> Tensor:
        if waves.shape[1] > self.has_room_for_s * self.form.sample_rate_hz:
            raise torch.OutOfMemoryError("out of memory")
        n_missing = -waves.shape[1] % N_BINS
        frames = nn.functional.pad(waves, (0, n_missing)).unflatten(1, (-1, N_BINS))
        return (frames @ _cosines().T).transpose(1, 2)  # (c, bins, t)

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        return (latent.transpose(1, 2) @ _cosines()).flatten(1)[:, :n_samples]

    def read(self, text: str, length_s: float) -> Words:
        self.texts.append((text, length_s))
        is_low = torch.arange(N_BINS) < N_BINS // 2
        loud = {"low": is_low, "high": ~is_low}.get(text, torch.ones_like(is_low))
        return {"spread": torch.where(loud, LOUD, FAINT)[:, None]}

    def network(self, words: Words) -> Network:
        variance = words["spread"] ** 2

        def ask(x: Tensor, level: Tensor) -> Tensor:
            if self.answers_nan:
                return x * math.nan
            return (1 - level).sqrt() * x / (level * variance + 1 - level)

        return ask


def _cosines() -> Tensor:
    """Return the orthonormal cosine transform of 64 samples."""
    place = (torch.arange(N_BINS) + 0.5) * math.pi / N_BINS
    rows = (place[None] * torch.arange(N_BINS)[:, None]).cos() * math.sqrt(2 / N_BINS)
    rows[0] *= math.sqrt(0.5)
    return rows
