"""The whole recipe of the small separator: its data, its network, its schedule, one command.

Everything is in a folder: the recipe, the bank of recordings, what was learnt from and who made
it, the checkpoint, the losses and the scores on recordings held out for validation. A run that was
stopped goes on where it was.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from core.errors import ModelError
from core.nn.hearing import HearingConfig
from core.nn.mini import SAMPLE_RATE_HZ, MiniConfig, MiniNetwork
from core.nn.mini_weights import read_mini
from core.nn.unet import UNetConfig
from core.progress import CancelToken, Report
from core.training.attributions import write_attributions
from core.training.beginnings import begin_with, fingerprint
from core.training.mini_objective import mini_loss, names_loss
from core.training.mini_validation import VALIDATION_CLIPS, VALIDATION_SAMPLES, Validation
from core.training.mixing import Mixer, MixingConfig
from core.training.recipes import keep_recipe
from core.training.recordings import Part, Recording, find_recordings, split
from core.training.sound_bank import SoundBank, open_bank
from core.training.trainer import Trainer, TrainingConfig, train
from core.training.variation import STRONG, VariationConfig

WORDS_FILE, DATA_FILE, ATTRIBUTIONS_FILE = "words.json", "data.json", "ATTRIBUTIONS.csv"

AS_RECORDED = VariationConfig(share=0.0)


def _schedule() -> TrainingConfig:
    return TrainingConfig(n_steps=6_000, learning_rate=6e-4, warm_up_steps=300, falling_steps=2_000)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is learnt from, from one step on until the next stage begins."""

    from_step: int
    mixing: MixingConfig = field(default_factory=MixingConfig)
    n_clips: int = 16
    """In a batch; with 0, only names are learnt, by the hearing network alone."""
    n_more_mixtures: int = 24
    """In a batch, from which only names are learnt."""


def _stages() -> tuple[Stage, ...]:
    """Return the stages of the run that ships, as they came about.

    Names were learnt too slowly without more mixtures for them. Stretches in which one of two
    sounds is alone were given to whatever was asked for, until such stretches were taught. The last
    stage has mixtures of six seconds, as long pieces are what the engine hears.
    """
    return (
        Stage(0, n_more_mixtures=0),
        Stage(1312),
        Stage(3500, MixingConfig(absent_share=0.12, alone_share=0.3)),
        Stage(4892, MixingConfig(383 * 256, absent_share=0.12, alone_share=0.15), 6, 8),
    )


@dataclass(frozen=True, slots=True)
class MiniRecipe:
    """All choices of a run. The defaults are those of a run that begins with nothing."""

    training: TrainingConfig = field(default_factory=_schedule)
    stages: tuple[Stage, ...] = field(default_factory=_stages)
    """In the order of their first steps, the first of which is 0."""
    unet: UNetConfig = field(default_factory=lambda: MiniConfig(n_words=1).unet)
    hearing: HearingConfig = field(default_factory=HearingConfig)
    validate_every_steps: int = 500
    n_validation_batches: int = 8
    split_seed: int = 0
    begun_with: str = ""
    """SHA-256 of the file of weights that the run began with; empty for chance."""

    def stage_at(self, step: int) -> Stage:
        return [stage for stage in self.stages if stage.from_step <= step][-1]


N_NAMING_STEPS = 3_000


def further_recipe(weights: Path) -> MiniRecipe:
    """Return the choices of a run that begins with the weights in a file, which separate already.

    What goes wrong by words goes wrong because a word is heard in the wrong sound, and it is heard
    worse in recordings it was not taught with. So names come first, from sounds that are varied
    far more; then all is taught together again, as at the end of the first run.

    Raises:
        ModelError: the file can't be read.
    """
    naming = MixingConfig(variation=STRONG)
    together = MixingConfig(383 * 256, absent_share=0.12, alone_share=0.15)
    return MiniRecipe(
        TrainingConfig(
            n_steps=N_NAMING_STEPS + 1_500,
            learning_rate=6e-4,
            warm_up_steps=100,
            falling_steps=1_200,
            averaging=0.998,
        ),
        (Stage(0, naming, 0, 24), Stage(N_NAMING_STEPS, together, 6, 8)),
        begun_with=fingerprint(weights),
    )


