"""Asks the bundled network how much of each moment and pitch of a sound is the target's.

The sound is heard in windows as long as those the network was taught with. All windows of a piece
go through it together, and its answers are faded into each other. Each window is brought to the
loudness of the lessons by itself: only shares come back, so nothing is heard to pump.

Letters in shapes: N samples, F rows of the network's picture (log frequency), L linear bins,
T frames of the piece, W windows, n frames of a window, B windows at a time, K words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.nn.log_frequency import (
    MIXTURE_FLOOR,
    from_log_level,
    to_log_frequency,
    to_log_level,
    warp_rows,
)
from core.nn.mini import SAMPLE_RATE_HZ, MiniNetwork, bounded, flow_start
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.stepping import SilenceMask
from core.nn.stft import Stft
from core.separation.mini_settings import MiniSettings
from core.separation.mini_windows import WindowPlan

Grid = npt.NDArray[np.float32]

LESSON_PEAK = 0.5
"""Loudest sample of a window as the network hears it; taught with 0.1 to 0.9."""

LARGEST_GAIN = 30.0
"""Beyond what the loudest window of a piece gets: what is quieter still stays quiet."""

SILENT_PEAK = 1e-4
"""Windows whose loudest sample is below this hold nothing to be asked about."""

WINDOWS_AT_ONCE = 8
"""On a CPU, so that a cancel is heard soon; other devices take all windows of a piece at once."""

TINY = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class ShareFinder:
    """Finds the target's share by power in pieces of sound.

    Attributes:
        network: on the device where the work is done, in evaluation mode.
        weights: (K,) shares of words that add up to 1; None for no prompt.
        settings: knobs of the engine.
        plan: windows.
        beat: called after each group of windows; may raise to stop.
    """

    network: MiniNetwork
    weights: Grid | None
    settings: MiniSettings = field(default_factory=MiniSettings)
    plan: WindowPlan = field(default_factory=WindowPlan)
    beat: Callable[[], None] = lambda: None

    @property
    def rows_hz(self) -> npt.NDArray[np.float64]:
        """Return (F,) the frequencies of the rows of what `find` returns."""
        places = warp_rows(self.network.config.unet.n_bins).double().numpy()
        return np.asarray((places + 1) / 2 * SAMPLE_RATE_HZ / 2, np.float64)

    def times_s(self, n_samples: int) -> npt.NDArray[np.float64]:
        """Return (T,) the middles of the frames in (1, N) samples, from the first sample on."""
        n_frames = Stft().n_frames(n_samples)
        return np.arange(n_frames, dtype=np.float64) * Stft().hop_samples / SAMPLE_RATE_HZ

    def find(self, mono: Samples, spans: Grid | None, seed: int) -> Grid:
        """Return the target's share (F, T) of a piece, 0 to 1.

        Args:
            mono: (1, N) at `SAMPLE_RATE_HZ`.
            spans: (T,) of +1, -1 and 0; None for all 0.
            seed: of the noise that more than one step begins with.
        """
        device = self.network.words.weight.device
        magnitude = Stft().forward(torch.from_numpy(mono).to(device)).abs()[0]  # (L, T)
        n_frames = magnitude.shape[1]
        gains = torch.from_numpy(self._gains(mono, n_frames)).to(device)  # (W,)
        windows = self.plan.cut(magnitude)  # (W, L, n)
        marks = None
        if spans is not None:
            marks = self.plan.cut(torch.from_numpy(spans).to(device))  # (W, n)
        noise = self.plan.cut(self._noise(n_frames, seed).to(device))  # (W, 2, F, n)
        shares = windows.new_zeros(len(windows), noise.shape[2], self.plan.n_frames)
        for group in self._groups(gains):
            mixture = self._levels(windows[group] * gains[group, None, None])
            marked = None if marks is None else marks[group]
            shares[group] = self._shares(mixture, marked, noise[group])
            self.beat()
        return np.asarray(self.plan.joined(shares, n_frames).cpu().numpy(), np.float32)

    def _levels(self, magnitude: Tensor) -> Tensor:
        """Return scaled log levels (B, 1, F, n) of magnitudes (B, L, n)."""
        picture = to_log_frequency(magnitude[:, None] + MIXTURE_FLOOR, self._n_rows)
        return to_log_level(picture)

    def _shares(self, mixture: Tensor, spans: Tensor | None, noise: Tensor) -> Tensor:
        """Return the target's shares (B, F, n) of mixtures (B, 1, F, n)."""
        heard = self.network.listen(mixture)
        prompt = None
        if self.weights is not None:
            weights = torch.from_numpy(self.weights).to(mixture)
            prompt = self.network.prompts(weights[None]).expand(len(mixture), -1)

        def velocity(noisy: Tensor, time: Tensor) -> Tensor:
            out: Tensor = self.network(noisy, time, mixture, heard, prompt, spans=spans)
            return out

        silence = SilenceMask() if self.settings.silence_mask else None
        sampler = FlowSampler(self.settings.steps, silence=silence)
        parts = bounded(sampler.sample(velocity, flow_start(mixture, noise), mixture), mixture)
        power = from_log_level(parts).square()  # (B, 2, F, n)
        if self.settings.share == "mix":
            whole = from_log_level(mixture[:, 0]).square()
        else:
            whole = power.sum(1)
        return (power[:, 0] / (whole + TINY)).clamp(0, 1)

    def _groups(self, gains: Tensor) -> list[Tensor]:
        """Return the places of the windows that hold anything, so many at a time."""
        places = gains.nonzero()[:, 0]
        if not len(places):
            return []
        size = WINDOWS_AT_ONCE if places.device.type == "cpu" else len(places)
        return list(places.split(size))

    def _gains(self, mono: Samples, n_frames: int) -> Grid:
        """Return (W,) what brings each window to the loudness of the lessons; 0 for silence."""
        n_hop = Stft().hop_samples
        peaks = np.array(
            [
                np.abs(mono[:, start * n_hop : (start + self.plan.n_frames) * n_hop]).max(initial=0)
                for start in self.plan.starts(n_frames)
            ]
        )
        least = max(float(peaks.max(initial=0.0)) / LARGEST_GAIN, SILENT_PEAK)
        gains = np.where(peaks >= SILENT_PEAK, LESSON_PEAK / np.maximum(peaks, least), 0.0)
        return gains.astype(np.float32)

    def _noise(self, n_frames: int, seed: int) -> Tensor:
        """Return (2, F, T): one noise for the whole piece, so that windows agree where they meet.

        A single step starts in the middle of the noise instead: what it says is then an average.
        """
        if self.settings.steps == 1:
            return torch.zeros(2, self._n_rows, n_frames)
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(2, self._n_rows, n_frames, generator=generator)

    @property
    def _n_rows(self) -> int:
        return self.network.config.unet.n_bins
