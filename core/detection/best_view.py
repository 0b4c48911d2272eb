"""Looks through a clip for the frame that shows best what words name."""

from collections.abc import Sequence

import numpy as np

from core.detection.protocol import USUAL, Detector, Thresholds
from core.domain.findings import View
from core.domain.pictures import PictureSource
from core.progress import CancelToken, Progress, Report

_N_FRAMES = 12
_STAGE = "Looking through the clip"


def best_view(  # noqa: PLR0913 - the question, and how it is asked
    detector: Detector,
    picture: PictureSource,
    phrases: Sequence[str],
    thresholds: Thresholds = USUAL,
    *,
    n_frames: int = _N_FRAMES,
    report: Report,
    cancel: CancelToken,
) -> View | None:
    """Return the frame on which the phrases are found best, of some spread evenly over the clip.

    Every frame is forgotten before the next is read.

    Returns:
        The best view, the first of equals; None where nothing is found on any frame.

    Raises:
        PromptError: there are no phrases, or too many.
        MediaError: a frame cannot be read.
        EngineError: the network fails on this machine.
    """
    best: View | None = None
    wanted = spread(len(picture.pts_table), n_frames)
    for done, place in enumerate(wanted):
        cancel.raise_if_cancelled()
        report(Progress(_STAGE, done, len(wanted)))
        frame = picture.frame_at(int(picture.pts_table[place]))
        view = View(frame.pts, detector.detect(frame, phrases, thresholds, cancel=cancel))
        if view.findings and (best is None or view.worth > best.worth):
            best = view
    report(Progress(_STAGE, len(wanted), len(wanted)))
    return best


def spread(n_there: int, n_wanted: int) -> list[int]:
    """Return up to `n_wanted` of the places 0 to `n_there` - 1: each in the middle of its part."""
    n_parts = min(n_there, n_wanted)
    middles = (np.arange(n_parts) + 0.5) * n_there / max(1, n_parts)
    return [int(place) for place in middles]
