import numpy as np
import pytest

from core.domain.prompts import TimeSpan
from core.errors import MediaError
from core.evaluation.activity import activity_spans, complement
from core.evaluation.mixtures import make_mixtures, recordings
from tests.core.evaluation.recordings import write_recordings
from tests.helpers.sounds import noise, only_during, tone


@pytest.fixture
def folder(tmp_path):
    return write_recordings(tmp_path)


def test_the_same_seed_gives_the_same_mixtures_and_another_gives_others(folder):
    once, again, other = (
        [mixture.mix for mixture in make_mixtures(folder, 3, seed)] for seed in (5, 5, 6)
    )

    for one, same in zip(once, again, strict=True):
        np.testing.assert_array_equal(one, same)
    assert any(not np.array_equal(a, b) for a, b in zip(once, other, strict=True))


def test_a_mixture_is_two_classes_with_the_target_silent_a_third_of_the_time(folder):
    for mixture in make_mixtures(folder, 8, 0):
        active_s = sum(span.length_s for span in mixture.spans)

        assert mixture.target_class != mixture.background_class
        assert 0 < active_s <= 2 / 3 * mixture.length_s
        np.testing.assert_array_equal(mixture.mix, mixture.target + mixture.background)
        assert np.abs(mixture.mix).max() == pytest.approx(0.7, abs=1e-4)


def test_the_target_stands_at_its_level_against_the_background_while_it_sounds(folder):
    for mixture in make_mixtures(folder, 5, 1):
        sounding = np.zeros(len(mixture.mix), bool)
        for span in mixture.spans:
            sounding[span.to_samples(mixture.sample_rate_hz)] = True
        ratio = np.mean(mixture.target[sounding] ** 2) / np.mean(mixture.background[sounding] ** 2)

        assert 10 * np.log10(ratio) == pytest.approx(mixture.level_db, abs=0.01)
        assert -5 <= mixture.level_db <= 5


def test_no_recording_is_used_twice_while_others_are_left(folder):
    names = [
        name for mixture in make_mixtures(folder, 3, 0) for name in mixture.name[4:].split(" + ")
    ]

    assert len(set(names)) == 6


def test_the_classes_are_found_beside_the_audio_folder_or_in_it(folder):
    assert recordings(folder) == recordings(folder / "audio")
    assert list(recordings(folder)) == ["beep", "hiss", "horn"]


def test_a_folder_without_two_classes_is_refused_with_advice(tmp_path):
    with pytest.raises(MediaError) as caught:
        recordings(tmp_path)

    assert "audio/<class>" in caught.value.advice


def test_recordings_that_are_all_too_short_are_refused_with_advice(tmp_path):
    write_recordings(tmp_path, length_s=1.0)

    with pytest.raises(MediaError) as caught:
        list(make_mixtures(tmp_path, 1, 0))

    assert "4 s" in caught.value.advice


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
