"""What is seen and heard becomes words in the real window: the machine suggests, people decide."""

from dataclasses import dataclass, field

import pytest

from app.commands import connect_actions
from app.controllers import recognition, tagging
from app.editor import Editor
from app.paths import home
from app.playback.output import SilentOutput
from app.settings import SettingsStore
from core.domain import edits
from core.domain.beliefs import Belief
from core.domain.prompts import SpectralPrompt, TimeSpan
from core.jobs.recognition import BeliefAnswer
from core.jobs.requests import next_job_id
from core.jobs.tagging import TagAnswer
from tests.helpers.ears import see, take_the_discs_place
from tests.helpers.editing import WAIT_MS, click_the_disc, is_ready, mark, titles
from tests.helpers.scenes import DISC_PX
from tests.helpers.words import ANYONE, BARK, BELL, KNOWER, PAINTER, SURE, UNSURE, WORDS
from widgets.prompt_words import TAKE_A_WORD


@dataclass
class Machine:
    """What the fake jobs will answer, and what they were asked."""

    belief: Belief = SURE
    heard: tuple = (BELL, BARK)
    looked_at: list = field(default_factory=list)
    n_listened: int = 0


@pytest.fixture
def machine(monkeypatch) -> Machine:
    """Answers in place of the networks."""
    machine = Machine()

    class Looking:
        label = "Look"

        def __init__(self, media, table, region, mask, frame=None, device="auto"):
            self.job_id, self.region = next_job_id(), region
            machine.looked_at.append((region, mask.pts))

        def __call__(self, report, cancel):
            return BeliefAnswer(self.job_id, self.region, machine.belief)

    class Listening:
        label = "Listen"

        def __init__(self, mix, device):
            self.job_id = next_job_id()
            machine.n_listened += 1

        def __call__(self, report, cancel):
            return TagAnswer(self.job_id, machine.heard)

    monkeypatch.setattr(recognition, "BeliefJob", Looking)
    monkeypatch.setattr(tagging, "TagJob", Listening)
    monkeypatch.setattr("app.warm_up.DELAY_MS", 0)
    return machine


@pytest.fixture
def editor(machine, qtbot, qapp, person, scene, tmp_path):
    """The editor with an engine that knows three words, and one that reads paint."""
    place = home().make()
    editor = Editor(
        qapp,
        place,
        SettingsStore(place.config),
        (KNOWER, PAINTER, ANYONE),
        tmp_path / "program" / "demo.mkv",
        lambda rate_hz: (SilentOutput(rate_hz), ""),
        {"knower": WORDS},
    )
    connect_actions(editor)
    qtbot.addWidget(editor.window)
    editor.window.show()
    editor.start(scene)
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)
    yield editor
    editor.shutdown()
    editor.window.may_close = lambda: True


def stem(editor):
    return editor.document.project.selected_stem


def texts(editor) -> list[str]:
    return [prompt.text for prompt in stem(editor).prompts.texts]


def wait_for_belief(editor, qtbot) -> None:
    click_the_disc(editor, qtbot)
    qtbot.waitUntil(lambda: not editor.window.prompts.chips.belief.isHidden(), timeout=WAIT_MS)


def test_a_clicked_object_is_looked_at_once_and_named(editor, qtbot, machine):
    wait_for_belief(editor, qtbot)

    assert "dog 84 %" in editor.window.prompts.chips.belief.text()
    region = editor.masking.region
    assert machine.looked_at == [(region, region.anchor_pts[0])]

    editor.document.undo_stack.undo()
    assert editor.window.prompts.chips.belief.isHidden()
    editor.document.undo_stack.redo()
    assert len(machine.looked_at) == 1


def test_another_guess_corrects_the_machine_as_one_step(editor, qtbot):
    wait_for_belief(editor, qtbot)

    editor.window.prompts.chips.belief.menu.actions()[1].trigger()
    assert texts(editor) == ["church bell"]

    editor.document.undo_stack.undo()
    assert texts(editor) == []
    assert stem(editor).prompts.regions


def test_what_nobody_recognises_is_not_separated_blindly(editor, qtbot, machine):
    machine.belief = UNSURE
    wait_for_belief(editor, qtbot)

    editor.actions["separate"].trigger()

    (notice,) = editor.window.notices.shown
    assert "Type a word" in notice.advice
    assert editor.separation.running_stem_id is None


