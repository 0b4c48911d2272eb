"""MMAudioSep sees what it is shown, at the right time, and reads every token."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from core.domain.pictures import Pixels
from core.nn.mmaudio.synchformer import SynchformerEyes
from core.separation.mmaudiosep_files import installed_words
from core.separation.mmaudiosep_pictures import GREY, Projectionist, mask_near
from core.separation.mmaudiosep_senses import Senses, middle_square, squeezed
from tests.helpers.davises import tiny_clip
from tests.helpers.mmaudios import EYES
from tests.helpers.separations import shaking_disc


@dataclass
class Noted:
    """A network that notes what it is asked, and passes it on."""

    network: torch.nn.Module
    asked: list[torch.Tensor] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.network, name)

    def __call__(self, *args: torch.Tensor, **named: torch.Tensor) -> object:
        self.asked.extend([*args, *named.values()])
        return self.network(*args, **named)


def senses() -> Senses:
    torch.manual_seed(0)
    return Senses(tiny_clip(), SynchformerEyes(EYES).eval(), installed_words)


@pytest.mark.usefixtures("installed_models")
@torch.no_grad()
def test_every_token_of_a_text_has_unit_length_and_the_rest_is_zeros():
    one = senses()
    noted = Noted(one.clip.text_model)
    one.clip._modules["text_model"] = noted

    features = one.read("dog")

    assert features.shape == (1, 40, 64)
    torch.testing.assert_close(features.norm(dim=-1), torch.ones(1, 40))
    (ids,) = noted.asked
    assert ids[0, 0] == 52  # begins a text, in the tiny word list
    assert ids[0, 5:].tolist() == [0] * 35


@torch.no_grad()
def test_pictures_for_clip_have_unit_length_one_by_one():
    one, pictures = senses(), [torch.rand(3, 32, 32) for _ in range(5)]

    seen = one.seen(pictures)

    assert seen.shape == (1, 5, 16)
    torch.testing.assert_close(seen.norm(dim=-1), torch.ones(1, 5))
    torch.testing.assert_close(one.seen(pictures[4:])[0, 0], seen[0, 4])


@torch.no_grad()
def test_runs_of_sixteen_pictures_begin_eight_apart():
    one = senses()
    noted = Noted(one.eyes)
    pictures = [torch.full((3, 32, 32), k / 40) for k in range(40)]

    moved = Senses(one.clip, noted, one.words).moved(pictures)

    assert moved.shape == (1, 4 * 8, 64)
    firsts = [float(run[0, 0, 0, 0, 0]) for run in noted.asked]
    assert firsts == pytest.approx([2 * k / 40 - 1 for k in (0, 8, 16, 24)])


def stripes(height_px: int, width_px: int) -> Pixels:
    """A picture whose columns get brighter from left to right."""
    row = np.linspace(0, 255, width_px).astype(np.uint8)
    return np.repeat(np.broadcast_to(row, (height_px, width_px))[..., None], 3, axis=2)


def test_clip_sees_all_of_the_picture_and_the_eyes_its_middle():
    wide = stripes(32, 96)

    whole, middle = squeezed(wide, 32), middle_square(wide, 32)

    assert whole.shape == middle.shape == (3, 32, 32)
    assert float(whole[0, 0, 0]) < 0.1
    assert float(whole[0, 0, -1]) > 0.9
    assert 0.3 < float(middle[0].min()) < float(middle[0].max()) < 0.7


def test_what_lies_outside_the_region_is_grey():
    picture, _region, track = shaking_disc([False] * 8)
    show = Projectionist(picture, [track], 160, 120)

    film = show.film(0.0, 4, 16)

    corner = film.for_clip[0][:, 0, 0]
    torch.testing.assert_close(corner, torch.full((3,), GREY / 255), atol=0.01, rtol=0)
    disc = film.for_clip[0][:, 70:90, 60:80]  # squeezed to a square, the disc's middle is here
    assert float(disc.std()) > 0.1


def test_without_a_region_all_is_seen():
    picture, _region, _track = shaking_disc([False] * 8)

    film = Projectionist(picture, [], 32, 32).film(0.0, 4, 16)

    assert torch.equal(film.for_clip[0], squeezed(picture.frame_at(0).pixels, 32))


def test_pictures_come_at_their_rates_and_the_last_one_stays():
    picture, _region, _track = shaking_disc([True] * 8)  # 0.8 s at ten pictures a second

    film = Projectionist(picture, [], 32, 32).film(0.4, 8, 24)

    assert len(film.for_clip) == 8
    assert len(film.for_eyes) == 24
    # at 25 a second two or three in a row are the same; after 0.8 s all are
    assert torch.equal(film.for_eyes[0], film.for_eyes[1])
    assert torch.equal(film.for_clip[-1], film.for_clip[-2])
    assert not torch.equal(film.for_eyes[0], film.for_eyes[3])


def test_a_mask_stands_in_for_half_a_second_and_no_longer():
    _picture, _region, track = shaking_disc([False] * 8)  # the last mask is at 0.7 s

    assert mask_near(track, 1.1) is not None
    assert mask_near(track, 1.3) is None
