"""What SAM 2.1 and EdgeTAM remember of one object along the frames: little, whatever the length.

A memory bank holds the frames a person has marked and the last few that were walked (SAM 2,
arXiv 2408.00714 section 4: recent frames and prompted frames, each in a short queue). The sessions
of the library keep every frame and every mask; here each is dropped once nothing asks for it.

Letters in shapes: H, W frame pixels; S side of the square; h, w of a mask the network draws.
"""

from typing import Any

import numpy as np
import torch
from torch.nn import functional as nnf

from core.domain.masks import Mask
from core.domain.pictures import PictureSource, Pixels
from core.nn.failures import failing_as_engine, refuse_not_finite
from core.segmentation.protocol import Anchor
from core.segmentation.sam_network import SamNetwork
from core.segmentation.working_size import WorkingSize

_MOST_ANCHORS = 4
"""Marked frames a walk goes by: its own and the nearest others."""

_OBJECT = 1
_BULKY = ("high_res_masks", "pred_masks")
"""What a session keeps of each frame that nothing asks for again."""

Remembered = dict[str, Any]
"""What a session holds of one frame; Any, since the library does not type it."""


class SamFollower:
    """Begins walks through a clip, all of which know the frames that were marked."""

    def __init__(self, network: SamNetwork, anchors: tuple[Anchor, ...]) -> None:
        self._network, self._anchors = network, anchors
        self._marked: dict[int, Remembered] = {}

    def size_for(self, _picture: PictureSource, _masks: list[Mask]) -> WorkingSize:
        return self._network.size

    def start(
        self, picture: PictureSource, anchor: Anchor, size: WorkingSize, *, is_forward: bool
    ) -> "SamWalk":
        known = {}
        for near in _nearest(self._anchors, anchor):
            index = int(np.searchsorted(picture.pts_table, near.pts))
            if index not in self._marked:
                pixels = size.shrink(picture.frame_at(near.pts))
                self._marked[index] = _remembered(self._network, index, pixels, near.mask)
            known[index] = self._marked[index]
        index = int(np.searchsorted(picture.pts_table, anchor.pts))
        return SamWalk(self._network, known, index, is_forward=is_forward)


class SamWalk:
    """Goes from frame to frame one way, with a memory of constant size. A `Stepper`."""

    def __init__(
        self, network: SamNetwork, known: dict[int, Remembered], index: int, *, is_forward: bool
    ) -> None:
        """Begin at the frame `index`, by what is `known` of marked frames."""
        self._network, self._index = network, index
        self._way = 1 if is_forward else -1
        self._session = _session(network)
        self._session.output_dict_per_obj[0]["cond_frame_outputs"] = known

    @property
    def n_remembered(self) -> int:
        """How many walked frames anything is kept of."""
        return len(self._session.output_dict_per_obj[0]["non_cond_frame_outputs"])

    def step(self, pixels: Pixels) -> tuple[Mask, float]:
        """Return the mask (S, S) on the next frame (S, S, 3), and the object score as 0 to 1.

        Raises:
            EngineError: the network fails, or answers with what is no number.
        """
        network, self._index = self._network, self._index + self._way
        with torch.inference_mode(), failing_as_engine(network.title):
            found = network.model(
                self._session,
                frame=network.prepared(pixels),
                frame_idx=self._index,
                reverse=self._way < 0,
            )
            refuse_not_finite(found.pred_masks, network.title)
            size = (network.side_px, network.side_px)
            drawn = nnf.interpolate(found.pred_masks, size, mode="bilinear", align_corners=False)
            mask = np.asarray((drawn[0, 0] > 0).cpu().numpy(), np.bool_)
            score = float(found.object_score_logits.flatten()[0].sigmoid())
        self._forget()
        return mask, score

    def _forget(self) -> None:
        """Drop the picture just seen, and all of earlier frames that is out of reach by now."""
        config, session = self._network.model.config, self._session
        walked: dict[int, Remembered] = session.output_dict_per_obj[0]["non_cond_frame_outputs"]
        for index in [*walked]:
            age = abs(self._index - index)
            if age >= max(config.num_maskmem, config.max_object_pointers_in_encoder):
                del walked[index]
            elif age == 0:
                for name in _BULKY:
                    walked[index].pop(name, None)
        session.processed_frames.clear()
        session.frames_tracked_per_obj[0].clear()
        session.cache.clear_all()


def _remembered(network: SamNetwork, index: int, pixels: Pixels, mask: Mask) -> Remembered:
    """Return what a session remembers of a frame (S, S, 3) whose mask (H, W) a person vouches for.

    Raises:
        EngineError: the network fails.
    """
    session, size = _session(network), (network.side_px, network.side_px)
    with torch.inference_mode(), failing_as_engine(network.title):
        given = nnf.interpolate(
            network.mask_tensor(mask), size, mode="bilinear", antialias=True, align_corners=False
        )
        # A thing thinner than a pixel of the square must not vanish.
        surely = given >= min(0.5, float(given.max()) or 1.0)
        session.add_mask_inputs(0, index, surely.float())
        session.obj_with_new_inputs = [_OBJECT]
        network.model(session, frame=network.prepared(pixels), frame_idx=index)
    kept: Remembered = session.output_dict_per_obj[0]["cond_frame_outputs"][index]
    return {name: value for name, value in kept.items() if name not in _BULKY}


def _session(network: SamNetwork) -> Any:
    """Return an empty session that knows of one object, and of no video."""
    session = network.new_session(
        video_height=network.side_px,
        video_width=network.side_px,
        inference_device=network.device,
        inference_state_device=network.device,
        video_storage_device=network.device,
        dtype=torch.float32,
    )
    session.obj_id_to_idx(_OBJECT)
    return session


def _nearest(anchors: tuple[Anchor, ...], own: Anchor) -> list[Anchor]:
    return sorted(anchors, key=lambda other: abs(other.pts - own.pts))[:_MOST_ANCHORS]
