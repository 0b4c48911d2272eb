"""Tells a cut from motion: how much of a frame cannot come from the one before.

Letters in shapes: h, w working pixels.
"""

import numpy as np

from core.segmentation.appearance import Colours, histogram
from core.segmentation.optical_flow import Gray, Motion


def cut_likelihood(old: Colours, new: Colours, gray: Gray, motion: Motion) -> float:
    """Return 0 (the same shot) to 1 (surely another).

    Two things must come together: other colours in the frame, and change that no motion explains.
    A flash changes colours but leaves edges where they were only for a frame or two; it is taken
    for a cut, which costs some confidence and no more, since the object is found again.
    """
    everything = np.ones(old.shape, np.bool_)
    moved = np.abs(histogram(old, everything) - histogram(new, everything)).sum() / 2
    contrast = float(gray.std()) + 4.0
    unexplained = float(np.median(motion.change)) / contrast
    mean_change = float(motion.change.mean()) / contrast
    lost = 1.0 - float(motion.is_sure.mean())
    evidence = 1.6 * float(moved) + 1.2 * unexplained + 0.6 * mean_change + 0.8 * lost
    return float(np.clip((evidence - 1.0) / 0.6, 0.0, 1.0))
