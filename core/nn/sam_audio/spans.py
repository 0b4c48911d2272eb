"""Where in time a sound is heard: probabilities of frames to spans in seconds.

papers/004: PE-A-Frame, the span predictor, whose network comes through `transformers`. Letters in
shapes: B clips, T frames, E width of the shared space.
"""

from torch import Tensor

THRESHOLD = 0.3
"""Of the official code, above which the sound counts as heard."""


def frame_probabilities(frames: Tensor, words: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Return (B, T), how likely what the words say is heard at each frame.

    Args:
        frames: (B, T, E).
        words: (B, E).
        scale: one number, learnt.
        bias: one number, learnt.
    """
    likeness = (frames @ words[:, :, None])[:, :, 0]
    return (likeness * scale + bias).sigmoid()


def heard_runs(probabilities: Tensor, threshold: float = THRESHOLD) -> list[tuple[int, int]]:
    """Return the contiguous runs `start <= frame < stop` of (T,) that lie above the threshold."""
    is_heard = (probabilities > threshold).int()
    edges = is_heard.diff(prepend=is_heard.new_zeros(1), append=is_heard.new_zeros(1))
    starts, stops = (edges == 1).nonzero()[:, 0], (edges == -1).nonzero()[:, 0]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))