def train_mini(  # noqa: PLR0913 - a door with all that a run needs
    data: Path,
    folder: Path,
    recipe: MiniRecipe,
    *,
    report: Report,
    cancel: CancelToken,
    device: torch.device | None = None,
    begin: Path | None = None,
) -> MiniNetwork:
    """Train on `data`, keep everything in `folder`, and return the averaged network.

    Args:
        data: `audio/<class>/<recording>`, with a `SOURCES.csv` in or above it.
        folder: made if it is not there; a checkpoint in it is gone on from.
        recipe: the choices.
        report: told of each step.
        cancel: stops between two steps; the checkpoint is written first.
        device: None for the CPU.
        begin: the file of weights that the recipe says the run begins with; not needed to go on.

    Raises:
        MediaError: `data` holds no recordings.
        ModelError: the run in `folder` is of another recipe, or knows other classes; or `begin`
            can't be read, isn't the file of the recipe, or holds a network of another shape.
        Cancelled: asked to stop.
    """
    parts = split(find_recordings(data), recipe.split_seed)
    # All classes are words, also those that only the training part has recordings of.
    classes = tuple(sorted({one.label for part in parts.values() for one in part}))
    folder.mkdir(parents=True, exist_ok=True)
    keep_recipe(folder, asdict(recipe))
    _keep_words(folder, classes)
    banks = {
        part: open_bank(
            parts[part], folder / part.value, SAMPLE_RATE_HZ, report=report, cancel=cancel
        )
        for part in (Part.TRAIN, Part.VALIDATION)
    }
    write_attributions(parts[Part.TRAIN], data, folder / ATTRIBUTIONS_FILE)
    _keep_counts(folder, parts, banks)
    trainer = _trainer(banks[Part.TRAIN], classes, recipe, device, begin)
    held_out = banks[Part.VALIDATION]
    check = _validation(held_out, classes, recipe) if len(held_out.by_class()) > 1 else None
    train(
        trainer,
        folder,
        report=report,
        cancel=cancel,
        look=check.scores if check else None,
        look_every_steps=recipe.validate_every_steps,
    )
    return trainer.averaged


def _trainer(
    bank: SoundBank,
    classes: tuple[str, ...],
    recipe: MiniRecipe,
    device: torch.device | None,
    begin: Path | None,
) -> Trainer[MiniNetwork]:
    torch.manual_seed(recipe.training.seed)
    network = MiniNetwork(MiniConfig(len(classes), recipe.unet, recipe.hearing)).to(device)
    if begin is not None:
        begin_with(network, read_mini(begin).state_dict(), begin, recipe.begun_with)

    def loss(network: MiniNetwork, step: int, generator: torch.Generator) -> torch.Tensor:
        stage = recipe.stage_at(step)
        mixer = Mixer(bank, classes, stage.mixing, recipe.training.seed)
        more = mixer.named(step, stage.n_more_mixtures) if stage.n_more_mixtures else None
        if not stage.n_clips:
            if more is None:
                raise ValueError("a stage without clips needs mixtures to learn names from")
            return names_loss(network, more, generator)
        return mini_loss(network, mixer.batch(step, stage.n_clips), generator, more)

    return Trainer(network, loss, recipe.training)


def _validation(bank: SoundBank, classes: tuple[str, ...], recipe: MiniRecipe) -> Validation:
    mixing = MixingConfig(
        n_samples=VALIDATION_SAMPLES,
        source_shares=(1.0,),
        level_db=(-5.0, 5.0),
        absent_share=0.0,
        prompt_share=1.0,
        unsure_share=0.0,
        span_share=1.0,
        variation=AS_RECORDED,
    )
    mixer = Mixer(bank, classes, mixing, seed=1)
    return Validation.drawn(mixer, recipe.n_validation_batches, VALIDATION_CLIPS)


def _keep_words(folder: Path, classes: tuple[str, ...]) -> None:
    path = folder / WORDS_FILE
    if path.is_file():
        begun = json.loads(path.read_text(encoding="utf-8"))
        if begun != list(classes):
            differing = ", ".join(sorted(set(begun) ^ set(classes)))
            raise ModelError(
                f"the run in {folder} was begun with other classes; not in both: {differing}",
                advice="Go on with the data the run began with, or start a new one elsewhere.",
            )
    path.write_text(json.dumps(classes), encoding="utf-8")


def _keep_counts(
    folder: Path, parts: dict[Part, list[Recording]], banks: dict[Part, SoundBank]
) -> None:
    """Write how much there is of each part, and of each class to learn from."""
    counts: dict[str, object] = {}
    for part, recordings in parts.items():
        held: dict[str, object] = {
            "recordings": len(recordings),
            "originals": len({one.origin_id for one in recordings}),
        }
        if part in banks:
            held["minutes"] = round(banks[part].starts[-1] / SAMPLE_RATE_HZ / 60, 1)
        counts[part.value] = held
    bank = banks[Part.TRAIN]
    counts["minutes_by_class"] = {
        label: round(sum(map(bank.length, numbers)) / SAMPLE_RATE_HZ / 60, 2)
        for label, numbers in bank.by_class().items()
    }
    (folder / DATA_FILE).write_text(json.dumps(counts, indent=1), encoding="utf-8")
