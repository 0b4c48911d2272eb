"""What the networks see keeps what was heard, and can be turned back into it."""

import pytest
import torch

from core.nn.log_frequency import (
    from_log_level,
    to_linear_frequency,
    to_log_frequency,
    to_log_level,
)
from core.nn.stft import Stft, with_phase_of


def test_levels_come_back_until_they_are_too_loud_to_be_kept():
    magnitude = torch.tensor([0.0, 1e-3, 1.0, 100.0, 700.0])

    torch.testing.assert_close(
        from_log_level(to_log_level(magnitude)), magnitude, rtol=1e-4, atol=0
    )
    assert to_log_level(torch.tensor(1e6)) == 1.0


def test_a_smooth_spectrum_survives_the_log_frequency_axis():
    bins = torch.linspace(0, 6, 512)
    smooth = (torch.sin(bins) + 2)[None, None, :, None].expand(1, 1, 512, 20)

    back = to_linear_frequency(to_log_frequency(smooth, 256), 512)

    # high bins are squeezed two to one
    torch.testing.assert_close(back, smooth, rtol=0.01, atol=0)


def test_low_tones_get_more_rows_than_high_ones():
    spectrum = torch.zeros(1, 1, 512, 4)
    spectrum[:, :, 20:40] = 1
    low = to_log_frequency(spectrum).sum()
    high = to_log_frequency(spectrum.flip(2)).sum()

    assert low > 3 * high


def test_frames_can_be_squeezed_and_given_back():
    steady = torch.rand(1, 1, 512, 1).expand(1, 1, 512, 430)

    picture = to_log_frequency(steady, 256, 256)

    assert picture.shape == (1, 1, 256, 256)
    assert to_linear_frequency(picture, 512, 430).shape == (1, 1, 512, 430)


def test_a_sound_survives_the_transform():
    stft, sound = Stft(), torch.randn(2, 8000)

    spectra = stft.forward(sound)
    back = stft.inverse(spectra, 8000)

    assert spectra.shape == (2, stft.n_bins, stft.n_frames(8000)) == (2, 512, 32)
    torch.testing.assert_close(back[:, :7900], sound[:, :7900], atol=1e-5, rtol=0)


def test_a_magnitude_takes_the_phase_of_the_mixture():
    mixture = Stft().forward(torch.randn(1, 4000))

    torch.testing.assert_close(with_phase_of(mixture.abs(), mixture), mixture)
    assert with_phase_of(mixture.abs() / 2, mixture).abs().sum() == pytest.approx(
        float(mixture.abs().sum() / 2), rel=1e-4
    )
