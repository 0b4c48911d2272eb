"""The whole recipe of the picture network: its data, its shape, its schedule, one command.

Everything is in a folder: the checkpoint, the losses, the scores on pictures held out, and at the
end `seeing.safetensors`, with its figures in `seeing_scores.json`, who made the
pictures in `attributions_pictures.csv` and the choices in `recipe.json`.
"""

import dataclasses
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from core.nn.seeing import SeeingConfig, SeeingNetwork, load_seeing, save_seeing
from core.progress import CancelToken, Report
from core.training.beginnings import begin_with, fingerprint
from core.training.pictures import Picture, find_pictures, split_pictures, words_of
from core.training.pictures_attributions import write_picture_attributions
from core.training.pictures_bank import BankedPicture, read_pictures
from core.training.pictures_mixing import CropMixer, CropMixing
from core.training.recipes import keep_recipe
from core.training.recordings import Part
from core.training.seeing_objective import SeeingObjective, seeing_loss
from core.training.seeing_scores import Seen, best_temperature
from core.training.trainer import Trainer, TrainingConfig, train

WEIGHTS_FILE, TEST_FILE = "seeing.safetensors", "seeing_scores.json"
ATTRIBUTIONS_FILE = "attributions_pictures.csv"


def _schedule() -> TrainingConfig:
    return TrainingConfig(
        n_steps=6_000,
        learning_rate=2e-3,
        warm_up_steps=100,
        falling_steps=1_000,
        weight_decay=0.05,
        averaging=0.995,
    )


@dataclass(frozen=True, slots=True)
class SeeingRecipe:
    """All choices of a run. The defaults are those of a run that begins with nothing."""

    training: TrainingConfig = field(default_factory=_schedule)
    mixing: CropMixing = field(default_factory=CropMixing)
    objective: SeeingObjective = field(default_factory=SeeingObjective)
    side_px: int = 96
    early_side_px: int = 64
    """Of crops in the first `early_steps`: shapes are learnt on small ones at half the time."""
    early_steps: int = 4_000
    widths: tuple[int, ...] = (24, 40, 80, 160, 256)
    n_blocks: tuple[int, ...] = (1, 2, 2, 1)
    has_mask: bool = True
    n_crops: int = 64
    """In a batch."""
    validate_every_steps: int = 300
    split_seed: int = 0
    begun_with: str = ""
    """SHA-256 of the file of weights that the run began with; empty for chance."""

    def config(self, words: tuple[str, ...]) -> SeeingConfig:
        return SeeingConfig(words, self.side_px, self.widths, self.n_blocks, self.has_mask)


def further_recipe(weights: Path) -> SeeingRecipe:
    """Return the choices of a run that goes on with the weights in a file, on large crops alone.

    Raises:
        ModelError: the file can't be read.
    """
    schedule = TrainingConfig(
        n_steps=1_400,
        learning_rate=1e-3,
        warm_up_steps=50,
        falling_steps=1_200,
        weight_decay=0.05,
        averaging=0.995,
        seed=1,
    )
    return SeeingRecipe(schedule, early_steps=0, begun_with=fingerprint(weights))


def train_seeing(  # noqa: PLR0913 - a door with all that a run needs
    data: Path,
    folder: Path,
    recipe: SeeingRecipe,
    *,
    report: Report,
    cancel: CancelToken,
    device: torch.device | None = None,
    begin: Path | None = None,
) -> SeeingNetwork:
    """Train on `data`, keep everything in `folder`, and return the averaged, calibrated network.

    Args:
        data: `images/<class>/<picture>`; classes with no folder in `audio` beside it are left out.
        folder: made if it is not there; a checkpoint in it is gone on from.
        recipe: the choices.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.
        device: where to compute; the processor if None.
        begin: the file of weights that the recipe says the run begins with; not needed to go on.

    Raises:
        MediaError: `data` holds no pictures of two classes, or one can't be decoded.
        ModelError: the checkpoint in `folder` is of another recipe, or `begin` can't be read,
            isn't the file of the recipe, or holds a network of another shape.
        Cancelled: asked to stop.
    """
    pictures = find_pictures(data)
    words = words_of(data, pictures)
    known = [one for one in pictures if one.is_of_nothing or one.label in words]
    parts = split_pictures(known, recipe.split_seed)

    def read(part: Part) -> tuple[BankedPicture, ...]:
        return read_pictures(parts[part], report=report, cancel=cancel)

    held_out = read(Part.VALIDATION)
    trainer = _trainer(read(Part.TRAIN), recipe, words, device or torch.device("cpu"))
    if begin is not None:
        begin_with(trainer.network, load_seeing(begin).state_dict(), begin, recipe.begun_with)
        trainer.averaged.load_state_dict(trainer.network.state_dict())
    folder.mkdir(parents=True, exist_ok=True)
    keep_recipe(folder, asdict(recipe))
    train(
        trainer,
        folder,
        report=report,
        cancel=cancel,
        look=lambda averaged: Seen.by(averaged, held_out).scores(),
        look_every_steps=recipe.validate_every_steps,
    )
    network = calibrated(trainer.averaged, held_out)
    save_seeing(network, folder / WEIGHTS_FILE)
    write_picture_attributions(parts, data, folder / ATTRIBUTIONS_FILE)
    _write_scores(Seen.by(network, read(Part.TEST)), folder / TEST_FILE, parts)
    return network


def _trainer(
    bank: tuple[BankedPicture, ...],
    recipe: SeeingRecipe,
    words: tuple[str, ...],
    device: torch.device,
) -> Trainer[SeeingNetwork]:
    torch.manual_seed(recipe.training.seed)
    network = SeeingNetwork(recipe.config(words)).to(device)
    early, late = (
        CropMixer(bank, words, side_px, recipe.mixing, recipe.training.seed)
        for side_px in (recipe.early_side_px, recipe.side_px)
    )

    def loss(network: SeeingNetwork, step: int, generator: torch.Generator) -> torch.Tensor:
        mixer = early if step < recipe.early_steps else late
        batch = mixer.batch(step, recipe.n_crops)
        # Dropout draws from torch's own chance, which a resumed run would find elsewhere.
        with torch.random.fork_rng():
            torch.manual_seed(step)
            return seeing_loss(network, batch, recipe.objective, generator)

    return Trainer(network, loss, recipe.training)


def calibrated(network: SeeingNetwork, held_out: tuple[BankedPicture, ...]) -> SeeingNetwork:
    """Return the same weights with the temperature that suits pictures held out."""
    if not held_out:
        return network
    temperature = network.config.temperature * best_temperature(Seen.by(network, held_out))
    config = dataclasses.replace(network.config, temperature=temperature)
    same = SeeingNetwork(config).to(next(network.parameters()).device)
    same.load_state_dict(network.state_dict())
    return same.eval().requires_grad_(False)


def _write_scores(seen: Seen, path: Path, parts: dict[Part, list[Picture]]) -> None:
    held = {
        "pictures": {part.value: len(found) for part, found in parts.items()},
        "test": seen.scores(),
        "by_class": seen.by_label(),
    }
    path.write_text(json.dumps(held, indent=1), encoding="utf-8")
