"""Gives new sound the level and the place between the speakers that it has in the mix.

Letters in shapes: C channels and N samples of the mix, c channels, F frequency bins, T frames,
B bands.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.domain.audio import Samples
from core.separation.bands import Bands
from core.separation.stft import Stft

WINDOW_S = 0.064

SMOOTHED_FRAMES = 7
"""Over so many frames powers are averaged before they are compared, about 0.1 s.

New sound has the envelope of what it stands for, not its very cells: where it is like noise, the
share of a single cell would be a roll of dice. Across bins it would blur tones."""

LARGEST_GAIN = 4.0
"""12 dB. An engine that has heard nothing answers with a faint hiss, which is not to be raised."""

TINY = 1e-12

_CPU = torch.device("cpu")


def restoring_gain(made: Samples, mix: Samples) -> float:
    """Return by what to multiply new sound so that its level is the one it has in the mix.

    The least-squares gain of smoothed magnitudes: a decoder or vocoder makes phases of its own,
    and against the samples themselves the best gain would be near zero. The more of the mix was
    made again the better; of the target alone it comes out a little too high where others sound
    in the same cells.

    Args:
        made: (c, n), the target, or better all that stands for the mix.
        mix: (c, n), what the engine heard.
    """
    ours, theirs = (smoothed_power(Stft(1024), wave).sqrt() for wave in (made, mix))
    gain = (ours * theirs).sum() / ours.square().sum().clamp_min(TINY)
    return min(float(gain), LARGEST_GAIN)


def smoothed_power(stft: Stft, waves: Samples) -> Tensor:
    """Return (F, T) the mean power of all channels of `waves` (c, n), smoothed over frames."""
    power = stft.forward(waves, _CPU).abs().square().mean(0)
    around = SMOOTHED_FRAMES // 2
    return nnf.avg_pool1d(power, SMOOTHED_FRAMES, 1, around, count_include_pad=False)


def placed_like(mix: Samples, sample_rate_hz: int, target: Samples) -> Samples:
    """Return `target` (1, N) or (C, N) on all channels of `mix` (C, N).

    Mono is spread as the mix itself is spread where and when the target is loud, band by band.
    Equal shares would move a guitar on the left into the middle, and the residual would then hold
    its negative on the right. The mean over the channels stays the target.
    """
    if target.shape[0] == mix.shape[0]:
        return np.asarray(target, np.float32)
    stft = Stft.lasting(WINDOW_S, sample_rate_hz)
    spectrum = stft.forward(target, _CPU)  # (1, F, T)
    shares = _shares(stft.forward(mix, _CPU), spectrum[0], sample_rate_hz)  # (C, F)
    spread = stft.inverse(spectrum * shares[:, :, None], mix.shape[1])
    return np.asarray(spread.numpy(), np.float32)


def _shares(mix: Tensor, target: Tensor, sample_rate_hz: int) -> Tensor:
    """Return (C, F) each channel's level in `mix` (C, F, T) where `target` (F, T) is, mean one."""
    bands = Bands.of(target.shape[0], sample_rate_hz)
    presence = target.abs().square()  # (F, T)
    weighted = torch.stack(
        [bands.pool((presence * channel.abs().square()).sum(1, keepdim=True)) for channel in mix]
    )  # (C, B, 1)
    level = weighted.sqrt()
    mean = level.mean(0)  # (B, 1)
    even = torch.ones_like(level)
    share = torch.where(mean > TINY, level / mean.clamp_min(TINY), even)
    return torch.stack([bands.spread(channel)[:, 0] for channel in share])
