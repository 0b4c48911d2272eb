"""The arguments and options that the commands of `main.py eval` share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.held_out import PartChoice


class OverlapOption(StrEnum):
    """The same words as `core.evaluation.mixtures.Overlap`, and both of them."""

    PARTLY = "partly"
    FULL = "full"
    BOTH = "both"


Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="Holds audio/CLASS/RECORDING and images/CLASS/PICTURE."),
]
Engine = Annotated[str, typer.Option(metavar="NAME", help="Engine to measure.")]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Of the choice of mixtures and of the engine.")
]
Count = Annotated[int, typer.Option(metavar="N", min=1, help="How many mixtures of two.")]
Device = Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:1 or mps.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the engine; give it again."),
]
Part = Annotated[
    PartChoice,
    typer.Option(
        help="Which files: those held out by their originals in SOURCES.csv (test), or all. "
        "auto: test for engines trained here, where there is such a table."
    ),
]
Overlap = Annotated[
    OverlapOption,
    typer.Option(
        help="partly: the target is silent a third of the time; full: both sound throughout; "
        "both: one table each."
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        metavar="LIST",
        help="How to ask: some of text,picture,span,text+span,all,wrong,none; all of them if "
        "not given. Where the engine does not understand one, its row is left out.",
    ),
]
Figures = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here as JSON.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace FILE if it exists already.")]
