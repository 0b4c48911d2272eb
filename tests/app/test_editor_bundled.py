"""Out of the box: the engine that ships separates words in the real window, with nothing to get."""

import pytest
import torch

# Loaded beforehand: on a busy machine that takes longer than a test waits.
import core.separation.heard_words
import core.separation.mini  # noqa: F401
from app.commands import connect_actions
from app.composition import DEMO
from app.editor import Editor
from app.paths import home
from app.playback.output import SilentOutput
from app.settings import SettingsStore
from core.separation.registry import engines
from tests.helpers.editing import WAIT_MS, is_ready, separate

pytestmark = pytest.mark.slow

# Tests run side by side; threads of torch that wait for each other would make all of them slow.
torch.set_num_threads(1)


@pytest.fixture
def editor(qtbot, qapp, person, scene):
    place = home().make()
    editor = Editor(
        qapp,
        place,
        SettingsStore(place.config),
        engines(),
        DEMO,
        lambda rate_hz: (SilentOutput(rate_hz), ""),
    )
    connect_actions(editor)
    qtbot.addWidget(editor.window)
    editor.window.show()
    editor.start(scene)
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)
    yield editor
    editor.shutdown()
    editor.window.may_close = lambda: True


def test_a_typed_word_is_separated_by_the_engine_that_ships(editor, qtbot):
    editor.window.prompts.field.say("church bell")

    separate(editor, qtbot)

    (stem,) = editor.document.project.stems
    assert stem.engine == "mini"
    assert stem.result.n_samples == editor.media.clip.sound.source.n_samples
    assert "bell" in stem.result.report["words"]


def test_the_clip_is_listened_to_in_the_background_without_a_word_of_complaint(editor, qtbot):
    tagging = editor.understanding.tagging
    qtbot.waitUntil(lambda: tagging._has_asked, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert tagging._job is None, "it has answered"
    assert editor.window.notices.shown == ()
