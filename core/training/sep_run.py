"""The whole recipe of MMAudioSep: from MMAudio and recordings to weights that the engine takes.

papers/003 and sony/mmaudiosep. Everything is in a folder: the recipe, decoded sounds, features of
words, the checkpoint, losses and scores, and at the end the weights in the official layout. A run
that was stopped goes on where it was. A tiny MMAudio to begin with is taught here too, since the
published ones can't be taught further in minutes.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from core.nn.mmaudio.network import MMAudio
from core.progress import CancelToken, Progress, Report
from core.training.crew import Alone, Crew, any_of
from core.training.recipes import keep_recipe
from core.training.recordings import Part, Recording, find_recordings, split
from core.training.sep_latents import Latents, MelLatents, lengths_of
from core.training.sep_mixer import SepMixer, of_classes
from core.training.sep_objective import SepLoss
from core.training.sep_recipe import SepRecipe
from core.training.sep_seen import Seeing, find_seen
from core.training.sep_start import TINY, find_start, separator_from, write_tiny
from core.training.sep_validation import SepValidation
from core.training.sep_words import DrawnWords
from core.training.sound_bank import SoundBank, open_bank
from core.training.trainer import (
    CHECKPOINT_FILE,
    SCORES_FILE,
    Trainer,
    train,
)

_N_MEASURED = 16
"""Batches from which the scale of a tiny network's latents is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class SepPlace:
    """What a run works with and doesn't depend on.

    Attributes:
        device: the network is on.
        crew: the processes that learn together.
        start: holds `mmaudio_<size>.pth`, or a tiny one from `train_tiny_mmaudio`.
    """

    device: torch.device
    crew: Crew = field(default_factory=Alone)
    start: Path | None = None


def train_mmaudiosep(
    data: Path,
    folder: Path,
    recipe: SepRecipe,
    place: SepPlace,
    *,
    report: Report,
    cancel: CancelToken,
) -> Path:
    """Teach MMAudioSep from the MMAudio in `place.start`, and return where its weights are.

    Args:
        data: `audio/<class>/<recording>`; the names of the classes are the words. Features of
            pictures are taken from there where they are: see `core.training.sep_seen`.
        folder: made if it is not there; a checkpoint in it is gone on from.
        recipe: the choices.
        place: what it works with.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.

    Raises:
        MediaError: `data` holds no recordings of two classes, or one can't be decoded.
        ModelError: MMAudio or features are missing or damaged, or the run is of another recipe.
        Cancelled: asked to stop.
    """
    run = _Run(data, folder, recipe, place, report, cancel)
    if place.start is None:
        raise ValueError("MMAudioSep is taught from MMAudio")
    folder.mkdir(parents=True, exist_ok=True)
    begun = find_start(place.start, folder / "features", place.device)
    torch.manual_seed(recipe.training.seed)
    network = separator_from(
        begun.network, is_whole=recipe.is_whole, keeps_input=recipe.keeps_input
    )
    loss = SepLoss(begun.latents, begun.words, recipe.objective)
    seeing = find_seen(data, run.recordings, loss.seen_shape(network))
    run.keep_recipe(seeing)
    averaged = run.taught(network, loss, seeing)
    weights = folder / f"mmaudiosep-{begun.size.split('_')[0]}" / f"mmaudiosep_{begun.size}.pth"
    if run.is_first:
        weights.parent.mkdir(parents=True, exist_ok=True)
        partial = weights.with_name(weights.name + ".part")
        torch.save({name: one.cpu() for name, one in averaged.state_dict().items()}, partial)
        partial.replace(weights)
    return weights


