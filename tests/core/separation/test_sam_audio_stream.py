"""Latents that come in order become sound wherever it is asked for, and nothing piles up."""

import numpy as np
import torch
from torch import Tensor

from core.separation.sam_audio_stream import Pair, SoundStream

HOP = 10


def spread(latents: Tensor) -> Pair:
    """Each latent becomes a hop of its own value; the residual is its negative."""
    target = latents[:, :1].repeat_interleave(HOP, dim=0).T.numpy()
    return target, -target


def stream(n_frames: int, n_piece: int = 70, first: int = 0) -> tuple[SoundStream, list[int]]:
    asked: list[int] = []

    def source():
        for start in range(first, first + n_frames, n_piece):
            stop = min(start + n_piece, first + n_frames)
            asked.append(stop)
            yield start, torch.arange(start, stop, dtype=torch.float32)[:, None].expand(-1, 2)

    return SoundStream(source(), (first, first + n_frames), HOP, spread), asked


def expected(start: int, stop: int) -> np.ndarray:
    return np.repeat(np.arange(stop // HOP + 1, dtype=np.float32), HOP)[None, start:stop]


def test_pieces_read_one_after_the_other_are_those_of_the_whole():
    pieces, _ = stream(500)

    for start, stop in ((0, 33), (20, 1501), (1490, 2600), (4000, 5000)):
        target, residual = pieces.read(start, stop)
        np.testing.assert_array_equal(target, expected(start, stop))
        np.testing.assert_array_equal(residual, -target)


def test_outside_of_what_is_covered_there_is_silence():
    pieces, _ = stream(20, first=5)

    target, _ = pieces.read(0, 300)

    np.testing.assert_array_equal(target[:, 50:250], expected(50, 250))
    assert not target[:, :50].any()
    assert not target[:, 250:].any()


def test_no_more_is_made_than_is_asked_for_and_what_was_read_is_forgotten():
    pieces, asked = stream(5000)

    pieces.read(0, 500)
    assert asked[-1] < 300

    pieces.read(40_000, 40_500)
    assert sum(piece.shape[1] for piece in pieces._sound) <= 2 * 100 * HOP
    assert pieces._latents is not None
    assert len(pieces._latents) < 300
