"""`main.py train ...`: teaches the networks from recordings, and makes the files that ship."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.cli.train_composites import composites
from app.cli.train_ddavs import ddavs
from app.cli.train_flow import flow
from app.cli.train_mmaudiosep import mmaudiosep, tiny_mmaudio
from app.cli.training_options import (
    STOPPED,
    Begin,
    Device,
    Folder,
    Seed,
    Steps,
    chosen_schedule,
)
from core.progress import CancelToken

if TYPE_CHECKING:
    from core.training.mini_run import MiniRecipe

training = typer.Typer(
    help="Teach the networks from recordings.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@training.command("mini")
def mini(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Holds audio/CLASS/RECORDING.")],
    out: Folder,
    steps: Steps = None,
    seed: Seed = None,
    device: Device = "auto",
    begin: Begin = None,
) -> None:
    """Train the small separator that ships; hours on two cores.

    With --begin it learns names first, from sounds varied far more, then everything once more.

    Ctrl+C stops after the step it is in and keeps everything. The same command goes on, with the
    steps and seed the run began with where they aren't given.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.separation.devices import pick_device
        from core.training.mini_run import train_mini

        recipe = _recipe(out, steps, seed, begin)
        where = pick_device(device)
        train_mini(data, out, recipe, report=line.report, cancel=cancel, device=where, begin=begin)
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
    begin: Begin = None,
) -> None:
    """Train the small network that says what a clicked region shows; an hour on one core.

    With --begin it goes on learning from weights that know pictures already.

    Ctrl+C stops after the step it is in and keeps everything. The same command goes on.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.separation.devices import pick_device
        from core.training.recipes import kept_recipe
        from core.training.seeing_run import SeeingRecipe, further_recipe, train_seeing

        recipe = further_recipe(begin) if begin else SeeingRecipe()
        schedule = chosen_schedule(recipe.training, kept_recipe(out), steps, None)
        recipe = replace(recipe, training=schedule)
        where = pick_device(device)
        train_seeing(
            data, out, recipe, report=line.report, cancel=cancel, device=where, begin=begin
        )
        line.clear()
        print(f"{out}: all {schedule.n_steps} steps are taken.")
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
        from core.training.ddavs_export import export_ddavs, is_ddavs_run
        from core.training.mini_export import export_mini
        from core.training.seeing_export import export_seeing, is_seeing_run

        write = export_seeing if is_seeing_run(folder) else export_mini
        write = export_ddavs if is_ddavs_run(folder) else write
        for path in write(folder, out, may_overwrite=overwrite):
            print(path)

    raise typer.Exit(run_plainly(work))


def _recipe(out: Path, steps: int | None, seed: int | None, begin: Path | None) -> "MiniRecipe":
    """Return the recipe with what was asked for, else as the run in `out` began, else as usual."""
    from core.training.mini_run import MiniRecipe, further_recipe
    from core.training.recipes import kept_recipe

    usual, kept = further_recipe(begin) if begin else MiniRecipe(), kept_recipe(out)
    schedule = chosen_schedule(usual.training, kept, steps, seed)
    return replace(usual, training=schedule)


training.command("flow")(flow)
training.command("mmaudiosep")(mmaudiosep)
training.command("tiny-mmaudio")(tiny_mmaudio)
training.command("ddavs")(ddavs)
training.command("composites")(composites)
