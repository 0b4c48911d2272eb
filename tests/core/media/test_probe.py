"""What a file is said to hold, and what is said of files that hold nothing."""

import socket
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import MediaError
from core.media.probe import probe
from tests.helpers.clips import Picture, Sound, cut_short, numbered, write_clip
from tests.helpers.sounds import tone

STEREO = tone(440, 1.2, 48_000, 2)


def test_a_clip_tells_its_picture_and_its_sound(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "clip.mp4", [Picture(n_frames=30)], [Sound(STEREO, 48_000, "aac", "fltp")]
    )

    info = probe(path)

    assert info.video is not None
    assert (info.video.width_px, info.video.height_px) == (64, 48)
    assert info.video.average_rate_hz == 25
    assert info.video.codec == "h264"
    assert [(s.codec, s.sample_rate_hz, s.n_channels, s.layout) for s in info.audio] == [
        ("aac", 48_000, 2, "stereo")
    ]
    assert info.duration_s == pytest.approx(1.2, abs=0.03)
    assert info.warnings == ()


def test_every_sound_track_can_be_chosen(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "tracks.mkv",
        [Picture()],
        [
            Sound(tone(440, 1, 8_000), 8_000),
            Sound(tone(440, 1, 48_000, 6), 48_000, "pcm_s24le", "s32", language="ger"),
            Sound(tone(440, 1, 192_000, 8), 192_000, "pcm_f32le", "flt"),
        ],
    )

    tracks = probe(path).audio

    assert [(t.sample_rate_hz, t.n_channels, t.bits_per_sample) for t in tracks] == [
        (8_000, 1, 16),
        (48_000, 6, 24),
        (192_000, 8, 32),
    ]
    assert [t.index for t in tracks] == [1, 2, 3]
    assert tracks[1].language == "ger"


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_a_phone_video_has_the_size_that_a_person_sees(tmp_path: Path, rotation_deg: int) -> None:
    path = write_clip(tmp_path / "phone.mp4", [Picture(rotation_deg=rotation_deg)])

    video = probe(path).video

    assert video is not None
    assert video.rotation_deg == rotation_deg
    upright = (64, 48) if rotation_deg == 180 else (48, 64)
    assert (video.width_px, video.height_px) == upright


def test_pixels_that_are_not_square_widen_the_picture(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "wide.mp4", [Picture(sample_aspect=Fraction(4, 3))])

    video = probe(path).video

    assert video is not None
    assert video.sample_aspect == Fraction(4, 3)
    assert (video.width_px, video.height_px) == (85, 48)


def test_media_time_starts_with_the_earliest_stream(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "late.mkv",
        [Picture(pts=range(50, 80))],
        [Sound(STEREO, 48_000, first_pts=2 * 48_000 + 4_800)],
    )

    info = probe(path)

    assert info.video is not None
    assert info.origin_s == 2
    assert info.video.start_s == 0
    assert info.audio[0].start_s == pytest.approx(0.1)
    assert info.duration_s == pytest.approx(1.3)


def test_a_file_may_start_before_its_own_zero(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "early.ts",
        [Picture()],
        [Sound(STEREO, 48_000, "aac", "fltp")],
        options={"avoid_negative_ts": "disabled", "output_ts_offset": "-1"},
    )

    info = probe(path)

    assert info.video is not None
    assert info.origin_s < -0.9
    assert min(info.video.start_s, info.audio[0].start_s) == 0
    assert info.duration_s == pytest.approx(1.2, abs=0.05)


def test_sound_without_a_picture_and_a_picture_without_sound_are_media(tmp_path: Path) -> None:
    sound = probe(write_clip(tmp_path / "sound.wav", [], [Sound(STEREO, 48_000)]))
    picture = probe(write_clip(tmp_path / "picture.mp4", [Picture()]))

    assert sound.video is None
    assert len(sound.audio) == 1
    assert picture.video is not None
    assert picture.audio == ()


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    with av.open(str(path), "w") as file:
        sound = file.add_stream("libmp3lame", rate=44_100, layout="stereo")
        cover = file.add_stream("png")
        cover.width, cover.height, cover.pix_fmt = 64, 48, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        file.mux(cover.encode(av.VideoFrame.from_ndarray(numbered(1), format="rgb24")))
        file.mux(cover.encode())
        planar = np.ascontiguousarray(tone(440, 1, 44_100, 2))
        frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 44_100, 0
        file.mux(sound.encode(frame))
        file.mux(sound.encode())

    info = probe(path)

    assert info.video is None
    assert len(info.audio) == 1


def test_the_length_is_counted_where_a_file_does_not_know_it(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "stream.h264", [Picture(n_frames=50)])

    assert probe(path).duration_s == pytest.approx(2.0)


def test_a_file_cut_short_is_opened_with_a_warning(tmp_path: Path) -> None:
    sound = Sound(STEREO, 48_000, "libopus", "flt")
    picture = Picture(n_frames=60, codec="libvpx", b_frames=0)
    path = cut_short(write_clip(tmp_path / "cut.webm", [picture], [sound]), 0.6)

    assert any("cut short" in warning for warning in probe(path).warnings)


def _missing(folder: Path) -> Path:
    return folder / "gone.mp4"


def _folder(folder: Path) -> Path:
    return folder


def _empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def _text(folder: Path) -> Path:
    path = folder / "letter.mp4"
    path.write_text("Dear reader, this is no video at all.\n" * 40, "utf-8")
    return path


def _without_index(folder: Path) -> Path:
    return cut_short(write_clip(folder / "cut.mp4", [Picture(n_frames=60)]), 0.5)


def _photo(folder: Path) -> Path:
    with av.open(str(folder / "photo.png"), "w", format="image2") as file:
        stream = file.add_stream("png")
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(1), format="rgb24")))
        file.mux(stream.encode())
    return folder / "photo.png"


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (_missing, "not there any more"),
        (_folder, "folder"),
        (_empty, "empty"),
        (_text, "not a video or a sound"),
        (_without_index, "cut short"),
        (_photo, "neither a video nor a sound"),
    ],
)
def test_what_cannot_be_opened_is_explained(tmp_path: Path, make, advice: str) -> None:
    with pytest.raises(MediaError) as refusal:
        probe(make(tmp_path))

    assert advice in refusal.value.advice


def test_a_path_in_any_script_with_any_sign_opens(tmp_path: Path) -> None:
    folder = tmp_path / "Видео 映像 é"
    folder.mkdir()
    path = write_clip(tmp_path / "plain.mp4", [Picture()]).rename(folder / "a:b %03d #1 🎻.mp4")

    assert probe(path).video is not None


def test_a_playlist_cannot_reach_out_to_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/never.ts"
        path = tmp_path / "list.m3u8"
        path.write_text(f"#EXTM3U\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n", "utf-8")

        with pytest.raises(MediaError):
            probe(path)

        with pytest.raises(BlockingIOError):  # nobody has knocked
            server.accept()
