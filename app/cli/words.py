"""`main.py words CLIP`: which known sounds are heard in a clip and when, as words to ask for.

They are those of the bundled engine, but every engine that takes words may be asked for them
(papers/001, section 5: words that nobody has to think of).
"""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from app.paths import home
from core.domain.beliefs import HeardWord
from core.domain.prompts import TimeSpan
from core.progress import CancelToken

_MOST_SPANS = 4


def words(
    clip: Annotated[Path, typer.Argument(metavar="CLIP", help="The video or sound file.")],
    audio_track: Annotated[
        int | None, typer.Option(metavar="N", help="Which sound track, counted from 1.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Say which known sounds are heard in a clip, surest first, and when.

    Any engine that takes words can be asked for them: main.py separate CLIP --text "dog barking".
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from app.cli.headless import imported_sound, sound_track
        from core.domain.vocabulary import read_vocabulary
        from core.jobs.opening import OpenJob
        from core.jobs.tagging import TagJob
        from core.separation.mini_info import VOCABULARY

        opened = OpenJob(clip)(line.report, cancel)
        track = sound_track(opened.info, audio_track)
        mix = imported_sound(opened.info, track, home(), line.report, cancel)
        heard = TagJob(mix, device)(line.report, cancel).words
        line.clear()
        vocabulary = read_vocabulary(VOCABULARY)
        for word in heard:
            print(_told(word, vocabulary.word(word.name).title.lower()))
        if not heard:
            line.say("No sound is heard that the bundled engine has a word for.")

    raise typer.Exit(run_plainly(work))


def _told(word: HeardWord, title: str) -> str:
    """Return "87 %  dog barking  1.2-3.4 s, 5.0-6.1 s"."""
    times = ", ".join(_time(span) for span in word.spans[:_MOST_SPANS])
    n_more = len(word.spans) - _MOST_SPANS
    more = f" and {n_more} more" if n_more > 0 else ""
    return f"{100 * word.confidence:3.0f} %  {title}  {times}{more}"


def _time(span: TimeSpan) -> str:
    return f"{span.start_s:.1f}-{span.end_s:.1f} s"
