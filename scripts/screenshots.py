"""Renders the pictures of the README and of docs/screenshots: the real window, used on the demo.

    uv run scripts/screenshots.py [FOLDER] [--width 1280 --height 800] [--light]

Drives the window through its own signals, as a person's mouse and keys would.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["SOLOIST_HOME"] = tempfile.mkdtemp(prefix="soloist-screenshots-")

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402 - the environment comes first
from PySide6.QtWidgets import QApplication  # noqa: E402

from app.commands import connect_actions  # noqa: E402
from app.composition import DEMO  # noqa: E402
from app.editor import Editor  # noqa: E402
from app.paths import home  # noqa: E402
from app.playback.output import SilentOutput  # noqa: E402
from app.settings import SettingsStore  # noqa: E402
from core.domain.export import ExportChoice  # noqa: E402
from core.domain.prompts import SpanPrompt, TimeSpan  # noqa: E402
from core.errors import MediaError  # noqa: E402
from core.separation.registry import engines  # noqa: E402
from widgets.export_dialog import ExportDialog, PlanFiles  # noqa: E402
from widgets.export_options import ExportOffer  # noqa: E402
from widgets.theme import DARK, LIGHT, apply_theme  # noqa: E402

BELL_PX = (480.0, 270.0)
BELL_S = ((1.5, 3.45), (7.9, 11.5))
NOT_BELL_S = (4.0, 7.5)
PATIENCE_MS = 180_000


class Photographer:
    """Uses the editor and takes pictures of it."""

    def __init__(self, app: QApplication, folder: Path, size: tuple[int, int]) -> None:
        place = home().make()
        self._folder = folder
        self.editor = Editor(
            app,
            place,
            SettingsStore(place.config),
            engines(),
            DEMO,
            lambda rate_hz: (SilentOutput(rate_hz), ""),
        )
        connect_actions(self.editor)
        self.editor.window.resize(*size)
        self.editor.window.show()

    def take(self, name: str) -> None:
        """Grab the window as `name`.png once it is at rest."""
        wait(lambda: False, 400)
        self.editor.window.grab().save(str(self._folder / f"{name}.png"))

    def run(self) -> None:
        """Go through the states of the window, the empty one first."""
        editor = self.editor
        self.take("empty")
        editor.start(DEMO)
        wait(lambda: bool(editor.media.clip and editor.media.clip.is_sound_whole))
        wait(lambda: editor.picture.frame is not None)
        self.take("loaded")
        editor.player.seek(2.2)
        wait(lambda: bool(editor.picture.frame and editor.picture.frame.time_s > 2.1))
        self._sounding()
        editor.window.video.click_requested.emit(*BELL_PX, True)
        wait(lambda: editor.tracks.is_whole(editor.masking.region))
        self.take("masked")
        self._mark()
        editor.actions["separate"].trigger()
        wait(lambda: "Separating" in _stage(editor))
        self.take("separating")
        wait(lambda: editor.document.project.stems[0].result is not None)
        stem_id = editor.document.project.stems[0].stem_id
        editor.window.stems.rename_requested.emit(stem_id, "Bell")
        wait(lambda: not editor.runner.is_busy)
        self.take("separated")
        editor.notices.fail(
            MediaError(
                "letter.mp4 is not media",
                advice="“letter.mp4” holds no picture and no sound. Choose a video or sound file.",
            )
        )
        self.take("error")
        editor.window.notices.clear()
        editor.export._ask = self._export  # in place of the modal dialog
        editor.actions["export"].trigger()

    def _sounding(self) -> None:
        """Show what sounds, and take it off the picture again."""
        editor = self.editor
        editor.actions["see_sounding"].trigger()
        wait(lambda: not editor.sources.is_looking)
        self.take("sounding")
        editor.actions["show_sounding"].trigger()

    def _mark(self) -> None:
        stem_id = self.editor.document.project.selected_stem_id or ""
        for start_s, end_s in BELL_S:
            self.editor.window.timeline.span_added.emit(
                stem_id, SpanPrompt(TimeSpan(start_s, end_s))
            )
        silent = SpanPrompt(TimeSpan(*NOT_BELL_S), is_positive=False)
        self.editor.window.timeline.span_added.emit(stem_id, silent)

    def _export(
        self,
        defaults: ExportChoice,
        offer: ExportOffer,
        plan_files: PlanFiles,
        in_the_way: PlanFiles,
    ) -> None:
        # No path of the machine that renders this.
        defaults = replace(defaults, folder=Path("Videos") / defaults.folder.name)
        dialog = ExportDialog(defaults, offer, plan_files, in_the_way, self.editor.window)
        dialog.show()
        wait(lambda: False, 400)
        dialog.grab().save(str(self._folder / "export.png"))
        dialog.close()


def _stage(editor: Editor) -> str:
    return " ".join(row.stage for row in editor.runner.rows() if row.state == "running")


def wait(is_done: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
    """Let the window live until `is_done`, or the patience is over."""
    loop = QEventLoop()
    poll, end = QTimer(interval=20), QTimer(interval=patience_ms, singleShot=True)
    poll.timeout.connect(lambda: loop.quit() if is_done() else None)
    end.timeout.connect(loop.quit)
    poll.start()
    end.start()
    loop.exec()
    poll.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--light", action="store_true")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    apply_theme(app, LIGHT if chosen.light else DARK)
    photographer = Photographer(app, chosen.folder, (chosen.width, chosen.height))
    photographer.run()
    photographer.editor.shutdown()


if __name__ == "__main__":
    main()
