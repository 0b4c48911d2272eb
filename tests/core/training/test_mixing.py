"""Training mixtures are what they claim to be, and the same again for the same seed."""

import numpy as np
import pytest

from core.errors import MediaError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.training.activity import drawn_spans, true_activity
from core.training.mixing import Mixer, MixingConfig
from core.training.recordings import find_recordings
from core.training.sound_bank import SoundBank, open_bank
from tests.core.training.bank import SAMPLE_RATE_HZ, write_recordings
from tests.helpers.sounds import only_during, tone

CLASSES = ("bell", "flute", "rain", "violin")
SHORT = MixingConfig(n_samples=63 * 256)


@pytest.fixture
def bank(tmp_path) -> SoundBank:
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    return open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())


def test_a_bank_holds_each_recording_at_the_rate_of_the_model(bank):
    flute = next(n for n, r in enumerate(bank.recordings) if r.path.stem == "long_a")

    sound = bank.read(flute, 0, 16_000)

    assert bank.length(flute) == 48_000
    # 16 bit
    np.testing.assert_allclose(sound, tone(660)[0], atol=2 / 32767)


def test_outside_of_a_recording_there_is_silence(bank):
    bell = next(n for n, r in enumerate(bank.recordings) if r.label == "bell")

    sound = bank.read(bell, -100, 16_200)

    assert not sound[:100].any()
    assert not sound[16_100:].any()
    assert sound[100:16_100].any()


def test_a_bank_is_made_once_and_again_when_a_file_changes(tmp_path):
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    seen: list[Progress] = []

    for _ in range(2):
        open_bank(recordings, tmp_path / "cache", report=seen.append, cancel=CancelToken())
    once = len(seen)
    recordings[0].path.write_bytes(recordings[1].path.read_bytes())
    open_bank(recordings, tmp_path / "cache", report=seen.append, cancel=CancelToken())

    assert once == len(recordings)
    assert len(seen) == 2 * once


def test_a_cancelled_bank_leaves_nothing_that_looks_whole(tmp_path):
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        open_bank(recordings, tmp_path / "cache", report=lambda _: cancel.cancel(), cancel=cancel)

    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_file_that_is_no_sound_is_named(tmp_path):
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    recordings[0].path.write_bytes(b"no sound at all")

    with pytest.raises(MediaError) as caught:
        open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())

    assert recordings[0].path.name in caught.value.advice


def test_a_batch_depends_on_its_number_and_the_seed_alone(bank):
    mixer = Mixer(bank, CLASSES, SHORT, seed=3)
    first = mixer.batch(5, 4)
    following = mixer.batch(6, 4)

    again, other = mixer.batch(5, 4), Mixer(bank, CLASSES, SHORT, seed=4).batch(5, 4)

    np.testing.assert_array_equal(first.target, again.target)
    np.testing.assert_array_equal(first.spans, again.spans)
    assert not np.array_equal(first.target, other.target)
    assert not np.array_equal(first.target, following.target)


def test_levels_and_peaks_are_within_what_was_asked_for(bank):
    config = MixingConfig(
        n_samples=63 * 256, level_db=(-5, 5), silence_share=0, absent_share=0, peak=(0.2, 0.5)
    )
    batch = Mixer(bank, CLASSES, config).batch(0, 32)

    first, rest = batch.target[::2], batch.residual[::2]
    level_db = 10 * np.log10(np.square(first).sum(1) / np.square(rest).sum(1))
    peaks = np.abs(batch.target + batch.residual).max(1)
    assert np.all(np.abs(level_db) <= 5.01)
    assert np.ptp(level_db) > 5
    assert np.all((peaks > 0.199) & (peaks < 0.501))


def test_each_mixture_is_used_with_its_first_and_its_second_source_as_the_target(bank):
    two_each = MixingConfig(n_samples=63 * 256, source_shares=(1.0,), absent_share=0)
    batch = Mixer(bank, CLASSES, two_each).batch(0, 16)

    np.testing.assert_allclose(batch.target[::2], batch.residual[1::2], atol=1e-6)
    np.testing.assert_allclose(batch.target[1::2], batch.residual[::2], atol=1e-6)
    np.testing.assert_array_equal(batch.sounding[::2], batch.sounding[1::2])


def test_an_odd_number_of_clips_leaves_the_last_without_its_twin(bank):
    mixer = Mixer(bank, CLASSES, SHORT)

    odd, even = mixer.batch(0, 5), mixer.batch(0, 6)

    np.testing.assert_array_equal(odd.target, even.target[:5])


def test_words_name_the_target_and_what_sounds_is_known_for_every_class(bank):
    sure = MixingConfig(n_samples=63 * 256, absent_share=0, unsure_share=0)
    batch = Mixer(bank, CLASSES, sure).batch(0, 64)

    named = batch.words.argmax(1)
    assert set(named) == {0, 1, 2}  # there is no violin to draw
    assert set(batch.words.ravel()) == {0, 1}
    sounds = batch.sounding.any(2)
    loud = np.square(batch.target).sum(1) > 0
    assert sounds[np.arange(64), named][loud].all()
    assert not sounds[:, 3].any()


