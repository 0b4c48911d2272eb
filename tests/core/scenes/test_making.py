"""Made scenes are what their kind says, repeatable, and true about which pixels sound."""

import numpy as np
import pytest

from core.errors import MediaError
from core.scenes.cutout_bank import CutoutBank
from core.scenes.likeness import alike
from core.scenes.making import SceneConfig, SceneMaker
from core.scenes.scene import SceneKind
from tests.helpers.cutouts import COLOURS, Tones, bank

_CONFIG = SceneConfig(side_px=64, off_screen_share=0.0)


def _maker(config=_CONFIG, seed=0):
    return SceneMaker(bank(), Tones("wind"), config, seed)


def _all(kind, n=12, config=_CONFIG):
    maker = _maker(config)
    return [maker.scene(number, kind) for number in range(n)]


def test_a_scene_depends_on_seed_and_number_alone():
    maker = _maker()
    maker.scene(3)

    one, other = maker.scene(7), _maker().scene(7)

    np.testing.assert_array_equal(one.frames, other.frames)
    np.testing.assert_array_equal(one.wave, other.wave)
    np.testing.assert_array_equal(one.truth, other.truth)
    assert not np.array_equal(one.frames, _maker(seed=1).scene(7).frames)


@pytest.mark.parametrize(
    ("kind", "n_seen", "n_sounding"),
    [
        (SceneKind.SINGLE, {1}, {1}),
        (SceneKind.AMONG, {2, 3, 4}, {1}),
        (SceneKind.MULTI, {3, 4}, {2, 3}),
        (SceneKind.INSTANCES, {3}, {2}),
        (SceneKind.SMALL, {2}, {1}),
        (SceneKind.SILENT, {1, 2}, {0}),
        (SceneKind.OFF_SCREEN, {0, 1, 2}, {0}),
    ],
)
def test_each_kind_has_so_many_things_and_so_many_that_sound(kind, n_seen, n_sounding):
    scenes = _all(kind)

    assert {len(one.labels) for one in scenes} <= n_seen
    assert {int(one.sounding.any(1).sum()) for one in scenes} <= n_sounding


def test_the_truth_lies_on_the_colours_of_what_sounds():
    for scene in _all(SceneKind.AMONG, config=SceneConfig(side_px=96, off_screen_share=0.0)):
        (label,) = [
            one for one, sounds in zip(scene.labels, scene.sounding[:, 0], strict=True) if sounds
        ]
        inside = scene.frames[0][scene.truth[0]].astype(float).mean(0)
        # Light changes; which colour is the nearest doesn't.
        nearest = min(COLOURS, key=lambda one: _unlikeness(inside, COLOURS[one]))
        assert nearest == label


def _unlikeness(colour, other):
    return 1 - np.dot(colour, other) / np.linalg.norm(colour) / np.linalg.norm(other)


def test_what_is_in_front_hides_what_is_behind():
    for scene in _all(SceneKind.MULTI):
        assert scene.masks[:, 0].sum(0).max() <= 1


def test_something_of_each_thing_is_seen():
    for kind in (SceneKind.AMONG, SceneKind.MULTI):
        for scene in _all(kind):
            assert all(mask.any() for mask in scene.masks[:, 0])


def test_small_things_are_small():
    for scene in _all(SceneKind.SMALL):
        assert 0 < scene.truth.mean() < 0.05


def test_two_of_a_class_both_sound_and_are_one_source():
    for scene in _all(SceneKind.INSTANCES):
        (source,) = scene.sources_of(0).values()
        np.testing.assert_array_equal(source, scene.truth[0])


def test_what_is_off_screen_is_unlike_everything_that_is_seen():
    for scene in _all(SceneKind.OFF_SCREEN, 20):
        assert not scene.truth.any()
        assert scene.wave.any()
        for heard in scene.off_screen:
            assert alike(heard).isdisjoint(scene.labels)


def test_a_silent_scene_has_things_and_no_sound():
    for scene in _all(SceneKind.SILENT):
        assert scene.seen.any()
        assert not scene.wave.any()
        assert not scene.truth.any()


def test_things_move_a_little_from_frame_to_frame():
    config = SceneConfig(side_px=96, n_frames=4, off_screen_share=0.0)

    scenes = _all(SceneKind.SINGLE, 6, config)

    for scene in scenes:
        assert scene.frames.shape == (4, 96, 96, 3)
        assert scene.wave.shape == (4 * config.frame_samples,)
    moved = [(scene.truth[0] ^ scene.truth[3]).sum() / scene.truth[0].sum() for scene in scenes]
    assert 0.02 < np.mean(moved) < 0.8


def test_kinds_come_as_often_as_they_are_wanted():
    config = SceneConfig(side_px=64, shares=((SceneKind.SINGLE, 3.0), (SceneKind.SILENT, 1.0)))
    maker = _maker(config)

    kinds = [maker.scene(number).kind for number in range(80)]

    assert set(kinds) == {SceneKind.SINGLE, SceneKind.SILENT}
    assert 45 <= kinds.count(SceneKind.SINGLE) <= 74


def test_too_few_classes_are_refused_with_advice():
    few = CutoutBank(bank().cutouts[:4], (), ())

    with pytest.raises(MediaError) as failure:
        SceneMaker(few, Tones(), _CONFIG)

    assert "four classes" in failure.value.advice
