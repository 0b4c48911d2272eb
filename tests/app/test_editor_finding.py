"""Words looked for in the picture of the real window: boxes to pick from, and a mask for one."""

import importlib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.controllers import finding as finding_controller
from core.detection.protocol import Thresholds
from core.domain.findings import Finding, View
from core.domain.prompts import Box
from core.jobs.detection import FindAnswer
from core.jobs.requests import next_job_id
from core.store.places import models_folder
from tests.helpers.editing import WAIT_MS, titles

NOWHERE = View(0)


def _install_by_hand(name: str) -> None:
    """Put files there that look like a model, for what only asks whether they are there."""
    folder = models_folder() / name
    folder.mkdir(parents=True)
    words = ("preprocessor_config.json", "tokenizer_config.json", "vocab.txt")
    for file in ("config.json", "model.safetensors", *words):
        (folder / file).write_bytes(b"")


@pytest.fixture
def asked(monkeypatch) -> list:
    """What the fake search was asked; it finds a disc and its surroundings on the 11th frame."""
    _install_by_hand("grounding-dino-tiny")
    questions = []

    class Search:
        label = "Search"

        def __init__(self, media, table, words, frame, **how):
            self.job_id, self.words, self._table = next_job_id(), words, table
            self._pts = int(table.pts[10])
            questions.append((words, frame, how))

        def __call__(self, report, cancel):
            if self.words == "unicorn":
                return FindAnswer(self.job_id, self.words, None)
            found = (
                Finding(Box(38, 38, 82, 82, self._pts), 0.9, self.words),
                Finding(Box(0, 0, 150, 110, self._pts), 0.5, self.words),
            )
            view = View(self._pts, found)
            return FindAnswer(self.job_id, self.words, view, self._table.time_s(self._pts))

    monkeypatch.setattr(finding_controller, "FindJob", Search)
    return questions


def _say(editor, words):
    editor.stems.add()
    # The engine of these tests reads no words; those that were typed before are kept.
    editor.window.prompts.text_committed.emit(words)


def _find(editor, qtbot):
    editor.actions["find_in_picture"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)


def test_the_window_goes_to_what_was_found_and_a_number_picks_it(editor, asked, qtbot):
    _say(editor, "disc")
    _find(editor, qtbot)
    video = editor.window.video
    qtbot.waitUntil(lambda: video.is_choosing, timeout=WAIT_MS)
    assert asked[0][0] == "disc"
    assert asked[0][1] is not None  # the frame on screen is looked at first

    QTest.keyClick(video, Qt.Key.Key_1)

    region = editor.masking.region
    assert [box.x0_px for box in region.boxes] == [38]
    assert not video.is_choosing
    qtbot.waitUntil(lambda: editor.tracks.is_whole(region), timeout=WAIT_MS)
    editor.document.undo_stack.undo()
    assert editor.masking.region is None


def test_what_is_not_found_is_said(editor, asked, qtbot):
    _say(editor, "unicorn")
    _find(editor, qtbot)

    assert "“unicorn” was not found" in titles(editor)
    assert not editor.window.video.is_choosing


def test_other_words_take_the_boxes_away(editor, asked, qtbot):
    _say(editor, "disc")
    _find(editor, qtbot)
    qtbot.waitUntil(lambda: editor.window.video.is_choosing, timeout=WAIT_MS)

    editor.window.prompts.text_committed.emit("bell")

    assert not editor.window.video.is_choosing


def test_without_words_there_is_nothing_to_look_for(editor, asked, qtbot):
    _find(editor, qtbot)

    assert asked == []
    assert "cannot be looked for" in titles(editor)


def test_without_a_detector_the_person_hears_what_to_install(editor, qtbot):
    _say(editor, "disc")
    _find(editor, qtbot)

    (notice,) = editor.window.notices.shown
    assert "grounding-dino-tiny" in notice.advice


def test_another_way_to_find_objects_is_kept_for_the_next_time(editor, qtbot):
    _install_by_hand("edgetam")

    editor.window.segmenter_chosen.emit("edgetam")

    assert editor.masking.segmenter == "edgetam"
    assert editor.remembering._settings.value.segmenter == "edgetam"


def test_one_that_is_not_installed_cannot_be_chosen_and_says_why(editor):
    editor.window.segmenter_chosen.emit("sam2")

    assert editor.masking.segmenter == "classic"
    (notice,) = editor.window.notices.shown
    assert "sam2.1-hiera-tiny" in notice.advice


def test_files_that_are_no_model_are_stood_in_for_with_a_notice(editor, qtbot):
    importlib.import_module("core.segmentation.edgetam")  # takes long, and is not what is tested
    _install_by_hand("edgetam")
    editor.window.segmenter_chosen.emit("edgetam")

    editor.window.video.click_requested.emit(40.0, 60.0, True)
    region = editor.masking.region
    qtbot.waitUntil(lambda: editor.tracks.is_whole(region), timeout=WAIT_MS)

    assert "“Classic” found the object instead" in titles(editor)


def test_what_is_looked_for_is_looked_for_as_surely_as_was_chosen(editor, asked, qtbot):
    editor.preferences._on_thresholds(0.4, 0.35)

    _say(editor, "disc")
    _find(editor, qtbot)

    assert asked[0][2] == {"device": "auto", "thresholds": Thresholds(0.4, 0.35)}
