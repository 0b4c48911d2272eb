"""`main.py eval ...`: measures an engine on recordings, beside baselines, and prints the table."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.evaluate_sounding import sounding
from app.cli.evaluation_arguments import (
    By,
    Count,
    Device,
    Engine,
    Figures,
    Folder,
    Overlap,
    OverlapOption,
    Overwrite,
    Part,
    Seed,
    Settings,
)
from app.cli.held_out import PartChoice, material_for
from app.cli.progress_line import ProgressLine, writer
from app.cli.running import run_plainly
from core.progress import CancelToken

if TYPE_CHECKING:
    from core.domain.engines import SettingValue
    from core.evaluation.separation_report import SeparationPlan
    from core.evaluation.trial import Bench

evaluation = typer.Typer(
    help="Measure an engine on recordings whose parts are known.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


evaluation.command("sounding")(sounding)


@evaluation.command("separation")
def separation(
    folder: Folder,
    engine: Engine = "spectral",
    seed: Seed = 0,
    count: Count = 200,
    device: Device = "auto",
    part: Part = PartChoice.AUTO,
    by: By = None,
    overlap: Overlap = OverlapOption.PARTLY,
    settings: Settings = None,
    json: Figures = None,
    overwrite: Overwrite = False,
    baselines: Annotated[
        bool, typer.Option(help="Measure NMF-MFCC and the other baselines as well.")
    ] = True,
) -> None:
    """Separate seeded mixtures of two recordings and print SI-SDR, SDR, SIR and SAR.

    The target is asked for by the name of its class, by a picture, by when it sounds, by all of
    it, by a wrong name, and by nothing. Beside the engine stand `spectral` by spans, clustering
    of NMF parts, the spans alone, the mix itself, and the ideal ratio mask (the ceiling).
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.evaluation.figures import write_figures
        from core.evaluation.separation import run

        _refuse_existing(json, overwrite)
        bench = _bench(engine, seed, device, _given(engine, settings), cancel)
        material = material_for(engine, folder, part)
        reports = [
            run(material, plan, bench, report=line.report, write=writer(line))
            for plan in _plans(count, overlap, by, has_baselines=baselines)
        ]
        if json is not None:
            write_figures(json, reports, may_overwrite=overwrite)

    raise typer.Exit(run_plainly(work))


@evaluation.command("sweep")
def sweep(
    folder: Folder,
    engine: Engine = "spectral",
    seed: Seed = 0,
    count: Count = 50,
    device: Device = "auto",
    part: Part = PartChoice.AUTO,
    by: By = "text,span,text+span,all",
    overlap: Overlap = OverlapOption.PARTLY,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=A,B,...",
            help="Values of a setting to try, a row each; one value alone holds for all rows.",
        ),
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Try every switch and choice of the engine.")
    ] = False,
    json: Figures = None,
    overwrite: Overwrite = False,
) -> None:
    """Try settings of an engine on the same mixtures: SI-SDR improvement and cost, a row each.

    Settings are changed one at a time, from the engine as usual, which is the first row.

    Example: main.py eval sweep data/train --engine mini --set steps=1,2,4,8
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from app.cli.evaluation_options import read_tried
        from core.evaluation.figures import write_figures
        from core.evaluation.sweep import one_at_a_time, run
        from core.separation import registry

        _refuse_existing(json, overwrite)
        info = registry.info(engine)
        usual, tried = read_tried(info, settings or (), is_ablation=ablate)
        variants = one_at_a_time(info, usual, tried)
        bench = _bench(engine, seed, device, usual, cancel)
        material = material_for(engine, folder, part)
        reports = [
            run(material, variants, plan, bench, report=line.report, write=writer(line))
            for plan in _plans(count, overlap, by)
        ]
        if json is not None:
            write_figures(json, reports, may_overwrite=overwrite)

    raise typer.Exit(run_plainly(work))


@evaluation.command("scenes")
def scenes(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds scenes with their stems and meta.json.")
    ],
    engine: Engine = "spectral",
    seed: Seed = 0,
    device: Device = "auto",
    settings: Settings = None,
    json: Figures = None,
    overwrite: Overwrite = False,
) -> None:
    """Separate filmed scenes whose stems are known, by their boxes, words, spans, and all."""

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.evaluation.figures import write_figures
        from core.evaluation.scenes import run

        _refuse_existing(json, overwrite)
        bench = _bench(engine, seed, device, _given(engine, settings), cancel)
        found = run(folder, bench, report=line.report, write=writer(line))
        if json is not None:
            write_figures(json, [found], may_overwrite=overwrite)

    raise typer.Exit(run_plainly(work))


def _bench(
    engine: str,
    seed: int,
    device: str,
    settings: "Mapping[str, SettingValue]",
    cancel: CancelToken,
) -> "Bench":
    from core.evaluation.trial import Bench

    return Bench(engine, seed, device, settings, cancel)


def _given(engine: str, texts: list[str] | None) -> "Mapping[str, SettingValue]":
    from app.cli.engine_choice import read_settings
    from core.separation import registry

    return read_settings(registry.info(engine), texts) if texts else {}


def _plans(
    count: int, overlap: OverlapOption, by: str | None, *, has_baselines: bool = False
) -> "list[SeparationPlan]":
    from app.cli.evaluation_options import read_ways
    from core.evaluation.mixtures import Overlap as Kind
    from core.evaluation.separation_report import SeparationPlan

    kinds = list(Kind) if overlap is OverlapOption.BOTH else [Kind(overlap.value)]
    return [SeparationPlan(count, kind, read_ways(by), has_baselines) for kind in kinds]


def _refuse_existing(path: Path | None, may_overwrite: bool) -> None:
    from app.cli.evaluation_options import refuse_existing

    refuse_existing(path, may_overwrite=may_overwrite)
