import numpy as np
import pytest

from core.domain.prompts import TimeSpan
from core.errors import MediaError
from core.evaluation.activity import activity_spans, complement
from core.evaluation.material import everything_in
from core.evaluation.mixtures import Overlap, make_mixtures
from tests.core.evaluation.recordings import write_recordings
from tests.helpers.sounds import noise, only_during, tone


@pytest.fixture
def folder(tmp_path):
    return write_recordings(tmp_path)


@pytest.fixture
def sounds(folder):
    return everything_in(folder).sounds


def test_the_same_seed_gives_the_same_mixtures_and_another_gives_others(sounds):
    once, again, other = (
        [mixture.mix for mixture in make_mixtures(sounds, 3, seed)] for seed in (5, 5, 6)
    )

    for one, same in zip(once, again, strict=True):
        np.testing.assert_array_equal(one, same)
    assert any(not np.array_equal(a, b) for a, b in zip(once, other, strict=True))


def test_a_mixture_is_two_classes_with_the_target_silent_a_third_of_the_time(sounds):
    for mixture in make_mixtures(sounds, 8, 0):
        active_s = sum(span.length_s for span in mixture.spans)

        assert mixture.target_class != mixture.background_class
        assert 0 < active_s <= 2 / 3 * mixture.length_s
        np.testing.assert_array_equal(mixture.mix, mixture.target + mixture.background)
        assert np.abs(mixture.mix).max() == pytest.approx(0.7, abs=1e-4)


def test_the_target_stands_at_its_level_against_the_background_while_it_sounds(sounds):
    for mixture in make_mixtures(sounds, 5, 1):
        sounding = np.zeros(len(mixture.mix), bool)
        for span in mixture.spans:
            sounding[span.to_samples(mixture.sample_rate_hz)] = True
        ratio = np.mean(mixture.target[sounding] ** 2) / np.mean(mixture.background[sounding] ** 2)

        assert 10 * np.log10(ratio) == pytest.approx(mixture.level_db, abs=0.01)
        assert -5 <= mixture.level_db <= 5


def test_no_recording_is_used_twice_while_others_are_left(sounds):
    names = [
        name for mixture in make_mixtures(sounds, 3, 0) for name in mixture.name[4:].split(" + ")
    ]

    assert len(set(names)) == 6


def test_the_classes_are_found_beside_the_audio_folder_or_in_it(folder):
    inside = everything_in(folder).sounds

    assert inside == everything_in(folder / "audio").sounds
    assert list(inside) == ["beep", "hiss", "horn"]


def test_a_folder_without_two_classes_is_refused_with_advice(tmp_path):
    with pytest.raises(MediaError) as caught:
        everything_in(tmp_path)

    assert "audio/<class>" in caught.value.advice


def test_recordings_that_are_all_too_short_are_refused_with_advice(tmp_path):
    write_recordings(tmp_path, length_s=1.0)

    with pytest.raises(MediaError) as caught:
        list(make_mixtures(everything_in(tmp_path).sounds, 1, 0))

    assert "4 s" in caught.value.advice


def test_where_both_overlap_in_full_the_mix_is_as_long_as_the_shorter_recording(sounds):
    for mixture in make_mixtures(sounds, 6, 0, Overlap.FULL):
        active_s = sum(span.length_s for span in mixture.spans)

        assert mixture.length_s == 5.0
        is_beep = mixture.target_class == "beep"
        assert active_s == pytest.approx(1.5 if is_beep else 5.0, abs=0.1)


def test_a_short_target_is_laid_somewhere_in_two_seconds_of_the_other(tmp_path):
    write_recordings(tmp_path, length_s=0.8)
    write_recordings(tmp_path / "long", length_s=6.0)
    short, long = everything_in(tmp_path).sounds, everything_in(tmp_path / "long").sounds
    mixed = {"horn": short["horn"], "hiss": long["hiss"]}

    mixture = next(make_mixtures(mixed, 1, 0, Overlap.FULL))

    assert mixture.target_class == "horn"
    assert mixture.length_s == 2.0
    assert sum(span.length_s for span in mixture.spans) == pytest.approx(0.8, abs=0.05)


def test_activity_is_found_where_a_sound_is_and_short_pauses_are_bridged():
    wave = only_during(tone(500, 4.0), 16_000, (0.5, 1.0), (1.1, 2.0), (3.0, 3.5))[0]

    spans = activity_spans(wave, 16_000)

    assert [(round(s.start_s, 1), round(s.end_s, 1)) for s in spans] == [(0.5, 2.0), (3.0, 3.5)]


def test_silence_has_no_activity_and_steady_noise_is_one_span():
    assert activity_spans(np.zeros(16_000, np.float32), 16_000) == ()
    assert activity_spans(noise(1.0)[0], 16_000) == (TimeSpan(0.0, 1.0),)


def test_the_complement_and_the_spans_cover_everything_once():
    spans = (TimeSpan(1, 2), TimeSpan(3, 4))

    assert complement(spans, 4.0) == (TimeSpan(0, 1), TimeSpan(2, 3))
    assert complement((), 2.0) == (TimeSpan(0, 2),)