def test_words_that_are_not_known_are_refused_with_the_nearest(editor):
    editor.window.prompts.field.say("xylofone")
    editor.actions["separate"].trigger()

    (notice,) = editor.window.notices.shown
    assert notice.advice == "Knower doesn't know “xylofone”. Did you mean xylophone?"


def test_what_is_heard_is_suggested_once_the_sound_is_read(editor, qtbot, machine):
    hints = editor.window.prompts.hints
    qtbot.waitUntil(lambda: not hints.isHidden(), timeout=WAIT_MS)

    assert hints.words == ("Heard here:", "church bell", "dog")
    assert machine.n_listened == 1


def test_a_suggestion_with_its_spans_is_one_step(editor, qtbot):
    editor.window.prompts.heard_chosen.emit(BELL)

    assert texts(editor) == ["church bell"]
    assert stem(editor).prompts.positive_spans == BELL.spans
    editor.document.undo_stack.undo()
    assert editor.document.project.stems == ()


def test_what_is_heard_is_suggested_to_an_engine_that_takes_any_words(editor, qtbot):
    mark(editor)
    editor.window.prompts.engine_chosen.emit("anyone")
    hints = editor.window.prompts.hints

    qtbot.waitUntil(lambda: hints.words == ("Heard here:", "church bell", "dog"), timeout=WAIT_MS)


def test_another_clip_is_listened_to_anew(editor, qtbot, machine, scene):
    hints = editor.window.prompts.hints
    qtbot.waitUntil(lambda: not hints.isHidden(), timeout=WAIT_MS)
    machine.heard = (BARK,)

    editor.projects.open(scene)
    qtbot.waitUntil(lambda: hints.words == ("Heard here:", "dog"), timeout=WAIT_MS)

    assert machine.n_listened == 2


def test_a_new_stem_is_for_the_best_engine(editor):
    mark(editor)
    editor.actions["new_stem"].trigger()

    assert [one.engine for one in editor.document.project.stems] == ["knower", "knower"]


def test_settings_of_an_engine_are_kept_with_the_stem_and_undone_one_by_one(editor):
    prompts = editor.window.prompts
    prompts.setting_chosen.emit("steps", 4)
    prompts.setting_chosen.emit("unmarked", "searched")
    assert dict(stem(editor).settings) == {"steps": 4, "unmarked": "searched"}

    prompts.settings_reset.emit()
    assert dict(stem(editor).settings) == {}
    editor.document.undo_stack.undo()
    editor.document.undo_stack.undo()

    assert dict(stem(editor).settings) == {"steps": 4}


def test_another_engine_keeps_only_the_choices_it_has_too(editor):
    prompts = editor.window.prompts
    prompts.setting_chosen.emit("steps", 4)
    prompts.setting_chosen.emit("unmarked", "searched")

    prompts.engine_chosen.emit("painter")

    assert dict(stem(editor).settings) == {"unmarked": "searched"}


def test_painting_is_refused_with_a_press_to_the_engine_that_reads_it(editor):
    mark(editor)
    painted = (SpectralPrompt(TimeSpan(0, 1), 100, 200),)
    project = editor.document.project
    editor.document.apply("Paint", edits.add_spectral(project, stem(editor).stem_id, painted))
    editor.actions["separate"].trigger()
    (notice,) = editor.window.notices.shown

    ((name, words),) = notice.actions
    assert words == "Use Painter instead"
    editor.window.notices.action_requested.emit(notice.notice_id, name)

    assert stem(editor).engine == "painter"
    assert titles(editor) == ""


def test_what_was_picked_because_it_sounds_is_offered_as_the_word(
    editor, machine, monkeypatch, qtbot
):
    ears = take_the_discs_place(monkeypatch)
    ears.label, machine.belief = "church_bell", UNSURE
    see(editor, qtbot)
    assert editor.window.video.pick(DISC_PX)
    hints, button = editor.window.prompts.hints, editor.window.prompts.run_panel.button
    qtbot.waitUntil(lambda: not button.isEnabled(), timeout=WAIT_MS)
    assert hints.words[:3] == (TAKE_A_WORD, "Seen to sound:", "church bell")

    hints.text_chosen.emit("church bell")

    assert button.isEnabled()
    assert "Seen to sound:" not in hints.words
    editor.document.undo_stack.undo()
    assert "Seen to sound:" in hints.words
    editor.document.undo_stack.undo()
    assert "Seen to sound:" not in hints.words