def test_a_vague_prompt_still_means_the_target_most(bank):
    vague = MixingConfig(n_samples=63 * 256, absent_share=0, unsure_share=1)
    clear = MixingConfig(n_samples=63 * 256, absent_share=0, unsure_share=0)

    words = Mixer(bank, CLASSES, vague).batch(0, 64).words
    truth = Mixer(bank, CLASSES, clear).batch(0, 64).words.argmax(1)

    np.testing.assert_allclose(words.sum(1), 1, atol=1e-6)
    assert words.min() >= 0
    assert words[np.arange(64), truth].min() >= 0.4 - 1e-6
    assert words.max(1).min() < 0.8


def test_classes_with_little_sound_are_drawn_less_often(bank):
    """Three classes: 1 s of bell, 6.5 s of flute, 8 s of rain."""
    drawn = {}
    for enough_s in (0.5, 4.0):
        config = MixingConfig(
            n_samples=1024, silence_share=0, more_source_shares=(1.0,), enough_s=enough_s
        )
        named = Mixer(bank, CLASSES, config).named(0, 300)
        drawn[enough_s] = named.sounding.any(2).mean(0)

    np.testing.assert_allclose(drawn[0.5], [1 / 3, 1 / 3, 1 / 3, 0], atol=0.08)
    np.testing.assert_allclose(drawn[4.0], [0.2, 0.4, 0.4, 0], atol=0.08)


def test_mixtures_for_names_hold_one_to_four_sounds_and_are_none_of_a_batch(bank):
    mixer = Mixer(bank, CLASSES, MixingConfig(n_samples=63 * 256, silence_share=0))

    named, again = mixer.named(0, 40), mixer.named(0, 40)

    np.testing.assert_array_equal(named.mixture, again.mixture)
    n_sounding = named.sounding.any(2).sum(1)
    assert set(n_sounding) == {1, 2, 3}  # there are no more classes
    batch = mixer.batch(0, 40)
    both = np.abs((batch.target + batch.residual)[:, None] - named.mixture[None]).max(2)
    assert both.min() > 0.01


def test_prompts_and_spans_are_dropped_now_and_then_but_never_both(bank):
    config = MixingConfig(n_samples=63 * 256, absent_share=0)
    batch = Mixer(bank, CLASSES, config).batch(0, 200)

    assert 0.75 < batch.has_prompt.mean() < 0.95
    has_spans = batch.spans.any(1)
    assert 0.2 < has_spans[batch.has_prompt].mean() < 0.7
    assert has_spans[~batch.has_prompt].mean() > 0.6


def test_a_target_may_be_absent_and_is_then_silent(bank):
    batch = Mixer(bank, CLASSES, MixingConfig(n_samples=63 * 256, absent_share=1)).batch(0, 8)

    assert not batch.target.any()
    assert not (batch.spans > 0).any()


def test_activity_follows_the_sound_and_bridges_short_pauses():
    sound = only_during(tone(500, 2.0), SAMPLE_RATE_HZ, (0.5, 1.0), (1.05, 1.5))[0]

    active = true_activity(sound, 256, 126)

    np.testing.assert_allclose(
        np.flatnonzero(active)[[0, -1]] * 256 / SAMPLE_RATE_HZ, [0.5, 1.5], atol=0.02
    )
    assert active[32:93].all()


def test_silence_is_never_active():
    assert not true_activity(np.zeros(16_000, np.float32), 256, 63).any()


def test_marked_spans_are_nearly_where_the_sound_is():
    active = np.zeros(100, np.bool_)
    active[30:60] = True
    drawn = [drawn_spans(active, np.random.default_rng(seed)) for seed in range(50)]

    for said in drawn:
        assert not (said[:25] > 0).any()
        assert not (said[65:] > 0).any()
        assert not (said[active] < 0).any()
    assert any((said > 0).any() for said in drawn)
    assert any((said < 0).any() for said in drawn)
    assert any(not said.any() for said in drawn)


def test_one_sound_alone_is_all_of_one_clip_and_nothing_of_the_other(bank):
    alone = MixingConfig(63 * 256, alone_share=1.0, absent_share=0.0, unsure_share=0.0)
    batch = Mixer(bank, CLASSES, alone).batch(0, 8)

    for first, second in zip(range(0, 8, 2), range(1, 8, 2), strict=True):
        assert not batch.residual[first].any()
        assert not batch.target[second].any()
        np.testing.assert_allclose(batch.target[first], batch.residual[second], atol=1e-6)
        sounding = set(np.flatnonzero(batch.sounding[first].any(1)))
        asked = np.argmax(batch.words[[first, second]], 1)
        assert asked[0] in sounding or not sounding
        assert asked[1] not in sounding
