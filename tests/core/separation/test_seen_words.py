"""Crops around masks, and what a network is asked about them."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.errors import ModelError, PromptError
from core.nn.seeing import SeeingConfig, SeeingNetwork, save_seeing
from core.separation import seen_words
from core.separation.seen_words import believe, confidences_of, crop, see

CONFIG = SeeingConfig(("dark", "light"), side_px=16, widths=(4, 4), n_blocks=(1,))


class Brightness(SeeingNetwork):
    """Says "light" the more surely, the lighter what the mask covers is."""

    def forward(self, pictures: torch.Tensor, masks: torch.Tensor | None = None) -> torch.Tensor:
        assert masks is not None
        level = (pictures * masks).sum((1, 2, 3)) / (3 * masks.sum((1, 2, 3)))
        return torch.stack([6 - 12 * level, 12 * level - 6, torch.zeros_like(level)], 1)


def scene() -> Pixels:
    """A frame that is black on the left, white on the right."""
    pixels = np.zeros((60, 100, 3), np.uint8)
    pixels[:, 50:] = 255
    return pixels


def box_mask(x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = np.zeros((60, 100), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def columns(width_px: int = 100) -> Pixels:
    """A frame whose red tells the column."""
    return np.repeat(np.arange(width_px, dtype=np.uint8)[None, :, None], 60, 0).repeat(3, 2)


def test_a_crop_is_the_square_around_the_mask_with_its_margin():
    shown, where = crop(columns(), box_mask(40, 20, 60, 30), 16, 0.3)

    # 20 px and 6 px on each side: columns 34 to 66, rows 9 to 41, two to a pixel.
    assert shown.shape == (16, 16, 3)
    assert shown[8, [0, -1], 0].tolist() == [35, 65]
    assert where.shape == (16, 16)
    assert where.mean() == pytest.approx(20 * 10 / 32**2, rel=0.02)


def test_at_the_rim_the_crop_moves_inside_the_frame():
    shown, where = crop(columns(), box_mask(0, 20, 20, 30), 16, 0.3)

    assert shown[8, [0, -1], 0].tolist() == [1, 31]
    assert where[:, :10].sum() > 0.99 * where.sum()


def test_a_mask_of_the_whole_frame_shows_all_of_it_and_repeats_the_rim():
    pixels = scene()
    pixels[0] = 128

    shown, where = crop(pixels, np.ones((60, 100), np.bool_), 20, 0.25)

    assert (shown[:4] == 128).all()
    assert (shown[6:14, :9] == 0).all()
    assert (shown[6:14, 11:] == 255).all()
    assert where[:3].sum() == 0  # what is beyond the frame isn't the object
    assert (where[5:15] == 1).all()


@pytest.mark.parametrize("place", [(0, 0, 1, 1), (99, 59, 100, 60), (0, 0, 100, 1)])
def test_even_the_smallest_mask_has_a_crop(place):
    shown, where = crop(scene(), box_mask(*place), 16, 0.05)

    assert shown.shape == (16, 16, 3)
    assert where.max() > 0


def test_the_frame_and_the_mask_are_left_as_they_were():
    pixels, mask = scene(), box_mask(10, 10, 30, 40)
    copies = pixels.copy(), mask.copy()

    believe(Brightness(CONFIG), [(pixels, mask)])

    assert np.array_equal(pixels, copies[0])
    assert np.array_equal(mask, copies[1])


def test_the_belief_is_about_what_the_mask_covers():
    dark = believe(Brightness(CONFIG), [(scene(), box_mask(10, 10, 40, 40))])
    light = believe(Brightness(CONFIG), [(scene(), box_mask(60, 10, 90, 40))])

    assert (dark.best, light.best) == ("dark", "light")
    assert dark.confidence > 0.95


def test_frames_that_disagree_leave_it_unsure_and_empty_ones_say_nothing():
    on_dark = (scene(), box_mask(10, 10, 40, 40))
    on_light = (scene(), box_mask(60, 10, 90, 40))
    nowhere = (scene(), np.zeros((60, 100), np.bool_))

    both = believe(Brightness(CONFIG), [on_dark, on_light])
    one = believe(Brightness(CONFIG), [on_dark, nowhere])

    assert both.confidence == pytest.approx(0.5, abs=0.02)
    assert one == believe(Brightness(CONFIG), [on_dark])


def test_a_region_that_is_nowhere_is_refused_with_advice():
    with pytest.raises(PromptError, match="empty") as caught:
        believe(Brightness(CONFIG), [(scene(), np.zeros((60, 100), np.bool_))])

    assert "Click" in caught.value.advice


def test_a_mirrored_picture_is_believed_to_show_the_same():
    torch.manual_seed(0)
    network = SeeingNetwork(CONFIG).eval()
    random = np.random.default_rng(0)
    pixels = random.integers(0, 255, (60, 60, 3)).astype(np.uint8)
    mask = np.ones((60, 60), np.bool_)

    there = confidences_of(network, pixels, mask)
    mirrored = confidences_of(network, pixels[:, ::-1], mask)

    np.testing.assert_allclose(there, mirrored, atol=1e-5)


@pytest.fixture
def _forgetful() -> Iterator[None]:
    seen_words.shipped.cache_clear()
    yield
    seen_words.shipped.cache_clear()


@pytest.mark.usefixtures("_forgetful")
def test_the_network_that_ships_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "seeing.safetensors"
    save_seeing(SeeingNetwork(CONFIG), path)
    monkeypatch.setattr(seen_words, "WEIGHTS", path)
    frames = [(scene(), box_mask(10, 10, 40, 40))]

    first = see(frames, torch.device("cpu"))
    path.unlink()

    assert see(frames, torch.device("cpu")) == first
    assert {name for name, _ in first.words} == {"dark", "light"}


@pytest.mark.usefixtures("_forgetful")
def test_without_its_weights_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(seen_words, "WEIGHTS", tmp_path / "seeing.safetensors")

    with pytest.raises(ModelError) as caught:
        see([(scene(), box_mask(10, 10, 40, 40))], torch.device("cpu"))

    assert "Install Soloist again" in caught.value.advice
