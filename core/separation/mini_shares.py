"""Asks the bundled network how much of each moment and pitch of a sound is the target's.

All windows of a piece go through it together, and its answers are faded into each other.

Letters in shapes: N samples, F rows of the network's picture (log frequency), T frames of the
piece, W windows, n frames of a window, B some of the windows, K words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.nn.log_frequency import from_log_level, warp_rows
from core.nn.mini import SAMPLE_RATE_HZ, Heard, MiniNetwork, bounded, flow_start
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.stepping import SilenceMask
from core.nn.stft import Stft
from core.separation.mini_ear import Ear
from core.separation.mini_second_look import spans_heard
from core.separation.mini_settings import MiniSettings
from core.separation.mini_windows import WindowPlan

Grid = npt.NDArray[np.float32]

FRAME_STEP = 16
"""Windows are whole steps of the hearing network, and of the patches at the U-Net's bottom."""

TINY = 1e-8

FAINTEST = 1e-4
"""What a silent frame counts beside the loudest."""


@dataclass(frozen=True, slots=True, eq=False)
class ShareFinder:
    """Finds the target's share by power in pieces of sound.

    Attributes:
        network: on the device where the work is done, in evaluation mode.
        weights: (K,) shares of words that add up to 1; None for no prompt.
        settings: knobs of the engine.
        plan: the windows of long pieces; a short one is a window by itself.
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
        places = warp_rows(self._n_rows).double().numpy()
        return np.asarray((places + 1) / 2 * SAMPLE_RATE_HZ / 2, np.float64)

    def times_s(self, n_samples: int) -> npt.NDArray[np.float64]:
        """Return (T,) the middles of the frames in (1, N) samples, from the first sample on."""
        n_frames = Stft().n_frames(n_samples)
        return np.arange(n_frames, dtype=np.float64) * Stft().hop_samples / SAMPLE_RATE_HZ

    def loudness(self, mono: Samples) -> Grid:
        """Return (T,) how loud (1, N) samples are around each frame, 1 for the loudest, never 0."""
        n_hop, n_frames = Stft().hop_samples, Stft().n_frames(mono.shape[1])
        energy = np.concatenate(([0.0], np.cumsum(np.square(mono[0], dtype=np.float64))))
        middles = np.arange(n_frames) * n_hop
        last = len(energy) - 1
        around = energy[np.minimum(middles + n_hop, last)] - energy[np.maximum(middles - n_hop, 0)]
        rms = np.sqrt(np.maximum(around, 0.0))
        return np.asarray(rms / max(float(rms.max()), TINY) + FAINTEST, np.float32)

    def find(self, mono: Samples, spans: Grid | None, seed: int) -> Grid:
        """Return the target's share (F, T) of a piece, 0 to 1; 0 where the piece is silent.

        Args:
            mono: (1, N) at `SAMPLE_RATE_HZ`.
            spans: (T,) of +1, -1 and 0; None for all 0.
            seed: of the noise that more than one step begins with.
        """
        device = self.network.words.weight.device
        n_frames = Stft().n_frames(mono.shape[1])
        plan = self.plan.fitted(n_frames, FRAME_STEP)
        marks = None if spans is None else plan.cut(torch.from_numpy(spans).to(device))
        noise = plan.cut(self._noise(n_frames, seed).to(device))  # (W, 2, F, n)
        shares = noise.new_zeros(len(noise), self._n_rows, plan.n_frames)
        for places, mixture in Ear(self._n_rows, device, plan).windows(mono):
            marked = None if marks is None else marks[places]
            shares[places] = self._shares(mixture, marked, noise[places])
            self.beat()
        return np.asarray(plan.joined(shares, n_frames).cpu().numpy(), np.float32)

    def _shares(self, mixture: Tensor, spans: Tensor | None, noise: Tensor) -> Tensor:
        """Return the target's shares (B, F, n) of mixtures (B, 1, F, n)."""
        heard = self.network.listen(mixture)
        shares = self._once(mixture, heard, spans, noise)
        if not self.settings.second_look or spans is not None or self.weights is None:
            return shares
        self.beat()
        found = spans_heard(shares, mixture)  # (B, n)
        again = self._once(mixture, heard, found, noise)
        return again * (found > 0)[:, None]

    def _once(self, mixture: Tensor, heard: Heard, spans: Tensor | None, noise: Tensor) -> Tensor:
        """Return what the network says of the target's shares (B, F, n)."""
        power = from_log_level(self._parts(mixture, heard, spans, noise)).square()  # (B, 2, F, n)
        if self.settings.share == "mix":
            whole = from_log_level(mixture[:, 0]).square()
        else:
            whole = power.sum(1)
        return (power[:, 0] / (whole + TINY)).clamp(0, 1)

    def _parts(self, mixture: Tensor, heard: Heard, spans: Tensor | None, noise: Tensor) -> Tensor:
        """Return the levels (B, 2, F, n) of target and residual."""
        prompt = None
        if self.weights is not None:
            weights = torch.from_numpy(self.weights).to(mixture)
            prompt = self.network.prompts(weights[None]).expand(len(mixture), -1)

        def velocity(noisy: Tensor, time: Tensor) -> Tensor:
            out: Tensor = self.network(noisy, time, mixture, heard, prompt, spans=spans)
            return out

        silence = SilenceMask() if self.settings.silence_mask else None
        sampler = FlowSampler(self.settings.steps, silence=silence)
        return bounded(sampler.sample(velocity, flow_start(mixture, noise), mixture), mixture)

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
