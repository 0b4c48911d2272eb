"""`main.py train flow ...`: teaches DAVIS-Flow, or DAVIS, at its official size."""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.crews import started_crew
from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.cli.training_options import (
    STOPPED,
    Batch,
    Device,
    Folder,
    Seed,
    Steps,
    chosen_schedule,
    first_choice,
)
from core.progress import CancelToken, ignore

if TYPE_CHECKING:
    from core.training.flow_run import FlowRecipe


class Window(Enum):
    """Whose rate and length of sound, and whose frames of film."""

    MUSIC = "music"
    AVE = "ave"


class Kind(Enum):
    """What is learnt."""

    FLOW = "flow"
    DIFFUSION = "diffusion"


def flow(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Holds train.csv, val.csv, test.csv, audio/ and frames/ as MUSIC and AVE are "
            "published, or audio/CLASS/RECORDING and images/CLASS/PICTURE.",
        ),
    ],
    out: Folder,
    objective: Annotated[
        Kind, typer.Option(help="flow makes DAVIS-Flow, diffusion makes DAVIS.")
    ] = Kind.FLOW,
    window: Annotated[
        Window, typer.Option(help="5.9 s at 11,025 Hz (music), or 10 s at 11,000 Hz (ave).")
    ] = Window.MUSIC,
    clip: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Holds openai/clip-vit-base-patch32: config.json, model.safetensors, vocab.json, "
            "merges.txt. Pictures and words are shown to it once.",
        ),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="What CLIP said of them, made before; then no CLIP is needed."
        ),
    ] = None,
    end_term: Annotated[
        bool,
        typer.Option(
            "--end-term/--no-end-term",
            help="Also count the error of the end of the flow, as the official code does.",
        ),
    ] = True,
    sources: Annotated[int, typer.Option(metavar="N", min=2, max=4, help="In each mixture.")] = 2,
    silences: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, max=1, help="How often a source pauses for a while."),
    ] = 0.0,
    words: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="With folders of classes: how often the name is the prompt, not a picture.",
        ),
    ] = 0.5,
    at_once: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Clips that are computed together; fewer need less."),
    ] = 8,
    steps: Steps = None,
    seed: Seed = None,
    batch: Batch = None,
    device: Device = "auto",
) -> None:
    """Train DAVIS-Flow or DAVIS at its official size; days on one GPU.

    Ctrl+C stops after the step it is in and keeps everything; the same command goes on. With
    several GPUs: accelerate launch main.py train flow ...
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.separation.devices import pick_device
        from core.training.flow_features import clip_reader
        from core.training.flow_run import ENGINES, Workplace, train_flow

        crew = started_crew(is_on_cpu=device == "cpu")
        chosen = crew.device or pick_device(device)
        is_speaker = crew.place == 0
        choices = _Choices(objective, window, end_term, sources, silences, words, at_once)
        recipe = _recipe(out, choices, steps, seed, batch)
        place = Workplace(
            device=chosen,
            crew=crew,
            reader=None if clip is None else clip_reader(clip, recipe.davis, chosen),
            features=features,
            say=line.say if is_speaker else lambda _sentence: None,
        )
        report = line.report if is_speaker else ignore
        train_flow(data, out, recipe, place, report=report, cancel=cancel)
        line.clear()
        if is_speaker:
            engine = ENGINES[recipe.objective.kind]
            print(f"{out / engine}: weights of the engine {engine}, for the folder of models.")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


@dataclass(frozen=True, slots=True)
class _Choices:
    """The options that make a recipe."""

    kind: Kind
    window: Window
    end_term: bool
    sources: int
    silences: float
    words: float
    at_once: int


def _recipe(
    out: Path, choices: _Choices, steps: int | None, seed: int | None, batch: int | None
) -> "FlowRecipe":
    """Return the recipe; steps, seed and batch are as the run in `out` began, if not given."""
    from core.training.flow_mixing import FlowMixing
    from core.training.flow_objective import FlowObjective
    from core.training.flow_run import FlowRecipe
    from core.training.recipes import kept_recipe

    usual, kept = FlowRecipe(), kept_recipe(out)
    return replace(
        usual,
        training=chosen_schedule(usual.training, kept, steps, seed),
        window="MUSIC" if choices.window is Window.MUSIC else "AVE",
        mixing=FlowMixing(choices.sources, silence_share=choices.silences),
        objective=FlowObjective(
            "flow" if choices.kind is Kind.FLOW else "diffusion", choices.end_term
        ),
        n_mixtures=first_choice(batch, kept.get("n_mixtures"), usual.n_mixtures),
        clips_at_once=choices.at_once,
        word_share=choices.words,
    )
