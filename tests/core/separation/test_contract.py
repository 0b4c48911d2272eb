"""The promises of `core.separation.protocol`, asked of every engine that is registered."""

import contextlib
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from core.domain.audio import AudioClip, Samples
from core.domain.engines import EngineInfo
from core.domain.prompts import (
    Box,
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)
from core.errors import CoreError, PromptError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation import registry
from core.separation.mini_info import MINI_INFO
from core.separation.mmaudiosep_info import MMAUDIOSEP_INFOS
from core.separation.protocol import SeparationRequest, Separator
from tests.helpers.minis import tiny_mini
from tests.helpers.mmaudios import installed_engine
from tests.helpers.quick_zeroseps import QUICK_ZEROSEPS, SAME_CODE
from tests.helpers.separations import MemorySink, spans, target_of
from tests.helpers.sounds import clip, noise, only_during, tone

pytestmark = pytest.mark.usefixtures("installed_models")

STAND_INS: dict[str, Callable[[], Separator]] = {
    "mini": tiny_mini,
    **QUICK_ZEROSEPS,
    **{info.name: installed_engine for info in MMAUDIOSEP_INFOS},
}
"""In place of engines whose weights are large, or are not there: the same code, tiny networks."""

SAME_AT_OTHER_SIZES = {"sam-audio-base", "sam-audio-large"}
"""Their code is asked under the name of their smallest."""

LEFT_OUT = {*STAND_INS, *SAME_AT_OTHER_SIZES, *SAME_CODE}
ENGINES = (
    *(one for one in registry.engines() if one.name not in LEFT_OUT),
    MINI_INFO,
    *(registry.info(name) for name in QUICK_ZEROSEPS),
    MMAUDIOSEP_INFOS[0],
)
RATE_HZ = 16_000
EXAMPLES = {
    PromptKind.TEXT: PromptSet(texts=(TextPrompt("dog barking"),)),
    PromptKind.REGION: PromptSet(regions=(RegionPrompt(boxes=(Box(1, 1, 9, 9, pts=0),)),)),
    PromptKind.SPAN: spans((0.5, 1.0)),
    PromptKind.SPECTRAL: PromptSet(spectral=(SpectralPrompt(TimeSpan(0.5, 1), 200, 900),)),
}

every_engine = pytest.mark.parametrize("info", ENGINES, ids=[info.name for info in ENGINES])


def _built(info: EngineInfo) -> Separator:
    make = STAND_INS.get(info.name)
    return make() if make else registry.build(info.name, "cpu")


def _marked(info: EngineInfo) -> PromptSet:
    """A prompt that this engine can use on a sound alone."""
    for kind in (PromptKind.SPAN, PromptKind.TEXT, PromptKind.SPECTRAL):
        if kind in info.understands:
            return EXAMPLES[kind]
    pytest.skip("needs a picture")


def _scene(sample_rate_hz: int = RATE_HZ, n_channels: int = 1, n_extra: int = 0) -> AudioClip:
    """Noise throughout, and a tone from 0.5 s to 1 s, in a second and a half."""
    wanted = tone(440, 1.5, sample_rate_hz, n_channels)
    mix = only_during(wanted, sample_rate_hz, (0.5, 1.0))
    mix = mix + noise(1.5, sample_rate_hz, n_channels, gain=0.05)
    return clip(np.pad(mix, ((0, 0), (0, n_extra))), sample_rate_hz)


@every_engine
@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_target_and_residual_add_up_to_the_mix_on_every_channel(info, n_channels):
    mix = _scene(n_channels=n_channels)

    target = target_of(_built(info), mix, _marked(info))

    assert target.shape == mix.samples.shape
    residual = mix.samples - target
    # −120 dBFS is 1e-6; one float32 add loses far less.
    assert np.abs(target + residual - mix.samples).max() < 1e-6


@every_engine
@pytest.mark.parametrize("sample_rate_hz", [8_000, 44_100, 96_000])
def test_the_target_is_as_long_as_the_mix_at_any_rate(info, sample_rate_hz):
    mix = _scene(sample_rate_hz, n_extra=37)

    target = target_of(_built(info), mix, _marked(info))

    assert target.shape == mix.samples.shape


@every_engine
@pytest.mark.parametrize("window", [(0, 5_001), (9_999, 17_000), (23_000, 24_000)])
def test_a_preview_has_exactly_the_samples_of_its_window(info, window):
    mix = _scene()

    target = target_of(_built(info), mix, _marked(info), window=window)

    assert target.shape == (1, window[1] - window[0])


@every_engine
def test_the_same_request_gives_the_same_samples(info):
    mix = _scene(n_channels=2)
    runs = [target_of(_built(info), mix, _marked(info), seed=7) for _ in range(2)]

    np.testing.assert_array_equal(runs[0], runs[1])


@every_engine
def test_progress_rises_from_stage_to_stage_and_ends_whole(info):
    seen: list[Progress] = []

    target_of(_built(info), _scene(), _marked(info), report=seen.append)

    assert seen
    for earlier, later in itertools.pairwise(seen):
        assert earlier.stage != later.stage or earlier.done <= later.done
    assert seen[-1].fraction == 1.0


@every_engine
def test_a_cancel_ends_the_work_at_the_next_word(info):
    token = CancelToken()
    n_words = 0

    def cancel_at_once(_progress: Progress) -> None:
        nonlocal n_words
        n_words += 1
        token.cancel()

    request = SeparationRequest(_scene(), _marked(info), device="cpu")
    with pytest.raises(Cancelled):
        _built(info).separate(request, MemorySink(), report=cancel_at_once, cancel=token)

    assert n_words == 1


