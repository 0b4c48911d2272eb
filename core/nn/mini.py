"""The small separator that ships: the Separation U-Net in patches, target and residual jointly.

papers/000 in its architecture and its flow; papers/004 in what it hears: a prompt vector, which may
be missing, and a span channel. Two choices are its own. The flow starts at the mixture with a
little noise, not at pure noise, since so small a network can't find its way from there. And what
it says is bounded by the mixture, which it only has to divide.

Letters in shapes: B clips, F bins (256), T frames, D width of a prompt.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from core.nn.unet import SeparationUNet, UNetConfig

SAMPLE_RATE_HZ = 16_000
START_NOISE = 0.1
"""Standard deviation around the mixture at which the flow starts, in scaled log level."""


def _unet() -> UNetConfig:
    return UNetConfig(
        width=64,
        multipliers=(1, 2, 3),
        n_flowing=2,
        prompt_dim=128,
        patch=(8, 4),
        has_spans=True,
        is_prompt_optional=True,
        is_prompt_everywhere=True,
        query_size=256,
    )


@dataclass(frozen=True, slots=True)
class MiniConfig:
    """What the shape of a `MiniNetwork` depends on."""

    n_words: int
    """Classes that can be named, in the order of the vocabulary."""
    unet: UNetConfig = field(default_factory=_unet)


class MiniNetwork(nn.Module):
    """A U-Net and the table of prompts for the words it knows."""

    def __init__(self, config: MiniConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.n_words, config.unet.prompt_dim)
        self.unet = SeparationUNet(config.unet)

    def forward(
        self,
        noisy: Tensor,
        time: Tensor,
        mixture: Tensor,
        prompt: Tensor | None = None,
        *,
        has_prompt: Tensor | None = None,
        spans: Tensor | None = None,
    ) -> Tensor:
        """Return the velocity of target and residual (B, 2, F, T).

        Args:
            noisy: (B, 2, F, T), what flows: target, then residual.
            time: (B,) or (1,), 0 to 1000.
            mixture: (B, 1, F, T), scaled log level.
            prompt: (B, D) or (1, D) from `prompts`; None for none.
            has_prompt: (B,) bool, False where a clip's prompt is to be taken as missing.
            spans: (B, T) of +1, -1 and 0.
        """
        tokens = None if prompt is None else prompt[:, :, None]
        out: Tensor = self.unet(noisy, time, mixture, tokens, has_prompt=has_prompt, spans=spans)
        return out

    def prompts(self, labels: Tensor) -> Tensor:
        """Return the prompts (B, D) for the numbers of words (B,)."""
        out: Tensor = self.words(labels)
        return out


def flow_start(mixture: Tensor, noise: Tensor) -> Tensor:
    """Return where the flow starts, (B, 2, F, T): both channels at the mixture (B, 1, F, T)."""
    return mixture + START_NOISE * noise


def bounded(parts: Tensor, mixture: Tensor) -> Tensor:
    """Return levels between nothing and the mixture's, shaped like `parts` (B, 2, F, T)."""
    return torch.minimum(parts.clamp(min=0), mixture)