def train_tiny_mmaudio(
    data: Path,
    folder: Path,
    recipe: SepRecipe,
    place: SepPlace,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Teach a tiny MMAudio to make the sounds of words, for `train_mmaudiosep` to begin with.

    Arguments and errors as there. It works on mel spectrograms, and has no CLIP and no pictures.
    """
    run = _Run(data, folder, recipe, place, report, cancel)
    run.keep_recipe({})
    torch.manual_seed(recipe.training.seed)
    network = MMAudio(TINY).to(place.device)
    words = DrawnWords(TINY.n_words, TINY.text_dim)
    averaged = run.taught(network, SepLoss(MelLatents(), words, recipe.objective), {})
    if run.is_first:
        write_tiny(averaged, folder)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One run, from recordings to the averaged network."""

    data: Path
    folder: Path
    recipe: SepRecipe
    place: SepPlace
    report: Report
    cancel: CancelToken

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.place.crew.place == 0

    @property
    def recordings(self) -> list[Recording]:
        return of_classes(find_recordings(self.data), self.recipe.classes)

    def keep_recipe(self, seeing: Seeing) -> None:
        """Write the choices, and what else the answer depends on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        seen = f"of {len(seeing)} of {len(self.recordings)} recordings" if seeing else None
        if self.is_first:
            keep_recipe(self.folder, {**asdict(self.recipe), "pictures": seen})

    def taught(self, network: MMAudio, loss: SepLoss, seeing: Seeing) -> MMAudio:
        """Take all steps, and return the averaged network."""
        recipe = self.recipe
        taught, held_out = self._sounds(loss.latents.mel.sample_rate_hz)
        n_samples = lengths_of(loss.latents, recipe.objective.window_s).n_samples
        mixer = SepMixer(taught, n_samples, recipe.training.seed, seeing)
        if not network.config.mixture_dim:
            measure_scale(network, loss.latents, mixer, recipe.n_clips)

        def learn(network: MMAudio, number: int, chance: torch.Generator) -> Iterator[Tensor]:
            return loss.parts(network, mixer.batch(number, recipe.n_clips), chance)

        trainer = Trainer(network, learn, recipe.training, self.place.crew)
        check = _validation(held_out, loss, n_samples, recipe)
        if check is not None:
            self._score_start(network, check)
        train(
            trainer,
            self.folder,
            report=self.report,
            cancel=self.cancel,
            look=check.scores if check else None,
            look_every_steps=recipe.validate_every_steps,
        )
        return trainer.averaged

    def _score_start(self, network: MMAudio, check: SepValidation) -> None:
        """Write how good it is before the first step, for all later scores to be compared with."""
        scores = self.folder / SCORES_FILE
        is_begun = scores.is_file() or (self.folder / CHECKPOINT_FILE).is_file()
        if self.is_first and not is_begun:
            self.report(Progress("Scoring the start", 0, 1))
            line = json.dumps({"step": 0, **check.scores(network)})
            scores.write_text(line + "\n", encoding="utf-8")

    def _sounds(self, rate_hz: int) -> tuple[SoundBank, SoundBank]:
        """Return what is taught, and what is held out."""
        parts = split(self.recordings, self.recipe.split_seed)
        crew = self.place.crew
        if not self.is_first:
            any_of(crew, False)  # the first process decodes; the others find the files it wrote
        taught, held_out = (
            open_bank(
                parts[part],
                self.folder / "sounds",
                rate_hz,
                report=self.report,
                cancel=self.cancel,
            )
            for part in (Part.TRAIN, Part.VALIDATION)
        )
        if self.is_first:
            any_of(crew, False)
        return taught, held_out


def _validation(
    bank: SoundBank, loss: SepLoss, n_samples: int, recipe: SepRecipe
) -> SepValidation | None:
    if len(bank.by_class()) < 2:
        return None
    mixer = SepMixer(bank, n_samples, seed=1)
    n_at_once = min(8, recipe.n_validation_clips)
    n_batches = -(-recipe.n_validation_clips // n_at_once)
    batches = tuple(mixer.batch(number, n_at_once) for number in range(n_batches))
    return SepValidation(batches, loss)


@torch.no_grad()
def measure_scale(network: MMAudio, latents: Latents, mixer: SepMixer, n_clips: int) -> None:
    """Give a network that begins with nothing the mean and deviation of what it will hear."""
    heard = torch.cat(
        [
            latents.encode(mixer.batch(number, n_clips).target).mean.flatten(0, 1)
            for number in range(_N_MEASURED)
        ]
    )
    network.latent_mean.copy_(heard.mean(0))
    network.latent_std.copy_(heard.std(0))
