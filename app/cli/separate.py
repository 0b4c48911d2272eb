"""`main.py separate CLIP ...`: from a clip to stems on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.marks import Marks, read_all, read_box, read_click, read_paint, read_span
from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.paths import home
from core.domain.export import ExportChoice, OverlayStyle, SoundFormat
from core.progress import CancelToken

_TEMPLATE = "{role}"

Texts = Annotated[
    list[str] | None,
    typer.Option("--text", help="Words for the sound, such as “dog barking”."),
]
Spans = Annotated[
    list[str] | None,
    typer.Option("--span", metavar="START-END", help="It sounds here: 1.2-2.5 (seconds)."),
]
NotSpans = Annotated[
    list[str] | None,
    typer.Option("--not-span", metavar="START-END", help="It is silent here: 4-5."),
]
Clicks = Annotated[
    list[str] | None,
    typer.Option(
        "--click",
        metavar="X,Y@TIME",
        help="It is at this pixel of the upright picture at this time: 320,180@1.0.",
    ),
]
NotClicks = Annotated[
    list[str] | None,
    typer.Option("--not-click", metavar="X,Y@TIME", help="It is not at this pixel."),
]
Boxes = Annotated[
    list[str] | None,
    typer.Option("--box", metavar="X0,Y0,X1,Y1@TIME", help="It is inside this box."),
]
Paints = Annotated[
    list[str] | None,
    typer.Option(
        "--paint",
        metavar="START-END,LOW-HIGH",
        help="It fills this part of the spectrogram: 1-2,300-900 (seconds, hertz).",
    ),
]
NotPaints = Annotated[
    list[str] | None,
    typer.Option(
        "--not-paint",
        metavar="START-END,LOW-HIGH",
        help="It is not in this part of the spectrogram.",
    ),
]


def separate(
    clip: Annotated[Path, typer.Argument(metavar="CLIP", help="The video or sound file.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="FOLDER", help="Folder to write to; made if missing."),
    ] = Path("out"),
    text: Texts = None,
    span: Spans = None,
    not_span: NotSpans = None,
    click: Clicks = None,
    not_click: NotClicks = None,
    box: Boxes = None,
    paint: Paints = None,
    not_paint: NotPaints = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Engine to use; the best that understands the prompts if not given.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the engine."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="The same seed gives the same result.")
    ] = 0,
    sound_format: Annotated[
        SoundFormat, typer.Option("--format", help="Format of the exported sound.")
    ] = SoundFormat.WAV24,
    audio_track: Annotated[
        int | None, typer.Option(metavar="N", help="Which sound track, counted from 1.")
    ] = None,
    device: Annotated[
        str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:1 or mps.")
    ] = "auto",
    find_with: Annotated[
        str,
        typer.Option(metavar="NAME", help="What finds clicked objects: classic, sam2 or edgetam."),
    ] = "classic",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that exist already.")
    ] = False,
    video: Annotated[
        bool,
        typer.Option(
            "--video", help="The clip with the target as its sound; the picture is copied as it is."
        ),
    ] = False,
    overlay: Annotated[
        bool,
        typer.Option("--overlay", help="A video that shows the clicked object."),
    ] = False,
    overlay_style: Annotated[
        OverlayStyle, typer.Option(help="How the object is shown.")
    ] = OverlayStyle.COLOUR,
    matte: Annotated[
        bool,
        typer.Option("--matte", help="A black and white video of the object."),
    ] = False,
    labels: Annotated[bool, typer.Option("--labels", help="The spans as Audacity labels.")] = False,
) -> None:
    """Pull one sound out of a clip and write mix, target, residual and manifest.json.

    Say what to hear with any of the prompts, each as often as needed. Target and residual add up
    to the mix, at the clip's own sample rate and with all its channels.

    Example: main.py separate duo.mp4 --span 1.2-2.5 --not-span 4-5 --click 320,180@1.0 -o out/
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        marks = Marks(
            texts=tuple(one for one in text or () if one.strip()),
            spans=(
                *read_all(span, read_span),
                *read_all(not_span, lambda one: read_span(one, is_positive=False)),
            ),
            spectral=(
                *read_all(paint, read_paint),
                *read_all(not_paint, lambda one: read_paint(one, is_positive=False)),
            ),
            points=(
                *read_all(click, read_click),
                *read_all(not_click, lambda one: read_click(one, is_positive=False)),
            ),
            boxes=read_all(box, read_box),
        )
        choice = ExportChoice(
            folder=out,
            stem_ids=(),
            name_template=_TEMPLATE,
            sound_format=sound_format,
            with_mix=True,
            with_video=video,
            with_overlay=overlay,
            overlay_style=overlay_style,
            with_matte=matte,
            with_labels=labels,
            may_overwrite=overwrite,
        )
        # Only now: reading the options and --help must not wait for the media libraries.
        from app.cli.headless import HeadlessRequest, separate_clip

        request = HeadlessRequest(
            clip, marks, choice, engine, tuple(settings or ()), seed, audio_track, device, find_with
        )
        answer = separate_clip(request, home(), report=line.report, cancel=cancel)
        line.clear()
        for notice in answer.notices:
            line.say(f"Note: {notice}")
        for path in answer.files.values():
            print(path)

    raise typer.Exit(run_plainly(work))
