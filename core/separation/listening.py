"""Bounded listening: which stretches of a long mix an engine hears in order to learn from them.

However long the mix, no more than a budget of it is read, nearest to where it matters.

Letters in shapes: C channels, N samples, F frequency bins, B bands, T frames.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.audio import AudioSource
from core.separation import intervals
from core.separation.bands import Bands
from core.separation.intervals import Interval, Intervals
from core.separation.stft import Stft

BLOCK_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Spectrum levels of the frames that were heard, and where those lie in the mix.

    Attributes:
        levels: (B, T) magnitude or power in bands, mean over the channels.
        centres: (T,) sample index of the middle of each frame.
    """

    levels: Tensor
    centres: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.centres)

    def where(self, is_kept: npt.NDArray[np.bool_]) -> "Heard":
        picked = torch.as_tensor(is_kept, device=self.levels.device)
        return Heard(self.levels[:, picked], self.centres[is_kept])


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Reads levels from a mix.

    Attributes:
        mix: what is heard.
        stft: the transform of the engine.
        bands: into which its bins are gathered.
        is_power: power instead of magnitude.
        device: where the levels go.
    """

    mix: AudioSource
    stft: Stft
    bands: Bands
    is_power: bool
    device: torch.device

    def choose(self, wanted: Intervals, near: Intervals, budget_s: float, seed: int) -> Intervals:
        """Return at most `budget_s` of `wanted`: the blocks nearest to `near`, ties by `seed`."""
        rate_hz = self.mix.sample_rate_hz
        n_budget = round(budget_s * rate_hz)
        if intervals.length(wanted) <= n_budget:
            return wanted
        blocks = intervals.blocks(wanted, round(BLOCK_S * rate_hz))
        dice = np.random.default_rng(seed).random(len(blocks))
        far = np.array([intervals.distance(block, near) for block in blocks])
        chosen: list[Interval] = []
        for place in np.lexsort((dice, far)):
            start, stop = blocks[place]
            stop = min(stop, start + n_budget)
            chosen.append((start, stop))
            n_budget -= stop - start
            if n_budget <= 0:
                break
        return intervals.union(chosen)

    def hear(self, stretches: Intervals) -> Heard:
        """Return the frames whose middle lies in one of the stretches."""
        n_hop = self.stft.n_hop
        n_longest = max(n_hop, round(4 * BLOCK_S * self.mix.sample_rate_hz))
        levels, centres = [], []
        for start, stop in intervals.blocks(stretches, n_longest):
            first, last = -(-start // n_hop), -(-stop // n_hop)  # frames
            if first < last:
                levels.append(self._levels(first, last))
                centres.append(np.arange(first, last, dtype=np.int64) * n_hop)
        if not levels:
            nothing = torch.zeros(len(self.bands), 0, device=self.device)
            return Heard(nothing, np.zeros(0, np.int64))
        return Heard(torch.cat(levels, 1), np.concatenate(centres))

    def _levels(self, first: int, last: int) -> Tensor:
        """Return the levels (B, last - first) of frames counted from the start of the mix."""
        n_hop, n_around = self.stft.n_hop, self.stft.n_window // self.stft.n_hop
        samples = self.mix.read((first - n_around) * n_hop, (last + n_around) * n_hop)
        spectrum = self.stft.forward(finite(samples), self.device)  # (C, F, T)
        wanted = spectrum[:, :, n_around : n_around + last - first]
        return self.bands.pool(levels_of(wanted, self.is_power))


def levels_of(spectrum: Tensor, is_power: bool) -> Tensor:
    """Return the level (F, T) of a spectrum (C, F, T): the mean power of all channels, or its root.

    One level for all channels means one mask for all, which keeps the stereo image where it is.
    """
    power = spectrum.real.square().add_(spectrum.imag.square()).mean(0)
    return power if is_power else power.sqrt_()


def finite(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return `samples` with silence in place of NaN and Inf; decoders leave such in broken files.

    Beyond +-1e6 (120 dB over full scale) powers would leave float32; that is damage as well.
    """
    is_fine = np.abs(samples) < 1e6  # False for NaN too
    return samples if is_fine.all() else np.where(is_fine, samples, np.float32(0))
