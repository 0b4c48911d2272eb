"""Asks DAVIS how much of each moment and pitch of a sound is the target's.

The sound is heard in windows as long as those the network was taught with, and its answers are
faded into each other. Two habits of the official training matter here. The mixture was the *mean*
of two sounds while the target was the sound itself, so the network hears half the mix, and answers
in units of the mix. And what it paints is a magnitude, which with the mix's phase became the sound:
its share of the mix's magnitude is therefore what is cut out.

Letters in shapes: N samples, L linear bins, F rows and n columns of the network's picture, T frames
of the piece, t frames of a window, W windows, B windows at a time, D width of the prompt.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.domain.audio import Samples
from core.nn.davis import DavisUNet
from core.nn.log_frequency import (
    MIXTURE_FLOOR,
    from_log_level,
    to_log_frequency,
    to_log_level,
    warp_rows,
)
from core.nn.resnet_block import ResnetBlock
from core.nn.stft import Stft
from core.nn.time_attention import TimeAttention
from core.nn.time_frequency_attention import TimeFrequencyAttention
from core.separation.beating import beating
from core.separation.davis_recipes import DavisRecipe
from core.separation.davis_walks import Walk
from core.separation.mini_windows import WindowPlan

Grid = npt.NDArray[np.float32]

HEARD = 0.5
"""Of the mix, as two sounds' mean is of their sum."""

LEAST_PEAK = 0.25
"""Windows that are quieter are raised to this; shares come back, so nothing is heard to pump."""

LARGEST_GAIN = 30.0
SILENT_PEAK = 1e-4
"""Windows whose loudest sample is below this hold nothing to be asked about."""

CELLS_AT_ONCE = 256 * 256 * 64
"""Bins by columns by channels that go through a CPU together: one window of the official size.

More would only take memory. Other devices take all windows of a piece at once."""

