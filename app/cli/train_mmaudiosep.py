"""`main.py train mmaudiosep ...`: teaches MMAudioSep from MMAudio, and a tiny MMAudio first."""

from dataclasses import replace
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
    from core.training.sep_recipe import SepRecipe
    from core.training.sep_run import SepPlace

Data = Annotated[Path, typer.Argument(metavar="DATA", help="Holds audio/CLASS/RECORDING.")]
Classes = Annotated[
    str, typer.Option(metavar="NAMES", help="Of classes, with commas between; all if none.")
]
TINY_WINDOW_S = 1.0


def mmaudiosep(
    data: Data,
    out: Folder,
    start: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="Holds mmaudio_SIZE.pth, or what “train tiny-mmaudio” made.",
        ),
    ],
    classes: Classes = "",
    is_whole: Annotated[
        bool,
        typer.Option("--whole", help="Teach everything, not the input and the joint blocks alone."),
    ] = False,
    keeps_input: Annotated[
        bool,
        typer.Option(
            "--keep-input",
            help="Begin with MMAudio's own input, deaf to the mixture, not with a new one.",
        ),
    ] = False,
    at_once: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Clips that are computed together; fewer need less."),
    ] = None,
    steps: Steps = None,
    seed: Seed = None,
    batch: Batch = None,
    device: Device = "auto",
) -> None:
    """Teach MMAudioSep from MMAudio; days on a GPU at the official sizes, minutes at the tiny one.

    Ctrl+C stops after the step it is in and keeps everything; the same command goes on. With
    several GPUs: accelerate launch main.py train mmaudiosep ...
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.training.sep_run import train_mmaudiosep
        from core.training.sep_start import TINY_CARD

        is_tiny = (start / TINY_CARD).is_file()
        usual = _tiny(is_separating=True) if is_tiny else None
        recipe = _recipe(out, classes, steps, seed, batch, usual)
        n_at_once = at_once or recipe.objective.clips_at_once
        objective = replace(recipe.objective, clips_at_once=n_at_once)
        recipe = replace(recipe, objective=objective, is_whole=is_whole, keeps_input=keeps_input)
        place = replace(_place(device), start=start)
        report = line.report if place.crew.place == 0 else ignore
        made = train_mmaudiosep(data, out, recipe, place, report=report, cancel=cancel)
        line.clear()
        if place.crew.place == 0:
            use = "too small for an engine" if is_tiny else "for the folder of models"
            print(f"{made}: weights of {made.parent.name}, {use}.")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


def tiny_mmaudio(
    data: Data,
    out: Folder,
    classes: Classes = "",
    steps: Steps = None,
    seed: Seed = None,
    batch: Batch = None,
    device: Device = "auto",
) -> None:
    """Teach a tiny MMAudio to make the sounds of words, to try “train mmaudiosep” with.

    Minutes on one core. It works on mel spectrograms, and has no CLIP and no pictures.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.training.sep_run import train_tiny_mmaudio

        recipe = _recipe(out, classes, steps, seed, batch, _tiny(is_separating=False))
        train_tiny_mmaudio(data, out, recipe, _place(device), report=line.report, cancel=cancel)
        line.clear()
        print(f"{out}: a tiny MMAudio. Now: main.py train mmaudiosep {data} --from {out} -o FOLDER")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


def _tiny(*, is_separating: bool) -> "SepRecipe":
    from core.training.sep_objective import SepObjective
    from core.training.sep_recipe import SepRecipe, tiny_schedule

    return SepRecipe(
        training=tiny_schedule(is_separating=is_separating),
        objective=SepObjective(window_s=TINY_WINDOW_S, clips_at_once=16),
        n_clips=16,
        validate_every_steps=1000 if is_separating else 200,
        n_validation_clips=64,
    )


def _recipe(
    out: Path,
    classes: str,
    steps: int | None,
    seed: int | None,
    batch: int | None,
    usual: "SepRecipe | None" = None,
) -> "SepRecipe":
    """Return the recipe; steps, seed and batch are as the run in `out` began, if not given."""
    from core.training.recipes import kept_recipe
    from core.training.sep_recipe import SepRecipe

    usual = usual or SepRecipe()
    kept = kept_recipe(out)
    return replace(
        usual,
        training=chosen_schedule(usual.training, kept, steps, seed),
        classes=tuple(name.strip() for name in classes.split(",") if name.strip()),
        n_clips=first_choice(batch, kept.get("n_clips"), usual.n_clips),
    )


def _place(device: str) -> "SepPlace":
    from core.separation.devices import pick_device
    from core.training.sep_run import SepPlace

    crew = started_crew(is_on_cpu=device == "cpu")
    return SepPlace(crew.device or pick_device(device), crew)
