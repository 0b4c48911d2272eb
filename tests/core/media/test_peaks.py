"""The waveform at every zoom is the lowest and highest sample of what a column covers."""

from pathlib import Path

import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.domain.views import PeakSource
from core.media.analysis import analyse
from core.media.peaks import BLOCKS, PeakPyramid
from core.progress import Cancelled, CancelToken, ignore
from tests.helpers.sounds import clip, noise

RATE_HZ = 8_000


def _peaks(sound: AudioClip, folder: Path) -> PeakPyramid:
    return analyse(sound, folder, report=ignore, cancel=CancelToken()).peaks


@pytest.mark.parametrize("per_column", [1, 7, 255, 256, 1000, 4096, 20_000, 65_536])
def test_a_column_holds_the_extremes_of_its_stretch(tmp_path: Path, per_column: int) -> None:
    sound = clip(noise(30.0, RATE_HZ, 2), RATE_HZ)
    n_columns = min(40, sound.n_samples // per_column)
    columns = _peaks(sound, tmp_path).columns(0.0, n_columns * per_column / RATE_HZ, n_columns)

    block = max([1, *(size for size in BLOCKS if size <= per_column)])
    for k in range(n_columns):
        # A pyramid knows whole blocks only: a column may reach into the ones at its edges.
        inner = sound.samples[:, k * per_column : (k + 1) * per_column]
        first = k * per_column // block * block
        last = -(-(k + 1) * per_column // block) * block
        outer = sound.samples[:, first:last]
        slack = inner if block == 1 else inner[:, block:-block]
        if slack.size:
            assert (columns.low[:, k] <= slack.min(axis=1)).all()
            assert (columns.high[:, k] >= slack.max(axis=1)).all()
        assert (columns.low[:, k] >= outer.min(axis=1)).all()
        assert (columns.high[:, k] <= outer.max(axis=1)).all()


def test_whole_blocks_are_exact(tmp_path: Path) -> None:
    sound = clip(noise(20.0, RATE_HZ, 2), RATE_HZ)

    columns = _peaks(sound, tmp_path).columns(0.0, 39 * 4096 / RATE_HZ, 39)

    pieces = sound.samples[:, : 39 * 4096].reshape(2, 39, 4096)
    np.testing.assert_array_equal(columns.low, pieces.min(axis=2))
    np.testing.assert_array_equal(columns.high, pieces.max(axis=2))


def test_no_click_is_lost_at_any_zoom(tmp_path: Path) -> None:
    samples = np.zeros((1, 60 * RATE_HZ), np.float32)
    samples[0, 123_457] = 0.9
    samples[0, 401_000] = -0.8
    peaks = _peaks(clip(samples, RATE_HZ), tmp_path)

    for n_columns in (3, 50, 333, 1500, 20_000, 300_000):
        columns = peaks.columns(0.0, 60.0, n_columns)
        assert np.nanmax(columns.high) == np.float32(0.9)
        assert np.nanmin(columns.low) == np.float32(-0.8)


def test_zoomed_in_beyond_samples_each_is_repeated(tmp_path: Path) -> None:
    samples = np.arange(8, dtype=np.float32)[None] / 10
    columns = _peaks(clip(samples, RATE_HZ), tmp_path).columns(0.0, 8 / RATE_HZ, 32)

    np.testing.assert_array_equal(columns.high[0], np.repeat(samples[0], 4))
    np.testing.assert_array_equal(columns.low, columns.high)


def test_nothing_is_drawn_where_there_is_no_sound(tmp_path: Path) -> None:
    sound = clip(noise(1.0, RATE_HZ), RATE_HZ, start_s=0.5)
    peaks = _peaks(sound, tmp_path)

    for n_columns in (20, 2_000, 100_000):
        unknown = np.isnan(peaks.columns(0.0, 2.0, n_columns).low[0])
        assert unknown[: n_columns // 5].all()
        assert not unknown[int(0.3 * n_columns) : int(0.7 * n_columns)].any()
        assert unknown[int(0.8 * n_columns) :].all()


def test_it_is_a_peak_source(tmp_path: Path) -> None:
    peaks: PeakSource = _peaks(clip(noise(0.5, RATE_HZ, 6), RATE_HZ), tmp_path)

    assert peaks.n_channels == 6
    assert peaks.columns(0.0, 0.5, 10).low.shape == (6, 10)
    with pytest.raises(ValueError, match="columns"):
        peaks.columns(1.0, 1.0, 10)


def test_a_cancelled_analysis_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "stem.wav").write_bytes(b"mine")
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        analyse(
            clip(noise(40.0, RATE_HZ), RATE_HZ),
            tmp_path,
            report=lambda _progress: cancel.cancel(),
            cancel=cancel,
        )

    assert [path.name for path in tmp_path.iterdir()] == ["stem.wav"]
