"""What CLIP says is asked for once, kept, and never taken for another CLIP's."""

import cv2
import numpy as np
import pytest
import torch

from core.errors import MediaError, ModelError
from core.progress import Cancelled, CancelToken
from core.separation.davis_recipes import MUSIC
from core.training.flow_features import FeatureStore, clip_reader, read_pixels
from tests.helpers import davises


@pytest.fixture
def clip_folder(tmp_path):
    models = davises.install(tmp_path / "models")
    davises.move_clip_beside(models, "davis-flow")
    return models / "clip"


@pytest.fixture
def store(tmp_path, clip_folder) -> FeatureStore:
    return FeatureStore(tmp_path / "features", clip_reader(clip_folder, MUSIC, None), davises.DIM)


@pytest.fixture
def photo(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "photo.png"), pixels)
    return tmp_path / "photo.png"


def test_pictures_are_read_red_first(tmp_path):
    blue = np.zeros((4, 4, 3), np.uint8)
    blue[:, :, 0] = 200
    cv2.imwrite(str(tmp_path / "blue.png"), blue)

    assert read_pixels(tmp_path / "blue.png")[0, 0].tolist() == [0, 0, 200]


def test_a_second_time_the_file_answers_and_no_clip_is_needed(store, photo):
    with torch.inference_mode():
        first = store.of_picture("images/dog/photo", photo)
        word = store.of_word("words/dog", "dog")
    only_files = FeatureStore(store.folder, None, davises.DIM)

    assert first.shape == word.shape == (davises.DIM,)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(only_files.of_picture("images/dog/photo", photo), first)
    np.testing.assert_array_equal(only_files.of_word("words/dog", "dog"), word)


def test_a_film_has_a_row_for_each_frame(store, photo):
    with torch.inference_mode():
        frames = store.of_frames("films/x.mp4", [photo] * 3, CancelToken())
        alone = store.of_picture("photo", photo)

    np.testing.assert_allclose(frames, np.tile(alone, (3, 1)), rtol=1e-5)


def test_without_clip_and_files_it_says_what_to_give(tmp_path, photo):
    with pytest.raises(ModelError, match="words/dog") as caught:
        FeatureStore(tmp_path, None).of_word("words/dog", "dog")

    assert "--clip" in caught.value.advice
    assert "--features" in caught.value.advice


def test_features_of_another_clip_or_another_film_are_refused(store, photo):
    path = store.folder / "films" / "x.npy"
    path.parent.mkdir(parents=True)
    for held in (np.zeros((3, 7), np.float32), np.zeros((4, davises.DIM), np.float32)):
        np.save(path, held)
        with pytest.raises(ModelError, match="instead of"):
            store.of_frames("films/x", [photo] * 3, CancelToken())
    path.write_bytes(b"no numbers")
    with pytest.raises(ModelError, match="can't read"):
        store.of_frames("films/x", [photo] * 3, CancelToken())


def test_what_is_no_picture_is_named(store, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")

    for name in ("broken.jpg", "missing.jpg"):
        with pytest.raises(MediaError, match=name):
            store.of_picture("x", tmp_path / name)


def test_a_film_that_was_cancelled_leaves_nothing(store, photo):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        store.of_frames("films/x", [photo], cancel)
    assert not store.folder.exists()
