"""SAM Audio as a person meets it: every prompt is heard, and memory is looked after."""

import itertools
import weakref

import numpy as np
import pytest
import torch

from core.domain.audio import AudioClip, Samples
from core.domain.prompts import PromptSet, RegionPrompt, SpanPrompt, TextPrompt, TimeSpan
from core.errors import EngineError, ModelError, PromptError
from core.nn.sam_audio import network as flows
from core.progress import CancelToken, ignore
from core.separation import registry, sam_audio_run, sam_audio_stretches
from core.separation.protocol import SeparationRequest
from core.separation.sam_audio_spans import PE_A_FRAME
from core.separation.sam_audio_spans import build as build_predictor
from core.separation.sam_audio_weights import forget_networks, load_flow, load_pictures
from tests.helpers import sam_audios
from tests.helpers.separations import MemorySink, shaking_disc, spans, stops_inside, target_of
from tests.helpers.sounds import clip, noise, tone

pytestmark = pytest.mark.usefixtures("installed_models")

ENGINE = "sam-audio-small"
FEW = {"steps": 2}
DOG = PromptSet(texts=(TextPrompt("dog barking"),))


@pytest.fixture(autouse=True)
def _fresh_networks():
    yield
    forget_networks()


@pytest.fixture
def engine():
    return registry.build(ENGINE, "cpu")


def mix(length_s: float = 1.0, n_channels: int = 1) -> AudioClip:
    rate_hz = 16_000
    return clip(tone(440, length_s, rate_hz, n_channels) + noise(length_s, rate_hz, n_channels))


def answer(engine, sound: AudioClip, prompts: PromptSet, picture=None, tracks=None, **settings):
    """Return the target and the notes."""
    sink = MemorySink()
    request = SeparationRequest(
        sound, prompts, tracks or {}, picture, settings={**FEW, **settings}, device="cpu"
    )
    notes = engine.separate(request, sink, report=ignore, cancel=CancelToken())
    return sink.samples, notes


def differs(one: Samples, other: Samples) -> bool:
    return float(np.abs(one - other).max()) > 1e-4 * float(np.abs(other).max())


def test_other_words_give_another_answer_and_articles_and_capitals_do_not(engine):
    sound = mix()
    dog, notes = answer(engine, sound, DOG)
    cat, _ = answer(engine, sound, PromptSet(texts=(TextPrompt("cat purring"),)))
    same, _ = answer(engine, sound, PromptSet(texts=(TextPrompt("The  Dog barking."),)))

    assert differs(cat, dog)
    np.testing.assert_array_equal(same, dog)
    assert notes["words"] == "dog barking"


def test_plus_and_minus_spans_reach_the_flow_and_say_different_things(engine):
    sound = mix()
    found = [
        answer(engine, sound, prompts)[0] for prompts in (DOG, with_span(True), with_span(False))
    ]

    for one, other in itertools.combinations(found, 2):
        assert differs(one, other)


def with_span(is_positive: bool) -> PromptSet:
    return PromptSet(DOG.texts, spans=(SpanPrompt(TimeSpan(0.2, 0.6), is_positive),))


def test_predicted_spans_reach_the_flow(engine, installed_models):
    sam_audios.install_span_predictor(installed_models / PE_A_FRAME)
    sound = mix()

    plain, _ = answer(engine, sound, DOG)
    predicted, notes = answer(engine, sound, DOG, predict_spans=True)
    marked, told = answer(engine, sound, with_span(True), predict_spans=True)

    assert differs(predicted, plain)
    assert notes["spans"] == "predicted"
    assert told["spans"] == "as marked"
    assert differs(marked, predicted)


def test_predicting_spans_without_the_predictor_says_what_to_install(engine):
    with pytest.raises(ModelError) as caught:
        answer(engine, mix(), DOG, predict_spans=True)

    assert PE_A_FRAME in caught.value.advice


def seen(engine, sound, with_words=False, **settings):
    picture, region, track = shaking_disc([True] * 10)
    prompts = PromptSet(DOG.texts if with_words else (), regions=(region,))
    return answer(engine, sound, prompts, picture, {region: track}, **settings)


def test_a_region_is_seen_and_the_polarity_of_its_mask_matters(engine):
    sound = mix()

    black, notes = seen(engine, sound)
    alone, _ = seen(engine, sound, mask="object alone")
    with_words, _ = seen(engine, sound, with_words=True)

    assert notes["mask"] == "object black"
    assert differs(alone, black)
    assert differs(with_words, black)
    assert differs(with_words, answer(engine, sound, DOG)[0])


