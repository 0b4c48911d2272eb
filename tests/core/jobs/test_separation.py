"""Separation and preview jobs, with the weight-free engine and with engines that misbehave."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from core.domain.masks import MaskTrack
from core.domain.prompts import PromptSet, TextPrompt, TimeSpan
from core.errors import EngineError, PromptError
from core.jobs.separation import PreviewJob, SeparationJob
from core.media.probe import probe
from core.media.pts_table import read_pts_table
from core.media.wav_source import WavSource
from core.progress import Cancelled, CancelToken, ignore
from core.separation import registry
from core.separation.spectral_info import SPECTRAL_INFO
from tests.helpers.separations import shaking_disc, si_sdr_gain_db, spans, write_pictures
from tests.helpers.sounds import clip, noise, only_during, tone

RATE_HZ = 16_000


def _mix(start_s=0.0):
    wanted = only_during(tone(700, 3.0, n_channels=2), RATE_HZ, (1.0, 2.0))
    return clip(wanted + noise(3.0, n_channels=2, gain=0.05), start_s=start_s)


def _job(folder, mix=None, prompts=None, **choices):
    return SeparationJob(
        stem_id="a",
        label="Separate Horn",
        media=None,
        table=None,
        mix=mix or _mix(),
        prompts=prompts or spans((1.0, 2.0)),
        target_path=folder / "a.wav",
        device="cpu",
        **choices,
    )


def _preview(window_s, mix=None, prompts=None):
    return PreviewJob(
        stem_id="a",
        label="Preview Horn",
        media=None,
        table=None,
        mix=mix or _mix(),
        prompts=prompts or spans((1.0, 2.0)),
        window_s=TimeSpan(*window_s),
        device="cpu",
    )


class _Misbehaving:
    """Writes what it is given instead of a target."""

    info = SPECTRAL_INFO

    def __init__(self, *pieces):
        self._pieces = pieces

    def separate(self, request, sink, *, report, cancel):
        for piece in self._pieces:
            sink.write(piece)
        return {}


def _use(monkeypatch, engine):
    monkeypatch.setattr(registry, "build", lambda name, device="auto": engine)


def test_a_separation_leaves_the_target_on_disk_with_what_made_it(tmp_path):
    mix = _mix()
    job = _job(tmp_path, mix, seed=3, settings={"passes": 20})

    answer = job(ignore, CancelToken())

    result = answer.result
    assert (answer.job_id, answer.stem_id) == (job.job_id, "a")
    assert (result.engine, result.seed, dict(result.settings)) == ("spectral", 3, {"passes": 20})
    assert (result.n_samples, result.n_channels) == (mix.n_samples, 2)
    assert result.report["device"] == "cpu"
    assert result.report["band_high_hz"] == RATE_HZ / 2
    assert result.report["seconds"] >= 0
    with contextlib.closing(WavSource(result.target_path)) as target:
        assert (target.n_samples, target.n_channels) == (mix.n_samples, 2)
        assert target.sample_rate_hz == RATE_HZ
        heard = target.read(0, target.n_samples)
    assert np.abs(heard[:, RATE_HZ : 2 * RATE_HZ]).max() > 0.2
    assert not heard[:, : RATE_HZ // 2].any()


def test_the_same_job_twice_writes_the_same_samples(tmp_path):
    heard = []
    for _ in range(2):
        path = _job(tmp_path)(ignore, CancelToken()).result.target_path
        with contextlib.closing(WavSource(path)) as target:
            heard.append(target.read(0, target.n_samples))

    np.testing.assert_array_equal(heard[0], heard[1])


def test_a_cancelled_separation_leaves_nothing_behind(tmp_path):
    token = CancelToken()

    def cancel_while_separating(progress):
        if progress.stage == "Separating":
            token.cancel()

    with pytest.raises(Cancelled):
        _job(tmp_path)(cancel_while_separating, token)

    assert list(tmp_path.iterdir()) == []


def test_a_cancel_after_the_last_sample_still_leaves_nothing_behind(tmp_path, monkeypatch):
    token = CancelToken()

    class CancelledAtTheEnd(_Misbehaving):
        def separate(self, request, sink, *, report, cancel):
            token.cancel()
            return super().separate(request, sink, report=report, cancel=cancel)

    mix = _mix()
    _use(monkeypatch, CancelledAtTheEnd(mix.samples))

    with pytest.raises(Cancelled):
        _job(tmp_path, mix)(ignore, token)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_never_becomes_a_stem(tmp_path, monkeypatch, bad):
    piece = np.zeros((2, 48_000), np.float32)
    piece[1, 7] = bad
    _use(monkeypatch, _Misbehaving(piece))

    with pytest.raises(EngineError) as caught:
        _job(tmp_path)(ignore, CancelToken())

    assert caught.value.advice
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_samples", [47_999, 48_001])
def test_a_target_of_another_length_than_the_mix_never_becomes_a_stem(
    tmp_path, monkeypatch, n_samples
):
    _use(monkeypatch, _Misbehaving(np.zeros((2, n_samples), np.float32)))

    with pytest.raises(EngineError):
        _job(tmp_path)(ignore, CancelToken())

    assert list(tmp_path.iterdir()) == []


def test_a_refused_prompt_leaves_nothing_behind_and_keeps_an_earlier_target(tmp_path):
    earlier = tmp_path / "a.wav"
    earlier.write_bytes(b"earlier")

    with pytest.raises(PromptError) as caught:
        _job(tmp_path, prompts=PromptSet(texts=(TextPrompt("horn"),)))(ignore, CancelToken())

    assert "span" in caught.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert earlier.read_bytes() == b"earlier"


def test_a_preview_is_the_target_within_its_window_and_says_where_it_lies():
    mix = _mix(start_s=0.5)
    job = _preview((1.0, 2.5), mix, spans((1.5, 2.5)))

    answer = job(ignore, CancelToken())

    assert (answer.job_id, answer.stem_id, answer.prompts) == (job.job_id, "a", job.prompts)
    assert answer.target.start_s == pytest.approx(1.0)
    assert answer.target.samples.shape == (2, round(1.5 * RATE_HZ))
    assert np.abs(answer.target.samples).max() > 0.2


def test_a_preview_window_over_the_end_is_cut_to_the_mix():
    answer = _preview((2.0, 8.0))(ignore, CancelToken())

    assert answer.target.samples.shape == (2, RATE_HZ)


def test_a_preview_where_there_is_no_sound_is_refused_with_advice():
    with pytest.raises(PromptError) as caught:
        _preview((5.0, 8.0))(ignore, CancelToken())

    assert "playhead" in caught.value.advice


def test_every_job_has_its_own_number_and_its_label(tmp_path):
    first, second = _job(tmp_path), _job(tmp_path)

    assert first.job_id != second.job_id
    assert first.label == "Separate Horn"


def test_a_prompted_region_is_looked_at_in_the_clip_itself(tmp_path):
    moves = ([False] * 8 + [True] * 6) * 5
    picture, region, drawn = shaking_disc(moves)
    media = probe(write_pictures(tmp_path / "disc.mp4", picture))
    table = read_pts_table(media, report=ignore, cancel=CancelToken())
    masks = zip(table.pts, drawn, strict=True)
    track = MaskTrack(
        table.time_base,
        table.origin_s,
        tuple(replace(mask, pts=int(pts)) for pts, mask in masks),
    )
    gains = np.repeat(moves, RATE_HZ // 10).astype(np.float32)
    wanted = tone(700, 7.0) * gains
    mix = clip(wanted + tone(1_100, 7.0) + noise(7.0, gain=0.01))
    job = replace(
        _job(tmp_path, mix, PromptSet(regions=(region,)), tracks={region: track}),
        media=media,
        table=table,
    )

    path = job(ignore, CancelToken()).result.target_path

    with contextlib.closing(WavSource(path)) as target:
        heard = target.read(0, target.n_samples)
    assert si_sdr_gain_db(heard, wanted, mix) > 8
