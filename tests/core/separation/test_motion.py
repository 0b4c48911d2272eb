import numpy as np
import pytest

from core.domain.masks import MaskTrack
from core.progress import Cancelled, CancelToken
from core.separation.motion import motion_energy
from tests.helpers.pictures import ArrayPictures, moving_disc
from tests.helpers.separations import shaking_disc


def _nothing():
    pass


def test_energy_is_high_while_the_object_moves_and_zero_while_it_rests():
    moves = [False] * 10 + [True] * 10 + [False] * 10
    picture, _, track = shaking_disc(moves)

    energy = motion_energy(picture, [track], [(0.0, 3.0)], _nothing)

    middle = energy.at(np.array([0.5, 1.5, 2.5]))
    assert middle[1] > 1.0
    assert middle[0] < 0.1
    assert middle[2] < 0.1


def test_a_camera_that_moves_everything_alike_moves_no_object():
    random = np.random.default_rng(0)
    wall = np.repeat(np.repeat(random.integers(0, 255, (40, 80, 3), dtype=np.uint8), 6, 0), 6, 1)
    picture = ArrayPictures(
        [np.ascontiguousarray(wall[40:160, 2 * k : 2 * k + 160]) for k in range(20)], rate_hz=10
    )
    _, _, track = shaking_disc([False] * 20)

    energy = motion_energy(picture, [track], [(0.0, 2.0)], _nothing)

    assert len(energy.values) > 10
    assert np.median(energy.values) < 0.3


def test_an_object_that_the_camera_follows_moves_although_it_rests_on_the_screen():
    random = np.random.default_rng(0)
    wall = np.repeat(np.repeat(random.integers(0, 255, (40, 80, 3), dtype=np.uint8), 6, 0), 6, 1)
    still, _, track = shaking_disc([False] * 20)
    mask = track.masks[0].unpack()
    frames = []
    for k in range(20):
        frame = np.ascontiguousarray(wall[40:160, 2 * k : 2 * k + 160])
        frame[mask] = still.frame_at(0).pixels[mask]
        frames.append(frame)

    energy = motion_energy(ArrayPictures(frames, 10), [track], [(0.0, 2.0)], _nothing)

    assert np.median(energy.values) > 1.0


def test_no_more_than_ten_pictures_a_second_or_so_are_compared():
    frames, masks = moving_disc(50)
    picture = ArrayPictures(frames, rate_hz=50)
    _, _, track = shaking_disc([True] * 10)
    del masks

    energy = motion_energy(picture, [track], [(0.0, 1.0)], _nothing)

    assert 8 <= len(energy.times_s) <= 13


def test_only_the_stretches_asked_for_are_decoded():
    picture, _, track = shaking_disc([True] * 100)
    decoded = []
    frame_at = picture.frame_at
    picture.frame_at = lambda pts: decoded.append(pts) or frame_at(pts)

    energy = motion_energy(picture, [track], [(1.0, 2.0), (7.0, 8.0)], _nothing)

    assert len(decoded) < 30
    assert np.isnan(energy.at(np.array([4.5]))).all()
    assert np.isfinite(energy.at(np.array([1.5, 7.5]))).all()


def test_time_that_is_not_tracked_has_no_energy():
    picture, _, track = shaking_disc([True] * 40)
    half = MaskTrack(track.time_base, track.origin_s, track.masks[:10])

    energy = motion_energy(picture, [half], [(0.0, 4.0)], _nothing)

    assert np.isfinite(energy.at(np.array([0.5]))).all()
    assert np.isnan(energy.at(np.array([3.0]))).all()


def test_a_cancel_is_heard_between_pictures():
    picture, _, track = shaking_disc([True] * 40)
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        motion_energy(picture, [track], [(0.0, 4.0)], token.raise_if_cancelled)
