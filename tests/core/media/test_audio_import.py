"""Sound on disk: every sample of the track, at its own rate and channels, and nothing left over."""

import errno
from pathlib import Path

import numpy as np
import pytest

from core.domain.audio import AudioSource, sample_at
from core.errors import MediaError
from core.media.audio_import import ImportedAudio, import_audio
from core.media.cache import MediaCache
from core.media.probe import probe
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.helpers.clips import Picture, Sound, cut_short, damage, plainly_decoded, write_clip
from tests.helpers.sounds import noise, tone


@pytest.fixture
def cache(tmp_path: Path) -> MediaCache:
    return MediaCache(tmp_path / "cache", 2**30)


def _import(path: Path, cache: MediaCache, index: int | None = None) -> ImportedAudio:
    info = probe(path)
    stream = info.audio_stream(index)
    assert stream is not None
    return import_audio(info, stream.index, cache, report=ignore, cancel=CancelToken())


def _all(imported: ImportedAudio) -> np.ndarray:
    return imported.source.read(0, imported.source.n_samples)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("a.m4a", Sound(noise(2.5, 44_100, 2), 44_100, "aac", "fltp")),
        ("a.mp3", Sound(noise(2.5, 44_100, 2), 44_100, "libmp3lame", "fltp")),
        ("a.webm", Sound(noise(2.5, 48_000, 2), 48_000, "libopus", "flt")),
        ("a.flac", Sound(noise(2.5, 96_000, 2), 96_000, "flac", "s16")),
        ("a.wav", Sound(noise(2.5, 8_000, 1), 8_000)),
        ("a.mka", Sound(noise(0.6, 192_000, 8), 192_000, "pcm_f32le", "flt")),
        ("a.ts", Sound(noise(2.5, 48_000, 2), 48_000, "aac", "fltp")),
    ],
)
def test_what_is_imported_is_what_decodes(
    tmp_path: Path, cache: MediaCache, name: str, sound: Sound
) -> None:
    path = write_clip(tmp_path / name, [], [sound])

    imported = _import(path, cache)

    np.testing.assert_array_equal(_all(imported), plainly_decoded(path, 0))
    assert imported.source.sample_rate_hz == sound.sample_rate_hz
    assert imported.source.n_channels == sound.samples.shape[0]
    assert imported.warnings == ()
    assert isinstance(imported.source, AudioSource)


@pytest.mark.parametrize(
    ("codec", "sample_format", "bits", "stored"),
    [("pcm_s16le", "s16", 16, "samples.i16"), ("pcm_s24le", "s32", 24, "samples.f32")],
)
def test_pcm_survives_to_the_last_bit(
    tmp_path: Path, cache: MediaCache, codec: str, sample_format: str, bits: int, stored: str
) -> None:
    # Values that the format can hold, so that any rounding would show.
    grid = np.round(noise(1.0, 44_100, 6, gain=0.2) * 2 ** (bits - 1)) / 2 ** (bits - 1)
    samples = np.clip(grid, -1, 1 - 2.0 ** (1 - bits)).astype(np.float32)
    path = write_clip(tmp_path / "a.wav", [], [Sound(samples, 44_100, codec, sample_format)])

    imported = _import(path, cache)

    np.testing.assert_array_equal(_all(imported), samples)
    assert any(path.name == stored for path in cache.folder.rglob("samples.*"))


def test_the_encoder_s_run_up_is_not_heard(tmp_path: Path, cache: MediaCache) -> None:
    click = np.zeros((1, 48_000), np.float32)
    click[:, 24_000] = 0.9
    path = write_clip(tmp_path / "a.mp4", [Picture()], [Sound(click, 48_000, "aac", "fltp")])

    imported = _import(path, cache)

    assert imported.source.start_s == pytest.approx(0.0)
    peak = int(np.abs(_all(imported)[0]).argmax())
    assert abs(peak - sample_at(imported.source, 0.5)) <= 1


def test_a_gap_becomes_silence_so_that_time_stays_right(tmp_path: Path, cache: MediaCache) -> None:
    rate_hz = 48_000
    samples = tone(440, 2.0, rate_hz)
    hole = (20 * 1024, 40 * 1024)
    path = write_clip(
        tmp_path / "a.mkv", [Picture(n_frames=50)], [Sound(samples, rate_hz, holes=(hole,))]
    )

    imported = _import(path, cache)

    heard = _all(imported)
    # Matroska stamps are whole milliseconds: the silence is right to half of one.
    slack = rate_hz // 1000
    assert abs(heard.shape[1] - samples.shape[1]) <= slack
    assert not heard[:, hole[0] + slack : hole[1] - slack].any()
    np.testing.assert_allclose(heard[:, : hole[0]], samples[:, : hole[0]], atol=2**-15)
    after = heard[:, hole[1] + slack :]
    assert np.abs(after).max() > 0.29
    assert any("gaps" in warning for warning in imported.warnings)


