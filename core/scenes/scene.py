"""A made scene: pictures, their sound, and the truth about which pixels make it.

Letters in shapes: K frames, S pixels of a side, N samples for each frame, Q things in the picture.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels


class SceneKind(StrEnum):
    """What a scene asks for."""

    SINGLE = "single"
    """One thing, and it sounds."""
    AMONG = "one of several"
    """One thing sounds, one to three others are silent."""
    MULTI = "several"
    """Two or three things sound, one is silent."""
    INSTANCES = "two of a class"
    """Two of one class beside a silent thing. Both count: from stills, nobody can tell which."""
    SMALL = "small"
    """One small thing sounds, a silent one is small too."""
    OFF_SCREEN = "off screen"
    """What sounds is not in the picture; nothing, or one or two silent things are."""
    SILENT = "silent"
    """One or two things, and no sound at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Frames with the sound around each."""

    kind: SceneKind
    frames: npt.NDArray[np.uint8]  # (K, S, S, 3) RGB
    wave: npt.NDArray[np.float32]  # (K * N,), one channel; a frame's sound is its N samples
    sample_rate_hz: int
    labels: tuple[str, ...]
    """Class of each thing in the picture."""
    masks: npt.NDArray[np.bool_]  # (Q, K, S, S), what is seen of each thing
    sounding: npt.NDArray[np.bool_]  # (Q, K), whether each is heard around that frame
    off_screen: tuple[str, ...]
    """Classes that are heard and not seen."""

    @property
    def truth(self) -> npt.NDArray[np.bool_]:
        """Return (K, S, S): the pixels that sound."""
        return np.asarray((self.masks & self.sounding[:, :, None, None]).any(0), np.bool_)

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Return (K, S, S): the pixels of all things, sounding or not."""
        return np.asarray(self.masks.any(0), np.bool_)

    def sound_of(self, frame: int) -> npt.NDArray[np.float32]:
        """Return the N samples around a frame."""
        n = len(self.wave) // len(self.frames)
        return self.wave[frame * n : (frame + 1) * n]

    def sources_of(self, frame: int) -> dict[str, npt.NDArray[np.bool_]]:
        """Return a mask (S, S) for each class that is seen and heard: two of a class are one."""
        found: dict[str, npt.NDArray[np.bool_]] = {}
        for label, mask, sounds in zip(self.labels, self.masks, self.sounding, strict=True):
            if sounds[frame] and mask[frame].any():
                found[label] = found.get(label, np.zeros_like(mask[frame])) | mask[frame]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Frames and what is seen of each thing in them."""

    frames: Pixels  # (K, S, S, 3)
    masks: npt.NDArray[np.bool_]  # (Q, K, S, S)
