"""What all training commands understand, and how a run goes on as it began."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from core.training.trainer import TrainingConfig

STOPPED = "Stopped, and all that was learnt is kept. To go on, give the same command again."

Folder = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="FOLDER", help="Of the run; a run in it is gone on with."),
]
Device = Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:1 or mps.")]
Steps = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How many in all; a run may be made longer."),
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Of weights, mixtures and noise.")]
Begin = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Weights to begin with, such as those of an earlier run that ship."
    ),
]
Batch = Annotated[int | None, typer.Option(metavar="N", min=1, help="Clips in each step.")]


def chosen_schedule(
    usual: "TrainingConfig", kept: Mapping[str, Any], steps: int | None, seed: int | None
) -> "TrainingConfig":
    """Return the schedule with what was asked for, else as a run began, else as usual.

    Args:
        usual: the one that is run without options.
        kept: the recipe of the run that is gone on with; empty where there is none.
        steps: asked for.
        seed: asked for.
    """
    begun = kept.get("training", {})
    return replace(
        usual,
        n_steps=first_choice(steps, begun.get("n_steps"), usual.n_steps),
        seed=first_choice(seed, begun.get("seed"), usual.seed),
    )


def first_choice(*choices: int | None) -> int:
    """Return the first that was made."""
    return next(choice for choice in choices if choice is not None)
