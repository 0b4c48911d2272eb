"""Coloured squares, each with a tone of its own: what can be seen and heard of a toy world."""

import math

import numpy as np
import torch

from core.training.sounding_batch import NO_LABEL, SoundingBatch

SIDE_PX = 64
COLOURS = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [1.0, 1.0, 0]])
WORDS = ("red", "green", "blue", "yellow")


class Squares:
    """Two squares in each picture; each sounds or not. A `SoundingScenes`, and `SingleSounds`."""

    words = WORDS
    classes = WORDS

    def batch(self, number: int, n: int) -> SoundingBatch:
        chance = torch.Generator().manual_seed(number)
        frames = torch.rand(n, 3, SIDE_PX, SIDE_PX, generator=chance) * 0.2
        waves = torch.randn(n, 16_000, generator=chance) * 0.005
        sources = torch.zeros(n, 2, SIDE_PX, SIDE_PX)
        labels = torch.full((n, 2), NO_LABEL)
        for row in range(n):
            seen = torch.randperm(4, generator=chance)[:2].tolist()
            for place, colour in enumerate(seen):
                top = int(torch.randint(0, 40, (), generator=chance))
                there = (row, slice(None), slice(top, top + 20), slice(place * 32, place * 32 + 20))
                frames[there] = COLOURS[colour][:, None, None] * 0.8
                if torch.rand((), generator=chance) < 0.7:
                    waves[row] += _tone(colour)
                    sources[row, place, there[2], there[3]] = 1
                    labels[row, place] = colour
        return SoundingBatch(frames, waves, sources.amax(1), sources, labels)

    def excerpt(self, label: str, n_samples: int, random: np.random.Generator) -> np.ndarray:
        tone = _tone(WORDS.index(label))[:n_samples]
        return (tone.numpy() + random.normal(0, 0.01, n_samples)).astype(np.float32)


def _tone(number: int) -> torch.Tensor:
    return 0.2 * torch.sin(2 * math.pi * 200 * 2**number * torch.arange(16_000) / 16_000)
