"""The run of the DDAVS that ships: made scenes, and a beginning that saves most of the way.

It begins with what the bundled networks hear and see, its queries are taught on sound alone, and
the last stage with a match of names; then it is taught as any other. What it begins with is kept in
the run's folder, so that a run that was stopped goes on at once.
"""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.nn.ddavs.config import DdavsConfig, small_config
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import read_ddavs, write_ddavs
from core.nn.seeing import load_seeing
from core.progress import CancelToken, Report
from core.training.ddavs_calibration import calibrate
from core.training.ddavs_matching import Matching, match_by_names
from core.training.ddavs_objective import ddavs_loss
from core.training.ddavs_run import (
    WEIGHTS_FILE,
    DdavsMaterial,
    DdavsRecipe,
    shaped,
    with_varied,
)
from core.training.ddavs_start import Pretrained, bank_of, begun
from core.training.ddavs_validation import held_out
from core.training.query_lessons import QueryLessons, teach_queries
from core.training.recipes import keep_recipe
from core.training.sounding_batch import CLIP_S, SAMPLE_RATE_HZ, SingleSounds
from core.training.trainer import Trainer, TrainingConfig, train

START_FILE = "start.safetensors"
CALIBRATION_FILE = "calibration.json"
"""Holds the likelihood that is 0.5 in what the run leaves."""


def _network() -> DdavsConfig:
    config = small_config()
    # Four heads, not MiT's eight, before the last stage: 63 words need room in each.
    return dataclasses.replace(
        config, visual=dataclasses.replace(config.visual, n_heads=(1, 2, 5, 4))
    )


def _base() -> DdavsRecipe:
    return DdavsRecipe(
        network=_network(),
        training=TrainingConfig(
            n_steps=5_600,
            learning_rate=6e-4,
            warm_up_steps=30,
            falling_steps=2_986,
            weight_decay=0.05,
            averaging=0.998,
        ),
        side_px=192,
        validate_every_steps=200,
        n_validation_frames=128,
    )


@dataclass(frozen=True, slots=True)
class CompositeRecipe:
    """All choices of the run."""

    base: DdavsRecipe = field(default_factory=_base)
    queries: QueryLessons = field(default_factory=QueryLessons)
    matching: Matching = field(default_factory=Matching)
    n_held_stages: int = 2
    """Of the picture encoder, from the first, whose convolutions stay as they were taught."""
    contrast_every_steps: int = 4
    """COM costs a fifth of a step, and its loss is soon small."""


def train_on_composites(
    material: DdavsMaterial,
    folder: Path,
    bundled: Path,
    recipe: CompositeRecipe,
    *,
    report: Report,
    cancel: CancelToken,
) -> Ddavs:
    """Train, keep everything in `folder`, and return the averaged network.

    Args:
        material: scenes, with sounds of single classes.
        folder: made if it is not there; a checkpoint in it is gone on from.
        bundled: folder of `mini.safetensors` and `seeing.safetensors`.
        recipe: the choices.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.

    Raises:
        ModelError: the checkpoint in `folder` is of another recipe, or weights don't fit.
        MediaError: a picture or recording can't be read.
        Cancelled: asked to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_recipe(folder, _plain(recipe))
    torch.manual_seed(recipe.base.training.seed)
    words = material.scenes.words
    start = folder / START_FILE
    if not start.is_file():
        network = _started(material, bundled, recipe, report=report, cancel=cancel)
        write_ddavs(network, words, start)
    network, _ = read_ddavs(start)
    network.requires_grad_(True)
    network.audio.requires_grad_(not network.config.is_audio_frozen)
    trainer = _trainer(network, material, recipe)
    validation = None
    if material.held_out is not None:
        n_batches = -(-recipe.base.n_validation_frames // recipe.base.n_frames)
        validation = held_out(material.held_out, n_batches, recipe.base.n_frames)
    train(
        trainer,
        folder,
        report=report,
        cancel=cancel,
        look=None if validation is None else validation.scores,
        look_every_steps=recipe.base.validate_every_steps,
    )
    if validation is not None:
        threshold = calibrate(trainer.averaged, validation.batches)
        text = json.dumps({"threshold": threshold}) + "\n"
        (folder / CALIBRATION_FILE).write_text(text, encoding="utf-8")
    write_ddavs(trainer.averaged, words, folder / WEIGHTS_FILE)
    return trainer.averaged


def _started(
    material: DdavsMaterial,
    bundled: Path,
    recipe: CompositeRecipe,
    *,
    report: Report,
    cancel: CancelToken,
) -> Ddavs:
    """Return the network before its first step with pictures."""
    words, singles = material.scenes.words, material.singles
    if singles is None:
        raise ValueError("this run begins with sounds of single classes")
    config = shaped(recipe.base.network, material)
    network = begun(
        config,
        Pretrained(bundled),
        lambda audio: bank_of(audio, singles, words, recipe.base.bank),
    )
    teach_queries(network, singles, words, recipe.queries, report=report, cancel=cancel)
    with torch.no_grad():
        queries, _ = network.ask(network.listen(_some_sounds(singles)))
    seeing = load_seeing(bundled / "seeing.safetensors")
    match_by_names(network, seeing, words, queries, recipe.matching)
    return network


def _some_sounds(singles: SingleSounds) -> Tensor:
    """Return waves (B, N), two of each class."""
    random = np.random.default_rng(1)
    n_samples = round(CLIP_S * SAMPLE_RATE_HZ)
    found = [singles.excerpt(label, n_samples, random) for label in singles.classes * 2]
    return torch.from_numpy(np.stack(found))


def _trainer(network: Ddavs, material: DdavsMaterial, recipe: CompositeRecipe) -> Trainer[Ddavs]:
    base = recipe.base
    plain = dataclasses.replace(base.objective, contrast=0.0)
    for part in held_parts(network, recipe.n_held_stages):
        part.requires_grad_(False)

    def loss(network: Ddavs, number: int, chance: torch.Generator) -> Tensor:
        for part in held_parts(network, 4):
            part.eval()  # norms that were taught on large batches stay as they are
        batch = material.scenes.batch(number, base.n_frames)
        contrasts = number % recipe.contrast_every_steps == 0
        if contrasts:
            batch = with_varied(batch, chance, base)
        # Dropout draws from torch's own chance, which a resumed run would find elsewhere.
        with torch.random.fork_rng():
            torch.manual_seed(number)
            return ddavs_loss(network, batch, base.objective if contrasts else plain)

    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Trainer(network, loss, base.training)


def held_parts(network: Ddavs, n_stages: int) -> Iterator[nn.Module]:
    """Yield the convolutions of the first stages of the picture encoder, the stem first."""
    yield network.visual.stem
    stages: list[Any] = list(network.visual.transformer.stages)  # torch knows nothing of theirs
    for stage in stages[:n_stages]:
        yield stage.patch_embeddings


def _plain(recipe: CompositeRecipe) -> dict[str, object]:
    """Return all choices under the names that `keep_recipe` lets grow."""
    choices = asdict(recipe)
    base: dict[str, object] = choices.pop("base")
    return {**base, **choices}
