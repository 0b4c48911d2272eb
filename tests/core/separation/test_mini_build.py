"""What comes with Soloist, put together: weights and vocabulary must be of one kind."""

from dataclasses import replace

import pytest

from core.domain.prompts import PromptSet, TextPrompt
from core.errors import ModelError
from core.nn.mini import MiniNetwork
from core.nn.mini_weights import write_mini
from core.separation import mini
from core.separation.mini_info import MINI_INFO, SAMPLE_RATE_HZ
from tests.helpers.minis import tiny_network
from tests.helpers.separations import target_of
from tests.helpers.sounds import clip, noise


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Ships weights for so many words, in place of the real ones."""

    def ship(n_words: int) -> None:
        network = MiniNetwork(replace(tiny_network().config, n_words=n_words))
        write_mini(network, tmp_path / "mini.safetensors")

    monkeypatch.setattr(mini, "WEIGHTS", tmp_path / "mini.safetensors")
    mini.load_mini.cache_clear()
    yield ship
    mini.load_mini.cache_clear()


def test_weights_and_words_that_come_together_make_an_engine(shipped):
    shipped(86)

    engine = mini.build("cpu")

    mix = clip(noise(1.0))
    target = target_of(engine, mix, PromptSet(texts=(TextPrompt("a dog barking"),)))
    assert target.shape == mix.samples.shape
    assert mini.load_mini("cpu") is mini.load_mini("cpu")


def test_weights_of_other_words_are_refused_with_advice(shipped):
    shipped(85)

    with pytest.raises(ModelError) as caught:
        mini.build("cpu")

    assert caught.value.advice


def test_missing_weights_are_refused_with_advice(shipped):
    with pytest.raises(ModelError) as caught:
        mini.build("cpu")

    assert caught.value.advice


def test_what_the_engine_says_of_itself_agrees_with_its_network():
    from core.nn import mini as network

    assert SAMPLE_RATE_HZ == network.SAMPLE_RATE_HZ
    assert "dog barking" in MINI_INFO.vocabulary
    assert MINI_INFO.band_hz == (0.0, SAMPLE_RATE_HZ / 2)
