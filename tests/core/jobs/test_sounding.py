"""A clip is looked through for what sounds, as a job, streamed while it runs."""

from pathlib import Path

import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.errors import ModelError
from core.jobs.sounding import SoundingJob, sound_around
from core.media.probe import probe
from core.progress import Cancelled, CancelToken, ignore
from core.segmentation import sounding_registry
from tests.helpers.pictures import moving_disc
from tests.helpers.soundings import RED, SeesRed, write_filmed
from tests.helpers.sounds import tone

RATE_HZ = 16_000
FRAMES, MASKS = moving_disc(50, speed_px=1.5)
SOUND = np.concatenate([tone(440, 1.0, RATE_HZ), np.zeros((1, RATE_HZ), np.float32)], axis=1)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("sounding")
    return probe(write_filmed(folder / "disc.mp4", FRAMES, SOUND, RATE_HZ))


@pytest.fixture
def red(monkeypatch):
    seen = SeesRed()
    monkeypatch.setattr(sounding_registry, "build", lambda *_: seen)
    return seen


def _job(media, **choices):
    return SoundingJob(media, None, AudioClip(SOUND, RATE_HZ), **choices)


def test_what_sounds_is_found_five_times_a_second(media, red):
    track = _job(media)(ignore, CancelToken()).track

    assert [frame.time_s for frame in track] == pytest.approx(np.arange(10) / 5)
    first = track.frames[1]
    assert [source.label for source in first.sources] == ["church_bell"]
    mask = first.mask(first.sources[0], 120, 160)
    true = MASKS[5]
    assert (mask & true).sum() / (mask | true).sum() > 0.8


def test_where_nothing_is_heard_nothing_sounds_and_nothing_is_off_screen(media, red):
    last = _job(media)(ignore, CancelToken()).track.frames[-1]

    assert last.sources == ()
    assert not last.is_heard
    assert not last.is_off_screen


def test_the_playhead_is_served_first(media, red):
    told = []
    job = _job(media, first_s=1.2, on_frames=told.extend)

    track = job(ignore, CancelToken()).track

    order_s = [frame.time_s for frame in told]
    assert order_s[0] == pytest.approx(1.0)
    assert order_s[-2] == pytest.approx(0.8)
    # Where both legs meet, the frame is looked at once more, as one that follows.
    assert order_s[-1] == pytest.approx(1.0)
    assert sorted(order_s[1:]) == pytest.approx([frame.time_s for frame in track])


def test_a_cut_at_the_playhead_is_seen_as_one(tmp_path, red):
    other = np.ascontiguousarray(255 - FRAMES[0][:, ::-1])
    frames = [*FRAMES[:25], *([other] * 25)]
    media = probe(write_filmed(tmp_path / "cut.mp4", frames, SOUND, RATE_HZ))

    track = _job(media, first_s=1.2)(ignore, CancelToken()).track

    assert [frame.time_s for frame in track if frame.begins_shot] == pytest.approx([1.0])


def test_of_a_slow_film_each_frame_holds_until_the_next(tmp_path, red):
    slow = [frame for frame in FRAMES[:3] for _ in range(25)]
    media = probe(write_filmed(tmp_path / "slow.mp4", slow, SOUND, RATE_HZ, step=25))

    track = _job(media)(ignore, CancelToken()).track

    assert [frame.time_s for frame in track] == pytest.approx([0.0, 1.0, 2.0])
    assert track.at(0.9) is not None
    assert track.at(1.9) is not None


def test_any_rate_is_kept_and_never_more_than_the_frames_there_are(media, red):
    assert len(_job(media, rate_hz=2)(ignore, CancelToken()).track) == 4
    assert len(_job(media, rate_hz=25)(ignore, CancelToken()).track) == len(FRAMES)
    assert len(_job(media, rate_hz=60)(ignore, CancelToken()).track) <= len(FRAMES)


def test_it_tells_how_far_it_is_and_stops_when_asked(media, red):
    told, cancel = [], CancelToken()

    def report(progress):
        told.append(progress.fraction)
        if len(told) == 4:
            cancel.cancel()

    with pytest.raises(Cancelled):
        _job(media)(report, cancel)
    assert told == sorted(told)


def test_an_unknown_segmenter_is_refused_with_advice(media):
    with pytest.raises(ModelError) as refused:
        _job(media, engine="ddavz")(ignore, CancelToken())
    assert "ddavs" in refused.value.advice


def test_the_sound_around_a_frame_has_the_frame_in_its_middle():
    rate_hz = 48_000
    samples = np.zeros((2, 3 * rate_hz), np.float32)
    samples[:, 2 * rate_hz] = 1.0  # at 2.5 s, since the sound begins late

    heard = sound_around(AudioClip(samples, rate_hz, start_s=0.5), 2.5, RED)

    assert heard.shape == (16_000,)
    assert heard.dtype == np.float32
    assert abs(int(np.abs(heard).argmax()) - 8_000) <= 1


def test_beyond_the_ends_of_the_sound_there_is_silence():
    heard = sound_around(AudioClip(np.ones((1, 8_000), np.float32), 16_000), 0.0, RED)

    assert np.abs(heard[:7_900]).max() < 0.05
    assert heard[8_100:15_900].mean() == pytest.approx(1.0, abs=0.02)
