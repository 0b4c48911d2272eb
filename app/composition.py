"""Starts the editor: one application, one window, and the clip. The only place with a main loop."""

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.commands import connect_actions
from app.editor import Editor
from app.paths import Home, home
from app.playback.sounddevice_output import open_output
from app.playback.writer import OpenOutput
from app.settings import SettingsStore
from core.separation.registry import engines
from widgets.theme import THEMES, apply_theme

_PATIENCE_MS = 1_500
"""The window is gone by then; nobody should find the program still there seconds later."""

DEMO = Path(__file__).resolve().parents[1] / "resources" / "demo" / "demo.mp4"


def run(clip: Path | None) -> int:
    """Show the editor on `clip`, or on the demo clip, until it is closed; return the exit code."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Soloist")
    app.setApplicationDisplayName("Soloist")
    place = home().make()
    _log_to(place)
    editor = compose(app, place)
    editor.window.show()
    editor.start(clip)
    code = app.exec()
    if not editor.shutdown(_PATIENCE_MS):
        leave(code)
    return code


def leave(code: int) -> None:
    """End at once: a thread that is still at work must not meet a window that has gone.

    Left to itself Python would wait for that thread, and Qt would abort the program.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def compose(app: QApplication, place: Home, open_output: OpenOutput = open_output) -> Editor:
    """Build the editor with its settings, its theme and its actions; nothing is shown yet."""
    settings = SettingsStore(place.config)
    apply_theme(app, THEMES[settings.value.theme])
    editor = Editor(app, place, settings, engines(), DEMO, open_output)
    editor.models.changed.connect(lambda: editor.set_engines(engines()))
    connect_actions(editor)
    return editor


def _log_to(place: Home) -> None:
    """Keep the last megabytes of log beside the settings; the terminal gets warnings."""
    file = RotatingFileHandler(place.data / "soloist.log", maxBytes=1_000_000, backupCount=1)
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, handlers=[file, terminal])
