"""The command as a person runs it, on clips made here."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.cli.root import run
from tests.core.files.clips import picture_packets, write_clip
from tests.helpers.sounds import noise, only_during, tone

QUICK = ("--engine", "spectral", "--set", "passes=10")
RATE_HZ = 16_000


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A hum all the time, and a beep from 0.5 s to 1 s; the name is not ASCII."""
    beep = only_during(tone(1000, 2.0, RATE_HZ, 2), RATE_HZ, (0.5, 1.0))
    return write_clip(
        tmp_path / "Ünï コ.mp4",
        sound=noise(2.0, RATE_HZ, 2, gain=0.02) + beep,
        sample_rate_hz=RATE_HZ,
    )


def samples_of(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float64", always_2d=True)[0]


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must be refused, and return what it says."""
    assert run([str(one) for one in arguments]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_a_clip_becomes_mix_target_residual_and_manifest(clip, tmp_path, capsys):
    out = tmp_path / "new" / "out"

    marks = "--span", "0.5-1", "--not-span", "1.2-2"
    more = "--seed", "7", "--video", "--labels"
    code = run(["separate", str(clip), *marks, *QUICK, *more, "-o", str(out)])

    assert code == 0
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["files"] == {
        "mix": "mix.wav",
        "target": "target.wav",
        "residual": "residual.wav",
        "video": "video.mp4",
        "labels": "labels.txt",
    }
    assert manifest["engine"] == "spectral"
    assert manifest["seed"] == 7
    assert manifest["settings"]["passes"] == 10
    assert manifest["clip"]["name"] == "Ünï コ.mp4"
    mix, target, residual = (samples_of(out / f"{n}.wav") for n in ("mix", "target", "residual"))
    assert np.abs(target + residual - mix).max() <= 2.0**-23
    beep, rest = slice(8500, 15_500), slice(20_000, 31_000)
    assert np.abs(target[beep]).mean() > 10 * np.abs(target[rest]).mean()
    assert picture_packets(out / "video.mp4") == picture_packets(clip)
    said = capsys.readouterr()
    assert said.out.startswith(f"{out / 'mix.wav'}\n")
    assert "Export …" in said.err


@pytest.mark.parametrize(
    ("name", "suffix"), [("wav32f", "wav"), ("wav16", "wav"), ("flac", "flac")]
)
def test_the_format_is_the_one_that_was_asked_for(clip, tmp_path, name, suffix):
    out = tmp_path / "out"

    assert (
        run(["separate", str(clip), "--span", "0.5-1", *QUICK, "--format", name, "-o", str(out)])
        == 0
    )

    subtype = soundfile.info(out / f"target.{suffix}").subtype
    assert subtype == {"wav32f": "FLOAT", "wav16": "PCM_16", "flac": "PCM_24"}[name]


def test_nothing_is_replaced_unless_it_is_allowed(clip, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "target.wav").write_text("mine")

    said = refused(capsys, "separate", clip, "--span", "0.5-1", *QUICK, "-o", out)

    assert "target.wav" in said
    assert "--overwrite" in said
    assert (out / "target.wav").read_text() == "mine"
    again = ["separate", str(clip), "--span", "0.5-1", *QUICK, "-o", str(out), "--overwrite"]
    assert run(again) == 0
    assert soundfile.info(out / "target.wav").samplerate == RATE_HZ


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--span 1.2-2.5"),
        (["--span", "1-1"], "later end"),
        (["--span", "nonsense"], "START-END"),
        (["--span", "1-99"], "2.0"),
        (["--click", "640,10@1"], "pixels wide"),
        (["--click", "10,10@77"], "2.0"),
        (["--text", "a gramophone"], "gramophone"),
        (["--span", "0-1", "--engine", "spectrall"], "spectral"),
        (["--span", "0-1", "--engine", "spectral", "--set", "passes=1"], "10 to 400"),
        (["--span", "0-1", "--audio-track", "3"], "--audio-track"),
        (["--span", "0-1", "--device", "abacus"], "device"),
        (["--click", "10,10@1", "--find-with", "sam22"], "sam2"),
    ],
)
def test_what_cannot_be_done_is_refused_with_advice_and_writes_nothing(
    clip, tmp_path, capsys, arguments, words
):
    said = refused(capsys, "separate", clip, *arguments, "-o", tmp_path / "out")

    assert words in said
    assert not (tmp_path / "out").exists()


def cut_short(folder: Path) -> Path:
    whole = write_clip(folder / "cut.mp4", sound=noise(2.0, RATE_HZ, 2), sample_rate_hz=RATE_HZ)
    whole.write_bytes(whole.read_bytes()[:2000])
    return whole


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "missing.mp4",
        lambda folder: folder,
        lambda folder: written(folder / "empty.mp4", b""),
        lambda folder: written(folder / "text.mp4", b"This is a text, not a film.\n" * 99),
        cut_short,
        lambda folder: write_clip(folder / "silent.mp4"),
    ],
    ids=["missing", "a folder", "empty", "a text", "cut short", "without sound"],
)
def test_a_bad_clip_is_a_clear_sentence_with_advice(tmp_path, capsys, make):
    (tmp_path / "clips").mkdir()
    clip = make(tmp_path / "clips")

    said = refused(capsys, "separate", clip, "--span", "0.5-1", "-o", tmp_path / "out")

    sentence, advice = said.strip().split("\n")[-2:]
    assert sentence.startswith("Error: ")
    assert advice.endswith(".")
    assert not (tmp_path / "out").exists()


def test_sound_without_a_picture_is_separated_too(tmp_path):
    path = tmp_path / "sound.wav"
    soundfile.write(path, noise(1.0, RATE_HZ).T, RATE_HZ)

    code = run(["separate", str(path), "--span", "0.2-0.5", *QUICK, "-o", str(tmp_path / "out")])

    assert code == 0
    assert soundfile.info(tmp_path / "out" / "target.wav").frames == RATE_HZ


def test_a_folder_that_is_a_file_is_refused(clip, tmp_path, capsys):
    (tmp_path / "out").write_text("")

    said = refused(capsys, "separate", clip, "--span", "0.5-1", *QUICK, "-o", tmp_path / "out")

    assert "folder" in said


def test_painted_regions_are_a_prompt_like_any_other(clip, tmp_path):
    out = tmp_path / "out"

    assert run(["separate", str(clip), "--paint", "0.5-1,800-1200", *QUICK, "-o", str(out)]) == 0

    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["prompts"]["spectral"][0]["low_hz"] == 800
