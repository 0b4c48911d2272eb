"""What a clicked region shows, as a frozen request: a belief about its words, to be corrected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from core.domain.beliefs import Belief
from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.media import MediaInfo
from core.domain.pictures import Frame, Pixels
from core.domain.prompts import RegionPrompt
from core.jobs.requests import next_job_id
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Progress, Report
from core.separation.gentle_import import import_gently

See = Callable[[Sequence[tuple[Pixels, Mask]], object], Belief]

_CACHE_BYTES = 96 * 2**20

_N_FRAMES = 5
"""Of a track that are looked at: an object seldom shows itself from one side only."""


@dataclass(frozen=True, slots=True, eq=False)
class BeliefAnswer:
    """What is believed to be seen in a region."""

    job_id: int
    region: RegionPrompt
    belief: Belief


@dataclass(frozen=True, slots=True, eq=False)
class BeliefJob:
    """Look at a region on the frame of `mask`, or on several frames of its track."""

    media: MediaInfo
    table: PtsTable | None
    region: RegionPrompt
    mask: TrackedMask
    track: MaskTrack | None = None
    """Where the object is known on other frames too, these are asked as well."""
    frame: Frame | None = None
    """The frame of `mask` where it is at hand, as on screen: then it isn't decoded."""
    device: str = "auto"
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Recognise the object"

    def __call__(self, report: Report, cancel: CancelToken) -> BeliefAnswer:
        """Return the belief.

        Raises:
            PromptError: the mask is empty.
            MediaError: a frame cannot be read.
            ModelError: the picture network is missing or damaged.
            Cancelled: it was asked to stop.
        """
        masks = _chosen(self.mask, self.track)
        seen = self._seen(masks, report, cancel)
        cancel.raise_if_cancelled()
        # Only here is torch loaded: this module is imported while the window opens.
        devices = import_gently("core.separation.devices")
        see = cast(See, import_gently("core.separation.seen_words").see)
        belief = see(seen, devices.pick_device(self.device))
        report(Progress(self.label, len(masks), len(masks)))
        return BeliefAnswer(self.job_id, self.region, belief)

    def _seen(
        self, masks: Sequence[TrackedMask], report: Report, cancel: CancelToken
    ) -> list[tuple[Pixels, Mask]]:
        with FrameReader(self.media, self.table, _CACHE_BYTES) as reader:
            seen = []
            for done, mask in enumerate(masks):
                cancel.raise_if_cancelled()
                report(Progress(self.label, done, len(masks)))
                is_at_hand = self.frame is not None and self.frame.pts == mask.pts
                frame = self.frame if is_at_hand else None
                pixels = (frame or reader.frame_at(mask.pts)).pixels
                seen.append((pixels, mask.unpack()))
        return seen


def _chosen(mask: TrackedMask, track: MaskTrack | None) -> tuple[TrackedMask, ...]:
    """Return the clicked mask and some surely tracked ones, spread over the clip, in order."""
    if track is None:
        return (mask,)
    sure = [one for one in track if one.confidence >= 0.5 and one.pts != mask.pts]
    places = np.linspace(0, len(sure) - 1, min(len(sure), _N_FRAMES - 1)).round().astype(int)
    others = {sure[place].pts: sure[place] for place in places}
    return tuple(one for _, one in sorted({**others, mask.pts: mask}.items()))
