"""Crops for training: as said, repeatable, spoiled, and marked where the object is."""

from pathlib import Path

import numpy as np
import pytest

from core.scenes.plain_ground import outline_of
from core.training.pictures import Picture
from core.training.pictures_bank import BankedPicture
from core.training.pictures_mixing import CropMixer, CropMixing
from core.training.pictures_variation import VariationChances, blob, roughened, spoiled
from tests.helpers.shapes import ground, shape

WORDS = ("bar", "disc")
NEVER = VariationChances(0, 0, 0, 0, 0, 0, 0, 0)
AS_IT_IS = CropMixing(
    none_share=0, moved_share=0, whole_mask_share=0, beside_share=0, chances=NEVER
)


def banked(label: str, seed: int, name: str = "photo") -> BankedPicture:
    pixels = ground(seed) if label.startswith("_") else shape(label, seed)[0]
    picture = Picture(label, Path(f"{name}{seed}.png"), f"{label}{seed}")
    return BankedPicture(picture, pixels, outline_of(pixels))


BANK = [banked(label, seed) for label in ("_background", *WORDS) for seed in range(5)]


def test_the_batch_of_a_step_is_always_the_same():
    one, same = (CropMixer(BANK, WORDS, 32, CropMixing(), seed=4).batch(7, 6) for _ in range(2))
    other = CropMixer(BANK, WORDS, 32, CropMixing(), seed=4).batch(8, 6)

    assert np.array_equal(one.pictures, same.pictures)
    assert np.array_equal(one.masks, same.masks)
    assert not np.array_equal(one.pictures, other.pictures)
    assert one.pictures.shape == (6, 32, 32, 3)
    assert one.masks.shape == (6, 32, 32)
    assert one.masks.min() >= 0
    assert one.masks.max() <= 1


def test_the_bank_is_left_as_it_was():
    before = [one.pixels.copy() for one in BANK]

    CropMixer(BANK, WORDS, 32, CropMixing()).batch(0, 30)

    assert all(np.array_equal(one.pixels, old) for one, old in zip(BANK, before, strict=True))


def test_nothing_is_drawn_as_often_as_asked():
    mixer = CropMixer(BANK, WORDS, 16, CropMixing(none_share=0.3))

    answers = mixer.batch(0, 400).answers

    assert np.mean(answers == 2) == pytest.approx(0.3, abs=0.07)
    assert np.mean(answers == 0) == pytest.approx(0.35, abs=0.07)


def test_rare_classes_are_drawn_more_than_their_share():
    bank = [banked("bar", 0)] + [banked("disc", seed) for seed in range(16)]
    answers = {
        evenness: np.mean(
            CropMixer(bank, WORDS, 16, CropMixing(0, evenness)).batch(0, 400).answers == 0
        )
        for evenness in (0.0, 0.5, 1.0)
    }

    assert answers[0.0] == pytest.approx(1 / 2, abs=0.07)
    assert answers[0.5] == pytest.approx(1 / 5, abs=0.06)
    assert answers[1.0] == pytest.approx(1 / 17, abs=0.04)


def test_a_class_without_pictures_is_never_asked_for():
    answers = CropMixer(BANK, ("bar", "dog", "disc"), 16, AS_IT_IS).batch(0, 60).answers

    assert set(answers.tolist()) == {0, 2}


def test_the_mask_lies_on_the_object():
    batch = CropMixer(BANK, ("disc",), 48, AS_IT_IS).batch(0, 12)

    lightness, mask = batch.pictures.mean(3), batch.masks > 0.5
    assert np.median(lightness[mask]) > 140  # objects are bright, grounds are dim
    assert np.median(lightness[~mask]) < 70


def test_an_object_is_put_before_other_grounds():
    moved = CropMixing(
        none_share=0, moved_share=1, whole_mask_share=0, beside_share=0, chances=NEVER
    )
    bank = [banked("disc", 1), *(banked("_background", seed) for seed in range(8))]
    own_ground = bank[0].pixels[0, 0].astype(int)

    batch = CropMixer(bank, ("disc",), 48, moved).batch(0, 12)

    around = batch.pictures[batch.masks < 0.5].astype(int)
    assert np.mean(np.abs(around - own_ground).max(1) < 12) < 0.3


def test_an_object_beside_lies_outside_the_mask():
    beside = CropMixing(
        none_share=1, whole_mask_share=1, beside_share=1, chances=NEVER, evenness=0.5
    )
    bank = [banked("disc", seed) for seed in range(5)]

    batch = CropMixer(bank, ("disc",), 48, beside).batch(0, 20)

    assert (batch.answers == 1).all()  # what stands beside doesn't count
    assert all(0.02 < np.mean(mask < 0.5) < 0.7 for mask in batch.masks)
    assert all(mask[20:28, 20:28].mean() > 0.5 for mask in batch.masks)


@pytest.mark.parametrize("seed", range(6))
def test_masks_of_clicks_cover_the_middle_and_keep_most_of_it_when_roughened(seed):
    random = np.random.default_rng(seed)
    mask = blob(48, random)

    rough = roughened(mask, random)

    assert mask[20:28, 20:28].mean() > 0.9
    assert np.sum(mask * rough) / np.sum(np.maximum(mask, rough)) > 0.6


@pytest.mark.parametrize(
    "chances",
    [
        VariationChances(0, 1, 0, 0, 0, 0, 0, 0),
        VariationChances(0, 0, 1, 0, 0, 0, 0, 0),
        VariationChances(0, 0, 0, 1, 0, 0, 0, 0),
        VariationChances(0, 0, 0, 0, 1, 0, 0, 0),
        VariationChances(0, 0, 0, 0, 0, 1, 0, 0),
        VariationChances(0, 0, 0, 0, 0, 0, 1, 0),
        VariationChances(0, 0, 0, 0, 0, 0, 0, 1),
    ],
    ids=["recoloured", "grey", "coarse", "blurred", "noisy", "packed", "covered"],
)
def test_each_way_of_spoiling_does_something_and_leaves_the_original(chances):
    pixels, _ = shape("disc", 3)
    before = pixels.copy()

    worse = spoiled(pixels, chances, np.random.default_rng(0))

    assert worse.shape == pixels.shape
    assert worse.dtype == np.uint8
    assert not np.array_equal(worse, before)
    assert np.array_equal(pixels, before)
