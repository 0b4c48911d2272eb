"""DDAVS as a sounding segmenter keeps the promises of its door, whatever its weights know."""

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.nn.ddavs.config import tiny_config
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import write_ddavs
from core.progress import Cancelled, CancelToken
from core.segmentation import sounding_registry
from core.segmentation.ddavs import DdavsSegmenter, seen_size
from tests.helpers.pictures import background
from tests.helpers.sounds import noise

WORDS = ("bell", "dog", "frog")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("ddavs") / "ddavs.safetensors"
    network = Ddavs(tiny_config(n_words=len(WORDS)))
    # A head that claims a good part of the picture, so that there is something to look at.
    network.head.bias.data.fill_(0.5)
    write_ddavs(network, WORDS, path)
    return path


@pytest.fixture
def segmenter(weights):
    return DdavsSegmenter(weights, "cpu")


def _sounds(n, seed=0):
    return np.stack([noise(1.0, seed=seed + one)[0] for one in range(n)])


def test_heat_comes_back_in_the_pixels_of_each_frame(segmenter):
    frames = [background(90, 70), background(64, 120)]

    found = segmenter.sounding(frames, _sounds(2), cancel=CancelToken())

    assert [one.heat.shape for one in found] == [(70, 90), (120, 64)]
    for one in found:
        assert one.heat.dtype == np.float32
        assert 0 <= one.heat.min() <= one.heat.max() <= 1


def test_sources_are_named_and_each_pixel_belongs_to_one_at_most(segmenter):
    (found,) = segmenter.sounding([background(96, 96)], _sounds(1), cancel=CancelToken())

    assert found.sources
    assert {one.label for one in found.sources} <= set(WORDS)
    assert len({one.label for one in found.sources}) == len(found.sources)
    total = np.sum([one.heat for one in found.sources], axis=0)
    assert (total <= found.heat).all()
    assert (np.sum([one.heat > 0 for one in found.sources], axis=0) <= 1).all()
    assert all(1 / len(WORDS) <= one.certainty <= 1 for one in found.sources)
    scores = [one.score for one in found.sources]
    assert scores == sorted(scores, reverse=True)


def test_nothing_sounds_in_silence(segmenter):
    sounds = _sounds(2)
    sounds[0] = 0

    silent, loud = segmenter.sounding([background(96, 96)] * 2, sounds, cancel=CancelToken())

    assert not silent.heat.any()
    assert not silent.sources
    assert loud.heat.any()


def test_the_same_question_gets_the_same_answer_and_is_left_as_it_was(segmenter):
    frame, sounds = background(96, 64), _sounds(1)
    frame_before, sounds_before = frame.copy(), sounds.copy()

    (one,) = segmenter.sounding([frame], sounds, cancel=CancelToken())
    (other,) = segmenter.sounding([frame], sounds, cancel=CancelToken())

    np.testing.assert_array_equal(one.heat, other.heat)
    np.testing.assert_array_equal(frame, frame_before)
    np.testing.assert_array_equal(sounds, sounds_before)


def test_frames_together_are_answered_as_each_alone(segmenter):
    frames, sounds = [background(96, 64, seed) for seed in range(3)], _sounds(3)

    together = segmenter.sounding(frames, sounds, cancel=CancelToken())
    alone = [
        segmenter.sounding([frame], sounds[number : number + 1], cancel=CancelToken())[0]
        for number, frame in enumerate(frames)
    ]

    for one, other in zip(together, alone, strict=True):
        # Sums in another order differ in the last bits of float32.
        np.testing.assert_allclose(one.heat, other.heat, atol=1e-4)


def test_sounds_of_another_length_are_refused(segmenter):
    with pytest.raises(ValueError, match="sounds of"):
        segmenter.sounding([background(96, 64)], _sounds(1)[:, :-1], cancel=CancelToken())


def test_a_stop_is_heard(segmenter):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        segmenter.sounding([background(96, 64)], _sounds(1), cancel=cancel)


def test_a_missing_file_is_an_error_with_advice(tmp_path):
    with pytest.raises(ModelError) as failure:
        sounding_registry.build("ddavs", "cpu", tmp_path / "nowhere.safetensors")

    assert "train composites" in failure.value.advice


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(ModelError) as failure:
        sounding_registry.build("ears")

    assert "ddavs" in failure.value.advice


@pytest.mark.parametrize(
    ("size", "seen"), [((1920, 1080), (224, 128)), ((300, 300), (224, 224)), ((30, 400), (32, 224))]
)
def test_frames_are_seen_small_and_in_whole_patches(size, seen):
    assert seen_size(*size) == seen
