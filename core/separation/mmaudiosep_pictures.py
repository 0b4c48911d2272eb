"""Which pictures of a clip MMAudioSep watches, and what of them.

With a region all that lies outside the object's masks is turned grey, so that the network sees the
thing that was clicked and where it is, and nothing else that may sound. Where the object is not
tracked, the nearest mask within `NEAR_S` stands in; farther away it is out of sight, and all is
grey. Several regions are watched together. Without a region the whole picture is watched.

Letters in shapes: H, W pixels.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from core.domain.masks import Mask, MaskTrack
from core.domain.pictures import PictureSource, Pixels
from core.nn.mmaudio.sequences import CLIP_RATE_HZ, SYNC_RATE_HZ
from core.separation.mmaudiosep_senses import middle_square, squeezed

GREY = 127
NEAR_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """The pictures of one stretch, as the two encoders want them."""

    for_clip: tuple[Tensor, ...]
    """(3, side, side) each, 0 to 1, eight a second."""
    for_eyes: tuple[Tensor, ...]
    """(3, side, side) each, 0 to 1, 25 a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Projectionist:
    """Shows stretches of a clip.

    Attributes:
        picture: opened for this thread.
        tracks: of the regions; empty to watch the whole picture.
        clip_side_px: of pictures for CLIP.
        eyes_side_px: of pictures for Synchformer.
        check: called for each picture; may raise to stop.
    """

    picture: PictureSource
    tracks: Sequence[MaskTrack]
    clip_side_px: int
    eyes_side_px: int
    check: Callable[[], None] = lambda: None

    def film(self, start_s: float, n_clip: int, n_eyes: int) -> Film:
        """Return the pictures from media time `start_s` on.

        Before the first and after the last one of the clip, that one is shown.

        Raises:
            MediaError: a frame can't be read.
        """
        clip, eyes = (
            [self.picture.pts_at(start_s + k / rate_hz) for k in range(n)]
            for n, rate_hz in ((n_clip, CLIP_RATE_HZ), (n_eyes, SYNC_RATE_HZ))
        )
        for_clip, for_eyes = {}, {}
        in_clip, in_eyes = set(clip), set(eyes)
        for pts, pixels in self._frames(in_clip | in_eyes):
            if pts in in_clip:
                for_clip[pts] = squeezed(pixels, self.clip_side_px)
            if pts in in_eyes:
                for_eyes[pts] = middle_square(pixels, self.eyes_side_px)
        return Film(tuple(for_clip[pts] for pts in clip), tuple(for_eyes[pts] for pts in eyes))

    def _frames(self, wanted: set[int]) -> Iterator[tuple[int, Pixels]]:
        """Yield the wanted frames in order, decoding once."""
        for frame in self.picture.frames(min(wanted), max(wanted)):
            self.check()
            if frame.pts in wanted:
                yield frame.pts, self._looked_at(frame.pixels, frame.time_s)

    def _looked_at(self, pixels: Pixels, time_s: float) -> Pixels:
        if not self.tracks:
            return pixels
        shown = np.zeros(pixels.shape[:2], np.bool_)
        for track in self.tracks:
            mask = mask_near(track, time_s)
            if mask is not None and mask.shape == shown.shape:
                shown |= mask
        return np.where(shown[..., None], pixels, np.uint8(GREY))


def mask_near(track: MaskTrack, time_s: float) -> Mask | None:
    """Return the mask of a track nearest to `time_s`, None where none is within `NEAR_S`."""
    nearest = min(track.masks, key=lambda mask: abs(track.time_s(mask) - time_s), default=None)
    if nearest is None or abs(track.time_s(nearest) - time_s) > NEAR_S:
        return None
    return nearest.unpack()
