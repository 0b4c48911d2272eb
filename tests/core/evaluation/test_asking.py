from fractions import Fraction

import numpy as np
import pytest

from core.domain.pictures import PictureSource
from core.domain.prompts import PromptKind, TextPrompt
from core.errors import MediaError
from core.evaluation.asking import Asker, Way
from core.evaluation.material import everything_in
from core.evaluation.mixtures import make_mixtures
from core.evaluation.stills import read_still
from tests.core.evaluation.recordings import write_pictures, write_recordings

EVERYTHING = frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN})


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = write_recordings(tmp_path_factory.mktemp("made"), n_each=2)
    pictures = {"horn": (200, 30, 0), "beep": (0, 30, 200), "hiss": (0, 60, 30)}
    return everything_in(write_pictures(folder, pictures, n_each=3))


@pytest.fixture(scope="module")
def mixtures(material):
    return list(make_mixtures(material.sounds, 6, 0))


def test_each_way_says_what_it_is_named_for(material, mixtures):
    asker = Asker(material, EVERYTHING)

    said = {way: asker.question(way, mixtures[0]).prompts for way in Way}

    name = TextPrompt(mixtures[0].target_class)
    assert said[Way.TEXT].texts == said[Way.ALL].texts == (name,)
    assert said[Way.SPAN].positive_spans == mixtures[0].spans
    assert said[Way.PICTURE].kinds == {PromptKind.REGION}
    assert said[Way.TEXT_SPAN].kinds == {PromptKind.TEXT, PromptKind.SPAN}
    assert said[Way.ALL].kinds == EVERYTHING
    assert said[Way.WRONG].kinds == {PromptKind.TEXT}
    assert said[Way.NONE].is_empty


def test_a_wrong_word_is_of_a_class_that_is_not_in_the_mixture(material, mixtures):
    asker = Asker(material, EVERYTHING)

    for mixture in mixtures:
        wrong = asker.wrong_class(mixture)

        assert wrong in material.sounds
        assert wrong not in {mixture.target_class, mixture.background_class}


def test_a_picture_reaches_the_engine_as_one_frame_that_is_all_region(material, mixtures):
    question = Asker(material, EVERYTHING).question(Way.PICTURE, mixtures[0])

    picture = question.picture
    (region,) = question.prompts.regions
    assert isinstance(picture, PictureSource)
    assert (picture.width_px, picture.height_px) == (32, 24)
    (tracked,) = question.tracks[region]
    assert tracked.pts == picture.pts_table[0] == region.anchor_pts[0]
    assert tracked.unpack().all()
    shown = picture.frame_at(picture.pts_at(3.0)).pixels
    colour = {"horn": (200, 30, 0), "beep": (0, 30, 200), "hiss": (0, 60, 30)}
    np.testing.assert_array_equal(shown[5, 5], colour[mixtures[0].target_class])


def test_a_class_without_pictures_is_not_asked_by_picture_but_by_all_the_rest(material, mixtures):
    sounds_alone = everything_in(material.folder / "audio")
    asker = Asker(sounds_alone, EVERYTHING)

    assert asker.question(Way.PICTURE, mixtures[0]) is None
    assert not asker.can(Way.PICTURE)
    assert asker.question(Way.ALL, mixtures[0]).prompts.kinds == {PromptKind.TEXT, PromptKind.SPAN}


@pytest.mark.parametrize(
    ("understood", "ways"),
    [
        ({PromptKind.SPAN}, {Way.SPAN, Way.NONE}),
        ({PromptKind.TEXT}, {Way.TEXT, Way.WRONG, Way.NONE}),
        ({PromptKind.TEXT, PromptKind.SPAN}, set(Way) - {Way.PICTURE}),
        (EVERYTHING, set(Way)),
    ],
)
def test_an_engine_is_asked_in_the_ways_it_understands(material, understood, ways):
    asker = Asker(material, frozenset(understood))

    assert {way for way in Way if asker.can(way)} == ways


def test_another_seed_shows_other_pictures(material, mixtures):
    shown = [
        [Asker(material, EVERYTHING, seed).picture_of(one) for one in mixtures]
        for seed in (0, 0, 1)
    ]

    assert shown[0] == shown[1] != shown[2]


def test_a_still_has_one_frame_at_all_times(material):
    picture = read_still(material.pictures["horn"][0])

    assert picture.time_s(0) == 0.0
    assert [frame.pts for frame in picture.frames(-5, 5)] == [0]
    assert list(picture.frames(1, 5)) == []
    assert next(iter(picture.whole()[1])).pts == 0
    assert picture.whole()[1].time_base == Fraction(1)
    with pytest.raises(MediaError):
        picture.frame_at(1)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_file_that_is_no_picture_is_refused_with_advice(tmp_path, content):
    path = tmp_path / "dog.jpg"
    path.write_bytes(content)

    with pytest.raises(MediaError) as caught:
        read_still(path)

    assert "dog.jpg" in caught.value.advice
