"""What the small separator is asked for in training, and how far off it was.

Three things at once. The cut: the mixture is cut by what the network says, as the engine will do
it, and what ends up on the wrong side counts in decibels. The levels: papers/000 eq. 8 in terms of
the end of the flow, for target and residual, where the mixture sounds. The words: which of them
sound when, step by step.

Letters in shapes: B clips, N samples, F bins of the picture, L linear bins, T frames, K words.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.hearing import FRAMES_PER_STEP
from core.nn.log_frequency import (
    MIXTURE_FLOOR,
    from_log_level,
    to_linear_frequency,
    to_log_frequency,
    to_log_level,
)
from core.nn.mini import Heard, MiniNetwork, bounded, flow_start
from core.nn.samplers.flow import TIME_SCALE, path_point
from core.nn.stft import Stft
from core.training.mixing import Batch, NamedMixtures

SOUNDING = 0.01
"""Scaled log level from which a cell of the mixture counts."""

START_SHARE = 0.6
"""How often the flow is looked at in its very start, where one step has to do it all."""

CUT_WEIGHT, LEVEL_WEIGHT, WORDS_WEIGHT = 0.1, 2.0, 0.2

BEST_CUT = 1e-3
"""Part of the mixture's power on the wrong side below which nothing more is asked for."""

N_HIDDEN, ROWS_HIDDEN, COLUMNS_HIDDEN = 2, 0.15, 0.15
"""Stretches that are hidden each way where names are learnt, and the most that one may cover."""


class Pictures(NamedTuple):
    """One batch as the network sees it, and as it will be cut."""

    mixture: Tensor  # (B, 1, F, T), scaled log level
    parts: Tensor  # (B, 2, F, T), of target and residual, within the mixture's
    mixture_spectra: Tensor  # (B, L, T), complex
    target_spectra: Tensor  # (B, L, T), complex


def pictures_of(batch: Batch, n_bins: int, device: torch.device) -> Pictures:
    """Return what the network sees of a batch, and the truth."""
    target = torch.from_numpy(batch.target).to(device)
    residual = torch.from_numpy(batch.residual).to(device)
    n_clips = len(target)
    spectra = Stft().forward(torch.cat((target, residual)))  # (2 B, L, T)
    spectra = torch.cat((spectra[:n_clips] + spectra[n_clips:], spectra))
    magnitude = spectra.abs().view(3, n_clips, *spectra.shape[1:]).transpose(0, 1)
    levels = to_log_level(to_log_frequency(magnitude + MIXTURE_FLOOR, n_bins))
    mixture, parts = levels[:, :1], levels[:, 1:]
    return Pictures(
        mixture, bounded(parts, mixture), spectra[:n_clips], spectra[n_clips : 2 * n_clips]
    )


def mini_loss(
    network: MiniNetwork,
    batch: Batch,
    generator: torch.Generator,
    more: NamedMixtures | None = None,
) -> Tensor:
    """Return the loss of one batch, a scalar with its gradient.

    Args:
        network: any device.
        batch: mixtures with the truth.
        generator: on the CPU; decides times and noise.
        more: mixtures from which only the names are learnt. Names are what takes longest to
            learn, and hearing is a fifth of the work.
    """
    device = network.words.weight.device
    n_bins = network.config.unet.n_bins
    seen = pictures_of(batch, n_bins, device)
    time = torch.rand(len(seen.mixture), generator=generator)
    time = time * (torch.rand(len(time), generator=generator) >= START_SHARE)
    noise = torch.randn(seen.parts.shape, generator=generator).to(device)
    time = time.to(device)
    with torch.autocast(device.type, torch.bfloat16):
        # Both clips of a pair are one mixture, which need not be heard twice.
        unique = seen.mixture[::2]
        if more is not None:
            unique = torch.cat((unique, _picture_of(more, n_bins, device)))
        heard_all = network.listen(unique)
        heard = Heard(*(_for_both(one, len(seen.mixture)) for one in heard_all))
        end = network.end(
            path_point(flow_start(seen.mixture, noise), seen.parts, time),
            time * TIME_SCALE,
            seen.mixture,
            heard,
            network.prompts(torch.from_numpy(batch.words).to(device)),
            has_prompt=torch.from_numpy(batch.has_prompt).to(device),
            spans=torch.from_numpy(batch.spans).to(device),
        )
    sounding = batch.sounding[::2]
    if more is not None:
        sounding = np.concatenate((sounding, more.sounding))
    return (
        CUT_WEIGHT * _cut_loss(end, seen)
        + LEVEL_WEIGHT * _level_loss(end, seen)
        + WORDS_WEIGHT * _words_loss(heard_all, torch.from_numpy(sounding).to(device))
    )


