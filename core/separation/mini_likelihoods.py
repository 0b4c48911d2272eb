"""How likely each word sounds when, step by step, by the hearing part of the bundled network.

Letters in shapes: N samples, K words, t steps (8 frames, 0.128 s each).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import uniform_filter1d

from core.domain.audio import Samples
from core.nn.hearing import FRAMES_PER_STEP
from core.nn.mini import SAMPLE_RATE_HZ, MiniNetwork
from core.nn.stft import Stft
from core.separation.mini_ear import Ear
from core.separation.mini_windows import WindowPlan

Likelihoods = npt.NDArray[np.float32]

STEP_S = FRAMES_PER_STEP * Stft().hop_samples / SAMPLE_RATE_HZ

PLAN = WindowPlan()

N_SMOOTH = 3
"""Steps over which likelihoods are averaged: a word doesn't come and go ten times a second."""


def likelihoods(network: MiniNetwork, mono: Samples, beat: Callable[[], None]) -> Likelihoods:
    """Return how likely each word sounds at each step, (K, t); 0 in silence.

    Args:
        network: in evaluation mode.
        mono: (1, N) at `SAMPLE_RATE_HZ`.
        beat: called after each group of windows; may raise to stop.
    """
    device = network.words.weight.device
    n_frames = Stft().n_frames(mono.shape[1])
    n_windows = len(PLAN.starts(n_frames))
    n_words, steps = network.config.n_words, _in_steps(PLAN)
    windows = torch.zeros(n_windows, n_words, steps.n_frames, device=device)
    for places, mixture in Ear(network.config.unet.n_bins, device, PLAN).windows(mono):
        windows[places] = network.listen(mixture).tags.sigmoid()
        beat()
    n_steps = (n_windows - 1) * steps.n_hop + steps.n_frames
    return np.asarray(steps.joined(windows, n_steps).cpu().numpy(), np.float32)


def smooth(likely: Likelihoods) -> Likelihoods:
    """Return (K, t) averaged over `N_SMOOTH` steps."""
    return np.asarray(uniform_filter1d(likely, N_SMOOTH, axis=1, mode="nearest"), np.float32)


def _in_steps(plan: WindowPlan) -> WindowPlan:
    return WindowPlan(plan.n_frames // FRAMES_PER_STEP, plan.n_hop // FRAMES_PER_STEP)