TINY = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class DavisListener:
    """Finds the target's share of magnitude in pieces of sound.

    Attributes:
        network: in evaluation mode, on the device where the work is done.
        walk: from noise to the answer.
        recipe: what the network was taught with.
        beat: called many times while the network works; may raise to stop it.
    """

    network: DavisUNet
    walk: Walk
    recipe: DavisRecipe
    beat: Callable[[], None] = lambda: None

    @property
    def rows_hz(self) -> npt.NDArray[np.float64]:
        """Return (F,) the frequencies of the rows of what `find` returns."""
        places = warp_rows(self._n_rows).double().numpy()
        return np.asarray((places + 1) / 2 * self.recipe.band_hz[1], np.float64)

    def times_s(self, n_samples: int) -> npt.NDArray[np.float64]:
        """Return (T,) the middles of the frames in (1, N) samples, from the first sample on."""
        frames = np.arange(Stft().n_frames(n_samples), dtype=np.float64)
        return frames * Stft().hop_samples / self.recipe.sample_rate_hz

    def n_beats(self, n_windows: int) -> int:
        """Return how often `beat` is called, at most, for a piece of so many windows."""
        n_groups = -(-n_windows // self._group_size(n_windows))
        return n_groups * self.walk.n_evaluations * len(_blocks(self.network))

    def find(self, mono: Samples, prompt: Tensor, seed: int) -> Grid:
        """Return the target's share (F, T) of a piece, 0 to 1, or not finite where it failed.

        Args:
            mono: (1, N) at the recipe's rate.
            prompt: (1, D, K).
            seed: of the noise it begins with.
        """
        plan = WindowPlan(self.recipe.n_frames, self.recipe.n_hop)
        device = next(self.network.parameters()).device
        magnitude = Stft().forward(torch.from_numpy(mono).to(device)).abs()[0]  # (L, T)
        n_frames = magnitude.shape[1]
        windows = plan.cut(magnitude)  # (W, L, t)
        gains = torch.from_numpy(self._gains(mono, plan.starts(n_frames))).to(device)  # (W,)
        noise = _Noise(self._n_rows, self.recipe, len(windows), seed)
        shares = windows.new_zeros(len(windows), self._n_rows, self.recipe.n_frames)
        with beating(_blocks(self.network), self.beat):
            for group in self._groups(gains):
                mixture = windows[group] * gains[group, None, None]
                shares[group] = self._shares(mixture, prompt, noise, group.cpu())
        return np.asarray(plan.joined(shares, n_frames).cpu().numpy(), np.float32)

    def _shares(self, heard: Tensor, prompt: Tensor, noise: "_Noise", group: Tensor) -> Tensor:
        """Return shares (B, F, t) of what is heard, magnitudes (B, L, t)."""
        n_columns = self.recipe.n_columns
        picture = to_log_frequency(heard[:, None] + MIXTURE_FLOOR, self._n_rows, n_columns)
        mixture = to_log_level(picture)  # (B, 1, F, n)

        def ask(noisy: Tensor, time: Tensor) -> Tensor:
            out: Tensor = self.network(noisy, time, mixture, prompt)
            return out

        draw = noise.of(group, mixture)
        level = self.walk(ask, draw(mixture), mixture, draw)
        # A level of 1 is louder than any sound; beyond it the magnitude would soon be infinite.
        target = from_log_level(level.clamp(-1, 1))[:, 0]
        whole = from_log_level(mixture)[:, 0] / HEARD
        share = target / torch.maximum(whole, target).clamp_min(TINY)
        if n_columns == self.recipe.n_frames:
            return share
        size = (self._n_rows, self.recipe.n_frames)
        return nnf.interpolate(share[:, None], size, mode="bilinear", align_corners=True)[:, 0]

    def _gains(self, mono: Samples, starts: range) -> Grid:
        """Return (W,) what each window is multiplied with before it is heard; 0 for silence."""
        n_hop, n_frames = Stft().hop_samples, self.recipe.n_frames
        peaks = np.array(
            [
                np.abs(mono[0, start * n_hop : (start + n_frames) * n_hop]).max(initial=0.0)
                for start in starts
            ]
        )
        audible = np.maximum(peaks, SILENT_PEAK)
        raised = np.clip(LEAST_PEAK / audible, 1.0, LARGEST_GAIN)
        gains = HEARD * np.minimum(raised, 1.0 / audible)
        return np.where(peaks >= SILENT_PEAK, gains, 0.0).astype(np.float32)

    def _groups(self, gains: Tensor) -> list[Tensor]:
        """Return the places of the windows that hold anything, so many at a time."""
        places = gains.nonzero()[:, 0]
        size = self._group_size(len(places))
        return [places[start : start + size] for start in range(0, len(places), size)]

    def _group_size(self, n_windows: int) -> int:
        if next(self.network.parameters()).device.type != "cpu":
            return max(1, n_windows)
        width = self.network.net_unet.config.width
        return max(1, CELLS_AT_ONCE // (self._n_rows * self.recipe.n_columns * width))

    @property
    def _n_rows(self) -> int:
        return self.network.net_unet.config.n_bins


class _Noise:
    """One strip of noise after the other for a whole piece, so that windows agree where they meet.

    What is drawn depends neither on the device nor on how many windows go through at a time.
    """

    def __init__(self, n_rows: int, recipe: DavisRecipe, n_windows: int, seed: int) -> None:
        self._recipe = recipe
        self._shape = (n_rows, (n_windows - 1) * recipe.n_column_hop + recipe.n_columns)
        self._generator = torch.Generator().manual_seed(seed)
        self._strips: list[Tensor] = []

    def of(self, group: Tensor, like: Tensor) -> Callable[[Tensor], Tensor]:
        """Return what draws (B, 1, F, n) for some windows, a new strip each time from the first."""
        place = 0

        def draw(_shaped: Tensor) -> Tensor:
            nonlocal place
            while len(self._strips) <= place:
                self._strips.append(torch.randn(self._shape, generator=self._generator))
            strip = self._strips[place]
            place += 1
            windows = strip.unfold(1, self._recipe.n_columns, self._recipe.n_column_hop)
            return windows.transpose(0, 1)[group][:, None].to(like)  # (F, W, n) to (B, 1, F, n)

        return draw


def _blocks(network: nn.Module) -> list[nn.Module]:
    """Return parts of the network that each take a small share of its time."""
    kinds = ResnetBlock, TimeFrequencyAttention, TimeAttention
    return [module for module in network.modules() if isinstance(module, kinds)]