def names_loss(network: MiniNetwork, more: NamedMixtures, generator: torch.Generator) -> Tensor:
    """Return the loss of naming alone, a scalar from which only the hearing network learns.

    Stretches of time and of pitch are hidden from it (SpecAugment, Park et al. 2019), so that it
    has to know a sound by more than one thing. The prompts of the words stay as they are, since
    the separator knows them.
    """
    device = network.words.weight.device
    seen = _picture_of(more, network.config.unet.n_bins, device)
    with torch.autocast(device.type, torch.bfloat16):
        features = network.hearing(hidden(seen, generator))
        evidence = network.hearing.evidence_of_all(features, network.words.weight.detach())
    return _words_loss(Heard(features, evidence), torch.from_numpy(more.sounding).to(device))


def hidden(picture: Tensor, generator: torch.Generator) -> Tensor:
    """Return a picture (B, 1, F, T) with stretches of rows and of columns set to silence."""
    shown = torch.ones_like(picture)
    for clip in shown:
        for _ in range(N_HIDDEN):
            for axis, share in ((1, ROWS_HIDDEN), (2, COLUMNS_HIDDEN)):
                n_all = clip.shape[axis]
                first, size = torch.rand(2, generator=generator).tolist()
                n = int(size * share * n_all)
                clip.narrow(axis, int(first * (n_all - n)), n).zero_()
    return picture * shown


def _picture_of(more: NamedMixtures, n_bins: int, device: torch.device) -> Tensor:
    spectra = Stft().forward(torch.from_numpy(more.mixture).to(device))
    return to_log_level(to_log_frequency(spectra.abs()[:, None] + MIXTURE_FLOOR, n_bins))


def _for_both(heard: Tensor, n_clips: int) -> Tensor:
    """Return what was heard in the mixtures of a batch, for both clips of each."""
    return heard.repeat_interleave(2, 0)[:n_clips]


def shares(parts: Tensor, n_bins: int) -> Tensor:
    """Return the target's share (B, L, T) of each cell, by power, from levels (B, 2, F, T)."""
    power = from_log_level(parts.float()).square()
    share = power[:, :1] / (power.sum(1, keepdim=True) + 1e-8)
    return to_linear_frequency(share, n_bins)[:, 0]


def _cut_loss(end: Tensor, seen: Pictures) -> Tensor:
    """Return how much of the mixture's power is on the wrong side, in decibels."""
    share = shares(end, seen.mixture_spectra.shape[1])
    wrong = (share * seen.mixture_spectra - seen.target_spectra).abs().square().sum((1, 2))
    whole = seen.mixture_spectra.abs().square().sum((1, 2)).clamp(min=1e-8)
    return 10 * torch.log10(wrong / whole + BEST_CUT).mean()


def _level_loss(end: Tensor, seen: Pictures) -> Tensor:
    weight = (seen.mixture > SOUNDING).to(end)
    error = (end - seen.parts).abs().sum(1, keepdim=True)
    return (error * weight).sum() / weight.sum().clamp(min=1)


def _words_loss(heard: Heard, sounding: Tensor) -> Tensor:
    """Return the cross-entropy of all words at each step, against who sounds, (B, K, T)."""
    tags = Heard(heard.features, heard.evidence.float()).tags
    truth = nnf.max_pool1d(sounding.float(), FRAMES_PER_STEP)
    wrong = nnf.binary_cross_entropy_with_logits(tags, truth, reduction="none")
    return wrong.sum(1).mean()