def test_sound_that_starts_after_the_picture_says_so(tmp_path: Path, cache: MediaCache) -> None:
    sound = Sound(tone(440, 1.0, 48_000), 48_000, first_pts=12_000)
    path = write_clip(tmp_path / "a.mkv", [Picture(n_frames=40)], [sound])

    imported = _import(path, cache)

    assert imported.source.start_s == pytest.approx(0.25, abs=0.001)
    assert imported.source.n_samples == 48_000


def test_another_track_is_another_sound(tmp_path: Path, cache: MediaCache) -> None:
    low, high = tone(100, 1.0, 8_000), tone(3_000, 1.0, 16_000, 2)
    path = write_clip(tmp_path / "a.mkv", [Picture()], [Sound(low, 8_000), Sound(high, 16_000)])

    first, second = _import(path, cache, 1), _import(path, cache, 2)

    assert (first.source.sample_rate_hz, second.source.sample_rate_hz) == (8_000, 16_000)
    np.testing.assert_allclose(_all(first), low, atol=2**-15)
    np.testing.assert_allclose(_all(second), high, atol=2**-15)


def test_numbers_that_are_none_become_silence(tmp_path: Path, cache: MediaCache) -> None:
    samples = tone(440, 0.5, 48_000)
    samples[:, 1000] = np.nan
    samples[:, 2000] = np.inf
    path = write_clip(tmp_path / "a.wav", [], [Sound(samples, 48_000, "pcm_f32le", "flt")])

    imported = _import(path, cache)

    heard = _all(imported)
    assert np.isfinite(heard).all()
    assert heard[0, 1000] == heard[0, 2000] == 0
    assert np.isfinite(imported.peaks.columns(0, 0.5, 50).high).all()
    assert len(imported.warnings) == 1


def test_sound_outside_its_length_is_silence(tmp_path: Path, cache: MediaCache) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(tone(440, 0.1, 8_000, 2), 8_000)])
    source = _import(path, cache).source

    window = source.read(-50, 850)

    assert window.shape == (2, 900)
    assert not window[:, :50].any()
    assert not window[:, 850:].any()
    np.testing.assert_array_equal(window[:, 50:850], source.read(0, 800))
    assert source.read(5, 5).shape == (2, 0)


def test_a_second_import_opens_what_the_first_left(
    tmp_path: Path, cache: MediaCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(noise(1.0, 8_000, 2), 8_000)])
    first = _import(path, cache)
    monkeypatch.setattr("core.media.audio_import.SoundDecoder", None)
    seen: list[ImportedAudio] = []

    again = import_audio(
        probe(path), 0, cache, report=ignore, cancel=CancelToken(), on_opened=seen.append
    )

    np.testing.assert_array_equal(_all(again), _all(first))
    assert seen == [again]
    assert again.source.is_whole
    np.testing.assert_array_equal(
        again.peaks.columns(0, 1, 40).low, first.peaks.columns(0, 1, 40).low
    )
    np.testing.assert_array_equal(
        again.spectrogram.patch(0, 1, 40).levels, first.spectrogram.patch(0, 1, 40).levels
    )


def test_a_file_that_changed_is_decoded_anew(tmp_path: Path, cache: MediaCache) -> None:
    path = tmp_path / "a.wav"
    write_clip(path, [], [Sound(tone(440, 1.0, 8_000), 8_000)])
    _import(path, cache)
    longer = tone(440, 1.5, 8_000)
    write_clip(path, [], [Sound(longer, 8_000)])

    assert _import(path, cache).source.n_samples == longer.shape[1]


def test_a_damaged_entry_is_decoded_anew(tmp_path: Path, cache: MediaCache) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(noise(1.0, 8_000), 8_000)])
    whole = _all(_import(path, cache))
    cut_short(next(cache.folder.rglob("samples.i16")), 0.5)

    np.testing.assert_array_equal(_all(_import(path, cache)), whole)


def test_sound_can_be_seen_and_heard_while_it_is_read(tmp_path: Path, cache: MediaCache) -> None:
    rate_hz = 8_000
    samples = noise(5.0, rate_hz)
    path = write_clip(tmp_path / "a.wav", [], [Sound(samples, rate_hz)])
    growing: list[ImportedAudio] = []
    seen: list[int] = []

    def look(_progress: Progress) -> None:
        sound = growing[0]
        ready = sound.source.n_ready
        seen.append(ready)
        heard = sound.source.read(0, ready)
        np.testing.assert_allclose(heard, samples[:, :ready], atol=2**-15)
        columns = sound.peaks.columns(0, 5.0, 50)
        is_known = ~np.isnan(columns.high[0])
        assert 0 < is_known.sum() <= 50
        assert is_known[: is_known.sum()].all()
        assert not sound.source.is_whole
        assert sound.source.n_samples == samples.shape[1]
        assert not sound.spectrogram.patch(4.6, 5.0, 20).levels.any()

    import_audio(probe(path), 0, cache, report=look, cancel=CancelToken(), on_opened=growing.append)

    assert len(growing) == 1
    assert 0 < seen[0] < samples.shape[1]
    # What was handed out early is the whole sound in the end.
    np.testing.assert_allclose(_all(growing[0]), samples, atol=2**-15)
    assert growing[0].source.is_whole


