import numpy as np
import pytest

from app.playback.blender import Blender
from app.playback.mixing import Desk, MatchedGains, StemVoice, Voice
from core.domain.audio import Samples
from core.domain.listening import Listen
from tests.helpers.sounds import clip, noise

N = 2_000
MIX, DOG, CAT = (Voice(clip(noise(N / 16_000, gain=0.1, seed=seed))) for seed in (1, 2, 3))
SOUNDS = {voice: voice.source.read(0, N) for voice in (MIX, DOG, CAT)}


def heard(desk: Desk) -> Samples:
    blender = Blender(n_fade=1)
    blender.aim(desk.gains())
    blender.blend(SOUNDS, 1, 1)  # the crossfade is over after this
    return blender.blend(SOUNDS, N, 1)


def mixer(*stems: StemVoice) -> Desk:
    return Desk(MIX, stems=stems, listen=Listen.MIXER)


def test_the_mixer_at_unity_is_the_mix_to_the_last_bit():
    assert np.array_equal(heard(mixer(StemVoice(DOG), StemVoice(CAT))), SOUNDS[MIX])


def test_the_mix_is_played_to_the_last_bit():
    assert np.array_equal(heard(Desk(MIX, DOG)), SOUNDS[MIX])


def test_a_muted_stem_leaves_the_rest():
    expected = SOUNDS[MIX] - SOUNDS[DOG]

    np.testing.assert_allclose(
        heard(mixer(StemVoice(DOG, is_muted=True), StemVoice(CAT))), expected, atol=1e-6
    )


def test_a_soloed_stem_is_heard_alone_even_if_muted():
    stems = StemVoice(DOG, gain=0.5, is_soloed=True, is_muted=True), StemVoice(CAT, gain=2.0)

    np.testing.assert_allclose(heard(mixer(*stems)), 0.5 * SOUNDS[DOG], atol=1e-6)


def test_a_stem_is_turned_up_and_down_within_the_mix():
    expected = SOUNDS[MIX] + SOUNDS[DOG] - 0.5 * SOUNDS[CAT]

    np.testing.assert_allclose(
        heard(mixer(StemVoice(DOG, gain=2.0), StemVoice(CAT, gain=0.5))), expected, atol=1e-6
    )


def test_target_and_residual_are_heard_at_their_matched_levels():
    desk = Desk(MIX, DOG, matched=MatchedGains(target=2.0, residual=0.5), volume=0.5)

    target = heard(Desk(MIX, DOG, (), Listen.TARGET, desk.matched, 0.5))
    residual = heard(Desk(MIX, DOG, (), Listen.RESIDUAL, desk.matched, 0.5))

    np.testing.assert_allclose(target, SOUNDS[DOG], atol=1e-6)
    np.testing.assert_allclose(residual, 0.25 * (SOUNDS[MIX] - SOUNDS[DOG]), atol=1e-6)


def test_target_and_residual_add_up_to_the_mix_where_levels_are_not_matched():
    target = heard(Desk(MIX, DOG, listen=Listen.TARGET))
    residual = heard(Desk(MIX, DOG, listen=Listen.RESIDUAL))

    np.testing.assert_allclose(target + residual, SOUNDS[MIX], atol=2**-24)


@pytest.mark.parametrize(
    ("desk", "available"),
    [
        (Desk(), {Listen.MIX}),
        (Desk(MIX), {Listen.MIX}),
        (Desk(MIX, DOG), {Listen.MIX, Listen.TARGET, Listen.RESIDUAL}),
        (Desk(MIX, None, (StemVoice(DOG),)), {Listen.MIX, Listen.MIXER}),
    ],
)
def test_only_what_is_there_can_be_listened_to(desk, available):
    assert desk.available == available


def test_a_voice_on_the_desk_twice_is_read_once():
    assert Desk(MIX, DOG, (StemVoice(DOG), StemVoice(CAT))).voices == (MIX, DOG, CAT)


def test_switching_crosses_over_in_equal_gain_without_a_step():
    same = {MIX: np.ones((1, 400), np.float32), DOG: np.ones((1, 400), np.float32)}
    blender = Blender(n_fade=160)
    blender.aim({MIX: 1.0})
    blender.blend(same, 400, 1)

    blender.aim({DOG: 1.0})
    out = np.concatenate([blender.blend(same, 100, 1) for _ in range(1)], axis=1)

    # What is common to both does not move: the gains add up to one all the way.
    np.testing.assert_allclose(out, 1.0, atol=1e-6)


def test_a_turned_knob_moves_in_small_steps_even_if_turned_again_at_once():
    ones = {MIX: np.ones((1, 100), np.float32)}
    blender = Blender(n_fade=160)
    parts = []
    for gain in (1.0, 0.0, 0.7, 0.2):
        blender.aim({MIX: gain})
        parts.append(blender.blend(ones, 100, 1))
    out = np.concatenate(parts, axis=1)[0]

    assert np.abs(np.diff(out)).max() <= 1 / 160 + 1e-6
    blender.blend(ones, 100, 1)
    assert blender.blend(ones, 10, 1)[0, -1] == np.float32(0.2)


def test_what_does_not_continue_fades_in():
    ones = {MIX: np.ones((1, 200), np.float32)}
    blender = Blender(n_fade=160)
    blender.aim({MIX: 1.0})
    blender.blend(ones, 200, 1)

    blender.start_from_silence()
    out = blender.blend(ones, 200, 1)[0]

    assert out[0] < 0.01
    assert out[159] == 1.0


def test_mixing_leaves_what_was_read_untouched():
    before = SOUNDS[MIX].copy()

    heard(mixer(StemVoice(DOG, gain=2.0)))

    assert np.array_equal(SOUNDS[MIX], before)
