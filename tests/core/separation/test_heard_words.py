from dataclasses import replace

import numpy as np
import pytest
import torch

from core.domain.audio import AudioClip, Samples
from core.nn.mini import Heard, MiniNetwork
from core.progress import Cancelled, CancelToken, ignore
from core.separation.heard_words import STEP_S, SpanFinder, heard_in, heard_words
from tests.helpers.minis import VOCABULARY, tiny_network
from tests.helpers.sounds import noise, only_during, tone


class _Pitches(MiniNetwork):
    """Hears a bell where there are high tones, a dog where there are low ones."""

    def __init__(self) -> None:
        super().__init__(tiny_network().config)
        self.eval()

    def listen(self, mixture):
        loud = mixture[:, 0].unfold(2, 8, 8).mean(3)  # (B, F, t)
        half = loud.shape[1] // 2
        high, low = loud[:, half:].amax(1), loud[:, :half].amax(1)
        evidence = torch.full((len(mixture), 4, 1, loud.shape[2]), -20.0)
        evidence[:, 0, 0] = 100 * (high - 0.15)
        evidence[:, 1, 0] = 100 * (low - 0.15)
        return Heard(torch.zeros(len(mixture), 8, 1, loud.shape[2]), evidence)


def _mix(length_s: float = 6.0) -> Samples:
    # Side by side, so that the rows of so small a network can't miss them.
    high = sum(tone(frequency_hz, length_s, gain=0.03) for frequency_hz in range(2_000, 2_600, 40))
    bell = only_during(high, 16_000, (1.0, 2.0), (4.0, 4.5))
    return bell + only_during(tone(100, length_s), 16_000, (1.5, 3.0))


def test_words_are_heard_when_they_sound():
    found = {one.name: one for one in heard_words(_Pitches(), VOCABULARY, _mix(), 16_000)}

    assert set(found) == {"bell", "dog"}
    assert [span.start_s for span in found["bell"].spans] == pytest.approx([1.0, 4.0], abs=0.25)
    assert [span.end_s for span in found["bell"].spans] == pytest.approx([2.0, 4.5], abs=0.25)
    (only,) = found["dog"].spans
    # A frame is heard over 64 ms, a step lasts 128 ms, and three of them are averaged.
    assert (only.start_s, only.end_s) == pytest.approx((1.5, 3.0), abs=0.25)


def test_spans_are_found_at_any_rate_and_in_media_time():
    mix = np.repeat(np.repeat(_mix(), 3, 1), 2, 0)

    found = heard_words(_Pitches(), VOCABULARY, mix, 48_000, start_s=10.0)

    dog = next(one for one in found if one.name == "dog")
    assert dog.spans[0].start_s == pytest.approx(11.5, abs=0.25)


def test_a_sound_over_the_edge_of_two_pieces_is_one_span():
    mix = only_during(tone(100, 40.0), 16_000, (5.0, 38.0))

    (dog,) = heard_words(_Pitches(), VOCABULARY, mix, 16_000)

    assert len(dog.spans) == 1
    assert dog.spans[0].end_s == pytest.approx(38.0, abs=0.25)


def test_silence_says_nothing():
    assert heard_words(_Pitches(), VOCABULARY, np.zeros((1, 48_000), np.float32), 16_000) == ()


def test_no_span_reaches_over_the_end_of_the_mix():
    (dog,) = heard_words(_Pitches(), VOCABULARY, tone(100, 3.3), 16_000)

    assert dog.spans[-1].end_s == pytest.approx(3.3, abs=1e-9)


def test_the_surest_word_comes_first():
    finder_words = heard_words(_Pitches(), VOCABULARY, _mix(), 16_000)

    confidences = [one.confidence for one in finder_words]
    assert confidences == sorted(confidences, reverse=True)


def test_what_is_held_at_once_does_not_grow_with_the_length():
    class Long:
        sample_rate_hz, n_channels, start_s = 16_000, 1, 0.0

        def __init__(self, n_samples: int) -> None:
            self.n_samples, self.n_largest = n_samples, 0

        def read(self, start: int, stop: int) -> Samples:
            self.n_largest = max(self.n_largest, stop - start)
            return np.zeros((1, stop - start), np.float32)

    held = []
    for minutes in (1, 20):
        mix = Long(minutes * 60 * 16_000)
        heard_in(_Pitches(), VOCABULARY, mix, report=ignore, cancel=CancelToken())
        held.append(mix.n_largest)

    assert held[0] == held[1] < 35 * 16_000


def test_listening_stops_when_asked():
    token = CancelToken()
    mix = AudioClip(noise(60.0), 16_000)

    with pytest.raises(Cancelled):
        heard_in(_Pitches(), VOCABULARY, mix, report=lambda _progress: token.cancel(), cancel=token)


def _fed(*likely: float) -> SpanFinder:
    finder = SpanFinder(1)
    finder.feed(np.array([likely], np.float32))
    return finder


def test_a_span_begins_only_when_likely_and_ends_only_when_unlikely():
    spans = _fed(0.4, 0.4, 0.9, 0.4, 0.4, 0.1, 0.4, 0.4).spans(0)

    assert [(start, stop) for start, stop, _ in spans] == [
        pytest.approx((2 * STEP_S, 5 * STEP_S)),
    ]


def test_what_flickers_up_once_is_no_span_and_a_short_pause_is_none():
    assert _fed(0.0, 0.9, 0.0, 0.0, 0.0, 0.0).spans(0) == []
    assert len(_fed(0.9, 0.9, 0.0, 0.0, 0.9, 0.9).spans(0)) == 1
    assert len(_fed(0.9, 0.9, 0.0, 0.0, 0.0, 0.0, 0.9, 0.9).spans(0)) == 2


def test_it_does_not_matter_in_how_many_pieces_likelihoods_come():
    likely = np.random.default_rng(0).random((3, 200)).astype(np.float32)
    whole, pieces = SpanFinder(3), SpanFinder(3)

    whole.feed(likely)
    for piece in np.split(likely, [7, 64, 65], axis=1):
        pieces.feed(piece)

    for word in range(3):
        assert whole.spans(word) == pieces.spans(word)
        assert whole.spans(word)


def test_the_words_of_an_untaught_network_have_sane_confidences():
    for one in heard_words(tiny_network(), VOCABULARY, noise(4.0), 16_000):
        assert 0 <= one.confidence <= 1
        assert replace(one) == one
