"""How well the small separator does on recordings it never heard, while it is being taught.

The scores are those that count in the end: the gain in scale-invariant SDR (SI-SDR) over the
untouched mixture, by each kind of prompt. Letters in shapes: B clips, N samples, L bins, T frames.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.hearing import FRAMES_PER_STEP
from core.nn.mini import MiniNetwork, flow_start
from core.nn.stft import Stft
from core.training.mini_objective import pictures_of, shares
from core.training.mixing import Batch, Mixer

PROMPTS = ("text", "span", "both", "wrong", "none")

VALIDATION_SAMPLES, VALIDATION_CLIPS = 127 * 256, 16
"""Of each held-out mixture, and in each batch of them; the same for all runs, to compare them."""


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Mixtures that stay the same, and their scores under a network."""

    batches: tuple[Batch, ...]

    @classmethod
    def drawn(cls, mixer: Mixer, n_batches: int, n_clips: int) -> "Validation":
        """Return one from the first batches of `mixer`."""
        return cls(tuple(mixer.batch(number, n_clips) for number in range(n_batches)))

    @torch.no_grad()
    def scores(self, network: MiniNetwork) -> dict[str, float]:
        """Return the median gain in SI-SDR in dB by each kind of prompt, and how tags do.

        "tags" is how often the word with the most evidence really sounds.
        """
        found: dict[str, list[Tensor]] = {name: [] for name in (*PROMPTS, "tags")}
        for batch in self.batches:
            for name, values in _batch_scores(network, batch).items():
                found[name].append(values)
        scores = {name: torch.cat(values) for name, values in found.items()}
        tags = scores.pop("tags").mean().item()
        return {**{name: values.median().item() for name, values in scores.items()}, "tags": tags}


def _batch_scores(network: MiniNetwork, batch: Batch) -> dict[str, Tensor]:
    device = network.words.weight.device
    seen = pictures_of(batch, network.config.unet.n_bins, device)
    heard = network.listen(seen.mixture)
    words, spans = torch.from_numpy(batch.words), torch.from_numpy(batch.spans)
    asked = {
        "text": (words, None),
        "span": (None, spans),
        "both": (words, spans),
        "wrong": (_absent_words(batch), None),
        "none": (None, None),
    }
    target, residual = (torch.from_numpy(one) for one in (batch.target, batch.residual))
    # A clip whose target was drawn as absent, or is alone, has no gain to speak of.
    counts = (target.square().sum(1) > 1e-3) & (residual.square().sum(1) > 1e-3)
    before = si_sdr_db(target + residual, target)
    start = flow_start(seen.mixture, torch.zeros_like(seen.parts))
    scores = {}
    for name, (weights, marked) in asked.items():
        prompt = None if weights is None else network.prompts(weights.to(device))
        end = network.end(start, start.new_zeros(1), seen.mixture, heard, prompt, spans=marked)
        share = shares(end, seen.mixture_spectra.shape[1])
        wave = Stft().inverse(share * seen.mixture_spectra, target.shape[1]).cpu()
        scores[name] = (si_sdr_db(wave, target) - before)[counts]
    truth = nnf.max_pool1d(torch.from_numpy(batch.sounding).float(), FRAMES_PER_STEP)
    best = heard.tags.cpu().argmax(1, keepdim=True)
    is_any = truth.amax(1) > 0
    scores["tags"] = truth.gather(1, best)[:, 0][is_any]
    return scores


def _absent_words(batch: Batch) -> Tensor:
    """Return (B, K): for each clip a word that does not sound in it."""
    words = np.zeros_like(batch.words)
    for row, when in zip(words, batch.sounding, strict=True):
        row[int(np.argmin(np.roll(when.any(1), 7)) - 7) % len(row)] = 1
    return torch.from_numpy(words)


def si_sdr_db(estimate: Tensor, truth: Tensor) -> Tensor:
    """Return the SI-SDR (B,) of `estimate` (B, N) in dB, without removing means."""
    scale = (estimate * truth).sum(1) / truth.square().sum(1).clamp(min=1e-9)
    projected = scale[:, None] * truth
    error = (estimate - projected).square().sum(1)
    ratio = (projected.square().sum(1) + 1e-9) / (error + 1e-9)
    return 10 * torch.log10(ratio)
