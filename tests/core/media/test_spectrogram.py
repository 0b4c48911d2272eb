"""The spectrogram shows each tone at its time, its frequency and its level, at every zoom."""

from pathlib import Path

import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.domain.views import SpectrogramSource
from core.media.analysis import analyse
from core.media.spectrogram import FLOOR_DB, SpectrogramShape, SpectrogramTiles
from core.progress import CancelToken, ignore
from tests.helpers.sounds import clip, noise, only_during, tone

RATE_HZ = 16_000


def _tiles(sound: AudioClip, folder: Path) -> SpectrogramTiles:
    return analyse(sound, folder, report=ignore, cancel=CancelToken()).spectrogram


def _db(level: int) -> float:
    return FLOOR_DB * (1 - level / 255)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_a_tone_reads_its_frequency_and_its_level(
    tmp_path: Path, rate_hz: int, gain: float
) -> None:
    tiles = _tiles(clip(tone(1_000, 1.0, rate_hz, 2, gain), rate_hz), tmp_path)

    patch = tiles.patch(0.2, 0.8, 30)

    n_bins, n_frames = patch.levels.shape
    loudest_hz = (patch.levels[:, n_frames // 2].argmax() + 0.5) * patch.high_hz / n_bins
    assert patch.high_hz == rate_hz / 2
    assert n_bins <= 512
    assert abs(loudest_hz - 1_000) <= rate_hz / 2 / n_bins
    # A tone between two bins reads up to 1.4 dB low (Hann window); a level is half a decibel.
    assert _db(int(patch.levels.max())) == pytest.approx(20 * np.log10(gain), abs=1.9)


def test_silence_reads_the_floor(tmp_path: Path) -> None:
    tiles = _tiles(clip(np.zeros((1, RATE_HZ), np.float32), RATE_HZ), tmp_path)

    assert not tiles.patch(0.0, 1.0, 20).levels.any()


@pytest.mark.parametrize("n_columns", [10, 40, 160, 640])
def test_a_tone_stands_where_it_sounds(tmp_path: Path, n_columns: int) -> None:
    sound = clip(only_during(tone(2_000, 8.0, RATE_HZ), RATE_HZ, (3.0, 5.0)), RATE_HZ, start_s=0.5)
    patch = _tiles(sound, tmp_path).patch(0.0, 9.0, n_columns)

    is_loud = patch.levels.max(axis=0) > 200
    step_s = (patch.end_s - patch.start_s) / patch.levels.shape[1]
    first_s = patch.start_s + int(is_loud.argmax()) * step_s
    last_s = patch.start_s + (is_loud.size - int(is_loud[::-1].argmax())) * step_s
    window_s = SpectrogramShape.for_rate(RATE_HZ).n_fft / RATE_HZ
    assert first_s == pytest.approx(3.5, abs=step_s + window_s / 2)
    assert last_s == pytest.approx(5.5, abs=step_s + window_s / 2)


def test_a_short_beep_is_seen_at_every_zoom(tmp_path: Path) -> None:
    sound = clip(only_during(tone(3_000, 120.0, RATE_HZ), RATE_HZ, (77.0, 77.05)), RATE_HZ)
    tiles = _tiles(sound, tmp_path)

    for n_columns in (4, 30, 200, 2_000):
        assert _db(int(tiles.patch(0.0, 120.0, n_columns).levels.max())) > -14


@pytest.mark.parametrize("span_s", [(0.0, 60.0), (10.0, 12.0), (-5.0, 90.0), (70.0, 80.0)])
def test_a_patch_covers_what_was_asked_with_not_much_more(
    tmp_path: Path, span_s: tuple[float, float]
) -> None:
    tiles = _tiles(clip(noise(60.0, 8_000), 8_000), tmp_path)

    for n_columns in (50, 400):
        patch = tiles.patch(*span_s, n_columns)
        step_s = (patch.end_s - patch.start_s) / patch.levels.shape[1]
        assert patch.start_s <= span_s[0] < patch.start_s + step_s
        assert patch.end_s - step_s < span_s[1] <= patch.end_s + 1e-9
        assert patch.levels.shape[1] <= 4 * n_columns


def test_channels_are_folded_to_the_loudest(tmp_path: Path) -> None:
    samples = np.concatenate([tone(500, 1.0, RATE_HZ), tone(5_000, 1.0, RATE_HZ)])
    patch = _tiles(clip(samples, RATE_HZ), tmp_path).patch(0.2, 0.8, 20)

    column = patch.levels[:, patch.levels.shape[1] // 2]
    per_bin_hz = patch.high_hz / column.size
    assert column[int(500 / per_bin_hz)] > 200
    assert column[int(5_000 / per_bin_hz)] > 200
    assert column[int(2_500 / per_bin_hz)] < 60


def test_the_last_moment_is_analysed_too(tmp_path: Path) -> None:
    sound = clip(only_during(tone(2_000, 1.003, RATE_HZ), RATE_HZ, (0.98, 1.003)), RATE_HZ)
    tiles: SpectrogramSource = _tiles(sound, tmp_path)

    assert tiles.patch(0.95, 1.0, 10).levels.max() > 180


def test_a_sound_shorter_than_a_window_has_a_spectrogram(tmp_path: Path) -> None:
    tiles = _tiles(clip(tone(2_000, 0.01, RATE_HZ), RATE_HZ), tmp_path)

    assert tiles.n_ready >= 1
    assert tiles.patch(0.0, 0.01, 10).levels.max() > 100
