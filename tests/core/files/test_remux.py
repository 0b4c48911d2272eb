from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.errors import ExportError
from core.files.remux import remux, video_suffix
from core.files.sound_track import VideoSound
from core.media.probe import probe
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.core.files.clips import lag_samples, picture_packets, read_sound, write_clip
from tests.helpers.sounds import noise


def remuxed(clip: Path, folder: Path, target: AudioClip, gain: float = 1.0) -> Path:
    media, sound = probe(clip), VideoSound(target, gain)
    suffix, _notice = video_suffix(media, sound)
    path = folder / f"out{suffix}"
    remux(media, sound, path, report=ignore, cancel=CancelToken())
    return path


def target_like(rate_hz: int, n_channels: int = 2, start_s: float = 0.0) -> AudioClip:
    return AudioClip(noise(2.0, rate_hz, n_channels), rate_hz, start_s)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".m4v"])
def test_the_picture_is_copied_byte_for_byte_with_its_times(tmp_path, suffix):
    clip = write_clip(tmp_path / f"clip{suffix}", sound=noise(2.0, 48_000, 2))

    out = remuxed(clip, tmp_path, target_like(48_000))

    assert picture_packets(out) == picture_packets(clip)


@pytest.mark.parametrize(("codec", "suffix"), [("libsvtav1", ".mkv"), ("libx265", ".mp4")])
def test_codecs_whose_encoder_has_another_name_are_copied_too(tmp_path, codec, suffix):
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg cannot make {codec}")
    clip = write_clip(tmp_path / f"clip{suffix}", codec=codec, pts=[0, 40, 80])

    out = remuxed(clip, tmp_path, target_like(48_000))

    assert picture_packets(out) == picture_packets(clip)
    with av.open(str(out)) as copied, av.open(str(clip)) as original:
        tags = [film.streams.video[0].codec_context.codec_tag for film in (copied, original)]
    assert tags[0] == tags[1]


def test_a_variable_frame_rate_stays_one(tmp_path):
    pts = [0, 40, 50, 200, 1000, 1033, 1900]
    clip = write_clip(tmp_path / "clip.mp4", sound=noise(2.0, 48_000, 2), pts=pts)

    out = remuxed(clip, tmp_path, target_like(48_000))

    assert sorted(time for time, _ in picture_packets(out)) == [Fraction(at, 1000) for at in pts]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_a_phone_video_stays_upright_and_keeps_its_pixel_shape(tmp_path, suffix):
    clip = write_clip(tmp_path / f"clip{suffix}", sound=noise(2.0, 48_000, 2), rotation_deg=90)
    before = probe(clip).video

    after = probe(remuxed(clip, tmp_path, target_like(48_000))).video

    assert before is not None
    assert after is not None
    assert after.rotation_deg == before.rotation_deg == 90
    assert after.sample_aspect == before.sample_aspect == Fraction(4, 3)


