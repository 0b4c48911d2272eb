"""What is clicked and what is typed reaches the network of DAVIS, each as it was taught."""

import numpy as np
import pytest
import torch

from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import Box, PromptSet, RegionPrompt, TextPrompt
from core.errors import ModelError, PromptError
from core.separation import clip_condition
from core.separation.clip_condition import ClipReader
from core.separation.clip_words import clip_tokenizer
from core.separation.davis_files import word_files
from core.separation.davis_info import DAVIS_FLOW_INFO
from core.separation.davis_prompts import Conditioner, refuse_useless
from core.separation.davis_recipes import AVE, MUSIC
from core.separation.protocol import SeparationRequest
from tests.helpers import davises
from tests.helpers.pictures import ArrayPictures, disc_mask
from tests.helpers.sounds import clip, noise

WIDTH_PX, HEIGHT_PX = 96, 64
RED, BLUE = (230, 30, 30), (30, 30, 230)
LEFT = RegionPrompt(boxes=(Box(10, 10, 40, 50, pts=0),))
RIGHT = RegionPrompt(boxes=(Box(60, 10, 90, 50, pts=0),))
DOG = TextPrompt("dog")


class Scene:
    """A red disc on the left and a blue one on the right, for two seconds."""

    def __init__(self):
        left, right = (disc_mask(WIDTH_PX, HEIGHT_PX, x_px, 32, 14) for x_px in (24, 72))
        frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 120, np.uint8)
        frame[left], frame[right] = RED, BLUE
        self.frame = frame
        self.picture = ArrayPictures([frame] * 20, rate_hz=10)
        self.tracks = {LEFT: self.track(left), RIGHT: self.track(right)}

    def track(self, mask):
        masks = tuple(TrackedMask.pack(int(pts), mask) for pts in self.picture.pts_table)
        return MaskTrack(self.picture.time_base, self.picture.origin_s, masks)

    def request(self, *regions, texts=(), has_picture=True):
        return SeparationRequest(
            clip(noise(2.0)),
            PromptSet(regions=regions, texts=texts),
            tracks=self.tracks,
            picture=self.picture if has_picture else None,
        )


class Watcher(ClipReader):
    """Remembers what it was shown and what it was asked to read."""

    def __init__(self, words_folder):
        super().__init__(davises.tiny_clip(), words_folder, AVE.picture_norm)
        object.__setattr__(self, "shown", [])

    def seen(self, pixels):
        self.shown.append(pixels)
        return super().seen(pixels)


@pytest.fixture
def reader(installed_models):
    return Watcher(installed_models / "clip")


@pytest.fixture
def scene():
    return Scene()


@torch.inference_mode()
def prompt(request, reader, stretch_s=(0.0, 2.0)):
    return Conditioner(request, reader, davises.tiny_transformer().eval()).prompt(stretch_s)


def test_the_region_decides_what_clip_sees(scene, reader):
    prompt(scene.request(LEFT), reader)
    assert len(reader.shown) == 11
    assert all((np.abs(one[:, :, 0] - 230.0) < 1).any() for one in reader.shown)
    assert not any((one[:, :, 2] > 200).any() for one in reader.shown)
    reader.shown.clear()

    prompt(scene.request(RIGHT), reader)
    assert not any((one[:, :, 0] > 200).any() for one in reader.shown)


def test_a_region_on_another_object_gives_another_condition(scene, reader):
    left, right = (prompt(scene.request(region), reader) for region in (LEFT, RIGHT))

    assert left.shape == (1, davises.DIM, 1)
    assert (left - right).abs().max() > 0.05


def test_words_are_put_into_the_phrase_of_the_official_code(scene, reader, monkeypatch):
    read = []
    tokenizer = clip_tokenizer(*word_files(reader.words_folder))
    monkeypatch.setattr(
        clip_condition,
        "clip_tokenizer",
        lambda *_: lambda texts, **options: read.extend(texts) or tokenizer(texts, **options),
    )

    prompt(scene.request(texts=(DOG,), has_picture=False), reader)

    assert read == ["an image of dog"]


