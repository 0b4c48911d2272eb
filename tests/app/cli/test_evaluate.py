from pathlib import Path

import pytest
import soundfile

from app.cli.root import run
from tests.helpers.sounds import noise, only_during, tone

RATE_HZ = 16_000


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two classes of two recordings each, with pauses."""
    for name, frequency_hz in (("bell", 2000), ("horn", 300)):
        folder = tmp_path / "audio" / name
        folder.mkdir(parents=True)
        for take in range(2):
            sound = tone(frequency_hz + 50 * take, 5.0, RATE_HZ) + noise(5.0, RATE_HZ, gain=0.01)
            kept = only_during(sound, RATE_HZ, (0.3, 3.0))
            soundfile.write(folder / f"{take}.wav", kept.T, RATE_HZ)
    return tmp_path


def test_an_engine_is_measured_beside_baselines_on_any_folder_of_recordings(recordings, capsys):
    assert run(["eval", "separation", str(recordings), "--count", "1", "--seed", "3"]) == 0

    table = capsys.readouterr().out
    for row in ("spectral", "nmf-mfcc", "mix", "irm", "SI-SDR"):
        assert row in table
    assert table.count("Medians") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["separation", "nowhere"],
        ["scenes", "nowhere"],
        ["separation", ".", "--engine", "spectrall"],
    ],
)
def test_folders_without_recordings_and_unknown_engines_are_refused(arguments, tmp_path, capsys):
    command, folder, *options = arguments

    assert run(["eval", command, str(tmp_path / folder), *options]) == 2

    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Traceback" not in said
