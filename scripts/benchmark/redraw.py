"""How long a three-hour sound takes to read, and to be drawn anew at any zoom.

uv run python -m scripts.benchmark.redraw [HOURS]
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.paths import Home, home
from core.media.audio_import import ImportedAudio, import_audio
from core.media.cache import MediaCache
from core.media.probe import probe
from core.progress import CancelToken, ignore
from scripts.benchmark.clips import repeated
from scripts.benchmark.measuring import (
    SPREAD,
    print_machine,
    print_table,
    run_program,
    spread,
    timed_ms,
)
from widgets.theme import THEMES, apply_theme
from widgets.timeline import Timeline

_SIZES_PX = ((1280, 340), (2560, 600))
"""Of the whole timeline, as in a window of 1280 x 800 and in one of 2560 x 1440."""
_VIEWS_S = (3600.0, 600.0, 60.0, 10.0, 1.0, 0.05)
_N_PLACES = 40
_CACHE_BYTES = 64 * 2**30


def main(hours: float) -> None:
    """Read the sound in a process of its own, then draw it here."""
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        path = repeated(Path(folder), hours * 3600)
        run = run_program(
            ["-m", "scripts.benchmark.redraw", "--import", str(path)], Path(folder) / "home"
        )
        print(f"reading the sound of {hours:g} h: {run.wall_s:.1f} s, peak {run.peak_mib:.0f} MiB")
        place = Home(*(Path(folder) / "home" / name for name in ("config", "cache", "data")))
        print_table(("view", "timeline", *SPREAD), list(_rows(_read(path, place), hours * 3600)))


def _read(path: Path, place: Home) -> ImportedAudio:
    info, cache = probe(path), MediaCache(place.make().cache / "media", _CACHE_BYTES)
    return import_audio(info, info.audio[0].index, cache, report=ignore, cancel=CancelToken())


def _rows(sound: ImportedAudio, duration_s: float) -> Iterator[tuple[str, ...]]:
    app = QApplication(sys.argv[:1])
    apply_theme(app, THEMES["dark"])
    timeline = Timeline()
    timeline.set_duration(duration_s)
    timeline.set_sound(sound.peaks, sound.spectrogram)
    for size_px in _SIZES_PX:
        timeline.resize(QSize(*size_px))
        timeline.show()
        app.processEvents()
        for view_s in (duration_s, *(view_s for view_s in _VIEWS_S if view_s < duration_s)):
            found = _redraws_ms(timeline, view_s)
            app.processEvents()
            yield (f"{view_s:g} s", "{} x {} px".format(*size_px), *spread(found))
    sound.close()
    timeline.close()


def _redraws_ms(timeline: Timeline, view_s: float) -> list[float]:
    """Show stretches of `view_s` all over the sound, nothing of which has been drawn before."""
    random, found = np.random.default_rng(2), []
    timeline.axis.show(0.0, view_s)
    for start_s in random.uniform(0.0, timeline.axis.duration_s - view_s, _N_PLACES):
        timeline.axis.show(float(start_s), float(start_s) + view_s)
        timeline.refresh_sound()
        found.append(timed_ms(lambda: _repaint(timeline)))
    return found[1:]


def _repaint(timeline: Timeline) -> None:
    # At once, unlike `update`: fetched from disk, laid out, coloured and painted.
    timeline.waveform.repaint()
    timeline.spectrogram.repaint()


if __name__ == "__main__":
    if "--import" in sys.argv:
        _read(Path(sys.argv[-1]), home()).close()
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
