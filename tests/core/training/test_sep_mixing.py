"""A training mixture holds the other sound at the level that was drawn."""

import math

import pytest
import torch

from core.training.sep_mixing import drawn_snr_db, mixed


def sounds() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    return 0.05 * torch.randn(2, 4000, generator=random), torch.randn(2, 4000, generator=random)


@pytest.mark.parametrize("snr_db", [-15.0, 0.0, 15.0])
def test_the_other_sound_is_brought_to_the_drawn_level(snr_db):
    sound, other = sounds()

    target, mixture = mixed(sound, other, snr_db)

    ratio = target.square().mean() / (mixture - target).square().mean()
    # the eps in front of silence is a millionth
    assert 10 * math.log10(ratio) == pytest.approx(snr_db, abs=0.01)


def test_both_are_turned_down_together_where_the_mixture_would_clip():
    sound, other = (one[:1] for one in sounds())

    target, mixture = mixed(10 * sound, other, -15.0)

    assert mixture.abs().max() <= 1
    torch.testing.assert_close(target / target.std(), sound / sound.std(), atol=1e-4, rtol=0)


def test_a_quiet_mixture_is_left_as_loud_as_it_is():
    sound, other = sounds()

    target, _mixture = mixed(sound, other, 10.0)

    assert torch.equal(target, sound)


def test_silence_beside_a_sound_stays_silence():
    sound, _other = sounds()

    target, mixture = mixed(sound, torch.zeros_like(sound), 0.0)

    assert torch.equal(target, mixture)


def test_levels_are_drawn_from_minus_to_plus_fifteen():
    assert drawn_snr_db(0.0) == -15
    assert drawn_snr_db(1.0) == 15
