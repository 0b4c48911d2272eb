"""`main.py eval ...`: measures an engine on recordings, beside baselines, and prints the table."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from core.progress import CancelToken

evaluation = typer.Typer(
    help="Measure an engine on recordings whose parts are known.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Engine = Annotated[str, typer.Option(metavar="NAME", help="Engine to measure.")]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Of the choice of mixtures and of the engine.")
]
Device = Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda or mps.")]


@evaluation.command("separation")
def separation(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds audio/CLASS/RECORDING.")],
    engine: Engine = "spectral",
    seed: Seed = 0,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="How many mixtures of two.")] = 30,
    device: Device = "auto",
) -> None:
    """Separate seeded mixtures of two recordings and print SI-SDR, SDR, SIR and SAR.

    Beside the engine stand clustering of NMF parts (the baseline), the mix itself, and the ideal
    ratio mask (the ceiling).
    """

    def work(_line: ProgressLine, cancel: CancelToken) -> None:
        from core.evaluation.separation import run
        from core.evaluation.trial import Bench

        bench = Bench(device=device, cancel=cancel)
        run(folder, engine, n_mixtures=count, bench=bench, seed=seed, write=_write)

    raise typer.Exit(run_plainly(work))


@evaluation.command("scenes")
def scenes(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds scenes with their stems and meta.json.")
    ],
    engine: Engine = "spectral",
    seed: Seed = 0,
    device: Device = "auto",
) -> None:
    """Separate filmed scenes whose stems are known, by their regions and spans."""

    def work(_line: ProgressLine, cancel: CancelToken) -> None:
        from core.evaluation.scenes import run
        from core.evaluation.trial import Bench

        bench = Bench(device=device, cancel=cancel)
        run(folder, engine, bench=bench, seed=seed, write=_write)

    raise typer.Exit(run_plainly(work))


def _write(line: str) -> None:
    """Each line as soon as it is known: a run takes minutes, and may be watched through a pipe."""
    print(line, flush=True)
