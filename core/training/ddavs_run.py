"""A run of DDAVS over scenes from anywhere: what is chosen, how it begins, how it is taught.

Everything about a run is in a `DdavsRecipe`; scenes come from a `SoundingScenes`.
"""

from dataclasses import dataclass, field
from pathlib import Path

import torch

from core.nn.ddavs.audio import HearingEncoder
from core.nn.ddavs.config import DdavsConfig, small_config
from core.nn.ddavs.network import Ddavs
from core.nn.mini_weights import read_mini
from core.nn.seeing import load_seeing
from core.training.crew import Crew
from core.training.ddavs_objective import DdavsObjective, ddavs_loss
from core.training.sounding_batch import SoundingBatch, SoundingScenes
from core.training.trainer import Trainer, TrainingConfig
from core.training.wave_variation import WaveVariation, varied_waves


def _schedule() -> TrainingConfig:
    return TrainingConfig(
        n_steps=6_000,
        learning_rate=5e-4,
        warm_up_steps=200,
        falling_steps=1_500,
        weight_decay=0.05,
        averaging=0.998,
    )


@dataclass(frozen=True, slots=True)
class DdavsRecipe:
    """All choices of a run."""

    network: DdavsConfig = field(default_factory=small_config)
    training: TrainingConfig = field(default_factory=_schedule)
    objective: DdavsObjective = field(default_factory=DdavsObjective)
    variation: WaveVariation = field(default_factory=WaveVariation)
    n_frames: int = 16
    """In a batch, of each process."""


def ddavs_trainer(
    network: Ddavs, scenes: SoundingScenes, recipe: DdavsRecipe, crew: Crew | None = None
) -> Trainer[Ddavs]:
    """Return a trainer of `network` at step 0; `core.training.trainer.train` runs it.

    Args:
        network: on the device where it is to be taught.
        scenes: what it is taught from.
        recipe: the choices; those of the network are taken from `network` itself.
        crew: the processes that teach together.
    """

    def loss(network: Ddavs, number: int, chance: torch.Generator) -> torch.Tensor:
        batch = with_varied(scenes.batch(number, recipe.n_frames), chance, recipe)
        # Dropout draws from torch's own chance, which a resumed run would find elsewhere.
        with torch.random.fork_rng():
            torch.manual_seed(number)
            return ddavs_loss(network, batch, recipe.objective)

    # A processor's convolutions take two thirds of the time on pixels that lie side by side.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Trainer(network, loss, recipe.training, crew)


def with_varied(
    batch: SoundingBatch, chance: torch.Generator, recipe: DdavsRecipe
) -> SoundingBatch:
    """Return the batch with a varied sound, unless it has one or none is wanted."""
    if batch.varied is not None or not recipe.objective.contrast:
        return batch
    return batch._replace(varied=varied_waves(batch.waves, chance, recipe.variation))


def begin_with_bundled(network: Ddavs, folder: Path) -> None:
    """Put what the bundled separator hears and sees with into a small network.

    Args:
        network: with a `HearingEncoder` and a trunk of the shapes that ship.
        folder: of `mini.safetensors` and `seeing.safetensors`.

    Raises:
        ModelError: a file is missing or damaged.
        ValueError: the network has other shapes.
    """
    if not isinstance(network.audio, HearingEncoder):
        raise ValueError("only a small network hears as the bundled one does")
    hearing = read_mini(folder / "mini.safetensors").hearing
    network.audio.hearing.load_state_dict(hearing.state_dict())
    network.visual.adopt(load_seeing(folder / "seeing.safetensors"))
