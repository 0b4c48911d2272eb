"""How many latents, pictures and features of movement a stretch of sound has in MMAudio.

Facts: hkchengrex/MMAudio; the counts are pinned by golden numbers.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf

CLIP_RATE_HZ = 8
"""Pictures a second for CLIP."""

SYNC_RATE_HZ = 25
"""Pictures a second for Synchformer."""

SEGMENT_FRAMES = 16
"""Pictures that Synchformer sees at once."""

SEGMENT_STEP_FRAMES = 8

SEGMENT_FEATURES = 8
"""Features that come out of a segment, one for every two pictures."""

MEL_FRAMES_PER_LATENT = 2

WINDOW_S = 8.0
"""Seconds that the published networks learned from; longer ones get worse."""


@dataclass(frozen=True, slots=True)
class SequenceLengths:
    """The counts for one stretch of sound."""

    n_latents: int
    n_clip: int
    """Pictures for CLIP."""
    n_sync: int
    """Features of movement; 0 where the stretch is too short for a segment."""
    n_samples: int
    """Samples of sound, filled up to whole latents."""


def sequence_lengths(duration_s: float, sample_rate_hz: int, hop_samples: int) -> SequenceLengths:
    """Return the counts for `duration_s` seconds.

    Raises:
        ValueError: the stretch is shorter than one picture for CLIP.
    """
    n_clip = int(duration_s * CLIP_RATE_HZ)
    if n_clip < 1:
        raise ValueError(f"{duration_s} s are shorter than a picture at {CLIP_RATE_HZ} a second")
    n_latents = math.ceil(duration_s * sample_rate_hz / hop_samples / MEL_FRAMES_PER_LATENT)
    frames = duration_s * SYNC_RATE_HZ
    n_segments = max(0, int((frames - SEGMENT_FRAMES) // SEGMENT_STEP_FRAMES + 1))
    return SequenceLengths(
        n_latents=n_latents,
        n_clip=n_clip,
        n_sync=n_segments * SEGMENT_FEATURES,
        n_samples=n_latents * hop_samples * MEL_FRAMES_PER_LATENT,
    )


def nearest_feature(n_latents: int, n_features: int) -> Tensor:
    """Return which of `n_features` each latent hears: (n_latents,), int64, on the CPU.

    Ties fall as in float32 on a CPU, which the published networks learned with, whatever the
    device and precision that the features themselves are computed in.
    """
    numbers = torch.arange(n_features, dtype=torch.float32, device="cpu")[None, None]
    return nnf.interpolate(numbers, size=n_latents, mode="nearest-exact")[0, 0].long()
