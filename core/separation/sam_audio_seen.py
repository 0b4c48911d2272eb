"""What SAM Audio sees of a region: for each latent frame the picture nearest to it, masked.

The official code pairs each latent frame with the frame of the video that begins nearest in time,
blacks out the object (see `core.nn.sam_audio.pictures` on the other way), and encodes each picture
alone. Letters in shapes: H W pixels, K frames, T latent frames, V features.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.masks import Mask, MaskTrack
from core.domain.pictures import PictureSource
from core.nn.sam_audio.pictures import MaskPolarity, masked
from core.nn.sam_audio.vision import PictureEncoder
from core.separation.beating import beating, leaves

AT_ONCE = 8
"""Pictures that go through the encoder together."""

LONGEST_GAP_S = 0.5
"""A mask stands in for frames that have none, as long as it is not further away."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenRegions:
    """Regions of one request.

    Attributes:
        picture: opened for this thread.
        tracks: of the regions, all of them one object to the model.
        start_s: media time of latent frame 0.
        frame_rate_hz: of latents.
        polarity: what the mask does.
        check: called between pictures and inside of the encoder; may raise to stop.
    """

    picture: PictureSource
    tracks: Sequence[MaskTrack]
    start_s: float
    frame_rate_hz: float
    polarity: MaskPolarity
    check: Callable[[], None] = lambda: None

    def features(self, first: int, last: int, encoder: PictureEncoder) -> Tensor:
        """Return (V, T) of latent frames `first <= f < last`.

        Raises:
            MediaError: a frame can't be read.
        """
        chosen = self.nearest_pts(first, last)
        shown, places = np.unique(chosen, return_inverse=True)
        with beating(leaves([encoder]), self.check):
            features = [
                encoder(torch.stack([self.shown(int(pts)) for pts in shown[at : at + AT_ONCE]]))
                for at in range(0, len(shown), AT_ONCE)
            ]
        return torch.cat(features)[torch.from_numpy(places)].T

    def nearest_pts(self, first: int, last: int) -> npt.NDArray[np.int64]:
        """Return (T,) the pts of the frame that begins nearest to each latent frame."""
        table = self.picture.pts_table
        picked = []
        for frame in range(first, last):
            time_s = self.start_s + frame / self.frame_rate_hz
            place = int(np.searchsorted(table, self.picture.pts_at(time_s)))
            near = [int(pts) for pts in table[place : place + 2]]
            picked.append(min(near, key=lambda pts: abs(self.picture.time_s(pts) - time_s)))
        return np.asarray(picked, np.int64)

    def shown(self, pts: int) -> Tensor:
        """Return uint8 (3, H, W), the frame with its mask."""
        self.check()
        pixels = self.picture.frame_at(pts).pixels
        mask = np.zeros(pixels.shape[:2], np.bool_)
        for track in self.tracks:
            found = self._mask(track, pts)
            if found is not None and found.shape == mask.shape:
                mask |= found
        picture = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]
        return masked(picture, torch.from_numpy(mask)[None, None], self.polarity)[0]

    def _mask(self, track: MaskTrack, pts: int) -> Mask | None:
        """Return the mask of a frame, or of the nearest one that has any."""
        exact = track.at(pts)
        if exact is not None:
            return exact.unpack()
        time_s = self.picture.time_s(pts)
        nearest = min(track.masks, key=lambda one: abs(track.time_s(one) - time_s), default=None)
        if nearest is None or abs(track.time_s(nearest) - time_s) > LONGEST_GAP_S:
            return None
        return nearest.unpack()
