"""Stems on disk: written whole or not at all, read back to the last bit."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.domain.audio import AudioSource
from core.errors import ExportError, MediaError
from core.media.wav_sink import WavSink
from core.media.wav_source import WavSource
from tests.helpers.sounds import noise


def _write(path: Path, samples: np.ndarray, rate_hz: int = 48_000) -> Path:
    with WavSink(path, rate_hz, samples.shape[0]) as sink:
        for start in range(0, samples.shape[1], 777):
            sink.write(samples[:, start : start + 777])
        sink.commit()
    return path


@pytest.mark.parametrize("n_channels", [1, 2, 6, 8, 11])
@pytest.mark.parametrize("is_long", [False, True], ids=["WAV", "RF64"])
def test_what_is_written_is_read_back(
    tmp_path: Path, n_channels: int, is_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_long:  # four gigabytes are too many for a test
        monkeypatch.setattr("core.media.wav_sink._LARGEST_WAV_BYTES", 5_000)
    samples = noise(0.1, 48_000, n_channels, gain=3.0)  # beyond full scale is kept too

    path = _write(tmp_path / "stem.wav", samples)

    source = WavSource(path, start_s=0.5)
    np.testing.assert_array_equal(source.read(0, source.n_samples), samples)
    assert (source.sample_rate_hz, source.n_channels, source.start_s) == (48_000, n_channels, 0.5)
    assert soundfile.info(path).format.startswith("RF64" if is_long else "WAV")
    assert isinstance(source, AudioSource)


def test_other_programs_see_the_length_and_the_kind(tmp_path: Path) -> None:
    about = soundfile.info(_write(tmp_path / "stem.wav", noise(0.25, 44_100, 2), 44_100))

    assert (about.frames, about.samplerate, about.subtype) == (11_025, 44_100, "FLOAT")


def test_a_window_may_hang_over_the_ends(tmp_path: Path) -> None:
    samples = noise(0.01, 48_000, 2)
    source = WavSource(_write(tmp_path / "stem.wav", samples))

    window = source.read(-20, 500)

    assert window.shape == (2, 520)
    assert not window[:, :20].any()
    np.testing.assert_array_equal(window[:, 20:500], samples)
    assert not window[:, 500:].any()


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    old, new = noise(0.01, 48_000), noise(0.02, 48_000, seed=1)
    path = _write(tmp_path / "stem.wav", old)

    with WavSink(path, 48_000, 1) as sink:
        sink.write(new)
        np.testing.assert_array_equal(WavSource(path).read(0, 480), old)
        sink.commit()

    np.testing.assert_array_equal(WavSource(path).read(0, 960), new)


def _break_off(path: Path) -> None:
    with WavSink(path, 48_000, 1) as sink:
        sink.write(noise(0.1, 48_000))
        raise RuntimeError


def test_what_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        _break_off(tmp_path / "stem.wav")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ExportError) as refusal:
        WavSink(tmp_path / "file" / "stem.wav", 48_000, 2)
    assert "stem.wav" in refusal.value.advice


def test_samples_of_another_shape_are_refused(tmp_path: Path) -> None:
    with WavSink(tmp_path / "stem.wav", 48_000, 2) as sink, pytest.raises(ValueError, match="2"):
        sink.write(noise(0.1, 48_000, 1))


def test_a_missing_or_foreign_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound", "utf-8")

    for name in ("gone.wav", "text.wav"):
        with pytest.raises(MediaError) as refusal:
            WavSource(tmp_path / name)
        assert name in refusal.value.advice


def test_a_closed_source_is_silent(tmp_path: Path) -> None:
    source = WavSource(_write(tmp_path / "stem.wav", noise(0.1, 48_000)))

    source.close()

    assert not source.read(0, 100).any()