@pytest.mark.parametrize(
    ("suffix", "rate_hz", "n_channels", "codec"),
    [
        (".mp4", 44_100, 2, "aac"),
        (".mp4", 8_000, 1, "aac"),
        (".mp4", 48_000, 6, "aac"),
        (".mov", 48_000, 2, "aac"),
        (".mov", 192_000, 2, "pcm_s24le"),
        (".mkv", 22_050, 2, "flac"),
        (".mkv", 48_000, 8, "flac"),
    ],
)
def test_the_target_is_heard_where_it_was(tmp_path, suffix, rate_hz, n_channels, codec):
    clip = write_clip(tmp_path / f"clip{suffix}")
    target = target_like(rate_hz, n_channels)

    out = remuxed(clip, tmp_path, target)

    with av.open(str(out)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == (
            codec,
            rate_hz,
            n_channels,
        )
    start_s, _, heard = read_sound(out)
    assert start_s == 0.0
    assert lag_samples(heard, target.samples) == 0
    # AAC fills its last block of 1024; nothing is cut at the end.
    assert target.n_samples <= heard.shape[1] < target.n_samples + 1024


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_sound_that_starts_after_the_picture_still_does(tmp_path, suffix):
    clip = write_clip(tmp_path / f"clip{suffix}", sound=noise(1.5, 48_000, 2), sound_start_s=0.5)
    info = probe(clip)
    target = AudioClip(noise(1.5, 48_000, 2), 48_000, info.audio[0].start_s)
    assert target.start_s == pytest.approx(0.5, abs=0.03)  # AAC may lie a block early

    out = remuxed(clip, tmp_path, target)

    start_s, rate_hz, heard = read_sound(out)
    # Matroska's clock ticks in milliseconds.
    late_s = start_s + lag_samples(heard, target.samples) / rate_hz - target.start_s
    assert abs(late_s) < 0.001
    first_picture_s = min(time for time, _ in picture_packets(out))
    assert first_picture_s == min(time for time, _ in picture_packets(clip))


def test_a_clip_that_does_not_start_at_zero_stays_in_sync(tmp_path):
    pts = list(range(1400, 3400, 40))
    clip = write_clip(tmp_path / "clip.ts", sound=noise(2.0, 48_000, 2), sound_start_s=1.4, pts=pts)
    info = probe(clip)
    assert info.origin_s > 1
    target = AudioClip(noise(2.0, 48_000, 2), 48_000, info.audio[0].start_s)

    out = remuxed(clip, tmp_path, target)

    assert out.suffix == ".mkv"
    start_s, rate_hz, heard = read_sound(out)
    sound_s = start_s + lag_samples(heard, target.samples) / rate_hz - target.start_s
    first_picture_s = min(time for time, _ in picture_packets(out))
    assert info.video is not None
    assert sound_s - (float(first_picture_s) - info.video.start_s) == pytest.approx(0, abs=0.001)
    assert min(start_s, first_picture_s) == pytest.approx(0, abs=0.001)


def test_a_start_between_two_ticks_of_the_picture_is_made_up_for_by_the_sound(tmp_path):
    pts = list(range(50))
    clip = write_clip(tmp_path / "clip.avi", codec="mpeg4", pts=pts, ticks_per_s=25)
    media = replace(probe(clip), origin_s=Fraction(16, 1000))  # less than half a tick of 40 ms
    target = target_like(48_000)
    suffix, _notice = video_suffix(media, VideoSound(target))
    path = tmp_path / f"out{suffix}"

    remux(media, VideoSound(target), path, report=ignore, cancel=CancelToken())

    start_s, rate_hz, heard = read_sound(path)
    first_picture_s = float(min(time for time, _ in picture_packets(path)))
    late_s = start_s + lag_samples(heard, target.samples) / rate_hz - first_picture_s
    assert late_s == pytest.approx(0.016, abs=0.001)


def test_webm_takes_opus_at_its_own_rate_and_says_so_where_it_cannot(tmp_path):
    clip = write_clip(tmp_path / "clip.webm", codec="libvpx")
    media = probe(clip)

    assert video_suffix(media, VideoSound(target_like(48_000))) == (".webm", None)
    suffix, notice = video_suffix(media, VideoSound(target_like(44_100)))

    assert suffix == ".mkv"
    assert notice is not None
    assert "44100 Hz" in notice
    out = remuxed(clip, tmp_path, target_like(44_100))
    assert picture_packets(out) == picture_packets(clip)
    target = target_like(48_000)
    _, rate_hz, heard = read_sound(remuxed(clip, tmp_path, target))
    assert rate_hz == 48_000
    assert lag_samples(heard, target.samples) == 0


def test_what_a_file_is_counts_and_not_what_it_is_called(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv").rename(tmp_path / "clip.mp4")

    out = remuxed(clip, tmp_path, target_like(48_000))

    assert out.suffix == ".mkv"
    assert picture_packets(out) == picture_packets(clip)


@pytest.mark.parametrize("suffix", [".avi", ".ts", ".flv"])
def test_pictures_of_rare_containers_are_copied_into_matroska(tmp_path, suffix):
    clip = write_clip(tmp_path / f"clip{suffix}", codec="mpeg4" if suffix == ".avi" else "libx264")

    out = remuxed(clip, tmp_path, target_like(48_000))

    assert out.suffix == ".mkv"
    hashes = [digest for _, digest in picture_packets(clip)]
    assert len(picture_packets(out)) == len(hashes) == 50


def test_lossless_sound_in_a_video_holds_the_same_steps_as_a_24_bit_file(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv")
    target = target_like(44_100)

    _, _, heard = read_sound(remuxed(clip, tmp_path, target, gain=0.5))

    steps = np.rint(target.samples.astype(np.float64) * 0.5 * 2**23)
    np.testing.assert_array_equal(heard.astype(np.float64) * 2**23, steps)


def test_the_clip_itself_is_not_touched(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", sound=noise(2.0, 48_000, 2))
    before = clip.read_bytes()

    remuxed(clip, tmp_path, target_like(48_000))

    assert clip.read_bytes() == before


def test_a_clip_without_picture_is_refused_with_advice(tmp_path):
    media = probe(write_clip(tmp_path / "clip.mp4", sound=noise(2.0, 48_000, 2)))
    pictureless = replace(media, video=None)

    with pytest.raises(ExportError) as caught:
        remux(
            pictureless,
            VideoSound(target_like(48_000)),
            tmp_path / "out.mp4",
            report=ignore,
            cancel=CancelToken(),
        )

    assert "no picture" in caught.value.advice


def test_a_clip_that_was_moved_away_meanwhile_is_named(tmp_path):
    media = probe(write_clip(tmp_path / "clip.mp4"))
    media.path.unlink()

    with pytest.raises(ExportError) as caught:
        remux(
            media,
            VideoSound(target_like(48_000)),
            tmp_path / "out.mp4",
            report=ignore,
            cancel=CancelToken(),
        )

    assert "clip.mp4" in caught.value.advice


def test_remuxing_reports_and_can_be_cancelled(tmp_path):
    media = probe(write_clip(tmp_path / "clip.mp4"))
    cancel = CancelToken()
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 10:
            cancel.cancel()

    with pytest.raises(Cancelled):
        remux(
            media,
            VideoSound(target_like(48_000)),
            tmp_path / "out.mp4",
            report=report,
            cancel=cancel,
        )

    assert len(seen) == 10


def test_a_full_disk_is_an_error_and_not_a_broken_video(tmp_path):
    resource = pytest.importorskip("resource")  # not on Windows
    clip = write_clip(tmp_path / "clip.mkv")
    target = target_like(48_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            remuxed(clip, tmp_path, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
