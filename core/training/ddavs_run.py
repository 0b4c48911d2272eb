"""A run of DDAVS over scenes from anywhere: what is chosen, how it begins, how it is taught.

Everything is in a folder: the checkpoint, the losses, the scores on scenes held out, the choices in
`recipe.json`, and at the end `ddavs.safetensors`.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from core.nn.ddavs.audio import AudioEncoder
from core.nn.ddavs.config import DdavsConfig, paper_config, small_config, tiny_config
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import write_ddavs
from core.progress import CancelToken, Report
from core.training.crew import Alone, Crew
from core.training.ddavs_objective import DdavsObjective, ddavs_loss
from core.training.ddavs_start import Bank, BankRecipe, Pretrained, bank_of, begun, kept_bank
from core.training.ddavs_validation import held_out
from core.training.recipes import keep_recipe
from core.training.sounding_batch import SingleSounds, SoundingBatch, SoundingScenes
from core.training.trainer import Trainer, TrainingConfig, train
from core.training.wave_variation import WaveVariation, varied_waves

WEIGHTS_FILE, BANK_FILE = "ddavs.safetensors", "bank.safetensors"


@dataclass(frozen=True, slots=True)
class DdavsRecipe:
    """All choices of a run."""

    network: DdavsConfig = field(default_factory=small_config)
    """How many words and prototypes it has comes out of what it is taught from."""
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            n_steps=6_000,
            learning_rate=5e-4,
            warm_up_steps=200,
            falling_steps=1_500,
            weight_decay=0.05,
            averaging=0.998,
        )
    )
    objective: DdavsObjective = field(default_factory=DdavsObjective)
    variation: WaveVariation = field(default_factory=WaveVariation)
    bank: BankRecipe = field(default_factory=BankRecipe)
    n_frames: int = 16
    """In a batch, of each process."""
    side_px: int = 224
    validate_every_steps: int = 500
    n_validation_frames: int = 128


def small_recipe() -> DdavsRecipe:
    """Return the recipe of what ships."""
    return DdavsRecipe()


def paper_recipe() -> DdavsRecipe:
    """Return the paper's (section 4.1): AdamW at 1e-4, 64 pictures over eight processes.

    How long it ran is not stated; 30,000 steps are 190 times through AVSBench's S4.
    """
    schedule = TrainingConfig(
        n_steps=30_000, learning_rate=1e-4, warm_up_steps=1_000, falling_steps=15_000
    )
    return DdavsRecipe(paper_config(), schedule, n_frames=8)


def tiny_recipe() -> DdavsRecipe:
    """Return one that is quick to try."""
    return DdavsRecipe(
        tiny_config(),
        TrainingConfig(n_steps=200, learning_rate=2e-3, warm_up_steps=20, falling_steps=50),
        DdavsObjective(is_half=False),
        n_frames=8,
    )


@dataclass(frozen=True, slots=True)
class DdavsMaterial:
    """What a run is taught from.

    Attributes:
        scenes: taught from.
        held_out: scored now and then; None for no scores.
        singles: of which the bank is made; None for no bank.
        has_classes: whether scenes tell the class of each pixel.
    """

    scenes: SoundingScenes
    held_out: SoundingScenes | None = None
    singles: SingleSounds | None = None
    has_classes: bool = False


@dataclass(frozen=True, slots=True)
class DdavsPlace:
    """What a run works with and doesn't depend on, but for where its encoders begin."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    crew: Crew = field(default_factory=Alone)
    pretrained: Pretrained = field(default_factory=Pretrained)


def train_ddavs(
    material: DdavsMaterial,
    folder: Path,
    recipe: DdavsRecipe,
    place: DdavsPlace,
    *,
    report: Report,
    cancel: CancelToken,
) -> Ddavs:
    """Train, keep everything in `folder`, and return the averaged network.

    Args:
        material: scenes and sounds.
        folder: made if it is not there; a checkpoint in it is gone on from.
        recipe: the choices.
        place: device, other processes, and encoders that were taught before.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.

    Raises:
        ModelError: the checkpoint in `folder` is of another recipe, or weights don't fit.
        MediaError: a scene can't be read.
        Cancelled: asked to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    is_writer = place.crew.place == 0
    if is_writer:
        keep_recipe(folder, asdict(recipe))
    network = _begun(material, folder, recipe, place).to(place.device)
    trainer = ddavs_trainer(network, material.scenes, recipe, place.crew)
    train(
        trainer,
        folder,
        report=report,
        cancel=cancel,
        look=_look(material, recipe) if is_writer else None,
        look_every_steps=recipe.validate_every_steps,
    )
    if is_writer:
        write_ddavs(trainer.averaged, material.scenes.words, folder / WEIGHTS_FILE)
    return trainer.averaged


def _begun(material: DdavsMaterial, folder: Path, recipe: DdavsRecipe, place: DdavsPlace) -> Ddavs:
    def bank(audio: AudioEncoder) -> Bank | None:
        singles = material.singles
        if singles is None or not recipe.bank.n_clusters:
            return None
        return kept_bank(
            folder / BANK_FILE,
            lambda: bank_of(audio, singles, material.scenes.words, recipe.bank),
            is_writer=place.crew.place == 0,
        )

    torch.manual_seed(recipe.training.seed)
    return begun(shaped(recipe.network, material), place.pretrained, bank)


def _look(
    material: DdavsMaterial, recipe: DdavsRecipe
) -> Callable[[Ddavs], dict[str, float]] | None:
    if material.held_out is None:
        return None
    n_batches = -(-recipe.n_validation_frames // recipe.n_frames)
    return held_out(material.held_out, n_batches, recipe.n_frames).scores


def shaped(config: DdavsConfig, material: DdavsMaterial) -> DdavsConfig:
    """Return the configuration with as many words, or classes of pixels, as there are."""
    n_words = len(material.scenes.words)
    if config.n_classes > 1 and material.has_classes:
        return dataclasses.replace(config, n_classes=n_words)
    return dataclasses.replace(config, n_classes=1, n_words=n_words if config.has_sharing else 0)


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
