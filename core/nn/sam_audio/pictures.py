"""What of a video SAM Audio gets to see, and how it is made ready for the picture encoder.

papers/004 writes that the video is multiplied with the mask; the official code does the opposite:
where the mask is not zero, the picture becomes black, so the object is what is missing. Here the
official way is the default, and the other can be asked for. Letters in shapes: K frames, T latent
frames, H W pixels.
"""

from enum import StrEnum

import torch
from torch import Tensor
from torchvision.transforms import functional as images


class MaskPolarity(StrEnum):
    """What the mask of the object does to the picture."""

    OBJECT_BLACK = "object black"
    """As the official code."""
    OBJECT_ALONE = "object alone"
    """As the paper's formula."""


def masked(
    video: Tensor, mask: Tensor, polarity: MaskPolarity = MaskPolarity.OBJECT_BLACK
) -> Tensor:
    """Return uint8 (K, 3, H, W) with either the object or everything else made black.

    Args:
        video: uint8 (K, 3, H, W).
        mask: (K, 1 or 3, H, W), not zero on the object.
        polarity: which of both.
    """
    is_object = mask != 0
    is_shown = is_object if polarity is MaskPolarity.OBJECT_ALONE else ~is_object
    return video * is_shown


def frame_choice(n_frames: int, n_latents: int) -> Tensor:
    """Return (T,) which of K frames, spread evenly over a clip, stands for each latent frame.

    The first and the last are always among them; halves are rounded to even.
    """
    return torch.linspace(0, n_frames - 1, n_latents).round().long()


def prepared(pictures: Tensor, side_px: int) -> Tensor:
    """Return float32 (K, 3, side, side) from -1 to 1, of uint8 (K, 3, H, W), stretched to fit.

    Resized as whole numbers, so levels are rounded before they are scaled: so does the official
    code.
    """
    small: Tensor = images.resize(
        pictures,
        [side_px, side_px],
        interpolation=images.InterpolationMode.BICUBIC,
        antialias=True,
    )
    return small.float() / 127.5 - 1.0
