"""The whole recipe of DAVIS-Flow and DAVIS at their official size: one command.

papers/000 sections 3.3, 3.4 and appendix C. Everything is in a folder: the recipe, decoded sounds,
what CLIP says of pictures, the checkpoint, losses and scores, and at the end the weights under the
names the engines look for. A run that was stopped goes on where it was.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file
from torch import Tensor

from core.nn.unet import UNetConfig
from core.progress import CancelToken, Report
from core.separation.clip_condition import ClipReader
from core.separation.davis_recipes import RECIPES, DavisRecipe
from core.training.crew import Alone, Crew, any_of
from core.training.films import has_splits
from core.training.flow_conditions import Conditions
from core.training.flow_features import FeatureStore
from core.training.flow_material import Gatherer, Material, Say
from core.training.flow_mixing import FlowMixer, FlowMixing
from core.training.flow_objective import FlowLoss, FlowObjective, FlowSeparator, Levels
from core.training.flow_validation import FlowValidation
from core.training.recipes import keep_recipe
from core.training.recordings import Part
from core.training.sound_bank import SoundBank
from core.training.trainer import Trainer, TrainingConfig, train

ENGINES = {"flow": "davis-flow", "diffusion": "davis"}
"""By kind of objective: the engine that takes the weights, and the folder they are written to."""


def _schedule() -> TrainingConfig:
    return TrainingConfig(
        n_steps=60_000, learning_rate=1e-4, warm_up_steps=100, falling_steps=20_000
    )


@dataclass(frozen=True, slots=True)
class FlowRecipe:
    """All choices of a run. The defaults are the official ones where there are any."""

    training: TrainingConfig = field(default_factory=_schedule)
    window: Literal["MUSIC", "AVE"] = "MUSIC"
    """Whose rate, length of sound and frames of film."""
    unet: UNetConfig = field(default_factory=UNetConfig)
    n_hidden: int = 2048
    """Width inside the temporal transformer."""
    mixing: FlowMixing = field(default_factory=FlowMixing)
    objective: FlowObjective = field(default_factory=FlowObjective)
    n_mixtures: int = 8
    """In a batch."""
    clips_at_once: int = 8
    """That go through the network together; fewer need less memory and give the same answer but
    for rounding and for what is dropped out."""
    word_share: float = 0.5
    """With folders of classes: how often the name is the prompt, not a picture."""
    validate_every_steps: int = 2000
    n_validation_mixtures: int = 16
    split_seed: int = 0

    @property
    def davis(self) -> DavisRecipe:
        return RECIPES[self.window]

    @property
    def levels(self) -> Levels:
        return Levels(self.unet.n_bins, self.davis.n_columns)

    @property
    def n_samples(self) -> int:
        """Of sound in a window: 65,535 for MUSIC (5.94 s), 110,000 for AVE (10 s)."""
        return {"MUSIC": 65_535, "AVE": 110_000}[self.window]


@dataclass(frozen=True, slots=True, eq=False)
class Workplace:
    """What a run works with and doesn't depend on.

    Attributes:
        device: the network is on.
        crew: the processes that learn together.
        reader: CLIP; None where all features are in files already.
        features: folder of such files; None for one in the folder of the run.
        say: told in sentences what a person should know.
    """

    device: torch.device | None = None
    crew: Crew = field(default_factory=Alone)
    reader: ClipReader | None = None
    features: Path | None = None
    say: Say = lambda _sentence: None


def train_flow(
    data: Path,
    folder: Path,
    recipe: FlowRecipe,
    place: Workplace,
    *,
    report: Report,
    cancel: CancelToken,
) -> FlowSeparator:
    """Train on `data`, keep everything in `folder`, and return the averaged network.

    Args:
        data: a published set or folders of classes; see `flow_material`.
        folder: made if it is not there; a checkpoint in it is gone on from.
        recipe: the choices.
        place: what it works with.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.

    Raises:
        MediaError: something of `data` is missing or can't be decoded.
        ModelError: the run in `folder` is of another recipe, or there is no CLIP where one is
            needed.
        Cancelled: asked to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if place.crew.place == 0:
        keep_recipe(folder, asdict(recipe))
    material = _material(data, folder, recipe, place, report=report, cancel=cancel)
    trainer = _trainer(*material[Part.TRAIN], recipe, place)
    check = _validation(*material[Part.VALIDATION], recipe) if Part.VALIDATION in material else None
    train(
        trainer,
        folder,
        report=report,
        cancel=cancel,
        look=check.scores if check else None,
        look_every_steps=recipe.validate_every_steps,
    )
    if place.crew.place == 0:
        write_weights(trainer.averaged, folder / ENGINES[recipe.objective.kind], recipe.window)
    return trainer.averaged


def write_weights(network: FlowSeparator, folder: Path, trained_on: str) -> None:
    """Write checkpoints as the engines import them, without CLIP, which was not taught.

    Args:
        network: to be kept.
        folder: made if it is not there.
        trained_on: whose rate and window, "MUSIC" or "AVE".
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("unet_latest", network.unet), ("frame_latest", network.frames)):
        tensors = {key: value.cpu().contiguous() for key, value in part.state_dict().items()}
        partial = folder / f"{name}.part"
        save_file(tensors, partial)
        partial.replace(folder / f"{name}.safetensors")
    (folder / "recipe.json").write_text(json.dumps({"trained_on": trained_on}), encoding="utf-8")


def _material(
    data: Path,
    folder: Path,
    recipe: FlowRecipe,
    place: Workplace,
    *,
    report: Report,
    cancel: CancelToken,
) -> Material:
    features = place.features or folder / "features"
    store = FeatureStore(features, place.reader, recipe.unet.prompt_dim)
    gatherer = Gatherer(data, folder, recipe.davis, store, place.say, report, cancel)

    def gather() -> Material:
        with torch.inference_mode():
            if has_splits(data):
                return gatherer.films()
            return gatherer.folders(recipe.split_seed, recipe.word_share)

    # The first process decodes and looks; the others find the files it wrote.
    crew = place.crew
    if crew.place > 0:
        any_of(crew, False)
        return gather()
    material = gather()
    any_of(crew, False)
    return material


def _trainer(
    bank: SoundBank, conditions: Conditions, recipe: FlowRecipe, place: Workplace
) -> Trainer[FlowSeparator]:
    torch.manual_seed(recipe.training.seed)
    network = FlowSeparator(recipe.unet, recipe.n_hidden).to(place.device)
    seed = recipe.training.seed
    mixer = FlowMixer(bank, conditions, recipe.n_samples, recipe.mixing, seed)
    objective = FlowLoss(recipe.levels, recipe.objective, recipe.clips_at_once)

    def loss(network: FlowSeparator, number: int, chance: torch.Generator) -> Iterator[Tensor]:
        return objective.parts(network, mixer.batch(number, recipe.n_mixtures), chance)

    return Trainer(network, loss, recipe.training, place.crew)


def _validation(
    bank: SoundBank, conditions: Conditions, recipe: FlowRecipe
) -> FlowValidation | None:
    if len(bank.by_class()) < recipe.mixing.n_sources:
        return None
    mixer = FlowMixer(bank, conditions, recipe.n_samples, recipe.mixing, seed=1)
    batches = tuple(mixer.batch(number, 1) for number in range(recipe.n_validation_mixtures))
    return FlowValidation(batches, recipe.levels, recipe.objective.kind == "diffusion")
