"""Mixtures for DAVIS are the mean of whole sounds, each with what it is asked for by."""

import numpy as np
import pytest

from core.progress import CancelToken, ignore
from core.training.flow_conditions import ClassConditions, FilmConditions
from core.training.flow_mixing import FlowMixer, FlowMixing
from core.training.recordings import find_recordings
from core.training.sound_bank import SoundBank, open_bank
from tests.core.training.bank import write_recordings

N = 8000
RATE_HZ = 16_000


@pytest.fixture
def bank(tmp_path) -> SoundBank:
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    return open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())


def words(bank: SoundBank) -> ClassConditions:
    """Asks for a class by its number in the alphabet."""
    labels = tuple(one.label for one in bank.recordings)
    read = {one: np.full(4, n, np.float32) for n, one in enumerate(sorted(set(labels)))}
    return ClassConditions(labels, {}, read)


def mixer(bank: SoundBank, seed: int = 0, n_samples: int = N, **choices) -> FlowMixer:
    return FlowMixer(bank, words(bank), n_samples, FlowMixing(**choices), seed)


@pytest.mark.parametrize("n_sources", [2, 3])
def test_a_mixture_is_the_mean_of_its_sources(bank, n_sources):
    batch = mixer(bank, n_sources=n_sources).batch(0, 4)

    assert batch.sources.shape == (4, n_sources, N)
    np.testing.assert_allclose(batch.mixture, batch.sources.mean(1), atol=1e-6)
    assert np.abs(batch.sources).max() <= 1
    assert np.abs(batch.sources).max(2).min() > 0.01


def test_sources_are_of_different_classes_and_asked_for_as_such(bank):
    batch = mixer(bank).batch(0, 20)

    asked = {tuple(float(one[0, 0]) for one in prompts) for prompts in batch.prompts}
    assert all(one != other for one, other in asked)
    assert len(asked) > 2


def test_a_batch_depends_on_its_number_and_the_seed_alone(bank):
    same = [mixer(bank, seed=3).batch(5, 3).sources for _ in range(2)]

    np.testing.assert_array_equal(*same)
    assert not np.array_equal(same[0], mixer(bank, seed=3).batch(6, 3).sources)
    assert not np.array_equal(same[0], mixer(bank, seed=4).batch(5, 3).sources)


def test_what_is_too_short_is_repeated(bank):
    """The bell lasts a second and the shortest flute half of one."""
    batch = mixer(bank, n_samples=3 * RATE_HZ, is_by_class=True).batch(0, 10)

    loud = np.abs(batch.sources).reshape(20, 3, RATE_HZ).max(2)
    assert loud.min() > 0.05


def test_silences_are_made_where_they_are_wanted(bank):
    batch = mixer(bank, silence_share=1.0).batch(0, 10)

    n_silent = (batch.sources == 0).sum(2)
    assert np.median(n_silent) > N / 10
    assert (mixer(bank).batch(0, 10).sources == 0).mean() < 0.03


def test_recordings_or_classes_are_drawn_evenly(bank):
    """Three flutes, two rains, one bell; the bell is class 0."""
    shares = []
    for is_by_class in (False, True):
        batch = mixer(bank, n_samples=100, is_by_class=is_by_class).batch(0, 150)
        first = [prompts[0][0, 0] == 0 for prompts in batch.prompts]
        shares.append(np.mean(first))

    assert shares[0] == pytest.approx(1 / 6, abs=0.08)
    assert shares[1] == pytest.approx(1 / 3, abs=0.1)


def test_more_than_four_sources_or_one_are_refused():
    for n_sources in (1, 5):
        with pytest.raises(ValueError, match="between 2 and 4"):
            FlowMixing(n_sources)


def test_frames_of_a_film_are_those_around_the_middle_of_the_sound():
    film = np.arange(80, dtype=np.float32)[:, None]  # ten seconds at eight frames a second
    conditions = FilmConditions((film,), (10.0,), step_s=0.25)

    frames = conditions.draw(0, 5.0, np.random.default_rng(0))
    early = conditions.draw(0, 0.5, np.random.default_rng(0))

    assert frames[:, 0].tolist() == list(range(30, 51, 2))
    assert early[:, 0].tolist() == [0, 0, 0, 0, 2, 4, 6, 8, 10, 12, 14]


def test_a_class_is_asked_for_by_a_picture_or_its_name():
    pictures = {"dog": np.array([[1.0], [2.0]], np.float32)}
    names = {"dog": np.array([9.0], np.float32), "rain": np.array([8.0], np.float32)}
    conditions = ClassConditions(("dog", "rain"), pictures, names, word_share=0.5)
    random = np.random.default_rng(0)

    dogs = [float(conditions.draw(0, 0, random)[0, 0]) for _ in range(200)]
    rains = {float(conditions.draw(1, 0, random)[0, 0]) for _ in range(20)}

    assert set(dogs) == {1, 2, 9}
    assert np.mean(np.array(dogs) == 9) == pytest.approx(0.5, abs=0.1)
    assert rains == {8}


def test_a_class_with_neither_is_refused():
    with pytest.raises(ValueError, match="rain"):
        ClassConditions(("dog", "rain"), {"dog": np.zeros((1, 4), np.float32)})