def test_other_words_give_another_condition(scene, reader):
    dog, cat = (
        prompt(scene.request(texts=(TextPrompt(word),), has_picture=False), reader)
        for word in ("dog", "cat")
    )

    assert (dog - cat).abs().max() > 0.01


def test_words_longer_than_clip_can_read_are_cut(scene, reader):
    texts = (TextPrompt("a dog that barks at a postman " * 9 + "now"),)

    assert prompt(scene.request(texts=texts, has_picture=False), reader).isfinite().all()


def test_words_and_region_together_count_alike(scene, reader):
    words = prompt(scene.request(texts=(DOG,), has_picture=False), reader)
    region = prompt(scene.request(LEFT), reader)
    both = prompt(scene.request(LEFT, texts=(DOG,)), reader)

    torch.testing.assert_close(both, (words + region) / 2)


def test_two_regions_count_alike(scene, reader):
    left, right = (prompt(scene.request(region), reader) for region in (LEFT, RIGHT))

    torch.testing.assert_close(prompt(scene.request(LEFT, RIGHT), reader), (left + right) / 2)


def test_without_a_prompt_whole_frames_say_what_to_listen_for(scene, reader):
    request = scene.request()
    refuse_useless(DAVIS_FLOW_INFO, request)

    prompt(request, reader)

    assert len(reader.shown) == 11
    np.testing.assert_array_equal(reader.shown[0], scene.frame)


def test_words_alone_do_not_look_at_the_picture(scene, reader):
    prompt(scene.request(texts=(DOG,)), reader)

    assert not reader.shown


def test_neighbouring_stretches_do_not_look_at_the_same_frame_twice(scene, reader):
    with torch.inference_mode():
        conditioner = Conditioner(scene.request(LEFT), reader, davises.tiny_transformer().eval())
        for start_s in (50.0, 60.0):  # beyond the track: both look at its end
            conditioner.prompt((start_s, start_s + 5.0))

    assert len(reader.shown) == 11


def test_music_shows_clip_its_pictures_in_the_colours_of_imagenet(reader):
    grey = np.full((20, 20, 3), 128, np.uint8)
    music = ClipReader(reader.clip, reader.words_folder, MUSIC.picture_norm)

    with torch.inference_mode():
        assert not torch.allclose(music.seen(grey), reader.seen(grey))


def test_a_missing_word_list_is_asked_for_by_name(scene, reader):
    (reader.words_folder / "merges.txt").unlink()

    with pytest.raises(ModelError) as caught:
        prompt(scene.request(texts=(DOG,)), reader)

    assert "put merges.txt of" in caught.value.advice


@pytest.mark.parametrize(
    ("vocabulary", "merges"),
    [
        ("{", "#\n"),
        ('{"a": 900, "<|startoftext|>": 1, "<|endoftext|>": 2}', "#\n"),
        ("{}", "#\nx y\n"),
    ],
    ids=["damaged", "more words than the network", "merges of other words"],
)
def test_a_word_list_of_another_clip_is_refused(scene, reader, vocabulary, merges):
    (reader.words_folder / "vocab.json").write_text(vocabulary)
    (reader.words_folder / "merges.txt").write_text(merges)

    with pytest.raises(ModelError) as caught:
        prompt(scene.request(texts=(TextPrompt("a"),)), reader)

    assert "vocab.json" in caught.value.advice


def test_a_region_without_a_track_is_asked_to_wait(scene):
    request = scene.request(LEFT)
    untracked = SeparationRequest(request.mix, request.prompts, picture=scene.picture)

    with pytest.raises(PromptError) as caught:
        refuse_useless(DAVIS_FLOW_INFO, untracked)

    assert "Wait" in caught.value.advice
