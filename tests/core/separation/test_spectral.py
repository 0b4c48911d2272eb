"""What the weight-free engine does with each kind of prompt, on sounds whose parts are known."""

import numpy as np
import pytest

from core.domain.prompts import PromptSet, SpanPrompt, SpectralPrompt, TimeSpan
from core.errors import PromptError
from core.progress import CancelToken, ignore
from core.separation import registry
from core.separation.protocol import SeparationRequest
from tests.helpers.separations import (
    MemorySink,
    shaking_disc,
    si_sdr_gain_db,
    spans,
    target_of,
)
from tests.helpers.sounds import clip, noise, only_during, tone

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def engine():
    return registry.build("spectral", "cpu")


def _tone_in_noise(length_s=4.0, *during):
    wanted = only_during(tone(700, length_s), RATE_HZ, *(during or ((1.0, 2.0),)))
    return wanted, clip(wanted + noise(length_s, gain=0.1))


def test_a_marked_tone_is_lifted_out_of_noise(engine):
    wanted, mix = _tone_in_noise()

    target = target_of(engine, mix, spans((1.0, 2.0)))

    assert si_sdr_gain_db(target, wanted, mix) > 15


def test_the_itakura_saito_divergence_does_so_too(engine):
    wanted, mix = _tone_in_noise()

    target = target_of(engine, mix, spans((1.0, 2.0)), settings={"divergence": "is"})

    assert si_sdr_gain_db(target, wanted, mix) > 12


def test_another_tone_that_sounds_throughout_is_left_behind(engine):
    wanted = only_during(tone(700, 4.0), RATE_HZ, (1.0, 2.5))
    mix = clip(wanted + tone(1_000, 4.0))

    target = target_of(engine, mix, spans((1.0, 2.5)))

    assert si_sdr_gain_db(target, wanted, mix) > 15


def test_a_negative_span_alone_takes_away_what_sounds_in_it(engine):
    wanted = only_during(tone(700, 4.0), RATE_HZ, (1.0, 4.0))
    mix = clip(wanted + tone(1_000, 4.0))

    target = target_of(engine, mix, spans(no=((0.0, 1.0),)))

    assert si_sdr_gain_db(target, wanted, mix) > 12


def test_nothing_is_heard_in_negative_spans_and_outside_positive_ones(engine):
    _, mix = _tone_in_noise()

    target = target_of(engine, mix, spans((1.0, 2.0), no=((1.4, 1.6),)))

    assert not target[:, : round(0.97 * RATE_HZ)].any()
    assert not target[:, round(1.43 * RATE_HZ) : round(1.57 * RATE_HZ)].any()
    assert not target[:, round(2.03 * RATE_HZ) :].any()


def test_one_marked_moment_finds_the_others_when_unmarked_time_is_searched(engine):
    wanted, mix = _tone_in_noise(6.0, (1.0, 2.0), (4.0, 4.5))
    prompts = spans((1.0, 2.0), no=((2.2, 3.8),))

    target = target_of(engine, mix, prompts, settings={"unmarked": "searched"})

    found = target[0, round(4.1 * RATE_HZ) : round(4.4 * RATE_HZ)]
    assert np.sqrt(np.mean(found**2)) > 0.1  # of 0.21 for the tone itself
    assert si_sdr_gain_db(target, wanted, mix) > 6


def test_a_span_over_everything_leaves_nothing_to_learn_the_background_from_and_says_so(engine):
    _, mix = _tone_in_noise()
    sink = MemorySink()

    notes = engine.separate(
        SeparationRequest(mix, spans((0.0, 9.0))), sink, report=ignore, cancel=CancelToken()
    )

    np.testing.assert_allclose(sink.samples, mix.samples, atol=1e-4)
    assert "− span" in str(notes["advice"])


def test_painted_cells_are_all_there_is_of_the_target(engine):
    mix = clip(tone(500, 2.0) + tone(3_000, 2.0))
    paint = PromptSet(spectral=(SpectralPrompt(TimeSpan(0.5, 1.5), 2_500, 3_500),))

    target = target_of(engine, mix, paint)

    inside = slice(round(0.6 * RATE_HZ), round(1.4 * RATE_HZ))
    np.testing.assert_allclose(target[:, inside], tone(3_000, 2.0)[:, inside], atol=0.01)
    assert np.abs(target[:, : round(0.4 * RATE_HZ)]).max() < 1e-4


def test_cells_painted_away_are_all_that_is_missing(engine):
    mix = clip(tone(500, 2.0) + tone(3_000, 2.0))
    erased = SpectralPrompt(TimeSpan(0, 3), 2_500, 3_500, is_positive=False)

    target = target_of(engine, mix, PromptSet(spectral=(erased,)))

    inside = slice(round(0.2 * RATE_HZ), round(1.8 * RATE_HZ))
    np.testing.assert_allclose(target[:, inside], tone(500, 2.0)[:, inside], atol=0.01)


def test_paint_overrules_the_spans(engine):
    wanted, mix = _tone_in_noise()
    prompts = PromptSet(
        spans=(SpanPrompt(TimeSpan(1.0, 2.0)),),
        spectral=(
            SpectralPrompt(TimeSpan(1.0, 2.0), 600, 800, is_positive=False),
            SpectralPrompt(TimeSpan(3.0, 3.5), 4_000, 6_000),
        ),
    )

    target = target_of(engine, mix, prompts)

    heard = np.abs(np.fft.rfft(target[0, RATE_HZ : 2 * RATE_HZ]))
    before = np.abs(np.fft.rfft(mix.samples[0, RATE_HZ : 2 * RATE_HZ]))
    assert heard[690:710].max() < 0.02 * before[690:710].max()
    assert np.abs(target[:, round(3.1 * RATE_HZ) : round(3.4 * RATE_HZ)]).max() > 0.02
    del wanted


