"""The loss of MMAudioSep, and of MMAudio: conditional flow matching in latents.

papers/003 and sony/mmaudiosep (`runner.train_fn`): times are the sigmoid of normal numbers; target
and mixture are drawn from their posteriors with the same noise, and both are scaled; text and video
are forgotten a tenth of the time each, so that guidance has something to go away from. Letters in
shapes: B clips, N samples, T latents, D width of a latent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.nn.mmaudio.network import Features, MMAudio
from core.nn.samplers.flow import path_point, squared_flow_loss
from core.nn.samplers.stepping import seeded_noise
from core.training.sep_latents import Latents, lengths_of
from core.training.sep_mixer import SepBatch
from core.training.sep_words import Reader

NOISE_GAIN = 0.9
"""Of the white noise that stands for the mixture where sound is generated, as in the code."""


@dataclass(frozen=True, slots=True)
class SepObjective:
    """Choices of the loss."""

    window_s: float = 8.0
    null_text: float = 0.1
    """How often words are forgotten."""
    clips_at_once: int = 8
    """That go through the network together; fewer need less memory and give the same answer."""


@dataclass(frozen=True, slots=True, eq=False)
class SepLoss:
    """Asks a network for the velocity at a drawn time, and says how far off it is."""

    latents: Latents
    words: Reader
    objective: SepObjective

    def parts(self, network: MMAudio, batch: SepBatch, chance: torch.Generator) -> Iterator[Tensor]:
        """Yield losses that add up to the mean over the batch."""
        n_clips, n_together = len(batch.words), self.objective.clips_at_once
        for first in range(0, n_clips, n_together):
            place = slice(first, first + n_together)
            some = SepBatch(batch.target[place], batch.mixture[place], batch.words[place])
            yield self.each(network, some, chance).sum() / n_clips

    def each(self, network: MMAudio, batch: SepBatch, chance: torch.Generator) -> Tensor:
        """Return the loss of each clip, (B,)."""
        noise = seeded_noise(chance)
        end, mixture = self.encoded(network, batch, chance)
        start = noise(end)
        time = torch.randn(len(end), generator=chance).sigmoid().to(end)
        features = self.features(network, batch.words, chance)
        conditions = network.conditions(features, end.shape[1], mixture)
        velocity = network(path_point(start, end, time, 0.0), time, conditions)
        return squared_flow_loss(velocity, start, end)

    def encoded(
        self, network: MMAudio, batch: SepBatch, chance: torch.Generator
    ) -> tuple[Tensor, Tensor | None]:
        """Return scaled latents (B, T, D) of target and mixture; no mixture for MMAudio."""
        device = network.latent_mean.device
        target = self.latents.encode(batch.target.to(device))
        drawn = seeded_noise(chance)(target.mean)
        end = network.normalised(target.sample(drawn))
        if not network.config.mixture_dim:
            return end, None
        mixture = self.latents.encode(batch.mixture.to(device))
        return end, network.normalised(mixture.sample(drawn))

    def features(
        self, network: MMAudio, words: tuple[str, ...], chance: torch.Generator | None
    ) -> Features:
        """Return what is known: the words, forgotten now and then where there is `chance`."""
        lengths = lengths_of(self.latents, self.objective.window_s)
        empty = network.empty_features(len(words), lengths.n_clip, lengths.n_sync)
        text = torch.cat([self.words.read(one) for one in words]).to(empty.text)
        if chance is not None:
            is_forgotten = torch.rand(len(words), generator=chance) < self.objective.null_text
            text = torch.where(is_forgotten.to(text.device)[:, None, None], empty.text, text)
        return replace(empty, text=text)


def generating(batch: SepBatch, seed: int = 0) -> SepBatch:
    """Return the batch with white noise for mixtures: asked like that, MMAudioSep generates."""
    random = torch.Generator().manual_seed(seed)
    noise = NOISE_GAIN * torch.randn(batch.mixture.shape, generator=random)
    return batch._replace(mixture=noise)
