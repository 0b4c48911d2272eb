"""From a model's folder to exported files: the store imports it, and the window works with it.

Networks are tiny and taught nothing, in the official layouts: what they find is chance, but every
step of a person's way is the real one.
"""

import json

import av
import numpy as np
import pytest
import soundfile
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.composition import compose
from app.paths import home
from app.playback.output import SilentOutput
from core.domain.export import ExportChoice, SoundFormat
from core.separation import registry
from tests.helpers.downloads import download_all, import_as_own, import_in_window
from tests.helpers.editing import WAIT_MS, click_the_disc, is_ready, separate, titles

# What the display of the tests cannot do, and says.
pytestmark = pytest.mark.qt_log_ignore("does not support")

# Tests run side by side; threads of torch that wait for each other would make all of them slow.
torch.set_num_threads(1)

N_FRAMES = 20
OWN_PARTS = {
    "mmaudiosep-small": ("mmaudio-vae-44k", "synchformer"),
    "zerosep-tango": ("tango",),
}
"""By engine: parts whose sums are published, so that tiny ones are somebody's own."""

ENGINES = {
    "zerosep-audioldm2": (("audioldm2",), {"steps": 10, "start": 0.1}),
    "zerosep-audioldm-s": (("audioldm-s-full-v2",), {"steps": 10, "start": 0.1}),
    "zerosep-tango": (("flan-t5-large",), {"steps": 10, "start": 0.1}),
    "zerosep-stable-audio": (("stable-audio-open",), {"steps": 10, "start": 0.1}),
    "mmaudiosep-small": (
        ("bigvgan-v2-44k", "dfn5b-clip", "clip-vit-b32", "mmaudiosep-small"),
        {"steps": 1},
    ),
    "davis-flow": (("clip-vit-b32", "davis-flow"), {"steps": 1}),
    "davis": (("clip-vit-b32", "davis"), {"steps": 2}),
}
"""By engine: what is imported in the window, and the settings with which it is quick."""


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    return download_all(tmp_path_factory.mktemp("downloads"))


@pytest.fixture
def editor(qtbot, qapp, person, scene, monkeypatch):
    """The editor as it ships, with all engines, on the scene with the disc."""
    monkeypatch.setattr("app.warm_up.DELAY_MS", 10**8)  # nothing but what is asked for
    editor = compose(qapp, home().make(), lambda rate_hz: (SilentOutput(rate_hz), ""))
    qtbot.addWidget(editor.window)
    editor.window.show()
    editor.start(scene)
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)
    yield editor
    editor.shutdown()
    editor.window.may_close = lambda: True


def can_be_chosen(editor, engine) -> bool:
    chooser = editor.window.prompts.chooser
    return chooser.model().item(chooser.findData(engine)).isEnabled()


def choose(editor, engine, settings) -> None:
    prompts = editor.window.prompts
    prompts.chooser.activated.emit(prompts.chooser.findData(engine))
    for name, value in settings.items():
        prompts.setting_chosen.emit(name, value)
    assert editor.document.project.selected_stem.engine == engine


def find_in_picture(editor, qtbot) -> None:
    """Look for the words with thresholds that untaught networks reach, and pick the first box."""
    editor.actions["preferences"].trigger()
    editor.preferences.view.box.setValue(0.05)
    editor.preferences.view.close()
    editor.actions["find_in_picture"].trigger()
    video = editor.window.video
    qtbot.waitUntil(lambda: video.is_choosing, timeout=WAIT_MS)
    QTest.keyClick(video, Qt.Key.Key_1)
    region = editor.masking.region
    qtbot.waitUntil(lambda: editor.tracks.is_whole(region), timeout=WAIT_MS)


def export(editor, qtbot, person, folder) -> dict:
    """Export everything there is of the one stem; return the files by their role."""
    stem = editor.document.project.selected_stem
    has_region = bool(stem.prompts.regions)
    person.export = ExportChoice(
        folder=folder,
        stem_ids=(stem.stem_id,),
        sound_format=SoundFormat.WAV32F,
        with_mix=True,
        with_video=True,
        with_overlay=has_region,
        with_matte=has_region,
    )
    with qtbot.waitSignal(editor.export.exported, timeout=WAIT_MS) as exported:
        editor.actions["export"].trigger()
    return dict(exported.args[0].files)


def assert_adds_up(files) -> None:
    mix, target, residual = (
        soundfile.read(files[role], dtype="float32", always_2d=True)[0]
        for role in ("mix", "target", "residual")
    )
    # −120 dBFS is 1e-6; one float32 add loses far less.
    assert np.abs(target + residual - mix).max() < 1e-6
    assert np.isfinite(target).all()
    assert target.any()


def assert_says_what_made_it(files, engine) -> None:
    manifest = json.loads(files["manifest"].read_text(encoding="utf-8"))
    (stem,) = manifest["stems"]
    assert manifest["engine"] == stem["engine"] == engine
    assert stem["report"]["licence"] == registry.info(engine).licence
    assert stem["report"]["weights"]


def assert_shows_every_frame(path) -> None:
    with av.open(str(path)) as video:
        assert sum(1 for _ in video.decode(video=0)) == N_FRAMES


@pytest.mark.parametrize(
    ("segmenter", "model"), [("sam2", "sam2.1-hiera-tiny"), ("edgetam", "edgetam")]
)
def test_words_become_boxes_a_mask_a_track_and_stems(
    editor, qtbot, person, downloads, tmp_path, segmenter, model
):
    engine = "sam-audio-small"
    assert not can_be_chosen(editor, engine)
    wanted = ("grounding-dino-tiny", model, "t5-base", engine, "clap-htsat-unfused")
    import_in_window(editor, qtbot, wanted, downloads)
    assert can_be_chosen(editor, engine)
    editor.window.segmenter_chosen.emit(segmenter)
    choose(editor, engine, {"steps": 2, "candidates": 2})
    editor.window.prompts.field.say("dog")

    find_in_picture(editor, qtbot)
    separate(editor, qtbot)
    files = export(editor, qtbot, person, tmp_path / "out")

    stem = editor.document.project.selected_stem
    assert [box.pts for box in stem.prompts.regions[0].boxes] == [editor.picture.frame.pts]
    assert stem.result.report["ranked_by"] == "clap"
    assert "instead" not in titles(editor), "no segmenter stood in"
    assert_adds_up(files)
    assert_says_what_made_it(files, engine)
    assert_shows_every_frame(files["overlay"])
    assert_shows_every_frame(files["matte"])


@pytest.mark.parametrize("engine", ENGINES)
def test_an_imported_engine_is_chosen_and_its_stems_are_exported(
    editor, qtbot, person, downloads, tmp_path, engine
):
    names, settings = ENGINES[engine]
    import_as_own(OWN_PARTS.get(engine, ()), downloads)
    assert not can_be_chosen(editor, engine)
    import_in_window(editor, qtbot, names, downloads)
    assert can_be_chosen(editor, engine)
    choose(editor, engine, settings)
    editor.window.prompts.field.say("dog")
    if "zerosep" not in engine:  # which reads words alone
        click_the_disc(editor, qtbot)

    separate(editor, qtbot)
    files = export(editor, qtbot, person, tmp_path / "out")

    assert_adds_up(files)
    assert_says_what_made_it(files, engine)
    if "zerosep" not in engine:
        assert_shows_every_frame(files["overlay"])