def test_parts_that_a_request_has_no_use_for_are_never_loaded(engine, monkeypatch):
    def refuse(*_args):
        raise AssertionError("loaded without need")

    monkeypatch.setattr("core.separation.sam_audio_run.load_pictures", refuse)
    monkeypatch.setattr("core.separation.sam_audio_run.build_predictor", refuse)

    answer(engine, mix(), DOG)


def test_without_t5_spans_still_work_and_words_say_what_to_install(engine, installed_models):
    (installed_models / "t5-base" / "config.json").unlink()

    _, notes = answer(engine, mix(), spans((0.2, 0.6)))
    with pytest.raises(ModelError) as caught:
        answer(engine, mix(), DOG)

    assert "T5" in str(notes["empty_phrase"])
    assert "t5-base" in caught.value.advice


def test_projected_keeps_the_stereo_image_and_generated_is_new_sound(engine):
    wide = mix(n_channels=2)
    wide.samples[1] *= 0.25

    projected, _ = answer(engine, wide, DOG)
    generated, _ = answer(engine, wide, DOG, result="generated")

    assert projected.shape == generated.shape == wide.samples.shape
    np.testing.assert_allclose(
        np.abs(projected[1]).mean() / np.abs(projected[0]).mean(),
        np.abs(wide.samples[1]).mean() / np.abs(wide.samples[0]).mean(),
        rtol=0.2,
    )
    assert differs(generated, projected)


def test_the_best_of_several_candidates_is_kept(engine, monkeypatch):
    sound = mix()
    first, _ = answer(engine, sound, DOG, result="generated")
    kept = []
    for best in (0, 2):
        monkeypatch.setattr("core.separation.sam_audio_run.best_of", lambda scores, b=best: b)
        found, notes = answer(engine, sound, DOG, result="generated", candidates=3)
        kept.append(found)

    assert notes["ranked_by"] == "mix"
    np.testing.assert_array_equal(kept[0], first)
    assert differs(kept[1], first)


def test_words_that_deny_and_minus_spans_alone_are_refused_with_advice(engine):
    for prompts in (PromptSet(texts=(TextPrompt("no music"),)), spans(no=((0.1, 0.4),))):
        with pytest.raises(PromptError) as caught:
            answer(engine, mix(), prompts)
        assert caught.value.advice


def test_a_cancel_is_heard_while_pictures_are_looked_at(engine):
    """At its real size the encoder looks at eight of them for half a minute on a CPU."""
    picture, region, track = shaking_disc([True] * 10)
    prompts = PromptSet(regions=(region,))
    request = SeparationRequest(
        mix(), prompts, {region: track}, picture, settings=FEW, device="cpu"
    )
    encoder = load_pictures(engine.checkpoint, engine.device, torch.float32)

    def separate(cancel: CancelToken) -> None:
        engine.separate(request, MemorySink(), report=ignore, cancel=cancel)

    assert stops_inside(encoder, separate)


def test_a_cancel_is_heard_while_spans_are_looked_for(engine, installed_models):
    sam_audios.install_span_predictor(installed_models / PE_A_FRAME)
    request = SeparationRequest(mix(), DOG, settings={**FEW, "predict_spans": True}, device="cpu")
    network = build_predictor(engine.device).network

    def separate(cancel: CancelToken) -> None:
        engine.separate(request, MemorySink(), report=ignore, cancel=cancel)

    assert stops_inside(network, separate)


def test_when_memory_runs_out_windows_get_shorter_and_the_notes_say_so(engine, monkeypatch):
    """The memory of this machine holds 300 frames, twelve seconds, at a time."""
    whole = flows.SamAudioFlow.forward

    def small_machine(self, noisy, time, given):
        if noisy.shape[1] > 300:
            raise torch.OutOfMemoryError("out of memory")
        return whole(self, noisy, time, given)

    monkeypatch.setattr(flows.SamAudioFlow, "forward", small_machine)
    sound = mix(21.0)

    target, notes = answer(engine, sound, DOG)

    assert target.shape == sound.samples.shape
    assert "windows of 10 s" in str(notes["worked_with"])
    assert "memory ran out" in str(notes["memory"])


def free_on_the_device(monkeypatch, gib_without_networks: float) -> None:
    """Let a device have so much room, and next to none while a flow is loaded."""

    def free(_device: torch.device) -> int:
        return int(2**30 * (gib_without_networks if load_flow._kept is None else 1e-6))

    monkeypatch.setattr(sam_audio_run, "free_bytes", free)


def test_networks_of_an_earlier_request_make_room_before_work_gets_smaller(engine, monkeypatch):
    answer(engine, mix(), DOG)
    free_on_the_device(monkeypatch, 1.0)

    _, notes = answer(engine, mix(), DOG)

    assert "memory" not in notes


