import numpy as np
import pytest

from core.domain.views import PeakColumns
from widgets.waveform_picture import cover, lane_edges, unknown_stretches


def peaks_of(*channels: tuple[float, float], n_columns: int = 20) -> PeakColumns:
    low = np.array([[low] * n_columns for low, _ in channels], np.float32)
    high = np.array([[high] * n_columns for _, high in channels], np.float32)
    return PeakColumns(low, high)


def test_a_wave_of_half_height_covers_half_its_lane():
    covered = cover(peaks_of((-0.5, 0.5)), [slice(0, 100)], 100)

    assert (covered[25:75] == 255).all()
    assert (covered[:25] == 0).all()
    assert (covered[75:] == 0).all()


def test_stereo_is_two_lanes_left_above_right():
    lanes = lane_edges(2, 106, gap_px=6, thinnest_px=16)

    covered = cover(peaks_of((-1.0, 1.0), (0.0, 0.0)), lanes, 106)

    assert lanes == [slice(0, 50), slice(56, 106)]
    assert (covered[:50] == 255).all()
    assert (covered[56:78] == 0).all()


def test_too_many_channels_for_the_height_become_one_lane_with_the_loudest():
    lanes = lane_edges(8, 100, gap_px=6, thinnest_px=16)

    covered = cover(peaks_of(*[(-0.1, 0.1)] * 7, (-1.0, 1.0)), lanes, 100)

    assert lanes == [slice(0, 100)]
    assert (covered == 255).all()


def test_silence_is_a_line_and_not_nothing():
    covered = cover(peaks_of((0.0, 0.0)), [slice(0, 50)], 50)

    assert covered.max() > 100
    assert (covered.max(axis=0) > 100).all()


def test_what_is_not_known_is_drawn_as_nothing_and_reported():
    peaks = peaks_of((-1.0, 1.0), (-1.0, 1.0))
    peaks.high[:, 12:] = peaks.low[:, 12:] = np.nan

    covered = cover(peaks, [slice(0, 20), slice(20, 40)], 40)

    assert (covered[:, 12:] == 0).all()
    assert (covered[:, :12] == 255).all()
    assert unknown_stretches(peaks) == [(12, 20)]


def test_a_steep_wave_has_no_holes_between_columns():
    peaks = peaks_of((0.0, 0.0))
    peaks.low[0] = peaks.high[0] = np.where(np.arange(20) < 10, 0.8, -0.8)

    covered = cover(peaks, [slice(0, 100)], 100)

    assert (covered[11:89, 10] == 255).all()


def test_gain_magnifies_and_stays_inside_the_lane():
    covered = cover(peaks_of((-0.5, 0.5)), [slice(10, 40)], 50, gain=8.0)

    assert (covered[10:40] == 255).all()
    assert (covered[:10] == 0).all()
    assert (covered[40:] == 0).all()


@pytest.mark.parametrize("height_px", [1, 7, 33])
def test_no_height_is_too_small(height_px):
    lanes = lane_edges(2, height_px, gap_px=6, thinnest_px=16)

    assert cover(peaks_of((-1, 1), (-1, 1)), lanes, height_px).shape == (height_px, 20)
