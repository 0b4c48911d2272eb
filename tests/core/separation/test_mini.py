"""The bundled engine over a network that nobody taught: what reaches it, and what comes back."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import Tensor

from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import Box, PromptSet, RegionPrompt, SpanPrompt, TextPrompt, TimeSpan
from core.errors import EngineError, PromptError
from core.nn.mini import MiniNetwork
from core.progress import CancelToken, ignore
from core.separation import mini
from core.separation.mini_found import LITTLE_FOUND
from core.separation.protocol import SeparationRequest
from tests.helpers.minis import Onlooker, tiny_mini, tiny_network
from tests.helpers.pictures import ArrayPictures, moving_disc
from tests.helpers.separations import MemorySink, spans, target_of
from tests.helpers.sounds import clip, noise, only_during, tone

DOG = PromptSet(texts=(TextPrompt("a dog"),))
REGION = RegionPrompt(boxes=(Box(20, 40, 60, 80, pts=0),))


class _Spy(MiniNetwork):
    """Remembers what it is asked, and answers as it is told: a share for each frame."""

    def __init__(self, share: float = 0.5) -> None:
        super().__init__(tiny_network().config)
        self.eval()
        self.share = share
        self.prompts_seen: list[Tensor | None] = []
        self.spans_seen: list[Tensor | None] = []
        self.levels_seen: list[Tensor] = []
        self.times_seen: list[float] = []

    def end(self, noisy, time, mixture, heard, prompt=None, *, has_prompt=None, spans=None):
        self.prompts_seen.append(prompt)
        self.spans_seen.append(spans)
        self.levels_seen.append(mixture)
        self.times_seen.append(float(time[0]))
        loudness = torch.expm1(mixture / 0.15)
        parts = torch.cat((loudness * self.share**0.5, loudness * (1 - self.share) ** 0.5), 1)
        return torch.log1p(parts) * 0.15


ONE_LOOK = {"second_look": False}


def _scene(length_s: float = 3.0, n_channels: int = 1, rate_hz: int = 16_000):
    return clip(noise(length_s, rate_hz, n_channels, gain=0.1), rate_hz)


def _pictured(picture: ArrayPictures, masks, prompts: PromptSet) -> SeparationRequest:
    tracked = tuple(
        TrackedMask.pack(int(pts), mask) for pts, mask in zip(picture.pts_table, masks, strict=True)
    )
    track = MaskTrack(picture.time_base, Fraction(0), tracked)
    tracks = dict.fromkeys(prompts.regions, track)
    return SeparationRequest(_scene(), prompts, tracks=tracks, picture=picture, device="cpu")


def _run(engine, request):
    sink = MemorySink()
    notes = engine.separate(request, sink, report=ignore, cancel=CancelToken())
    return sink.samples, notes


def test_the_target_has_the_share_of_the_power_that_the_network_says():
    mix = _scene(4.0, 2, 44_100)

    target = target_of(tiny_mini(_Spy(0.25)), mix, DOG)

    # A quarter by power is masked by a quarter, not by its root: see the objective it is taught.
    np.testing.assert_allclose(target, 0.25 * mix.samples, atol=2e-3)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_nothing_leaves_nothing_behind(share):
    mix = _scene()

    target = target_of(tiny_mini(_Spy(share)), mix, DOG)

    np.testing.assert_allclose(target, share * mix.samples, atol=1e-4)


def test_stereo_keeps_its_sides():
    left = tone(500, 3.0)
    mix = clip(np.concatenate((left, 0.25 * left)))

    target = target_of(tiny_mini(_Spy(0.5)), mix, DOG)

    np.testing.assert_allclose(target[1], 0.25 * target[0], atol=1e-6)


def test_pieces_and_windows_meet_without_a_seam():
    # Longer than a piece, so that both pieces and windows have joints.
    mix = clip(tone(700, 33.0))

    target = target_of(tiny_mini(_Spy(0.5)), mix, DOG)

    np.testing.assert_allclose(target, 0.5 * mix.samples, atol=1e-3)


def test_words_reach_the_network_as_its_own_prompt():
    spy = _Spy()

    target_of(tiny_mini(spy), _scene(), DOG)

    torch.testing.assert_close(spy.prompts_seen[0][0], spy.words.weight[1])


def test_several_things_are_asked_for_one_by_one_and_joined():
    spy, mix = _Spy(0.5), _scene()

    both, once = PromptSet(texts=(TextPrompt("dogs and rain"),)), {"second_look": False}

    target = target_of(tiny_mini(spy), mix, both, settings=once)

    asked = [seen[0] for seen in spy.prompts_seen if seen is not None]
    torch.testing.assert_close(torch.stack(asked), spy.words.weight[[1, 3]])
    # Half of it is the one's; of what is left half is the other's.
    np.testing.assert_allclose(target, 0.75 * mix.samples, atol=2e-3)


def test_different_words_give_different_sounds():
    mix, engine = _scene(), tiny_mini()

    dog, bell = (
        target_of(engine, mix, PromptSet(texts=(TextPrompt(word),))) for word in ("dog", "bell")
    )

    assert np.abs(dog - bell).max() > 1e-5


def test_an_unknown_word_is_refused_and_never_separated():
    spy = _Spy()

    with pytest.raises(PromptError) as caught:
        target_of(tiny_mini(spy), _scene(), PromptSet(texts=(TextPrompt("a wolf"),)))

    assert "“dog”" in caught.value.advice
    assert not spy.prompts_seen


def test_spans_reach_the_network_frame_by_frame():
    spy = _Spy()
    marked = spans((0.5, 1.0), no=((1.25, 1.5),))

    target_of(tiny_mini(spy), _scene(2.0), marked, settings={"unmarked": "searched"})

    seen = spy.spans_seen[0][0].numpy()
    times_s = np.arange(len(seen)) * 0.016  # a frame lasts 16 ms
    said = np.where((times_s >= 0.5) & (times_s < 1.0), 1, 0)
    said = np.where((times_s >= 1.25) & (times_s < 1.5), -1, said)
    np.testing.assert_array_equal(seen, said)
    assert spy.prompts_seen[0] is None


def test_outside_plus_spans_the_target_is_silent_unless_it_is_searched():
    mix, engine = _scene(2.0), tiny_mini(_Spy())

    strict = target_of(engine, mix, spans((0.5, 1.0)))
    searched = target_of(engine, mix, spans((0.5, 1.0)), settings={"unmarked": "searched"})

    assert not strict[:, : round(0.45 * 16_000)].any()
    assert not strict[:, round(1.05 * 16_000) :].any()
    assert strict[:, round(0.6 * 16_000) : round(0.9 * 16_000)].any()
    assert searched[:, : round(0.45 * 16_000)].any()


def test_minus_spans_are_silent():
    target = target_of(
        tiny_mini(_Spy()), _scene(2.0), PromptSet(DOG.texts, spans=spans(no=((0.5, 1.0),)).spans)
    )

    assert not target[:, round(0.55 * 16_000) : round(0.95 * 16_000)].any()
    assert target[:, : round(0.4 * 16_000)].any()


def test_the_picture_reaches_the_network():
    frames, masks = moving_disc(20)
    spy, onlooker = _Spy(), Onlooker(("bell", 0.9))
    request = _pictured(ArrayPictures(frames, 10), masks, PromptSet(regions=(REGION,)))

    _, notes = _run(tiny_mini(spy, onlooker), request)

    torch.testing.assert_close(spy.prompts_seen[0][0], spy.words.weight[0])
    assert notes["seen"] == "bell"
    shown = onlooker.shown[0]
    assert 1 < len(shown) <= 6
    for pixels, mask in shown:
        place = next(k for k, frame in enumerate(frames) if np.array_equal(frame, pixels))
        np.testing.assert_array_equal(mask, masks[place])


def test_a_frame_that_was_marked_is_looked_at_however_long_the_clip():
    frames, masks = moving_disc(50)
    onlooker = Onlooker(("bell", 0.9))
    picture = ArrayPictures(frames, 10)
    region = RegionPrompt(boxes=(Box(20, 40, 60, 80, pts=int(picture.pts_table[1])),))

    _run(tiny_mini(_Spy(), onlooker), _pictured(picture, masks, PromptSet(regions=(region,))))

    assert any(np.array_equal(pixels, frames[1]) for pixels, _ in onlooker.shown[0])


def test_an_unclear_picture_is_told_beside_the_answer():
    frames, masks = moving_disc(10)
    request = _pictured(ArrayPictures(frames, 10), masks, PromptSet(regions=(REGION,)))

    _, notes = _run(tiny_mini(_Spy(), Onlooker(("bell", 0.3))), request)

    assert "Bell" in notes["advice"]


def test_of_what_a_picture_may_show_that_is_looked_for_which_is_heard(monkeypatch):
    frames, masks = moving_disc(10)
    request = _pictured(ArrayPictures(frames, 10), masks, PromptSet(regions=(REGION,)))
    bell_alone = np.array([0.9, 0.01, 0.01, 0.01])
    monkeypatch.setattr(mini, "heard_at_all", lambda *_: bell_alone)

    _, notes = _run(tiny_mini(_Spy(), Onlooker(("dog", 0.4), ("bell", 0.35))), request)

    assert notes["seen"] == "bell"


def test_who_typed_a_word_is_not_corrected_by_what_is_heard(monkeypatch):
    frames, masks = moving_disc(10)
    prompts = PromptSet(texts=DOG.texts, regions=(REGION,))
    monkeypatch.setattr(mini, "heard_at_all", lambda *_: pytest.fail("nobody asked"))

    _, notes = _run(tiny_mini(_Spy()), _pictured(ArrayPictures(frames, 10), masks, prompts))

    assert notes["words"] == "dog"


@pytest.mark.parametrize(("share", "is_told"), [(0.5, False), (1e-5, True)])
def test_a_word_of_which_next_to_nothing_is_found_comes_with_advice(share, is_told):
    _, notes = _run(tiny_mini(_Spy(share)), SeparationRequest(_scene(), DOG, device="cpu"))

    assert (LITTLE_FOUND in notes.get("advice", "")) == is_told


def test_an_object_that_is_gone_from_every_frame_asks_for_a_word():
    frames, masks = moving_disc(10)
    nowhere = [np.zeros_like(mask) for mask in masks]
    request = _pictured(ArrayPictures(frames, 10), nowhere, PromptSet(regions=(REGION,)))

    with pytest.raises(PromptError) as caught:
        _run(tiny_mini(_Spy()), request)

    assert "Type a word" in caught.value.advice


def test_a_region_that_is_not_tracked_yet_is_refused():
    picture = ArrayPictures(moving_disc(5)[0], 10)
    request = SeparationRequest(_scene(), PromptSet(regions=(REGION,)), picture=picture)

    with pytest.raises(PromptError) as caught:
        _run(tiny_mini(), request)

    assert "tracked" in caught.value.advice


def test_silence_is_never_asked_about():
    spy = _Spy(1.0)
    # Two seconds of sound, then silence that fills the second of two windows.
    mix = clip(only_during(noise(22.0), 16_000, (0.0, 2.0)))

    target = target_of(tiny_mini(spy), mix, DOG, settings=ONE_LOOK)

    assert sum(len(levels) for levels in spy.levels_seen) == 1
    assert not target[:, 4 * 16_000 :].any()


@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_quiet_clips_are_heard_as_loud_as_the_lessons(gain):
    spy, wave = _Spy(), noise(3.0)

    target_of(tiny_mini(spy), clip(gain * wave), DOG)

    loud = _Spy()
    target_of(tiny_mini(loud), clip(wave), DOG)
    torch.testing.assert_close(spy.levels_seen[0], loud.levels_seen[0], atol=1e-3, rtol=0)


def test_more_steps_ask_more_often_and_depend_on_the_seed_alone():
    spy, mix = _Spy(), _scene()
    target_of(tiny_mini(spy), mix, DOG, settings={"steps": 4, **ONE_LOOK})
    assert spy.times_seen == [0.0, 250.0, 500.0, 750.0]

    engine = tiny_mini()
    one, same, other = (
        target_of(engine, mix, DOG, settings={"steps": 2}, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0


def test_words_without_spans_are_asked_for_twice_the_second_time_with_spans():
    spy = _Spy()

    target_of(tiny_mini(spy), _scene(), DOG)

    first, second = spy.spans_seen
    assert first is None
    assert set(second.unique().tolist()) <= {-1.0, 1.0}


def test_where_a_person_says_when_nobody_asks_twice():
    spy = _Spy()
    prompts = PromptSet(texts=DOG.texts, spans=(SpanPrompt(TimeSpan(0.5, 1.5)),))

    target_of(tiny_mini(spy), _scene(), prompts)

    assert len(spy.spans_seen) == 1


def test_a_network_that_breaks_is_an_error_with_advice():
    with pytest.raises(EngineError) as caught:
        target_of(tiny_mini(_Spy(float("nan"))), _scene(), DOG)

    assert caught.value.advice


def test_a_preview_is_heard_with_what_is_around_it():
    spy, mix = _Spy(), _scene(30.0)

    target_of(tiny_mini(spy), mix, DOG, window=(14 * 16_000, 16 * 16_000), settings=ONE_LOOK)

    (heard,) = spy.levels_seen
    assert heard.shape[3] * 0.016 == pytest.approx(16.3, abs=0.3)


def test_a_short_sound_is_heard_as_it_is_without_silence_around_it():
    spy = _Spy()

    target_of(tiny_mini(spy), _scene(3.0), DOG, settings=ONE_LOOK)

    (heard,) = spy.levels_seen
    assert heard.shape[3] * 0.016 == pytest.approx(3.0, abs=0.26)


def test_without_a_prompt_it_runs_for_measuring_only():
    spy = _Spy()

    target_of(tiny_mini(spy, may_be_unprompted=True), _scene(), PromptSet())

    assert spy.prompts_seen[0] is None
    assert spy.spans_seen[0] is None
