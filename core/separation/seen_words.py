"""Say which words are seen in a region: crop around its mask, ask the picture network, average.

Letters in shapes: H, W pixels of a frame, S of a crop's side, B crops, K words.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
import torch

from core.domain.beliefs import Belief
from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.errors import PromptError
from core.nn.seeing import SeeingNetwork, load_seeing

WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "mini" / "seeing.safetensors"

MARGINS = (0.05, 0.25)
"""Room around the mask's box, of its longer side; each is a view of its own, as is its mirror."""

_LEAST_SIDE_PX = 8

_Number = TypeVar("_Number", np.uint8, np.float32)


def see(frames: Sequence[tuple[Pixels, Mask]], device: torch.device) -> Belief:
    """Return what is believed to be seen where the masks are, by the network that ships.

    Args:
        frames: of one object: pictures (H, W, 3) RGB and masks (H, W). Empty masks are left out.
        device: where the network runs. It is kept for the next time.

    Raises:
        PromptError: there is no frame with a mask.
        ModelError: the weights are missing or damaged.
    """
    return believe(shipped(str(device)), frames)


@cache
def shipped(device: str) -> SeeingNetwork:
    """Return the network that ships, on `device`; `ModelError` where its file is of no use."""
    return load_seeing(WEIGHTS, torch.device(device))


def believe(network: SeeingNetwork, frames: Sequence[tuple[Pixels, Mask]]) -> Belief:
    """Return what `network` believes of an object; `PromptError` where all masks are empty."""
    shown = [(pixels, mask) for pixels, mask in frames if mask.any()]
    if not shown:
        raise PromptError(
            "the region's mask is empty on every frame",
            advice="Click the thing that sounds, on a frame where it is to be seen.",
        )
    confidences = np.mean([confidences_of(network, *one) for one in shown], 0)[:-1]
    order = np.argsort(-confidences, kind="stable")
    words = network.config.words
    return Belief(tuple((words[k], float(min(1.0, confidences[k]))) for k in order))


@torch.inference_mode()
def confidences_of(network: SeeingNetwork, pixels: Pixels, mask: Mask) -> npt.NDArray[np.float64]:
    """Return (K + 1,), the last for none of the words, from all views of one frame."""
    side_px = network.config.side_px
    crops = [crop(pixels, mask, side_px, margin) for margin in MARGINS]
    pictures = torch.from_numpy(np.stack([one for one, _ in crops])).permute(0, 3, 1, 2)
    masks = torch.from_numpy(np.stack([one for _, one in crops]))[:, None]
    pictures, masks = (torch.cat([one, one.flip(3)]) for one in (pictures, masks))
    device = network.out.weight.device
    logits = network(pictures.to(device).float() / 255, masks.to(device).float())
    mean = logits.double().mean(0) / network.config.temperature
    return np.asarray(mean.softmax(0).cpu().numpy(), np.float64)


def crop(
    pixels: Pixels, mask: Mask, side_px: int, margin: float
) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """Return a square view (S, S, 3) around a mask that isn't empty, and the mask in it (S, S).

    It stays inside the frame where it can; where the frame is too narrow, its rim is repeated.

    Args:
        pixels: (H, W, 3).
        mask: (H, W).
        side_px: S.
        margin: room on each side, of the box's longer side.
    """
    height_px, width_px = mask.shape
    x, y, wide, high = cv2.boundingRect(mask.astype(np.uint8))
    side = max(_LEAST_SIDE_PX, round(max(wide, high) * (1 + 2 * margin)))
    # A mask that fills the frame has no room around it that is worth showing.
    side = max(wide, high, min(side, max(height_px, width_px)))
    left = _placed(x + wide / 2, side, width_px)
    top = _placed(y + high / 2, side, height_px)
    shown = _cut(pixels, left, top, side, cv2.BORDER_REPLICATE)
    where = _cut(mask.astype(np.float32), left, top, side, cv2.BORDER_CONSTANT)
    way = cv2.INTER_AREA if side > side_px else cv2.INTER_LINEAR
    size = (side_px, side_px)
    return (
        np.asarray(cv2.resize(shown, size, interpolation=way), np.uint8),
        np.asarray(cv2.resize(where, size, interpolation=way), np.float32),
    )


def _placed(middle: float, side: int, limit: int) -> int:
    """Return where a stretch of `side` begins: around `middle`, but within 0 to `limit`."""
    if side >= limit:
        return (limit - side) // 2
    return int(np.clip(round(middle - side / 2), 0, limit - side))


def _cut(
    plane: npt.NDArray[_Number], left: int, top: int, side: int, border: int
) -> npt.NDArray[_Number]:
    height_px, width_px = plane.shape[:2]
    inside = plane[max(0, top) : top + side, max(0, left) : left + side]
    before = (max(0, -top), max(0, -left))
    after = (max(0, top + side - height_px), max(0, left + side - width_px))
    padded = cv2.copyMakeBorder(
        np.ascontiguousarray(inside), before[0], after[0], before[1], after[1], border
    )
    return np.asarray(padded, plane.dtype)
