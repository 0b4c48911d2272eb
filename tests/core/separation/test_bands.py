import numpy as np
import pytest
import torch

from core.separation.bands import CORNER_HZ, Bands


@pytest.mark.parametrize("sample_rate_hz", [8_000, 48_000, 192_000])
def test_bands_are_single_bins_below_the_corner_and_grow_with_the_frequency_above(sample_rate_hz):
    n_bins = round(0.064 * sample_rate_hz) // 2 + 1

    bands = Bands.of(n_bins, sample_rate_hz)

    widths = np.bincount(bands.of_bin)
    assert (widths[bands.centres_hz < CORNER_HZ - 16] == 1).all()
    assert (widths >= 1).all()
    width_hz = widths * 0.5 * sample_rate_hz / (n_bins - 1)
    high = bands.centres_hz > 2 * CORNER_HZ
    high[-1] = False  # the last band is cut by the end of the spectrum
    # A bin more or less through rounding.
    assert np.all(np.abs(width_hz[high] - bands.centres_hz[high] / 128) < 32)
    assert (np.diff(bands.centres_hz) > 0).all()


def test_pooling_keeps_the_sum_and_spreading_fills_every_bin():
    bands = Bands.of(1_537, 48_000)
    levels = torch.rand(1_537, 5, generator=torch.Generator().manual_seed(0))

    pooled = bands.pool(levels)

    torch.testing.assert_close(pooled.sum(0), levels.sum(0))
    spread = bands.spread(pooled)
    assert spread.shape == levels.shape
    torch.testing.assert_close(spread[700], pooled[bands.of_bin[700]])
