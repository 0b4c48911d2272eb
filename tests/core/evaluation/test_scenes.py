import json

import numpy as np
import pytest
import soundfile

from core.errors import MediaError
from core.evaluation.scene_files import read_scenes
from core.evaluation.scenes import run
from core.evaluation.trial import Bench
from tests.core.evaluation import engines
from tests.helpers.separations import shaking_disc, write_pictures
from tests.helpers.sounds import tone

RATE_HZ = 16_000


@pytest.fixture
def folder(tmp_path):
    """One scene: a disc that sounds while it shakes, and a steady tone off screen."""
    scene = tmp_path / "made" / "000"
    scene.mkdir(parents=True)
    moves = ([False] * 8 + [True] * 6) * 4
    picture, _, _ = shaking_disc(moves)
    write_pictures(scene / "video.mp4", picture)
    gains = np.repeat(moves, RATE_HZ // 10).astype(np.float32)
    disc, hum = tone(700, 5.6)[0] * gains, tone(1_100, 5.6)[0]
    for name, samples in {"s1": disc, "s2": hum, "mixture": disc + hum}.items():
        soundfile.write(scene / f"{name}.flac", samples, RATE_HZ)
    spans = [[0.8, 1.4], [2.2, 2.8], [3.6, 4.2], [5.0, 5.6]]
    things = [
        {"text": "disc", "box_xyxy": [45, 35, 95, 85], "spans": spans, "stem": "s1.flac"},
        {"text": "hum", "on_screen": False, "box_xyxy": None, "stem": "s2.flac"},
        {"text": "lost", "spans": spans, "stem": "s3.flac"},
    ]
    (scene / "meta.json").write_text(json.dumps({"objects": things}), encoding="utf-8")
    return tmp_path


def test_every_object_with_a_stem_is_asked_for_in_each_way_its_notes_allow(folder):
    lines: list[str] = []

    report = run(folder, write=lines.append)

    gains = {row.name: row.median() for row in report.rows}
    assert list(gains) == ["made: region", "made: region + span", "made: span"]
    assert min(gains.values()) > 8
    assert report.n_scenes == 1
    assert "1 scenes" in report.text
    assert "seed 0" in report.text
    assert len(lines) == 4


def test_words_spans_and_all_are_asked_for_too_and_what_is_off_screen_stands_apart(
    folder, monkeypatch
):
    monkeypatch.setattr(engines, "BANDS_HZ", {"disc": (0, 900), "hum": (900, 4_000)})
    monkeypatch.setattr(engines, "COLOURS", {"disc": (90, 100, 80)})
    keen = engines.register(monkeypatch)

    report = run(folder, Bench("keen", settings={"leak": 0.5}))

    gains = {row.name: row.median() for row in report.rows}
    assert list(gains) == [
        "made, off screen: text",
        "made: region",
        "made: region + span + text",
        "made: span",
        "made: text",
    ]
    assert gains["made, off screen: text"] == pytest.approx(6, abs=0.5)
    assert {asked.settings["leak"] for asked in keen.asked} == {0.5}


def test_a_sound_that_is_alone_in_its_scene_is_left_out_and_that_is_said(folder):
    scene = folder / "made" / "000"
    (scene / "s1.flac").write_bytes((scene / "mixture.flac").read_bytes())
    lines: list[str] = []

    report = run(folder, write=lines.append)

    assert report.rows == ()
    assert lines[0].startswith("made/000 disc is left out: ")


def test_a_region_in_which_nothing_moves_is_counted_as_refused(folder):
    scene = folder / "made" / "000"
    still, _, _ = shaking_disc([False] * 56)
    write_pictures(scene / "video.mp4", still)

    report = run(folder)
    rows = {row.name: row for row in report.rows}

    assert len(rows["made: region"].refusals) == 1
    assert "nan" not in report.text
    assert rows["made: region"].scores == ()
    assert len(rows["made: region + span"].scores) == 1


def test_a_folder_without_scenes_is_refused_with_advice(tmp_path):
    with pytest.raises(MediaError) as caught:
        list(read_scenes(tmp_path))

    assert "meta.json" in caught.value.advice


@pytest.mark.parametrize("text", ['{"objects": 3}', '{"things": []}', "{", "[]"])
def test_notes_that_describe_no_scene_are_refused_with_advice(folder, text):
    (folder / "made" / "000" / "meta.json").write_text(text, encoding="utf-8")

    with pytest.raises(MediaError) as caught:
        list(read_scenes(folder))

    assert "objects" in caught.value.advice


def test_a_scene_without_its_mixture_is_refused_with_advice(folder):
    (folder / "made" / "000" / "mixture.flac").unlink()

    with pytest.raises(MediaError) as caught:
        list(read_scenes(folder))

    assert "mixture.flac" in caught.value.advice
