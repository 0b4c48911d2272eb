"""`main.py train ddavs ...`: teaches the network that sees which pixels make the sound."""

from collections.abc import Sequence
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
from core.errors import ModelError
from core.progress import CancelToken, ignore

if TYPE_CHECKING:
    from core.nn.ddavs.config import DdavsConfig
    from core.training.ddavs_run import DdavsRecipe

_BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "mini"


class Size(Enum):
    """Which network."""

    SMALL = "small"
    PAPER = "paper"
    TINY = "tiny"


class Part(Enum):
    """What tables 3 and 8 of the paper leave out."""

    AQM = "aqm"
    COM = "com"
    AVAM = "avam"
    BANK = "bank"


def ddavs(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="AVSBench's S4, MS3 or AVSS, or VPO, as they are published; or "
            "audio/CLASS/RECORDING with images/CLASS/PICTURE, of which scenes are made.",
        ),
    ],
    out: Folder,
    size: Annotated[
        Size,
        typer.Option(
            help="small is for two cores; paper is MiT-B5 with HTSAT; tiny is for trying out."
        ),
    ] = Size.SMALL,
    without: Annotated[
        list[Part] | None,
        typer.Option(metavar="PART", help="Leave out aqm, com, avam or bank; may be repeated."),
    ] = None,
    inject: Annotated[
        str, typer.Option(metavar="STAGES", help="Before which stages sound comes in.")
    ] = "3,4",
    semantic: Annotated[
        bool, typer.Option("--semantic", help="Tell the class of each pixel; AVSS and VPO can.")
    ] = False,
    side: Annotated[
        int, typer.Option(metavar="PX", min=64, help="Of the pictures; a multiple of 32.")
    ] = 224,
    mit: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Holds a Mix Transformer, such as nvidia/mit-b5."),
    ] = None,
    htsat: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Holds laion/clap-htsat-unfused, or one like it."),
    ] = None,
    from_nothing: Annotated[
        bool,
        typer.Option("--from-nothing", help="Don't begin with what the bundled separator knows."),
    ] = False,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For cut-outs and decoded sounds; else in the run."),
    ] = None,
    steps: Steps = None,
    seed: Seed = None,
    batch: Batch = None,
    half: Annotated[
        bool | None,
        typer.Option("--half/--full", help="Compute in bfloat16 where that is safe, or never."),
    ] = None,
    device: Device = "auto",
) -> None:
    """Train DDAVS; hours on two cores for the small one, days on GPUs for the paper's.

    Ctrl+C stops after the step it is in and keeps everything; the same command goes on. With
    several GPUs: accelerate launch main.py train ddavs ...
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.separation.devices import pick_device
        from core.training.ddavs_material import open_material
        from core.training.ddavs_run import WEIGHTS_FILE, DdavsPlace, train_ddavs
        from core.training.ddavs_start import Pretrained

        choices = _Choices(size, tuple(without or ()), inject, semantic, _side(side), half)
        recipe = _recipe(out, choices, steps, seed, batch)
        crew = started_crew(is_on_cpu=device == "cpu")
        knows = size is Size.SMALL and not from_nothing
        place = DdavsPlace(
            crew.device or pick_device(device),
            crew,
            Pretrained(_BUNDLED if knows else None, mit, htsat),
        )
        report = line.report if crew.place == 0 else ignore
        material = open_material(
            data,
            cache or out / "cache",
            side_px=side,
            seed=recipe.training.seed,
            report=report,
            cancel=cancel,
        )
        train_ddavs(material, out, recipe, place, report=report, cancel=cancel)
        line.clear()
        if crew.place == 0:
            print(f"{out / WEIGHTS_FILE}: all {recipe.training.n_steps} steps are taken.")

    raise typer.Exit(run_plainly(work, when_cancelled=STOPPED))


@dataclass(frozen=True, slots=True)
class _Choices:
    """The options that make a recipe."""

    size: Size
    without: Sequence[Part]
    inject: str
    is_semantic: bool
    side_px: int
    is_half: bool | None


def _recipe(
    out: Path, choices: _Choices, steps: int | None, seed: int | None, batch: int | None
) -> "DdavsRecipe":
    """Return the recipe; steps, seed and batch are as the run in `out` began, if not given."""
    from core.training.ddavs_run import paper_recipe, small_recipe, tiny_recipe
    from core.training.recipes import kept_recipe

    usual = {Size.SMALL: small_recipe, Size.PAPER: paper_recipe, Size.TINY: tiny_recipe}[
        choices.size
    ]()
    kept, left_out = kept_recipe(out), set(choices.without)
    # COM works on the queries of AQM; without them there is nothing to contrast.
    contrast = 0.0 if left_out & {Part.COM, Part.AQM} else usual.objective.contrast
    is_half = usual.objective.is_half if choices.is_half is None else choices.is_half
    n_clusters = 0 if Part.BANK in left_out else usual.bank.n_clusters
    return replace(
        usual,
        network=_network(usual.network, choices),
        training=chosen_schedule(usual.training, kept, steps, seed),
        objective=replace(usual.objective, contrast=contrast, is_half=is_half),
        bank=replace(usual.bank, n_clusters=n_clusters),
        n_frames=first_choice(batch, kept.get("n_frames"), usual.n_frames),
        side_px=choices.side_px,
    )


def _network(usual: "DdavsConfig", choices: _Choices) -> "DdavsConfig":
    return replace(
        usual,
        injected=_stages(choices.inject),
        has_queries=Part.AQM not in choices.without,
        has_alignment=Part.AVAM not in choices.without,
        n_classes=2 if choices.is_semantic else 1,
    )


def _side(side_px: int) -> int:
    if side_px % 32:
        raise ModelError(
            f"{side_px} pixels can't be halved five times",
            advice=f"Give a multiple of 32, such as {round(side_px / 32) * 32}.",
        )
    return side_px


def _stages(text: str) -> tuple[int, ...]:
    """Return the stages that "3,4" names.

    Raises:
        ModelError: they aren't stages.
    """
    names = [one.strip() for one in text.split(",") if one.strip()]
    if not all(one in {"1", "2", "3", "4"} for one in names):
        raise ModelError(f"“{text}” are no stages", advice="Give some of 1,2,3,4.")
    return tuple(sorted({int(one) for one in names}))
