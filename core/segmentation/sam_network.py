"""The networks of SAM 2.1 and EdgeTAM on one device: pictures and points in, masks out.

Both are built alike (papers: SAM 2, arXiv 2408.00714 section 4; EdgeTAM, arXiv 2501.07256): an
image encoder, a decoder asked with points, and a memory of frames. Here lie the ways in and out;
what is asked and what is remembered stands in the modules beside.

Letters in shapes: H, W frame pixels; S side of the square the network looks at; h, w of a mask it
draws; D channels; N points; M masks to choose from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.domain.masks import Mask
from core.domain.pictures import Frame, Pixels
from core.nn.failures import failing_as_engine, refuse_not_finite
from core.segmentation.working_size import WorkingSize

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the colours of ImageNet, 0 to 1, with which both networks were taught."""

_SURE_LOGIT = 10.0
"""What stands for a mask's yes, and negative for its no, as in the official code."""


@dataclass(frozen=True, slots=True)
class Points:
    """One question to the decoder: places in frame pixels, and what each of them is."""

    places_px: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]
    """0 off the object, 1 on it, 2 and 3 the top left and bottom right corners of its box."""


@dataclass(frozen=True, slots=True)
class SquareSize(WorkingSize):
    """The square that the network looks at: frames are squeezed into it, whatever their shape."""

    def shrink(self, frame: Frame) -> Pixels:
        return squeezed(frame.pixels, self.width_px)


class SamNetwork:
    """Holds a network, and the embedding of the picture that was asked about last.

    Used by one thread at a time. A click may come in while a track stands still between two
    frames; no call leaves anything behind that another could be confused by.
    """

    def __init__(self, model: Any, new_session: Any, title: str) -> None:
        """Take a `Sam2VideoModel` or `EdgeTamVideoModel` and the class of its sessions.

        Any: the classes of the library share no typed interface.
        """
        self.model, self.new_session, self.title = model, new_session, title
        self.device: torch.device = model.device
        self.n_embedded = 0
        """How many pictures the encoder has looked at for clicks."""
        self._kept: tuple[Pixels, list[Tensor]] | None = None

    @property
    def side_px(self) -> int:
        return int(self.model.image_size)

    @property
    def size(self) -> SquareSize:
        return SquareSize(self.side_px, self.side_px)

    @torch.inference_mode()
    def embedding(self, pixels: Pixels) -> list[Tensor]:
        """Return the features of a frame (H, W, 3), kept until another frame is asked about.

        Raises:
            EngineError: the network fails on this machine.
        """
        if self._kept is not None and np.array_equal(self._kept[0], pixels):
            return self._kept[1]
        with failing_as_engine(self.title):
            picture = self.prepared(squeezed(pixels, self.side_px))
            features: list[Tensor] = self.model.get_image_embeddings(picture[None])
        self.n_embedded += 1
        self._kept = pixels.copy(), features
        return features

    @torch.inference_mode()
    def answer(self, pixels: Pixels, question: Points, previous: Mask | None) -> Mask:
        """Return the mask (H, W) that the decoder draws for one question on a frame.

        A single click may mean a part or the whole: of the three masks drawn for it the one with
        the highest predicted overlap is taken (SAM 2 section 4, "ambiguous prompts").

        Raises:
            EngineError: the network fails, or answers with what is no number.
        """
        features = self.embedding(pixels)
        is_ambiguous = question.labels == (1,) and previous is None
        with failing_as_engine(self.title):
            logits, overlaps = self._decode(features, pixels, question, previous, is_ambiguous)
            refuse_not_finite(logits, self.title)
            best = logits[:, int(overlaps.argmax())][:, None]  # (1, 1, h, w)
            full = nnf.interpolate(best, pixels.shape[:2], mode="bilinear", align_corners=False)
        return np.asarray((full[0, 0] > 0).cpu().numpy(), np.bool_)

    def prepared(self, pixels: Pixels) -> Tensor:
        """Return (3, S, S) for the encoder of a square picture (S, S, 3)."""
        levels = torch.from_numpy(pixels.copy()).to(self.device).permute(2, 0, 1).float() / 255
        mean, spread = (levels.new_tensor(part)[:, None, None] for part in (_MEAN, _SPREAD))
        return (levels - mean) / spread

    def mask_tensor(self, mask: Mask) -> Tensor:
        """Return (1, 1, H, W) of a mask, 0 and 1."""
        return torch.from_numpy(mask.copy()).to(self.device).float()[None, None]

    def _decode(
        self,
        features: Sequence[Tensor],
        pixels: Pixels,
        question: Points,
        previous: Mask | None,
        is_ambiguous: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return the logits (1, M, h, w) and predicted overlaps (M,) of the masks drawn."""
        high, wide = pixels.shape[:2]
        scale = torch.tensor([self.side_px / wide, self.side_px / high], device=self.device)
        places = torch.tensor(question.places_px, device=self.device) * scale  # (N, 2)
        labels = torch.tensor(question.labels, dtype=torch.int32, device=self.device)  # (N,)
        sparse, dense = self.model.get_prompt_embeddings(
            input_points=places[None, None],
            input_labels=labels[None, None],
            input_masks=None if previous is None else self._as_logits(previous),
        )
        masks, overlaps, _, _ = self.model.mask_decoder(
            image_embeddings=features[-1],
            image_positional_embeddings=self.model.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=is_ambiguous,
            high_resolution_features=list(features[:-1]),
        )  # (1, 1, M, h, w), (1, 1, M)
        return masks[:, 0], overlaps[0, 0]

    def _as_logits(self, mask: Mask) -> Tensor:
        """Return (1, 1, h, w) of a mask (H, W) as if the network itself had drawn it."""
        size = self.model.prompt_encoder.mask_input_size
        sure = (2 * self.mask_tensor(mask) - 1) * _SURE_LOGIT
        return nnf.interpolate(sure, size, mode="bilinear", antialias=True, align_corners=False)


def squeezed(pixels: Pixels, side_px: int) -> Pixels:
    """Return a frame (H, W, 3) resized to (S, S, 3), as the official image processor does it."""
    picture = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()  # (1, 3, H, W)
    size = (side_px, side_px)
    square = nnf.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)
    return np.asarray(square[0].round().clamp(0, 255).byte().permute(1, 2, 0).numpy(), np.uint8)
