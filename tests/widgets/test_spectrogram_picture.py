import numpy as np
import pytest

from core.domain.views import SpectrogramPatch
from tests.helpers.view_sources import ToneSpectrogram
from widgets.frequency_axis import FrequencyAxis, FrequencyScale
from widgets.spectrogram_picture import lay_out, level_at


def patch_of(levels: np.ndarray, start_s: float = 0.0, end_s: float = 1.0) -> SpectrogramPatch:
    return SpectrogramPatch(levels.astype(np.uint8), start_s, end_s, 8000.0)


@pytest.mark.parametrize("scale", FrequencyScale)
@pytest.mark.parametrize("tone_hz", [250.0, 1000.0, 5000.0])
def test_a_tone_lies_at_the_height_of_its_frequency_in_every_law(scale, tone_hz):
    axis = FrequencyAxis(8000, scale)
    patch = ToneSpectrogram(tone_hz).patch(0, 1, 50)

    picture = lay_out(patch, (0.0, 1.0), axis, (50, 300))

    brightest_row = int(picture[:, 25].argmax())
    expected_row = (1.0 - axis.to_height(tone_hz)) * 300
    # a bin is 16 Hz wide, which is several rows at the bottom of a logarithm
    assert abs(brightest_row + 0.5 - expected_row) <= 3
    assert picture.max() >= 200


@pytest.mark.parametrize("n_frames", [7, 60, 100, 150, 199, 200, 399, 400, 999])
def test_a_click_of_one_frame_is_seen_at_its_moment_at_every_zoom(n_frames):
    levels = np.zeros((65, n_frames))
    frame = n_frames * 3 // 5
    levels[:, frame] = 255

    picture = lay_out(
        patch_of(levels), (0.0, 1.0), FrequencyAxis(8000, FrequencyScale.LINEAR), (100, 40)
    )

    column = int(picture[20].argmax())
    assert picture[20].max() >= 128
    assert abs(column + 0.5 - (frame + 0.5) / n_frames * 100) <= 1.0


def test_a_view_inside_a_patch_shows_only_its_part():
    levels = np.zeros((65, 1000))
    levels[:, 500:] = 200

    picture = lay_out(
        patch_of(levels, 0.0, 10.0),
        (4.0, 6.0),
        FrequencyAxis(8000, FrequencyScale.LINEAR),
        (100, 20),
    )

    assert (picture[:, :49] == 0).all()
    assert (picture[:, 51:] == 200).all()


def test_many_bins_in_one_row_show_their_loudest():
    levels = np.zeros((1025, 10))
    levels[701] = 255

    picture = lay_out(
        patch_of(levels), (0.0, 1.0), FrequencyAxis(8000, FrequencyScale.LINEAR), (10, 16)
    )

    assert picture.max() == 255


def test_one_bin_over_many_rows_is_blended_and_no_staircase():
    levels = np.zeros((5, 10))
    levels[2] = 240

    picture = lay_out(
        patch_of(levels), (0.0, 1.0), FrequencyAxis(8000, FrequencyScale.LINEAR), (10, 400)
    )

    steps = np.abs(np.diff(picture[:, 5].astype(int)))
    assert steps.max() <= 4


def test_drawing_leaves_the_patch_alone():
    levels = np.random.default_rng(0).integers(0, 255, (65, 500)).astype(np.uint8)
    before = levels.copy()

    lay_out(patch_of(levels), (0.2, 0.7), FrequencyAxis(8000), (100, 50))

    np.testing.assert_array_equal(levels, before)


def test_the_level_under_the_pointer_is_that_of_the_tone():
    patch = ToneSpectrogram(1000.0).patch(2.0, 3.0, 50)

    assert level_at(patch, 2.5, 1000.0) == pytest.approx(0.0)
    assert level_at(patch, 2.5, 3000.0) == pytest.approx(-120.0)
    assert level_at(patch, 9.0, 1000.0) is None
