"""The door to a text-to-sound model: what ZeroSep needs of one, whatever pipeline it comes from.

Any latent diffusion model that can turn sound into a latent and back, and hears words, separates
(papers/001): an adapter of this shape is all it takes.

Letters in shapes: c channels and n samples of the model's own sound; latents have any shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network

Words = Mapping[str, Tensor]
"""What words became: arguments of the network by name."""


Part = Any
"""A network or pipeline of `diffusers`, which makes its classes in a way no type checker sees."""


@dataclass(frozen=True, slots=True)
class SoundForm:
    """The sound that a model was taught with.

    Attributes:
        sample_rate_hz: of it.
        n_channels: 1 or 2.
        longest_s: of what it hears at a time.
        shortest_s: below which shorter windows save no memory, or are too short to hear anything.
        band_hz: what it models, low to high.
        peak: the level of its loudest sample, 0 to 1.
    """

    sample_rate_hz: int
    n_channels: int
    longest_s: float
    shortest_s: float
    band_hz: tuple[float, float]
    peak: float


class SoundModel(Protocol):
    """A text-to-sound latent diffusion model, in evaluation mode on one device."""

    @property
    def form(self) -> SoundForm: ...

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        """Return all of its networks."""
        ...

    def ladder(self, n_steps: int) -> NoiseLadder:
        """Return the rungs of so many steps."""
        ...

    def encode(self, waves: Tensor) -> Tensor:
        """Return the latent of waves (c, n), any n >= 1."""
        ...

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        """Return the first n samples (c, n) of the sound that a latent stands for."""
        ...

    def read(self, text: str, length_s: float) -> Words:
        """Return what the network is to hear of `text`; empty text is no condition at all.

        Args:
            text: any words, or none.
            length_s: of the sound that is described.
        """
        ...

    def network(self, words: Words) -> Network:
        """Return what answers as the rungs of `ladder` expect, listening for `words`."""
        ...


def at_peak(waves: Tensor, peak: float) -> tuple[Tensor, float]:
    """Return waves (c, n) whose loudest sample has the level `peak`, and what they were raised by.

    Raises:
        ValueError: they are silent.
    """
    loudest = float(waves.abs().max())
    if loudest == 0.0:
        raise ValueError("silence has no peak")
    return waves * (peak / loudest), peak / loudest
