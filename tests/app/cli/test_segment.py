"""`segment` as a person runs it, on a clip made here and with a segmenter that sees red."""

import json

import numpy as np
import pytest

from app.cli.root import run
from core.segmentation import sounding_registry
from tests.core.files.clips import read_frames, read_sound
from tests.helpers.pictures import moving_disc
from tests.helpers.soundings import SeesRed, mask_from_rle, write_filmed
from tests.helpers.sounds import tone

RATE_HZ = 16_000
FRAMES, MASKS = moving_disc(25, speed_px=1.5)


@pytest.fixture
def red(monkeypatch):
    monkeypatch.setattr(sounding_registry, "build", lambda *_: SeesRed())


@pytest.fixture
def clip(tmp_path):
    return write_filmed(tmp_path / "Glöckchen.mp4", FRAMES, tone(440, 1.0, RATE_HZ), RATE_HZ)


def test_a_clip_becomes_overlay_masks_and_manifest(clip, red, tmp_path, capsys):
    out = tmp_path / "new" / "out"

    assert run(["segment", str(clip), "-o", str(out), "--matte"]) == 0

    assert sorted(path.name for path in out.iterdir()) == [
        "manifest.json",
        "masks.json",
        "matte.mp4",
        "overlay.mp4",
    ]
    masks = json.loads((out / "masks.json").read_text("utf-8"))
    assert masks["size"] == [120, 160]
    assert [frame["time_s"] for frame in masks["frames"]] == pytest.approx(np.arange(5) / 5)
    (source,) = masks["frames"][2]["sources"]
    mask, true = mask_from_rle(source["counts"], 120, 160), MASKS[10]
    assert (mask & true).sum() / (mask | true).sum() > 0.75
    assert source["label"] == "church_bell"
    assert len(read_frames(out / "overlay.mp4")) == len(FRAMES)
    assert read_sound(out / "overlay.mp4")[2].std() > 0.05
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["engine"] == "ddavs"
    assert manifest["clip"]["name"] == "Glöckchen.mp4"
    assert manifest["files"]["masks"] == "masks.json"
    assert manifest["sources"] == [{"number": 0, "label": "church_bell"}]
    said = capsys.readouterr()
    assert "church bell" in said.err + said.out


def test_what_is_there_is_left_alone_unless_told_otherwise(clip, red, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "masks.json").write_text("mine")

    assert run(["segment", str(clip), "-o", str(out)]) == 2

    assert (out / "masks.json").read_text() == "mine"
    assert [path.name for path in out.iterdir()] == ["masks.json"]
    said = capsys.readouterr().err
    assert "masks.json" in said
    assert "--overwrite" in said
    assert run(["segment", str(clip), "-o", str(out), "--overwrite"]) == 0
    assert json.loads((out / "masks.json").read_text())["frames"]


def test_an_unknown_engine_is_refused_at_once(clip, tmp_path, capsys):
    assert run(["segment", str(clip), "--engine", "ddavz", "-o", str(tmp_path / "out")]) == 2
    assert "ddavs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_missing_weights_are_refused_before_anything_is_read(clip, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("app.cli.headless_sounding.OpenJob", None)

    weights = str(tmp_path / "mine.safetensors")
    assert run(["segment", str(clip), "--weights", weights, "-o", str(tmp_path / "out")]) == 2

    assert "train ddavs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_sound_without_a_picture_is_refused_with_advice(tmp_path, red, capsys):
    import soundfile

    path = tmp_path / "hum.wav"
    soundfile.write(path, tone(440, 1.0, RATE_HZ)[0], RATE_HZ)

    assert run(["segment", str(path), "-o", str(tmp_path / "out")]) == 2
    assert "Choose a video" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_picture_without_sound_is_refused_with_advice(tmp_path, red, capsys):
    from tests.core.files.clips import write_clip

    path = write_clip(tmp_path / "mute.mp4")

    assert run(["segment", str(path), "-o", str(tmp_path / "out")]) == 2
    assert "no sound" in capsys.readouterr().err
