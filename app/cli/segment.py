"""`main.py segment CLIP ...`: shows which pixels make the sound, on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.paths import home
from core.domain.export import OverlayStyle
from core.progress import CancelToken


def segment(
    clip: Annotated[Path, typer.Argument(metavar="CLIP", help="The video.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="FOLDER", help="Folder to write to; made if missing."),
    ] = Path("out"),
    rate: Annotated[
        float,
        typer.Option(metavar="HZ", min=0.1, max=60.0, help="Frames a second that are looked at."),
    ] = 5.0,
    engine: Annotated[str, typer.Option(metavar="NAME", help="Sounding segmenter.")] = "ddavs",
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Weights of your own training.")
    ] = None,
    style: Annotated[
        OverlayStyle, typer.Option(help="How what sounds is shown.")
    ] = OverlayStyle.COLOUR,
    matte: Annotated[
        bool, typer.Option("--matte", help="Also a black and white video of what sounds.")
    ] = False,
    audio_track: Annotated[
        int | None, typer.Option(metavar="N", help="Which sound track, counted from 1.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda or mps.")] = "auto",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that exist already.")
    ] = False,
) -> None:
    """See which pixels make the sound of a clip; write overlay.mp4, masks.json and manifest.json.

    masks.json holds a mask for each source on each frame that was looked at, as COCO's run
    lengths, in pixels of the upright picture.

    Example: main.py segment duo.mp4 --rate 5 -o out/
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        # Only now: reading the options and --help must not wait for the media libraries.
        from app.cli.headless_sounding import SegmentRequest, segment_clip
        from core.domain.export import SoundingExportChoice

        choice = SoundingExportChoice(out, style, matte, overwrite)
        request = SegmentRequest(clip, choice, rate, engine, weights, audio_track, device)
        answer, summary = segment_clip(request, home(), report=line.report, cancel=cancel)
        line.clear()
        line.say(summary)
        for notice in answer.notices:
            line.say(f"Note: {notice}")
        for path in answer.files.values():
            print(path)

    raise typer.Exit(run_plainly(work))