class _WatchedSource:
    """A long sound made while it is read, which remembers how much was asked for at once."""

    sample_rate_hz = RATE_HZ
    n_channels = 1
    start_s = 0.0

    def __init__(self, n_samples: int) -> None:
        self.n_samples = n_samples
        self.n_largest = 0
        self.n_total = 0
        self._second = noise(1.0, RATE_HZ)

    def read(self, start: int, stop: int) -> Samples:
        self.n_largest = max(self.n_largest, stop - start)
        self.n_total += stop - start
        place = np.arange(start, stop)
        wave = self._second[:, place % RATE_HZ]
        return wave * ((place >= 0) & (place < self.n_samples)).astype(np.float32)


@every_engine
def test_what_is_held_at_once_does_not_grow_with_the_length_of_the_mix(info):
    largest = []
    for length_s in (60, 90):
        mix = _WatchedSource(length_s * RATE_HZ)
        sink = MemorySink()
        request = SeparationRequest(mix, _marked(info), device="cpu")

        _built(info).separate(request, sink, report=ignore, cancel=CancelToken())

        assert sink.samples.shape == (1, mix.n_samples)
        largest.append((mix.n_largest, max(piece.shape[1] for piece in sink.pieces)))

    assert largest[0] == largest[1]
    assert largest[0][0] < 40 * RATE_HZ


@every_engine
def test_what_a_preview_reads_does_not_grow_with_the_length_of_the_mix(info):
    read = []
    for length_s in (60, 90):
        mix = _WatchedSource(length_s * RATE_HZ)
        target_of(_built(info), mix, _marked(info), window=(0, RATE_HZ))
        read.append(mix.n_total)

    assert read[0] == read[1]


@every_engine
def test_the_callers_sound_stays_as_it_was(info):
    mix = _scene()
    before = mix.samples.copy()

    target_of(_built(info), mix, _marked(info))

    np.testing.assert_array_equal(mix.samples, before)


@every_engine
@pytest.mark.parametrize("level", [0.0, 0.5], ids=["silence", "constant"])
def test_silence_and_a_constant_give_finite_samples(info, level):
    mix = clip(np.full((1, RATE_HZ + 1), level, np.float32))

    target = target_of(_built(info), mix, _marked(info))

    assert np.isfinite(target).all()
    assert level or not target.any()


@every_engine
def test_broken_samples_in_the_mix_never_reach_the_target(info):
    mix = _scene()
    mix.samples[0, 9_000:9_010] = np.nan
    mix.samples[0, 9_010] = np.inf
    mix.samples[0, 2_000] = -3e38

    with contextlib.suppress(CoreError):  # to refuse such a mix is fine, too
        target = target_of(_built(info), mix, _marked(info))

        assert np.isfinite(target).all()
        assert np.abs(target).max() < 10


@every_engine
@pytest.mark.parametrize("kind", list(PromptKind))
def test_a_prompt_that_is_not_understood_is_refused_with_advice(info, kind):
    if kind in info.understands:
        pytest.skip("understood")
    mixed = PromptSet(
        texts=EXAMPLES[kind].texts,
        regions=EXAMPLES[kind].regions,
        spans=EXAMPLES[kind].spans or _marked(info).spans,
        spectral=EXAMPLES[kind].spectral,
    )

    with pytest.raises(PromptError) as caught:
        target_of(_built(info), _scene(), mixed)

    assert kind.value in caught.value.advice


@every_engine
def test_nothing_asked_is_refused_with_advice(info):
    with pytest.raises(PromptError) as caught:
        target_of(_built(info), _scene(), PromptSet())

    assert caught.value.advice


@every_engine
def test_a_span_outside_the_sound_is_refused_and_one_over_its_end_is_clipped(info):
    if PromptKind.SPAN not in info.understands:
        pytest.skip("does not understand spans")
    engine = _built(info)

    with pytest.raises(PromptError) as caught:
        target_of(engine, _scene(), spans((0.5, 1.0), (60, 61)))

    assert "1.5 s" in caught.value.advice
    target = target_of(engine, _scene(), spans((0.5, 60)))
    assert target.shape == (1, 24_000)


@every_engine
def test_a_region_without_a_picture_is_refused_with_advice(info):
    if PromptKind.REGION not in info.understands:
        pytest.skip("does not understand regions")
    asked = PromptSet(regions=EXAMPLES[PromptKind.REGION].regions, spans=_marked(info).spans)

    with pytest.raises(PromptError) as caught:
        target_of(_built(info), _scene(), asked)

    assert "picture" in caught.value.advice


@every_engine
def test_a_setting_that_does_not_exist_is_refused_with_advice(info):
    with pytest.raises(PromptError) as caught:
        target_of(_built(info), _scene(), _marked(info), settings={"loudness": 3})

    assert caught.value.advice


@every_engine
def test_the_mixs_own_start_shifts_the_spans(info):
    if PromptKind.SPAN not in info.understands:
        pytest.skip("does not understand spans")
    mix = _scene()
    later = AudioClip(mix.samples, mix.sample_rate_hz, start_s=2.0)
    moved = PromptSet(spans=(SpanPrompt(TimeSpan(2.5, 3.0)),))
    engine = _built(info)

    np.testing.assert_array_equal(
        target_of(engine, later, moved), target_of(engine, mix, spans((0.5, 1.0)))
    )
