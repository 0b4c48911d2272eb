"""Asks the bundled network how much of each moment and pitch of a sound is the target's.

All windows of a piece go through it together, and its answers are faded into each other.

Letters in shapes: N samples, F rows of the network's picture (log frequency), T frames of the
piece, W windows, n frames of a window, B some of the windows, P things to look for, K words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

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
        weights: (P, K) shares of words that add up to 1 for each thing; None for no prompt.
        settings: knobs of the engine.
        plan: the windows of long pieces; a short one is a window by itself.
        beat: called each time the network has answered; may raise to stop.
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
        return np.asarray(plan.joined(shares, n_frames).cpu().numpy(), np.float32)

    def _shares(self, mixture: Tensor, spans: Tensor | None, noise: Tensor) -> Tensor:
        """Return the shares (B, F, n) of all that is wanted in mixtures (B, 1, F, n)."""
        heard = self.network.listen(mixture)
        rest = torch.ones_like(mixture[:, 0])
        for prompt in self._prompts(mixture):
            ask = partial(self._once, mixture, heard, prompt, noise=noise)
            shares = ask(spans)
            if self.settings.second_look and spans is None and prompt is not None:
                found = spans_heard(shares, mixture)  # (B, n)
                # Nothing is muted: what was found may be wrong, and the network can still say so.
                shares = ask(found)
            rest = rest * (1 - shares)
        return 1 - rest

    def _prompts(self, mixture: Tensor) -> list[Tensor] | list[None]:
        """Return a prompt (B, D) for each thing, or the one that is missing."""
        if self.weights is None:
            return [None]
        prompts = self.network.prompts(torch.from_numpy(self.weights).to(mixture))  # (P, D)
        return [prompt.expand(len(mixture), -1) for prompt in torch.split(prompts, 1)]

    def _once(
        self,
        mixture: Tensor,
        heard: Heard,
        prompt: Tensor | None,
        spans: Tensor | None,
        noise: Tensor,
    ) -> Tensor:
        """Return what the network says of the shares (B, F, n) of one thing."""
        ask = partial(self.network, mixture=mixture, heard=heard, prompt=prompt, spans=spans)
        silence = SilenceMask() if self.settings.silence_mask else None
        sampler = FlowSampler(self.settings.steps, silence=silence)
        parts = bounded(sampler.sample(ask, flow_start(mixture, noise), mixture), mixture)
        self.beat()
        power = from_log_level(parts).square()  # (B, 2, F, n)
        if self.settings.share == "mix":
            whole = from_log_level(mixture[:, 0]).square()
        else:
            whole = power.sum(1)
        return (power[:, 0] / (whole + TINY)).clamp(0, 1)

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