def _two_tones_and_a_disc(n_tenths=120):
    """A tone that sounds while a disc shakes, another that comes and goes for itself."""
    dice = np.random.default_rng(5)
    shakes = np.repeat(dice.integers(0, 2, n_tenths // 6).astype(bool), 6)
    other = np.repeat(dice.integers(0, 2, n_tenths // 4).astype(bool), 4)
    gains = [np.repeat(is_on, RATE_HZ // 10).astype(np.float32) for is_on in (shakes, other)]
    wanted = tone(700, n_tenths / 10) * gains[0]
    mix = clip(wanted + tone(1_100, n_tenths / 10) * gains[1] + noise(n_tenths / 10, gain=0.01))
    return wanted, mix, shaking_disc(shakes.tolist())


def _by_region(engine, mix, picture, region, track, prompts):
    sink = MemorySink()
    request = SeparationRequest(mix, prompts, {region: track}, picture, device="cpu")
    notes = engine.separate(request, sink, report=ignore, cancel=CancelToken())
    return sink.samples, notes


def test_what_sounds_while_the_region_moves_is_the_target_without_any_span(engine):
    wanted, mix, (picture, region, track) = _two_tones_and_a_disc()

    target, notes = _by_region(engine, mix, picture, region, track, PromptSet(regions=(region,)))

    assert si_sdr_gain_db(target, wanted, mix) > 8
    assert "advice" not in notes


def test_a_region_helps_where_a_span_covers_both_sounds(engine):
    wanted, mix, (picture, region, track) = _two_tones_and_a_disc()
    over_all = (SpanPrompt(TimeSpan(0, 12)),)

    by_span = target_of(engine, mix, PromptSet(spans=over_all))
    by_both, _ = _by_region(
        engine, mix, picture, region, track, PromptSet(regions=(region,), spans=over_all)
    )

    gain_db = si_sdr_gain_db(by_span, wanted, mix)
    assert si_sdr_gain_db(by_both, wanted, mix) > gain_db + 6


def test_a_region_in_which_nothing_moves_is_refused_with_advice(engine):
    _, mix = _tone_in_noise()
    picture, region, track = shaking_disc([False] * 40)

    with pytest.raises(PromptError) as caught:
        _by_region(engine, mix, picture, region, track, PromptSet(regions=(region,)))

    assert "span" in caught.value.advice


def test_a_still_region_beside_a_span_is_said_to_be_of_no_help(engine):
    wanted, mix = _tone_in_noise()
    picture, region, track = shaking_disc([False] * 40)
    prompts = PromptSet(regions=(region,), spans=(SpanPrompt(TimeSpan(1.0, 2.0)),))

    target, notes = _by_region(engine, mix, picture, region, track, prompts)

    assert si_sdr_gain_db(target, wanted, mix) > 15
    assert "move" in str(notes["advice"])


def test_a_region_that_is_not_tracked_yet_is_refused_with_advice(engine):
    _, mix = _tone_in_noise()
    picture, region, _ = shaking_disc([True] * 10)
    request = SeparationRequest(mix, PromptSet(regions=(region,)), {}, picture)

    with pytest.raises(PromptError) as caught:
        engine.separate(request, MemorySink(), report=ignore, cancel=CancelToken())

    assert "tracked" in caught.value.advice


def test_a_preview_sounds_like_the_same_part_of_the_whole(engine):
    _, mix = _tone_in_noise()
    first, last = round(0.8 * RATE_HZ), round(2.2 * RATE_HZ)

    whole = target_of(engine, mix, spans((1.0, 2.0)))[:, first:last]
    part = target_of(engine, mix, spans((1.0, 2.0)), window=(first, last))

    misfit = np.sqrt(np.mean((whole - part) ** 2)) / np.sqrt(np.mean(whole**2))
    assert misfit < 0.1


def test_the_stereo_image_stays_where_it_was(engine):
    wanted = only_during(tone(700, 4.0, n_channels=2), RATE_HZ, (1.0, 2.0))
    wanted[1] *= 0.25
    mix = clip(wanted + noise(4.0, n_channels=2, gain=0.05))

    target = target_of(engine, mix, spans((1.0, 2.0)))

    left, right = np.sqrt(np.mean(target**2, axis=1))
    assert right / left == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("name", "value"),
    [("divergence", "l2"), ("target_parts", 0), ("target_parts", 2.5), ("sharpness", True)],
)
def test_a_setting_out_of_its_limits_is_refused_with_advice(engine, name, value):
    _, mix = _tone_in_noise()

    with pytest.raises(PromptError) as caught:
        target_of(engine, mix, spans((1.0, 2.0)), settings={name: value})

    assert name in caught.value.advice


def test_a_few_broken_samples_do_not_spoil_the_rest(engine):
    wanted, mix = _tone_in_noise()
    mix.samples[0, 5_000:5_003] = np.nan
    mix.samples[0, 60_000] = -3e38

    target = target_of(engine, mix, spans((1.0, 2.0)))

    whole = clip(np.nan_to_num(mix.samples) * (np.abs(mix.samples) < 10))
    assert si_sdr_gain_db(target, wanted, whole) > 15


def test_a_sound_on_one_channel_alone_is_heard(engine):
    wanted = only_during(tone(700, 4.0, n_channels=2), RATE_HZ, (1.0, 2.0))
    wanted[0] = 0.0
    mix = clip(wanted + noise(4.0, n_channels=2, gain=0.05))

    target = target_of(engine, mix, spans((1.0, 2.0)))

    heard = target[1, round(1.1 * RATE_HZ) : round(1.9 * RATE_HZ)]
    assert np.sqrt(np.mean(heard**2)) > 0.15  # of 0.21 for the tone itself
