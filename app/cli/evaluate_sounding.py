"""`main.py eval sounding`: how well an engine sees which pixels make the sound of made scenes."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.evaluation_arguments import Device, Figures, Folder, Overwrite, Part
from app.cli.held_out import PartChoice, material_for
from app.cli.progress_line import ProgressLine, writer
from app.cli.running import run_plainly
from core.progress import CancelToken


def sounding(
    folder: Folder,
    engine: Annotated[str, typer.Option(metavar="NAME", help="Sounding segmenter.")] = "ddavs",
    seed: Annotated[int, typer.Option(metavar="N", help="Of the scenes.")] = 0,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="Scenes of each kind.")] = 40,
    frames: Annotated[int, typer.Option(metavar="N", min=1, help="Frames of a scene.")] = 1,
    side: Annotated[int, typer.Option(metavar="PX", min=64, help="Of the frames.")] = 224,
    device: Device = "auto",
    part: Part = PartChoice.AUTO,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Measure these weights instead.")
    ] = None,
    json: Figures = None,
    overwrite: Overwrite = False,
) -> None:
    """Find what sounds in scenes made of the pictures and recordings, and print J and F.

    The kinds: one thing that sounds, alone and beside silent ones; several; two of a class; small
    ones; and, for what is claimed falsely, sounds from off screen and no sound at all. Beside the
    engine stand the same with the sound of another scene, everything seen, what is salient, and a
    box in the middle.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from app.cli.evaluation_options import refuse_existing
        from app.paths import home
        from core.evaluation.figures import write_figures
        from core.evaluation.sounding import run
        from core.evaluation.sounding_report import SoundingPlan
        from core.segmentation import sounding_registry

        refuse_existing(json, may_overwrite=overwrite)
        segmenter = sounding_registry.build(engine, device, weights)
        plan = SoundingPlan(count, frames, side, seed)
        material = material_for(engine, folder, part)
        cache = home().make().cache / "cutouts"
        found = run(
            material, segmenter, plan, cache, report=line.report, cancel=cancel, write=writer(line)
        )
        if json is not None:
            write_figures(json, [found], may_overwrite=overwrite)

    raise typer.Exit(run_plainly(work))
