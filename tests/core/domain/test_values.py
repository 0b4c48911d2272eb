"""Sounds, frames and masks are what they claim to be."""

from fractions import Fraction

import numpy as np
import pytest

from core.domain.audio import AudioClip, AudioSource, sample_at
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.pictures import Frame, PictureSource
from tests.helpers.pictures import ArrayPictures, background, disc_mask
from tests.helpers.sounds import clip, tone


def test_a_clip_is_a_source_and_silent_beyond_its_ends():
    source = clip(tone(440, 0.1))

    hanging = source.read(-10, 5)

    assert isinstance(source, AudioSource)
    assert hanging.shape == (1, 15)
    assert not hanging[:, :10].any()
    np.testing.assert_array_equal(hanging[:, 10:], source.samples[:, :5])


def test_what_is_read_belongs_to_the_reader():
    source = clip(tone(440, 0.1))
    before = source.samples.copy()

    source.read(0, 100)[:] = 1.0

    np.testing.assert_array_equal(source.samples, before)


def test_double_precision_or_flat_sound_is_refused():
    with pytest.raises(ValueError, match="float32"):
        AudioClip(np.zeros((1, 4)), 8_000)
    with pytest.raises(ValueError, match="float32"):
        AudioClip(np.zeros(4, np.float32), 8_000)


def test_the_sample_at_a_time_counts_from_the_start_of_the_sound():
    assert sample_at(clip(tone(440, 1.0), start_s=-0.5), 0.0) == 8_000


def test_a_frame_must_be_eight_bit_rgb():
    with pytest.raises(ValueError, match="uint8"):
        Frame(np.zeros((4, 4)), 0, 0.0)


def test_pictures_made_of_arrays_keep_the_promises_of_a_source():
    pictures = ArrayPictures([background(16, 12, seed) for seed in range(4)])

    assert isinstance(pictures, PictureSource)
    assert pictures.pts_at(0.079) == pictures.pts_table[1]
    assert [frame.pts for frame in pictures.frames(3_600, 7_200)] == [3_600, 7_200]


@pytest.mark.parametrize(("width_px", "height_px"), [(16, 8), (13, 7), (1, 1)])
def test_a_mask_survives_packing(width_px, height_px):
    mask = disc_mask(width_px, height_px, 3, 3, 3)

    np.testing.assert_array_equal(TrackedMask.pack(5, mask).unpack(), mask)


def test_confidence_stays_between_zero_and_one():
    mask = disc_mask(4, 4, 2, 2, 1)

    assert TrackedMask.pack(0, mask, 1.7).confidence == 1.0
    assert TrackedMask.pack(0, mask, -1).confidence == 0.0


def _track(*pts: int) -> MaskTrack:
    masks = tuple(TrackedMask.pack(at, disc_mask(8, 8, 4, 4, 2)) for at in pts)
    return MaskTrack(Fraction(1, 10), Fraction(0), masks)


def test_a_track_is_looked_up_by_pts_and_admits_what_it_does_not_know():
    track = _track(0, 4, 9)

    found = track.at(4)
    assert found is not None
    assert track.time_s(found) == 0.4
    assert track.at(5) is None


def test_newer_masks_replace_and_join():
    newer = TrackedMask.pack(4, disc_mask(8, 8, 1, 1, 1), 0.5)

    track = _track(0, 4).with_masks([newer, TrackedMask.pack(2, disc_mask(8, 8, 1, 1, 1))])

    assert [mask.pts for mask in track] == [0, 2, 4]
    assert track.at(4) == newer


def test_a_track_out_of_order_is_a_mistake():
    with pytest.raises(ValueError, match="rising"):
        _track(4, 0)
