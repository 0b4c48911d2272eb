"""Made scenes come as lessons: whole, repeatable, and from one part of the originals alone."""

import numpy as np
import pytest
import torch

from core.progress import CancelToken, ignore
from core.scenes.making import SceneConfig
from core.scenes.scene import SceneKind
from core.training.composites import CompositeConfig, open_composites
from core.training.recordings import Part
from core.training.sounding_batch import NO_LABEL
from tests.helpers.cutouts import COLOURS, write_folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("data"), n_each=6)


def _scenes(data, tmp_path, part=Part.TRAIN, shares=((SceneKind.MULTI, 1.0),), seed=0):
    config = CompositeConfig(SceneConfig(side_px=64, shares=shares, off_screen_share=0.0))
    return open_composites(
        data, tmp_path / "cache", part, config, seed=seed, report=ignore, cancel=CancelToken()
    )


def test_a_batch_holds_frames_sounds_and_the_mask_of_each_source(data, tmp_path):
    batch = _scenes(data, tmp_path).batch(0, 4)

    assert batch.frames.shape == (4, 3, 64, 64)
    assert batch.frames.dtype == torch.float32
    assert 0 <= batch.frames.min() <= batch.frames.max() <= 1
    assert batch.waves.shape == (4, 16_000)
    assert batch.waves.abs().amax(1).min() > 0.05
    # Sources don't overlap, and together they are what sounds.
    torch.testing.assert_close(batch.sources.sum(1), batch.masks)


def test_labels_tell_what_each_source_is(data, tmp_path):
    scenes = _scenes(data, tmp_path)

    batch = scenes.batch(0, 6)

    assert scenes.words == (*sorted({*COLOURS, "wind"}),)
    is_there = batch.sources.flatten(2).any(2)
    assert ((batch.labels != NO_LABEL) == is_there).all()
    assert {scenes.words[int(one)] for one in batch.labels[is_there]} <= set(COLOURS)
    assert (is_there.sum(1) >= 2).all()


def test_the_same_number_gives_the_same_batch_whatever_came_before(data, tmp_path):
    scenes = _scenes(data, tmp_path)
    scenes.batch(0, 3)

    one, other = scenes.batch(5, 3), _scenes(data, tmp_path).batch(5, 3)

    for name in ("frames", "waves", "masks", "sources", "labels"):
        torch.testing.assert_close(getattr(one, name), getattr(other, name), rtol=0, atol=0)
    assert not torch.equal(one.masks, scenes.batch(6, 3).masks)
    assert not torch.equal(one.masks, _scenes(data, tmp_path, seed=1).batch(5, 3).masks)


def test_parts_share_no_cutout_and_no_recording(data, tmp_path):
    train, test = (_scenes(data, tmp_path, part) for part in (Part.TRAIN, Part.TEST))

    seen = [
        {cutout.pixels.tobytes() for cutout in scenes.maker.bank.cutouts}
        for scenes in (train, test)
    ]
    heard = [{one.origin_id for one in scenes.recordings} for scenes in (train, test)]
    assert seen[0].isdisjoint(seen[1])
    assert heard[0].isdisjoint(heard[1])


def test_what_is_off_screen_is_a_lesson_without_any_mask(data, tmp_path):
    batch = _scenes(data, tmp_path, shares=((SceneKind.OFF_SCREEN, 1.0),)).batch(0, 4)

    assert not batch.masks.any()
    assert (batch.labels == NO_LABEL).all()
    assert batch.waves.abs().amax(1).min() > 0.05
    assert np.isfinite(batch.waves.numpy()).all()
