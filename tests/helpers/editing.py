"""What a person does in the window, for tests of the whole editor on the scene with the disc."""

from pathlib import Path

from app.controllers.projects import Answer
from app.editor import Editor
from core.domain.export import ExportChoice, SoundingExportChoice
from core.domain.prompts import SpanPrompt, TimeSpan
from tests.helpers.scenes import DISC_PX, SOUNDS_S

WAIT_MS = 30_000


class Person:
    """Answers the questions of the dialogs, as a test has told it to."""

    def __init__(self) -> None:
        self.save_to: Path | None = None
        self.media: Path | None = None
        self.unsaved = Answer.DISCARD
        self.export: ExportChoice | None = None
        self.export_sounding: SoundingExportChoice | None = None
        self.recovers = False


def is_ready(editor: Editor) -> bool:
    """Whether picture and sound of the open clip are all there."""
    clip = editor.media.clip
    return clip is not None and clip.is_sound_whole and editor.picture.frame is not None


def titles(editor: Editor) -> str:
    """Return the titles of all notices on screen."""
    return " ".join(notice.title for notice in editor.window.notices.shown)


def click_the_disc(editor: Editor, qtbot) -> None:
    """Click the disc, and wait until it has been followed through the clip."""
    editor.window.video.click_requested.emit(*DISC_PX, True)
    region = editor.masking.region
    qtbot.waitUntil(lambda: editor.tracks.is_whole(region), timeout=WAIT_MS)


def mark(editor: Editor) -> None:
    """Drag over the moments the disc sounds."""
    stem_id = editor.document.project.selected_stem_id or ""
    editor.window.timeline.span_added.emit(stem_id, SpanPrompt(TimeSpan(*SOUNDS_S)))


def separate(editor: Editor, qtbot) -> None:
    """Separate the selected stem, and wait for it."""
    with qtbot.waitSignal(editor.separation.separated, timeout=WAIT_MS):
        editor.actions["separate"].trigger()
