"""The loss of MMAudioSep, and of MMAudio: conditional flow matching in latents.

papers/003 and sony/mmaudiosep (`runner.train_fn`): times are the sigmoid of normal numbers; target
and mixture are drawn from their posteriors with the same noise, and both are scaled; text and video
are forgotten a tenth of the time each, so that guidance has something to go away from. Letters in
shapes: B clips, N samples, T latents, D width of a latent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.nn.mmaudio.network import Features, MMAudio
from core.nn.samplers.flow import path_point, squared_flow_loss
from core.nn.samplers.stepping import seeded_noise
from core.training.sep_latents import Latents, lengths_of
from core.training.sep_mixer import SepBatch
from core.training.sep_seen import Seen, SeenShape, shown
from core.training.sep_words import Reader

NOISE_GAIN = 0.9
"""Of the white noise that stands for the mixture where sound is generated, as in the code."""


@dataclass(frozen=True, slots=True)
class SepObjective:
    """Choices of the loss."""

    window_s: float = 8.0
    null_text: float = 0.1
    """How often words are forgotten."""
    null_pictures: float = 0.1
    """How often what is seen is forgotten, whatever becomes of the words."""
    clips_at_once: int = 8
    """That go through the network together; fewer need less memory, and draw other noise."""


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
            target, mixture, words, seen = batch
            some = SepBatch(target[place], mixture[place], words[place], seen[place])
            yield self.each(network, some, chance).sum() / n_clips

    def each(self, network: MMAudio, batch: SepBatch, chance: torch.Generator) -> Tensor:
        """Return the loss of each clip, (B,)."""
        noise = seeded_noise(chance)
        end, mixture = self.encoded(network, batch, chance)
        start = noise(end)
        time = torch.randn(len(end), generator=chance).sigmoid().to(end)
        features = self.features(network, batch.words, chance, batch.seen)
        conditions = network.conditions(features, end.shape[1], mixture)
        velocity = network(path_point(start, end, time, 0.0), time, conditions)
        return squared_flow_loss(velocity, start, end)

    def seen_shape(self, network: MMAudio) -> SeenShape:
        """Return what `network` takes of pictures in one window."""
        lengths, config = lengths_of(self.latents, self.objective.window_s), network.config
        clip, sync = (lengths.n_clip, config.clip_dim), (lengths.n_sync, config.sync_dim)
        return SeenShape(clip, sync)

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
        self,
        network: MMAudio,
        words: tuple[str, ...],
        chance: torch.Generator | None,
        seen: Sequence[Seen | None] = (),
    ) -> Features:
        """Return what is known: words and pictures, forgotten now and then where there is `chance`.

        Of what was never seen the network hears its "nothing is known".
        """
        lengths = lengths_of(self.latents, self.objective.window_s)
        empty = network.empty_features(len(words), lengths.n_clip, lengths.n_sync)
        text = torch.cat([self.words.read(one) for one in words]).to(empty.text)
        forgotten = _forgotten(len(words), self.objective.null_text, chance).to(text.device)
        known = replace(empty, text=torch.where(forgotten[:, None, None], empty.text, text))
        return self._with_pictures(known, seen, chance) if any(seen) else known

    def _with_pictures(
        self, known: Features, seen: Sequence[Seen | None], chance: torch.Generator | None
    ) -> Features:
        forgotten = _forgotten(len(seen), self.objective.null_pictures, chance).tolist()
        clip, sync = known.clip.clone(), known.sync.clone()
        for place, (one, is_gone) in enumerate(zip(seen, forgotten, strict=True)):
            if one is not None and not is_gone:
                clip[place], sync[place] = shown(one.clip, clip), shown(one.sync, sync)
        return replace(known, clip=clip, sync=sync)


def _forgotten(n: int, how_often: float, chance: torch.Generator | None) -> Tensor:
    """Return (n,), drawn anew each time; nothing is forgotten without `chance`."""
    if chance is None:
        return torch.zeros(n, dtype=torch.bool)
    return torch.rand(n, generator=chance) < how_often


def generating(batch: SepBatch, seed: int = 0) -> SepBatch:
    """Return the batch with white noise for mixtures: asked like that, MMAudioSep generates."""
    random = torch.Generator().manual_seed(seed)
    noise = NOISE_GAIN * torch.randn(batch.mixture.shape, generator=random)
    return batch._replace(mixture=noise)
