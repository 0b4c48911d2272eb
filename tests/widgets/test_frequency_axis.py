import itertools

import numpy as np
import pytest

from core.units import hz_to_mel
from widgets.frequency_axis import FrequencyAxis, FrequencyScale


@pytest.mark.parametrize("scale", FrequencyScale)
def test_heights_and_frequencies_convert_both_ways(scale):
    axis = FrequencyAxis(16_000, scale, low=0.2, high=0.9)

    for height in (0.0, 0.31, 1.0):
        assert axis.to_height(axis.to_hz(height)) == pytest.approx(height, abs=1e-9)


def test_each_law_puts_a_thousand_hertz_where_it_should_be():
    linear = FrequencyAxis(16_000, FrequencyScale.LINEAR).to_height(1000)
    mel = FrequencyAxis(16_000, FrequencyScale.MEL).to_height(1000)
    log = FrequencyAxis(16_000, FrequencyScale.LOG).to_height(1000)

    assert linear == pytest.approx(1 / 16)
    assert mel == pytest.approx(hz_to_mel(1000) / hz_to_mel(16_000))
    assert log == pytest.approx(np.log(1000 / 30) / np.log(16_000 / 30))


def test_zoom_keeps_the_frequency_under_the_pointer_and_stays_inside():
    axis = FrequencyAxis(16_000, FrequencyScale.MEL)
    before_hz = axis.to_hz(0.25)

    zoomed = axis.zoomed(3.0, about=0.25)

    assert zoomed.to_hz(0.25) == pytest.approx(before_hz)
    assert zoomed.zoomed(1e-6, about=0.5).is_fitted


def test_pan_stops_at_the_ends():
    axis = FrequencyAxis(16_000, FrequencyScale.LINEAR, low=0.4, high=0.6)

    assert axis.panned(100.0).to_hz(1.0) == pytest.approx(16_000)
    assert axis.panned(-100.0).to_hz(0.0) == pytest.approx(0.0)


@pytest.mark.parametrize("scale", FrequencyScale)
@pytest.mark.parametrize("zoom", [1.0, 3.0, 20.0])
def test_frequency_labels_rise_lie_in_view_and_do_not_crowd(scale, zoom):
    axis = FrequencyAxis(24_000, scale).zoomed(zoom, about=0.5)

    ticks = axis.ticks_hz(200, spacing_px=20)

    heights = [axis.to_height(tick_hz) for tick_hz in ticks]
    assert len(ticks) >= 2
    assert all(-1e-6 <= height <= 1 + 1e-6 for height in heights)
    assert all(later - earlier >= 0.0999 for earlier, later in itertools.pairwise(heights))


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="axis to"):
        FrequencyAxis(16_000, low=0.5, high=0.5)
