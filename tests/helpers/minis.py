"""The bundled engine with a network of a few weights that nobody taught, and its small words."""

from collections.abc import Sequence

import torch

from core.domain.beliefs import Belief
from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.domain.vocabulary import Related, Vocabulary, Word
from core.nn.hearing import HearingConfig
from core.nn.mini import MiniConfig, MiniNetwork
from core.nn.unet import UNetConfig
from core.separation.mini import MiniSeparator

VOCABULARY = Vocabulary(
    (
        Word("bell", "Bell", ("bells", "chime", "metal")),
        Word("dog", "Dog", ("dogs", "dog barking", "puppy"), ("growl",)),
        Word("glass", "Glass", ("breaking glass", "metal")),
        Word("rain", "Rain", ("raindrops",)),
    ),
    (Related(("wolf", "fox"), ("dog",)),),
)


def tiny_network(seed: int = 0) -> MiniNetwork:
    """Return an untaught network of the shape of the real one, but for its size."""
    unet = UNetConfig(
        width=8,
        multipliers=(1, 1),
        n_bins=64,
        n_flowing=2,
        prompt_dim=8,
        patch=(8, 4),
        has_spans=True,
        is_prompt_optional=True,
        is_prompt_everywhere=True,
        n_hints=2,
        head_dim=4,
        query_size=16,
    )
    hearing = HearingConfig(channels=(4, 4, 4, 4, 4), prompt_dim=8)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = MiniNetwork(MiniConfig(len(VOCABULARY.words), unet, hearing))
    return network.eval().requires_grad_(False)


class Onlooker:
    """Sees what it was told to see, and remembers what it was shown."""

    def __init__(self, *words: tuple[str, float]) -> None:
        self.belief = Belief(words)
        self.shown: list[Sequence[tuple[Pixels, Mask]]] = []

    def __call__(self, frames: Sequence[tuple[Pixels, Mask]]) -> Belief:
        self.shown.append(frames)
        return self.belief


def tiny_mini(
    network: MiniNetwork | None = None,
    seeing: Onlooker | None = None,
    *,
    may_be_unprompted: bool = False,
) -> MiniSeparator:
    """Return the engine on the CPU; without a network it gets a tiny one."""
    return MiniSeparator(
        network or tiny_network(),
        VOCABULARY,
        seeing or Onlooker(("dog", 0.9)),
        torch.device("cpu"),
        may_be_unprompted=may_be_unprompted,
    )
