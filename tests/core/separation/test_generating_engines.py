"""Engines that make new sound keep the promises at the edges: almost no sound, none, or broken."""

import numpy as np
import pytest

from core.domain.prompts import PromptSet, TextPrompt
from core.separation import registry
from core.separation.protocol import Separator
from tests.helpers.mmaudios import tiny_engine
from tests.helpers.quick_zeroseps import QUICK_ZEROSEPS
from tests.helpers.separations import target_of
from tests.helpers.sounds import clip, noise

pytestmark = pytest.mark.usefixtures("installed_models")

DOG = PromptSet(texts=(TextPrompt("dog"),))
MAKERS = {
    **QUICK_ZEROSEPS,
    "mmaudiosep-small": tiny_engine,
    "sam-audio-small": lambda: registry.build("sam-audio-small", "cpu"),
}
FEW = {"mmaudiosep-small": {"steps": 1}, "sam-audio-small": {"steps": 2}}

every_maker = pytest.mark.parametrize("name", list(MAKERS))


def made(name: str) -> Separator:
    return MAKERS[name]()


def asked(name: str, result: str) -> dict[str, object]:
    return {**FEW.get(name, {}), "result": result}


@every_maker
@pytest.mark.parametrize("result", ["projected", "generated"])
@pytest.mark.parametrize(("n_samples", "rate_hz"), [(1, 8_000), (333, 44_100)])
def test_almost_no_sound_is_separated_too(name, result, n_samples, rate_hz):
    mix = clip(noise(1.0, rate_hz, 2)[:, :n_samples], rate_hz)

    target = target_of(made(name), mix, DOG, settings=asked(name, result))

    assert target.shape == (2, n_samples)
    assert np.isfinite(target).all()


@every_maker
def test_a_preview_of_one_sample_is_one_sample(name):
    mix = clip(noise(0.5, 16_000), 16_000)

    target = target_of(
        made(name), mix, DOG, settings=asked(name, "projected"), window=(7_999, 8_000)
    )

    assert target.shape == (1, 1)


@every_maker
@pytest.mark.parametrize("result", ["projected", "generated"])
def test_in_silence_nothing_is_found(name, result):
    """Not even the faint sound that a network makes of nothing."""
    mix = clip(np.zeros((2, 8_000), np.float32), 16_000)

    target = target_of(made(name), mix, DOG, settings=asked(name, result))

    np.testing.assert_array_equal(target, 0.0)


@every_maker
@pytest.mark.parametrize("result", ["projected", "generated"])
def test_values_that_are_no_numbers_do_not_spread(name, result):
    sound = noise(0.5, 16_000, 2)
    sound[0, 4_000:4_010] = np.nan
    sound[1, 100] = np.inf

    target = target_of(made(name), clip(sound, 16_000), DOG, settings=asked(name, result))

    assert np.isfinite(target).all()
