"""`main.py train ...`: teaches the networks from recordings, and makes the files that ship."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from core.progress import CancelToken

if TYPE_CHECKING:
    from core.training.mini_run import MiniRecipe

STOPPED = "Stopped, and all that was learnt is kept. To go on, give the same command again."

training = typer.Typer(
    help="Teach the networks from recordings.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folder = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="FOLDER", help="Of the run; a run in it is gone on with."),
]
Device = Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda or mps.")]
Steps = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How many in all; a run may be made longer."),
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Of weights, mixtures and noise.")]
Batch = Annotated[int | None, typer.Option(metavar="N", min=1, help="Clips in each step.")]


@training.command("mini")
def mini(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Holds audio/CLASS/RECORDING.")],
    out: Folder,
    steps: Steps = None,
    seed: Seed = None,
    batch: Batch = None,
    device: Device = "auto",
) -> None:
    """Train the small separator that ships; hours on two cores.

    Ctrl+C stops after the step it is in and keeps everything. The same command goes on, with the
    steps, seed and batch the run began with where they aren't given.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.separation.devices import pick_device
        from core.training.mini_run import train_mini

        recipe = _recipe(out, steps, seed, batch)
        train_mini(data, out, recipe, report=line.report, cancel=cancel, device=pick_device(device))
        line.clear()
        print(f"{out}: all {recipe.training.n_steps} steps are taken.")
        print(f"To ship it: main.py train export {out} -o resources/mini")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


@training.command("pictures")
def pictures(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Holds images/CLASS/PICTURE.")],
    out: Folder,
    steps: Steps = None,
    device: Device = "auto",
) -> None:
    """Train the small network that says what a clicked region shows; an hour on one core.

    Ctrl+C stops after the step it is in and keeps everything. The same command goes on.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from dataclasses import replace

        from core.separation.devices import pick_device
        from core.training.recipes import kept_recipe
        from core.training.seeing_run import SeeingRecipe, train_seeing

        recipe = SeeingRecipe()
        begun = kept_recipe(out).get("training", {})
        n_steps = _first(steps, begun.get("n_steps"), recipe.training.n_steps)
        recipe = replace(recipe, training=replace(recipe.training, n_steps=n_steps))
        where = pick_device(device)
        train_seeing(data, out, recipe, report=line.report, cancel=cancel, device=where)
        line.clear()
        print(f"{out}: all {n_steps} steps are taken.")
        print(f"To ship it: main.py train export {out} -o resources/mini")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


@training.command("export")
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of a run of training.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the files go.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there.")
    ] = False,
) -> None:
    """Write the weights, the model card, the curve, the recipe and the attributions."""

    def work(_line: ProgressLine, _cancel: CancelToken) -> None:
        from core.training.mini_export import export_mini
        from core.training.seeing_export import export_seeing, is_seeing_run

        write = export_seeing if is_seeing_run(folder) else export_mini
        for path in write(folder, out, may_overwrite=overwrite):
            print(path)

    raise typer.Exit(run_plainly(work))


def _recipe(out: Path, steps: int | None, seed: int | None, batch: int | None) -> "MiniRecipe":
    """Return the recipe with what was asked for, else as the run in `out` began, else as usual."""
    from dataclasses import replace

    from core.training.mini_run import MiniRecipe
    from core.training.recipes import kept_recipe

    usual, kept = MiniRecipe(), kept_recipe(out)
    begun = kept.get("training", {})
    schedule = replace(
        usual.training,
        n_steps=_first(steps, begun.get("n_steps"), usual.training.n_steps),
        seed=_first(seed, begun.get("seed"), usual.training.seed),
    )
    n_clips = _first(batch, kept.get("n_clips"), usual.n_clips)
    return replace(usual, training=schedule, n_clips=n_clips)


def _first(*choices: int | None) -> int:
    """Return the first that was made."""
    return next(choice for choice in choices if choice is not None)