def test_a_cancel_leaves_nothing_behind(tmp_path: Path, cache: MediaCache) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(noise(5.0, 8_000), 8_000)])
    cancel = CancelToken()
    growing: list[ImportedAudio] = []

    with pytest.raises(Cancelled):
        import_audio(
            probe(path),
            0,
            cache,
            report=lambda _progress: cancel.cancel(),
            cancel=cancel,
            on_opened=growing.append,
        )

    assert list(cache.folder.iterdir()) == []
    # The window may still draw it once more: that is silence, not an error.
    assert not growing[0].source.read(0, 100).any()
    assert np.isnan(growing[0].peaks.columns(0, 1, 10).low).all()
    assert not growing[0].spectrogram.patch(0, 1, 10).levels.any()


def test_a_full_disk_is_explained_and_leaves_nothing_behind(
    tmp_path: Path, cache: MediaCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(noise(3.0, 8_000), 8_000)])

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.media.row_file.RowFile.append", refuse)

    with pytest.raises(MediaError) as refusal:
        _import(path, cache)
    assert "disk is full" in refusal.value.advice
    assert list(cache.folder.iterdir()) == []


def _joined(folder: Path, sounds: list[Sound]) -> Path:
    """Return recordings put one behind the other, each with a clock of its own."""
    pieces = [
        write_clip(folder / f"{n}.ts", [], [sound]).read_bytes() for n, sound in enumerate(sounds)
    ]
    path = folder / "joined.ts"
    path.write_bytes(b"".join(pieces))
    return path


def test_recordings_joined_end_to_end_are_all_heard(tmp_path: Path, cache: MediaCache) -> None:
    one = Sound(tone(440, 3.0, 48_000, 2), 48_000, "aac", "fltp")

    imported = _import(_joined(tmp_path, [one] * 3), cache)

    assert imported.source.n_samples == pytest.approx(9 * 48_000, rel=0.02)
    assert any("clock" in warning for warning in imported.warnings)


def test_a_track_that_changes_its_format_keeps_that_of_its_start(
    tmp_path: Path, cache: MediaCache
) -> None:
    first = Sound(tone(440, 1.0, 48_000, 2), 48_000, "aac", "fltp")
    second = Sound(tone(440, 1.0, 44_100, 1), 44_100, "aac", "fltp")

    imported = _import(_joined(tmp_path, [first, second]), cache)

    heard = _all(imported)
    assert (imported.source.sample_rate_hz, heard.shape[0]) == (48_000, 2)
    assert heard.shape[1] == pytest.approx(2 * 48_000, rel=0.05)
    late = np.abs(np.fft.rfft(heard[0, 60_000:90_000]))
    assert late.argmax() * 48_000 / 30_000 == pytest.approx(440, abs=3)
    assert any("format" in warning for warning in imported.warnings)


def test_damaged_sound_keeps_its_length_and_says_so(tmp_path: Path, cache: MediaCache) -> None:
    rate_hz = 48_000
    picture = Picture(n_frames=100, codec="mpeg4", b_frames=0)
    path = write_clip(
        tmp_path / "a.mkv", [picture], [Sound(tone(440, 4.0, rate_hz), rate_hz, "aac", "fltp")]
    )
    whole = _import(path, cache).source.n_samples
    damage(path, 0.5, 0.6)

    hurt = _import(path, cache)

    assert abs(hurt.source.n_samples - whole) < 0.2 * rate_hz
    assert hurt.warnings


def test_a_truncated_track_is_heard_as_far_as_it_goes(tmp_path: Path, cache: MediaCache) -> None:
    path = write_clip(
        tmp_path / "a.webm", [], [Sound(noise(6.0, 48_000), 48_000, "libopus", "flt")]
    )
    whole = _import(path, cache).source.n_samples
    cut_short(path, 0.5)

    heard = _import(path, cache).source.n_samples

    assert 0.2 * whole < heard < 0.8 * whole


def test_a_track_that_is_not_there_is_refused(tmp_path: Path, cache: MediaCache) -> None:
    info = probe(write_clip(tmp_path / "a.mp4", [Picture()]))

    with pytest.raises(MediaError) as refusal:
        import_audio(info, 3, cache, report=ignore, cancel=CancelToken())
    assert "another" in refusal.value.advice


def test_planar_seven_one_is_read_channel_by_channel(tmp_path: Path, cache: MediaCache) -> None:
    # AAC gives eight planes, which a bare `to_ndarray` does not survive.
    tones = [tone(200.0 * (place + 1), 0.5, 48_000) for place in range(8)]
    path = write_clip(tmp_path / "a.m4a", [], [Sound(np.concatenate(tones), 48_000, "aac", "flt")])

    heard = _all(_import(path, cache))

    loudest_hz = [np.argmax(np.abs(np.fft.rfft(channel[:24_000]))) * 2 for channel in heard]
    # The low-frequency channel (the fourth) keeps only what is low.
    assert [hz for place, hz in enumerate(loudest_hz) if place != 3] == [
        200, 400, 600, 1000, 1200, 1400, 1600,
    ]  # fmt: skip
