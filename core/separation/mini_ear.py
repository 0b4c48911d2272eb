"""How the bundled network is made to hear a sound: in windows, each as loud as its lessons.

Each window is brought to that loudness by itself. What comes back are shares and likelihoods, never
sound, so nothing is heard to pump.

Letters in shapes: N samples, F rows of the network's picture (log frequency), L linear bins,
T frames of a piece, W windows, n frames of a window, B some of the windows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.nn.log_frequency import MIXTURE_FLOOR, to_log_frequency, to_log_level
from core.nn.stft import Stft
from core.separation.mini_windows import WindowPlan

LESSON_PEAK = 0.5
"""Loudest sample of a window as the network hears it; taught with 0.1 to 0.9."""

LARGEST_GAIN = 30.0
"""Beyond what the loudest window of a piece gets: what is far quieter stays quieter."""

SILENT_PEAK = 1e-4
"""Windows whose loudest sample is below this hold nothing to be asked about."""

WINDOWS_AT_ONCE = 1
"""On a CPU, so that a cancel is heard soon; other devices take all windows of a piece at once."""


@dataclass(frozen=True, slots=True)
class Ear:
    """Cuts sounds into windows as the network hears them.

    Attributes:
        n_rows: F.
        device: where the network is.
        plan: the windows.
    """

    n_rows: int
    device: torch.device
    plan: WindowPlan

    def windows(self, mono: Samples) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the places (B,) of windows and their scaled log levels (B, 1, F, n).

        Windows without any sound are left out.

        Args:
            mono: (1, N) at the network's rate.
        """
        magnitude = Stft().forward(torch.from_numpy(mono).to(self.device)).abs()[0]  # (L, T)
        gains = torch.from_numpy(self._gains(mono, magnitude.shape[1])).to(self.device)  # (W,)
        windows = self.plan.cut(magnitude)  # (W, L, n)
        for places in self._groups(gains):
            louder = windows[places] * gains[places, None, None]
            picture = to_log_frequency(louder[:, None] + MIXTURE_FLOOR, self.n_rows)
            yield places, to_log_level(picture)

    def _groups(self, gains: Tensor) -> Sequence[Tensor]:
        """Return the places of the windows that hold anything, so many at a time."""
        places = gains.nonzero()[:, 0]
        if not len(places):
            return ()
        size = WINDOWS_AT_ONCE if places.device.type == "cpu" else len(places)
        return torch.split(places, size)

    def _gains(self, mono: Samples, n_frames: int) -> npt.NDArray[np.float32]:
        """Return (W,) what brings each window to the loudness of the lessons; 0 for silence."""
        n_hop = Stft().hop_samples
        lasting = self.plan.n_frames * n_hop
        starts = (start * n_hop for start in self.plan.starts(n_frames))
        peaks = np.array([np.abs(mono[:, at : at + lasting]).max(initial=0.0) for at in starts])
        least = max(float(peaks.max()) / LARGEST_GAIN, SILENT_PEAK)
        gains = np.where(peaks >= SILENT_PEAK, LESSON_PEAK / np.maximum(peaks, least), 0.0)
        return gains.astype(np.float32)
