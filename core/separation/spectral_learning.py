"""How the spectral engine learns: shapes of the background, shapes of the target, who is who.

Letters in shapes: B frequency bands, T frames, P parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.engines import SettingValue
from core.domain.prompts import SpectralPrompt
from core.errors import PromptError
from core.separation import intervals
from core.separation.listening import Heard, Listener
from core.separation.motion import MotionEnergy
from core.separation.nmf import Nmf
from core.separation.spectral_marks import Marks, painted
from core.separation.spectral_settings import SpectralSettings
from core.separation.steering import Likeness, Motion, likeness, read_motion

LEAST_FRAMES = 4
SMOOTH_S = 0.25
GUARD_S = 0.15
ALL_MARKED = "Nothing tells the other sounds apart. Add a − span where the sound is not heard."
NO_MOTION = "Nothing moves in the region, so only the other marks were used."
UNSURE = "The sound hardly follows the motion. Drag a span over the moments it sounds."


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Two sets of spectral shapes in one.

    Attributes:
        shapes: (B, P), each adding up to one.
        share: (P,) how much of each part is the target, 0 to 1.
        scale: what the levels are divided by before they are explained.
        notes: what the person should be told.
    """

    shapes: Tensor
    share: Tensor
    scale: float
    notes: Mapping[str, SettingValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is heard in order to learn: frames of the background and frames with the target.

    Attributes:
        background: where the target is silent.
        target: where it sounds, together with the background.
        motion: energy of the region, or None without a region.
        has_spans: the person has said when.
    """

    background: Heard
    target: Heard
    motion: MotionEnergy | None
    has_spans: bool


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """Turns a lesson into shapes; the same lesson and seed give the same shapes."""

    listener: Listener
    settings: SpectralSettings
    nmf: Nmf
    strokes: tuple[SpectralPrompt, ...]
    seed: int

    def teach(self, lesson: Lesson) -> Learned:
        """Return what is to be learned.

        Raises:
            PromptError: a region was all that was given, and nothing moves in it.
        """
        motion = self._motion(lesson)
        scale = self._scale(lesson)
        if motion is None:
            learned, _ = self._both(lesson.background, lesson.target, scale)
            return replace(learned, notes=_advice(lesson))
        if len(lesson.background) >= LEAST_FRAMES:
            learned, n_known = self._both(lesson.background, lesson.target, scale)
            like = self._likeness(learned, lesson.target, motion)
            follows = like.shares_beside_spans()
            follows[:n_known] = 0.0
            return _shared(learned, follows)
        return self._from_motion(lesson.target, motion, scale)

    def _motion(self, lesson: Lesson) -> Motion | None:
        """Return the motion at the frames of `lesson.target`, None where it says nothing."""
        if lesson.motion is None:
            return None
        motion = read_motion(lesson.motion.at(self._times_s(lesson.target)))
        if motion is None and not lesson.has_spans and not self.strokes:
            raise PromptError(
                "the region does not move, or is not tracked, where the sound was listened to",
                advice="Nothing moves where you clicked, so the picture cannot tell the sounds "
                "apart. Drag a span over the moments it sounds.",
            )
        return motion

    def _both(self, background: Heard, target: Heard, scale: float) -> tuple[Learned, int]:
        """Return shapes of the background, then of the target beside it, and how many are first."""
        dice = torch.Generator().manual_seed(self.seed)
        settings = self.settings
        known = self._shapes(background, scale, dice, settings.background_parts)
        new = self._shapes(target, scale, dice, settings.target_parts, known)
        share = torch.cat([known.new_zeros(known.shape[1]), new.new_ones(new.shape[1])])
        return Learned(torch.cat([known, new], 1), share, scale), known.shape[1]

    def _from_motion(self, heard: Heard, motion: Motion, scale: float) -> Learned:
        """Return shapes where motion alone says when.

        Parts of the whole are shared by how they follow it. Only where one of them surely does
        is stillness trusted to be silence of the target, which then teaches the background.
        """
        dice = torch.Generator().manual_seed(self.seed)
        n_parts = self.settings.target_parts + self.settings.background_parts // 2
        whole = _alone(self._shapes(heard, scale, dice, n_parts), scale)
        like = self._likeness(whole, heard, motion)
        is_still = motion.is_still(round(GUARD_S / self._frame_s))
        if not like.is_sure or min(is_still.sum(), (~is_still).sum()) < LEAST_FRAMES:
            notes = {} if like.is_sure else {"advice": UNSURE}
            return replace(_shared(whole, like.shares_alone()), notes=notes)
        learned, n_known = self._both(heard.where(is_still), heard.where(~is_still), scale)
        like = self._likeness(learned, heard, motion)
        follows = like.shares_beside_spans()
        follows[:n_known] = like.shares_beside_stillness()[:n_known]
        return _shared(learned, follows)

    def _likeness(self, learned: Learned, heard: Heard, motion: Motion) -> Likeness:
        activity = self.nmf.explain(heard.levels / learned.scale, learned.shapes)
        return likeness(activity.double().cpu().numpy(), motion, self._frame_s, SMOOTH_S)

    @property
    def _frame_s(self) -> float:
        return self.listener.stft.n_hop / self.listener.mix.sample_rate_hz

    def _shapes(
        self,
        heard: Heard,
        scale: float,
        dice: torch.Generator,
        n_parts: int,
        known: Tensor | None = None,
    ) -> Tensor:
        """Return shapes (B, P) of what is heard beside `known`; none where too little is heard."""
        if len(heard) < LEAST_FRAMES:
            return heard.levels.new_zeros(heard.levels.shape[0], 0)
        # No more shapes than the frames can tell apart.
        n_parts = max(1, min(n_parts, len(heard) // 2))
        weights = self._weights(heard, is_background=known is None)
        return self.nmf.learn(heard.levels / scale, n_parts, dice, known=known, weights=weights)

    def _weights(self, heard: Heard, *, is_background: bool) -> Tensor | None:
        """Return (B, T) zero where paint says that the cell teaches the wrong sound."""
        if not self.strokes:
            return None
        is_target, is_other = painted(
            self.strokes, self._times_s(heard), self.listener.bands.centres_hz
        )
        wrong = is_target if is_background else is_other
        return torch.as_tensor(~wrong, dtype=torch.float32, device=heard.levels.device)

    def _times_s(self, heard: Heard) -> npt.NDArray[np.float64]:
        mix = self.listener.mix
        return heard.centres / mix.sample_rate_hz + mix.start_s

    def _scale(self, lesson: Lesson) -> float:
        """Return the mean level, so that thresholds mean the same for loud and quiet mixes."""
        parts = [heard.levels for heard in (lesson.background, lesson.target) if len(heard)]
        mean = float(torch.cat(parts, 1).mean()) if parts else 0.0
        return mean if mean > 0.0 else 1.0


def background_to_hear(marks: Marks, n_guard: int) -> intervals.Intervals:
    """Return where the background is alone: a window's half away from the target, if there is."""
    apart = intervals.without(marks.background, intervals.grown(marks.target, n_guard))
    return apart or marks.background


def _alone(shapes: Tensor, scale: float) -> Learned:
    return Learned(shapes, shapes.new_ones(shapes.shape[1]), scale)


def _shared(learned: Learned, share: npt.NDArray[np.float64]) -> Learned:
    return replace(learned, share=torch.as_tensor(share).to(learned.shapes))


def _advice(lesson: Lesson) -> dict[str, SettingValue]:
    """Return what to tell a person whose marks could not all be put to use."""
    found = [NO_MOTION] if lesson.motion is not None else []
    if len(lesson.background) < LEAST_FRAMES:
        found.append(ALL_MARKED)
    return {"advice": " ".join(found)} if found else {}
