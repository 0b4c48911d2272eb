import numpy as np
import pytest

from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation.chunking import ChunkPlan, fade_in, overlap_add, resample
from core.separation.pulse import Pulse
from tests.helpers.separations import MemorySink
from tests.helpers.sounds import clip, noise, tone


def _run(mix, span, plan, process, report=ignore, cancel=None):
    sink = MemorySink()
    pulse = Pulse(report, cancel or CancelToken(), now=iter(range(10_000)).__next__)
    pulse.enter("Separating", span[1] - span[0], 1)
    overlap_add(mix, span, plan, process, sink, pulse)
    return sink


@pytest.mark.parametrize("n_samples", [1, 99, 100, 101, 120, 1_000, 1_037])
def test_a_process_that_changes_nothing_gives_back_the_mix(n_samples):
    mix = clip(noise(1.0, n_samples, n_channels=2))

    sink = _run(mix, (0, n_samples), ChunkPlan(100, 20, 7), lambda samples, start: samples)

    # One multiplication and two additions in float32 where pieces blend.
    np.testing.assert_allclose(sink.samples, mix.samples, atol=1e-7)


def test_each_piece_hears_the_mix_at_the_place_it_is_told():
    mix = clip(np.arange(500, dtype=np.float32)[None])
    places = []

    def check(samples, start):
        inside = slice(max(0, -start), samples.shape[1] - max(0, start + samples.shape[1] - 500))
        np.testing.assert_array_equal(
            samples[0, inside], np.arange(start, start + samples.shape[1])[inside]
        )
        places.append(start)
        return samples

    _run(mix, (50, 450), ChunkPlan(100, 10, 30), check)

    assert places == [20, 120, 220, 320]


def test_joins_between_pieces_of_different_gain_are_smooth():
    mix = clip(np.ones((1, 1_000), np.float32))

    sink = _run(
        mix, (0, 1_000), ChunkPlan(250, 100), lambda samples, start: samples * (start // 250)
    )

    # From 0 to 1 over 100 samples along a raised cosine: at most pi / 2 / 100 a sample.
    assert np.abs(np.diff(sink.samples[0])).max() < 0.016


def test_a_fade_and_its_mirror_add_up_to_one():
    rise = fade_in(37)

    np.testing.assert_allclose(rise + rise[::-1], 1.0, atol=1e-6)


def test_no_piece_is_read_after_a_cancel():
    token, n_pieces = CancelToken(), 0

    def cancel_in_the_second(samples, start):
        nonlocal n_pieces
        n_pieces += 1
        if n_pieces == 2:
            token.cancel()
        return samples

    with pytest.raises(Cancelled):
        _run(clip(noise()), (0, 16_000), ChunkPlan(1_000, 10), cancel_in_the_second, cancel=token)

    assert n_pieces == 2


def test_every_piece_is_reported_and_the_end_is_said():
    seen: list[Progress] = []

    _run(clip(noise()), (0, 4_000), ChunkPlan(1_000, 10), lambda s, _: s, report=seen.append)

    assert [progress.done for progress in seen][-1] == 4_000
    assert {0, 1_000, 2_000, 3_000} <= {progress.done for progress in seen}


def test_a_process_that_changes_the_length_is_a_mistake():
    with pytest.raises(ValueError, match="came back as"):
        _run(clip(noise()), (0, 100), ChunkPlan(50, 10), lambda samples, _: samples[:, 1:])


@pytest.mark.parametrize("plan", [(0, 0), (10, 11), (10, -1)])
def test_a_plan_that_cannot_cover_the_sound_is_a_mistake(plan):
    with pytest.raises(ValueError, match="no way to cut"):
        ChunkPlan(*plan)


def test_resampling_there_and_back_keeps_a_tone_and_its_length():
    wave = tone(440, 1.0, 44_100, n_channels=2)

    there = resample(wave, 44_100, 11_000, 11_000)
    back = resample(there, 11_000, 44_100, wave.shape[1])

    assert there.shape == (2, 11_000)
    middle = slice(2_000, -2_000)
    np.testing.assert_allclose(back[:, middle], wave[:, middle], atol=1e-3)
