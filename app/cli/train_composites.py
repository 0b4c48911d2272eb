"""`main.py train composites`: teaches the sounding segmenter that ships, on made scenes."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.cli.training_options import STOPPED, Folder, Seed, Steps, chosen_schedule
from core.progress import CancelToken

_BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "mini"


def composites(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="Holds audio/CLASS/RECORDING and images/CLASS/PICTURE."
        ),
    ],
    out: Folder,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For cut-outs and decoded sounds; else in the run."),
    ] = None,
    begin_with: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Holds mini.safetensors and seeing.safetensors."),
    ] = _BUNDLED,
    steps: Steps = None,
    seed: Seed = None,
) -> None:
    """Train the small DDAVS on made scenes; hours on one core.

    Its queries are taught on sound alone first, then all of it on scenes made of cut-out pictures.
    Ctrl+C stops after the step it is in and keeps everything. The same command goes on.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.training.composite_files import write_composite_files
        from core.training.composite_run import CompositeRecipe, train_on_composites
        from core.training.ddavs_material import open_material
        from core.training.recipes import kept_recipe

        recipe = CompositeRecipe()
        schedule = chosen_schedule(recipe.base.training, kept_recipe(out), steps, seed)
        base = replace(recipe.base, training=schedule)
        recipe = replace(recipe, base=base)
        material = open_material(
            data,
            cache or out / "cache",
            side_px=base.side_px,
            seed=schedule.seed,
            report=line.report,
            cancel=cancel,
        )
        write_composite_files(data, begin_with, out)
        train_on_composites(material, out, begin_with, recipe, report=line.report, cancel=cancel)
        line.clear()
        print(f"{out}: all {schedule.n_steps} steps are taken.")
        print(f"To ship it: main.py train export {out} -o resources/ddavs")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))
