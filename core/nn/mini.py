"""The small separator that ships: the Separation U-Net in patches, target and residual jointly.

papers/000 in its architecture and its flow; papers/004 in what it hears: a prompt vector, which may
be missing, and a span channel. Three choices are its own. The flow starts at the mixture with a
little noise, not at pure noise, since so small a network can't find its way from there. What it
says is where the flow ends, as parts of the mixture, which bounds it; the velocity follows. And
a hearing network that was taught to name sounds tells it where the prompt is heard.

Letters in shapes: B clips, F bins (256), T frames, D width of a prompt, K words, f and t the grid
of the hearing network, f' and t' that of the patches.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.hearing import Hearing, HearingConfig, pooled
from core.nn.samplers.flow import TIME_SCALE
from core.nn.unet import SeparationUNet, UNetConfig

SAMPLE_RATE_HZ = 16_000
START_NOISE = 0.1
"""Standard deviation around the mixture at which the flow starts, in scaled log level."""

LAST_PART = 0.05
"""Of the way: nearer to its end than this, the velocity is that of here, lest it explode."""


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
        n_hints=2,
        query_size=256,
    )


@dataclass(frozen=True, slots=True)
class MiniConfig:
    """What the shape of a `MiniNetwork` depends on."""

    n_words: int
    """Classes that can be named, in the order of the vocabulary."""
    unet: UNetConfig = field(default_factory=_unet)
    hearing: HearingConfig = field(default_factory=HearingConfig)

    def __post_init__(self) -> None:
        if self.hearing.prompt_dim != self.unet.prompt_dim:
            raise ValueError("prompts of one width only")


class Heard(NamedTuple):
    """What the hearing network made of a mixture, before any prompt."""

    features: Tensor  # (B, D, f, t)
    evidence: Tensor  # (B, K, f, t), of each word

    @property
    def tags(self) -> Tensor:
        """Log odds that each word sounds, step by step, (B, K, t)."""
        return pooled(self.evidence) + TAG_BIAS


TAG_BIAS = -3.0
"""Log odds of a word of which nothing is heard: few of all words sound at once."""


class MiniNetwork(nn.Module):
    """A U-Net, the hearing network that advises it, and the prompts for the words both know."""

    def __init__(self, config: MiniConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.n_words, config.unet.prompt_dim)
        self.hearing = Hearing(config.hearing)
        self.unet = SeparationUNet(config.unet)

    def prompts(self, weights: Tensor) -> Tensor:
        """Return prompts (B, D) for shares of words (B, K), which add up to 1."""
        return weights @ self.words.weight

    def listen(self, mixture: Tensor) -> Heard:
        """Return what is heard in a mixture (B, 1, F, T), scaled log level."""
        features = self.hearing(mixture)
        return Heard(features, self.hearing.evidence_of_all(features, self.words.weight))

    def end(  # noqa: PLR0913 - what flows, and what it is told
        self,
        noisy: Tensor,
        time: Tensor,
        mixture: Tensor,
        heard: Heard,
        prompt: Tensor | None = None,
        *,
        has_prompt: Tensor | None = None,
        spans: Tensor | None = None,
    ) -> Tensor:
        """Return where the flow ends: levels of target and residual (B, 2, F, T), up to the mix's.

        Args:
            noisy: (B, 2, F, T), what flows: target, then residual.
            time: (B,) or (1,), 0 to 1000.
            mixture: (B, 1, F, T), scaled log level.
            heard: of this mixture.
            prompt: (B, D) from `prompts`; None for none.
            has_prompt: (B,) bool, False where a clip's prompt is to be taken as missing.
            spans: (B, T) of +1, -1 and 0.
        """
        tokens = None if prompt is None else prompt[:, :, None]
        hints = self._hints(heard, prompt, has_prompt, noisy)
        parts = self.unet(
            noisy, time, mixture, tokens, has_prompt=has_prompt, spans=spans, hints=hints
        )
        out: Tensor = mixture * torch.sigmoid(parts.float())
        return out

    def forward(  # noqa: PLR0913 - as above
        self,
        noisy: Tensor,
        time: Tensor,
        mixture: Tensor,
        heard: Heard,
        prompt: Tensor | None = None,
        *,
        has_prompt: Tensor | None = None,
        spans: Tensor | None = None,
    ) -> Tensor:
        """Return the velocity of target and residual (B, 2, F, T); arguments as for `end`."""
        end = self.end(noisy, time, mixture, heard, prompt, has_prompt=has_prompt, spans=spans)
        left = (1 - time / TIME_SCALE).clamp(min=LAST_PART).view(-1, 1, 1, 1)
        return (end - noisy) / left

    def _hints(
        self, heard: Heard, prompt: Tensor | None, has_prompt: Tensor | None, like: Tensor
    ) -> Tensor:
        """Return (B, 2, f', t'): where the prompt is heard, and where any word is."""
        any_word = torch.logsumexp(heard.evidence, 1, keepdim=True)
        asked = torch.zeros_like(any_word)
        if prompt is not None:
            asked = self.hearing.evidence(heard.features, prompt)
            if has_prompt is not None:
                asked = asked * has_prompt[:, None, None, None].to(asked)
        hints = torch.cat((asked, any_word), 1)
        patch = self.config.unet.patch
        size = (like.shape[2] // patch[0], like.shape[3] // patch[1])
        return nnf.interpolate(hints, size, mode="bilinear")


def flow_start(mixture: Tensor, noise: Tensor) -> Tensor:
    """Return where the flow starts, (B, 2, F, T): both channels at the mixture (B, 1, F, T)."""
    return mixture + START_NOISE * noise


def bounded(parts: Tensor, mixture: Tensor) -> Tensor:
    """Return levels between nothing and the mixture's, shaped like `parts` (B, 2, F, T)."""
    return torch.minimum(parts.clamp(min=0), mixture)
