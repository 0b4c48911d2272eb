"""What the spans say to the bundled network: a number for each of its frames.

Letters in shapes: T frames.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core.domain.prompts import PromptSet, TimeSpan

Marks = npt.NDArray[np.float32]


def span_marks(prompts: PromptSet, times_s: npt.NDArray[np.float64]) -> Marks | None:
    """Return (T,): +1 where a + span says it sounds, -1 where a − span says it doesn't, else 0.

    Where both were said the − counts, as it does for what may be heard at all. None where nothing
    was marked anywhere.

    Args:
        prompts: whose spans count.
        times_s: (T,) media times of the middles of the frames.
    """
    if not prompts.spans:
        return None
    marks = np.zeros(len(times_s), np.float32)
    marks[_inside(prompts.positive_spans, times_s)] = 1.0
    marks[_inside(prompts.negative_spans, times_s)] = -1.0
    return marks


def _inside(spans: Iterable[TimeSpan], times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(times_s), np.bool_)
    for span in spans:
        inside |= (times_s >= span.start_s) & (times_s < span.end_s)
    return inside