def test_where_there_is_too_little_room_work_gets_smaller_before_it_begins(engine, monkeypatch):
    free_on_the_device(monkeypatch, 1e-6)

    _, notes = answer(engine, mix(), DOG)

    assert "less is free" in notes["memory"]


def test_a_flow_that_failed_in_half_precision_is_gone_before_the_whole_one_comes(
    engine, monkeypatch
):
    living, refs, load = [], [], sam_audio_stretches.load_flow

    def loaded(checkpoint, rung):
        network = load(checkpoint, rung)
        refs.append(weakref.ref(network))
        if rung.dtype is torch.bfloat16:
            for weight in network.parameters():
                weight.fill_(torch.nan)
        return network

    def making(checkpoint, rung):
        living.append(sum(one() is not None for one in refs))
        return make(checkpoint, rung)

    load.cache_clear()
    make = load._make
    monkeypatch.setattr(load, "_make", making)
    monkeypatch.setattr(sam_audio_stretches, "load_flow", loaded)
    _, notes = answer(engine, mix(), DOG, precision="bfloat16")

    assert "not finite in torch.bfloat16" in notes["retried"]
    assert living == [0, 0]


def test_when_memory_runs_out_for_good_the_advice_says_so(engine, monkeypatch):
    def no_room(*_args):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(flows.SamAudioFlow, "forward", no_room)

    with pytest.raises(EngineError) as caught:
        answer(engine, mix(), DOG)

    assert "smaller engine" in caught.value.advice


def test_half_precision_is_near_and_what_is_not_finite_in_it_is_done_again(engine, monkeypatch):
    sound = mix()
    exact, _ = answer(engine, sound, DOG)
    half, notes = answer(engine, sound, DOG, precision="bfloat16")
    whole = flows.SamAudioFlow.forward

    def overflowing(self, noisy, time, given):
        out = whole(self, noisy, time, given)
        return out if noisy.dtype is torch.float32 else out * float("nan")

    monkeypatch.setattr(flows.SamAudioFlow, "forward", overflowing)
    again, told = answer(engine, sound, DOG, precision="bfloat16")

    assert "bfloat16" in str(notes["worked_with"])
    assert "retried" not in notes
    assert np.abs(half - exact).mean() < 0.2 * np.abs(exact).mean()
    np.testing.assert_array_equal(again, exact)
    assert "bfloat16" in str(told["retried"])


def test_what_is_never_finite_is_an_error_with_advice(engine, monkeypatch):
    monkeypatch.setattr(
        flows.SamAudioFlow, "forward", lambda _self, noisy, _time, _given: noisy * float("inf")
    )

    with pytest.raises(EngineError) as caught:
        answer(engine, mix(), DOG)

    assert "finite" in str(caught.value)
    assert "install it again" in caught.value.advice


def test_a_preview_begins_with_the_noise_of_the_whole():
    draw = sam_audio_stretches.frame_noise
    whole = draw(7, 0, (0, 300), 4)

    torch.testing.assert_close(draw(7, 0, (90, 200), 4), whole[90:200], rtol=0, atol=0)
    assert not torch.equal(draw(8, 0, (0, 300), 4), whole)
    assert not torch.equal(draw(7, 1, (0, 300), 4), whole)


def test_long_sound_goes_through_in_stretches_that_meet(engine, monkeypatch):
    """Windows of two seconds: nine seconds are several stretches."""
    monkeypatch.setattr("core.separation.sam_audio_settings.WINDOW_S", 2.0)
    monkeypatch.setattr(sam_audio_stretches, "OVERLAP_S", 0.4)
    monkeypatch.setattr(sam_audio_stretches, "WINDOWS_IN_STRETCH", 2)
    sound = mix(9.0)

    target = target_of(engine, sound, DOG, settings=FEW)

    assert target.shape == sound.samples.shape
    assert np.isfinite(target).all()
    seconds = target[0].reshape(9, -1)
    assert (np.abs(seconds).mean(1) > 0).all()


def test_the_same_mask_on_every_frame_that_has_none_of_its_own_counts_only_nearby(engine):
    picture, region, track = shaking_disc([True] * 10)
    far = type(track)(track.time_base, track.origin_s, track.masks[:1])
    sound = mix()

    all_masks, _ = answer(engine, sound, PromptSet(regions=(region,)), picture, {region: track})
    one_mask, _ = answer(engine, sound, PromptSet(regions=(region,)), picture, {region: far})

    assert isinstance(region, RegionPrompt)
    assert differs(one_mask, all_masks)
