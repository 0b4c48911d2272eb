"""How the engines of DAVIS cut: what the network says becomes sound, window by window."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from core.domain.prompts import PromptSet, TextPrompt
from core.errors import EngineError, ModelError, PromptError
from core.nn.log_frequency import from_log_level, to_log_level
from core.progress import Cancelled, CancelToken, ignore
from core.separation import davis_shares, registry
from core.separation.davis import chunk_plan
from core.separation.davis_recipes import AVE, MUSIC
from core.separation.davis_shares import DavisListener
from core.separation.davis_walks import DiffusionWalk, FlowWalk
from core.separation.protocol import SeparationRequest
from tests.helpers import davises
from tests.helpers.separations import MemorySink, target_of
from tests.helpers.sounds import clip, noise, tone

RATE_HZ = 11_025
WORDS = PromptSet(texts=(TextPrompt("dog"),))


@dataclass(frozen=True)
class Painter:
    """Paints a part of the sound that the mixture was made of, whatever the network says."""

    part: float
    n_evaluations = 1

    def __call__(self, network, start, mixture, noise):
        # In training the mixture was the mean of two sounds.
        return to_log_level(self.part * 2 * from_log_level(mixture))


def painting(part, name="davis-flow"):
    return replace(registry.build(name, "cpu"), read_walk=lambda settings: Painter(part))


def listener(walk=None, recipe=MUSIC, **changes):
    network = davises.tiny_unet().eval().requires_grad_(False)
    return DavisListener(network, walk or FlowWalk.read({}), recipe, **changes)


def found(asked, mono, seed=0):
    prompt = torch.linspace(-1, 1, davises.DIM)[None, :, None]
    with torch.inference_mode():
        return asked.find(mono, prompt, seed)


@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("peak", [0.01, 0.8, 3.0])
@pytest.mark.usefixtures("installed_models")
def test_what_the_network_paints_is_what_is_cut_out_at_any_loudness(part, peak):
    mix = clip(tone(900, 3.0, RATE_HZ, 2, gain=peak), RATE_HZ)

    target = target_of(painting(part), mix, WORDS)

    middle = slice(RATE_HZ, 2 * RATE_HZ)
    expected = part * mix.samples[:, middle]
    np.testing.assert_allclose(target[:, middle], expected, atol=0.02 * peak)


@pytest.mark.usefixtures("installed_models")
def test_no_seam_is_heard_where_windows_and_pieces_meet():
    mix = clip(tone(440, 45.0, 16_000, gain=0.5), 16_000)

    target = target_of(painting(0.5), mix, WORDS)

    kept = slice(2_000, -2_000)
    np.testing.assert_allclose(target[:, kept], 0.5 * mix.samples[:, kept], atol=2e-3)


def test_neighbouring_windows_begin_with_the_same_noise_where_they_overlap():
    starts = []

    class Keeper(Painter):
        def __call__(self, network, start, mixture, noise):
            starts.extend(zip(start, noise(mixture), strict=True))
            return super().__call__(network, start, mixture, noise)

    found(listener(Keeper(0.5)), noise(20.0, RATE_HZ))

    assert len(starts) > 2
    for (first, more), (second, further) in itertools.pairwise(starts):
        torch.testing.assert_close(first[..., 192:], second[..., :64])
        torch.testing.assert_close(more[..., 192:], further[..., :64])
        assert not torch.equal(first, more)


@pytest.mark.parametrize("walk", [FlowWalk.read({}), DiffusionWalk.read({"steps": 3})])
def test_how_many_windows_go_through_at_once_changes_nothing(walk, monkeypatch):
    mono = noise(15.0, RATE_HZ)
    together = found(listener(walk), mono)

    monkeypatch.setattr(davis_shares, "CELLS_AT_ONCE", 1)

    # The first step of the diffusion makes the last digits a thousand times larger.
    assert np.abs(found(listener(walk), mono) - together).mean() < 1e-3


@pytest.mark.parametrize("walk", [FlowWalk.read({}), DiffusionWalk.read({"steps": 3})])
def test_another_seed_gives_another_answer(walk):
    mono = noise(4.0, RATE_HZ)

    same, again, other = (found(listener(walk), mono, seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(same, again)
    assert np.abs(same - other).max() > 1e-3


def test_silent_windows_are_not_asked_about():
    beats = []
    asked = listener(beat=lambda: beats.append(1))

    share = found(asked, np.zeros((1, 20 * RATE_HZ), np.float32))

    assert not beats
    assert not share.any()


def test_the_beats_are_as_many_as_was_said():
    beats = []
    for walk in (FlowWalk.read({"solver": "heun"}), DiffusionWalk.read({"steps": 3})):
        beats.clear()
        asked = listener(walk, beat=lambda: beats.append(1))
        found(asked, noise(10.0, RATE_HZ))  # two windows

        assert len(beats) == asked.n_beats(2) > 2 * walk.n_evaluations


@pytest.mark.usefixtures("installed_models")
def test_a_cancel_is_heard_inside_the_network_and_leaves_it_as_it_was():
    engine = registry.build("davis", "cpu")
    token = CancelToken()
    unet = engine.networks.unet
    n_blocks = 0

    def cancel_in_the_middle(*_):
        nonlocal n_blocks
        n_blocks += 1
        if n_blocks == 2:
            token.cancel()

    counting = unet.net_unet.mid_attn.register_forward_hook(cancel_in_the_middle)
    request = SeparationRequest(clip(noise(8.0)), WORDS, device="cpu")
    with pytest.raises(Cancelled):
        engine.separate(request, MemorySink(), report=ignore, cancel=token)
    counting.remove()

    assert n_blocks == 2
    assert not any(module._forward_hooks for module in unet.modules())


@pytest.mark.usefixtures("installed_models")
def test_values_that_are_not_finite_are_an_error_with_advice():
    engine = registry.build("davis-flow", "cpu")
    with torch.no_grad():
        engine.networks.unet.net_unet.final_conv.bias.fill_(torch.nan)

    with pytest.raises(EngineError) as caught:
        target_of(engine, clip(noise(1.0)), WORDS)

    assert caught.value.advice


def test_levels_louder_than_any_sound_stay_finite():
    class Shouter(Painter):
        def __call__(self, network, start, mixture, noise):
            return torch.full_like(mixture, 400.0)

    share = found(listener(Shouter(1.0)), noise(4.0, RATE_HZ))

    assert np.isfinite(share).all()
    assert share.max() <= 1.0


def test_time_is_squeezed_and_drawn_out_again_for_the_ave_recipe():
    mono = tone(700, 9.9, AVE.sample_rate_hz)  # one window

    class Late(Painter):
        """Paints all that sounds in the second half of the window."""

        def __call__(self, network, start, mixture, noise):
            assert mixture.shape[3] == 256
            return torch.where(torch.arange(256) >= 128, 1.0, 0.0).expand_as(mixture)

    asked = listener(Late(1.0), AVE)
    share = found(asked, mono)[:, ::43]

    times_s = asked.times_s(mono.shape[1])[::43]
    assert share.shape[1] == len(times_s)
    assert (share[:, times_s < 4.8] == 0).all()
    assert (share[:, times_s > 5.2] > 0.9).any(axis=0).all()


@pytest.mark.parametrize("recipe", [MUSIC, AVE], ids=["MUSIC", "AVE"])
@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 48_000])
@pytest.mark.parametrize("length_s", [0.001, 2.0, 6.0, 12.0, 20.0, 3_600.0])
def test_a_piece_never_needs_more_windows_than_planned(recipe, rate_hz, length_s):
    n_samples = round(length_s * rate_hz)

    plan, n_windows = chunk_plan(recipe, rate_hz, n_samples)

    n_heard = plan.n_chunk + plan.n_overlap + 2 * plan.n_context
    n_model = -(-n_heard * recipe.sample_rate_hz // rate_hz)
    n_frames = 1 + n_model // 256
    assert n_frames <= recipe.n_frames + (n_windows - 1) * recipe.n_hop
    assert plan.n_context >= 0.1 * rate_hz - 1
    assert n_windows <= 4


@pytest.mark.usefixtures("installed_models")
def test_settings_reach_the_samplers():
    flow = FlowWalk.read({"steps": 5, "solver": "midpoint", "silence_mask": False})
    assert (flow.sampler.n_steps, flow.n_evaluations, flow.sampler.silence) == (5, 10, None)
    ddim = DiffusionWalk.read({"steps": 7, "eta": 0.0})
    assert (ddim.sampler.n_steps, ddim.n_evaluations, ddim.sampler.eta) == (7, 7, 0.0)
    assert ddim.sampler.silence is not None

    with pytest.raises(PromptError):
        target_of(
            registry.build("davis-flow", "cpu"), clip(noise(1.0)), WORDS, settings={"steps": 26}
        )


@pytest.mark.parametrize("name", ["davis", "davis-flow"])
def test_an_engine_whose_files_are_missing_says_where_they_go(name):
    with pytest.raises(ModelError) as caught:
        registry.build(name, "cpu")

    assert f"models/{name}" in caught.value.advice.replace("\\", "/")
