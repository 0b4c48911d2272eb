"""The exact frame at a pts, upright, whatever the container does."""

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.domain.media import MediaInfo
from core.domain.pictures import PictureSource
from core.errors import MediaError
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.media.pts_table import is_shown, read_pts_table
from core.progress import Cancelled, CancelToken, ignore
from tests.helpers.clips import Picture, Sound, cut_short, damage, number_in, numbered, write_clip
from tests.helpers.sounds import tone

SCATTERED = (0, 1, 2, 7, 8, 20, 21, 22, 30, 31, 60, 61)
SOUND = Sound(tone(440, 1.2, 48_000), 48_000, "aac", "fltp")


def _numbers(info: MediaInfo, indices: list[int]) -> list[int]:
    with FrameReader(info, cache_bytes=1) as reader:
        return [number_in(reader.frame_at(int(reader.pts_table[k])).pixels) for k in indices]


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("b_frames.mp4", Picture(n_frames=60, b_frames=3)),
        ("all_key.mp4", Picture(n_frames=40, gop=1, b_frames=0)),
        ("one_key.mp4", Picture(n_frames=60, gop=1000)),
        ("open_gop.mkv", Picture(n_frames=60, options={"x264-params": "open-gop=1:keyint=12"})),
        ("uneven.mkv", Picture(n_frames=12, pts=SCATTERED, gop=5)),
        ("uneven.mp4", Picture(n_frames=12, pts=SCATTERED, gop=5)),
        ("late.mp4", Picture(n_frames=30, pts=range(50, 80))),
        ("no_index.ts", Picture(n_frames=60)),
        ("program.mpg", Picture(n_frames=60, codec="mpeg2video")),
        ("no_pts.h264", Picture(n_frames=60)),
        ("guessed_pts.avi", Picture(n_frames=60)),
        ("old.avi", Picture(n_frames=60, codec="mpeg4", b_frames=0)),
        ("hidden_frames.webm", Picture(n_frames=60, codec="libvpx", b_frames=0,
                                       options={"auto-alt-ref": "1", "lag-in-frames": "16"})),
        ("vp9.webm", Picture(n_frames=40, codec="libvpx-vp9", b_frames=0,
                             options={"deadline": "realtime", "cpu-used": "8"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_frame_is_found_in_any_order(tmp_path: Path, name: str, picture: Picture) -> None:
    info = probe(write_clip(tmp_path / name, [picture], [SOUND] if name.endswith("mp4") else []))
    shuffled = list(range(picture.n_frames))
    random.Random(1).shuffle(shuffled)
    order = [*shuffled[:25], *reversed(range(picture.n_frames)), *range(picture.n_frames)]

    assert _numbers(info, order) == order


def test_an_edit_list_hides_the_frames_before_it(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "edited.mp4", [Picture(n_frames=30, pts=range(-5, 25))]))

    with FrameReader(info) as reader:
        assert len(reader.pts_table) == 25
        assert number_in(reader.frame_at(reader.pts_at(0.0)).pixels) == 5
        assert number_in(reader.frame_at(int(reader.pts_table[-1])).pixels) == 29


def test_a_moment_shows_the_last_frame_that_has_begun(tmp_path: Path) -> None:
    info = probe(
        write_clip(tmp_path / "uneven.mkv", [Picture(n_frames=12, pts=[50 + t for t in SCATTERED])])
    )

    with FrameReader(info) as reader:
        shown = [
            number_in(reader.frame_at(reader.pts_at(t)).pixels)
            for t in (-1.0, 0.0, 0.039, 0.04, 0.27, 0.28, 0.5, 2.39, 2.4, 99.0)
        ]

    assert shown == [0, 0, 0, 1, 2, 3, 4, 9, 10, 11]


def test_the_time_of_a_frame_leads_back_to_it(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", [Picture(n_frames=40, rate_hz=30)]))

    with FrameReader(info) as reader:
        for pts in reader.pts_table:
            assert reader.pts_at(reader.time_s(int(pts))) == pts


@pytest.mark.parametrize(("rotation_deg", "n_turns"), [(90, -1), (180, 2), (270, 1)])
def test_a_phone_video_stands_upright(tmp_path: Path, rotation_deg: int, n_turns: int) -> None:
    info = probe(write_clip(tmp_path / "phone.mp4", [Picture(rotation_deg=rotation_deg)]))

    with FrameReader(info) as reader:
        frame = reader.frame_at(int(reader.pts_table[5]))
        size = (reader.height_px, reader.width_px)

    upright = np.rot90(numbered(5), n_turns)
    assert frame.pixels.shape == upright.shape == (*size, 3)
    assert np.abs(frame.pixels.astype(int) - upright).mean() < 12


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "wide.mp4", [Picture(sample_aspect=Fraction(3, 2))]))

    with FrameReader(info) as reader:
        frame = reader.frame_at(int(reader.pts_table[7]))

    assert frame.pixels.shape == (48, 96, 3)
    assert number_in(frame.pixels) == 7


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [("ffv1", "yuv420p10le"), ("ffv1", "gray"), ("ffv1", "gray10le"), ("ffv1", "yuv444p12le"),
     ("ffv1", "bgra"), ("ffv1", "yuva420p")],
)  # fmt: skip
def test_any_pixel_format_gives_rgb(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    picture = Picture(n_frames=6, codec=codec, pix_fmt=pix_fmt, b_frames=0)
    info = probe(write_clip(tmp_path / "odd.mkv", [picture]))

    with FrameReader(info) as reader:
        frame = reader.frame_at(int(reader.pts_table[5]))

    assert frame.pixels.dtype == np.uint8
    assert number_in(frame.pixels) == 5


@pytest.mark.parametrize(
    ("matrix", "is_tagged", "height_px"),
    [(1, True, 48), (5, True, 48), (5, False, 48), (1, False, 720)],
    ids=["bt709", "bt601", "untagged small", "untagged HD"],
)
def test_colours_come_back_as_they_went_in(
    tmp_path: Path, matrix: int, is_tagged: bool, height_px: int
) -> None:
    path = tmp_path / "colours.mkv"
    colours = np.zeros((height_px, 64, 3), np.uint8)
    for n, colour in enumerate([(200, 40, 40), (40, 180, 60), (50, 70, 200), (220, 200, 60)]):
        colours[:, n * 16 : n * 16 + 16] = colour
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, height_px, "yuv444p"
        if is_tagged:
            stream.codec_context.colorspace = matrix
        frame = av.VideoFrame.from_ndarray(colours, format="rgb24")
        frame = frame.reformat(format="yuv444p", dst_colorspace=matrix, dst_color_range="MPEG")
        frame.pts = 0
        frame.colorspace = matrix if is_tagged else 2
        file.mux(stream.encode(frame))
        file.mux(stream.encode())

    with FrameReader(probe(path)) as reader:
        seen = reader.frame_at(int(reader.pts_table[0])).pixels

    # Two roundings to 8 bits of limited range.
    assert np.abs(seen.astype(int) - colours).max() <= 4


@pytest.mark.parametrize("name", ["hurt.ts", "hurt.mp4"])
def test_damage_shows_the_nearest_good_picture(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, [Picture(n_frames=60, gop=10, b_frames=0)])
    info = probe(path)
    table = read_pts_table(info, report=ignore, cancel=CancelToken())
    damage(path, 0.45, 0.55)

    with FrameReader(info, table) as reader:
        frames = [reader.frame_at(int(pts)) for pts in table.pts]

    numbers = [number_in(frame.pixels) for frame in frames]
    assert numbers[:20] == list(range(20))
    assert numbers[-10:] == list(range(50, 60))
    assert [frame.pts for frame in frames] == table.pts.tolist()


def test_pictures_that_are_only_referred_to_are_no_frames() -> None:
    shown, hidden = av.Packet(b"\x10\x00\x00"), av.Packet(b"\x00\x00\x00")

    assert is_shown(shown, "vp8")
    assert not is_shown(hidden, "vp8")
    assert is_shown(hidden, "vp9")


def test_a_truncated_stream_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    picture = Picture(n_frames=60, codec="libvpx", b_frames=0)
    info = probe(cut_short(write_clip(tmp_path / "cut.webm", [picture]), 0.6))

    with FrameReader(info) as reader:
        n_frames = len(reader.pts_table)
        last = number_in(reader.frame_at(int(reader.pts_table[-2])).pixels)

    assert 10 < n_frames < 60
    assert last == n_frames - 2


def test_frames_in_a_row_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", [Picture(n_frames=60)]))
    with FrameReader(info) as reader:
        starts: list[int] = []
        start = reader._decoder.start
        monkeypatch.setattr(reader._decoder, "start", lambda key: (starts.append(key), start(key)))
        first, last = int(reader.pts_table[15]), int(reader.pts_table[50])

        numbers = [number_in(frame.pixels) for frame in reader.frames(first, last)]

    assert numbers == list(range(15, 51))
    assert len(starts) == 1


def test_what_was_shown_is_kept_within_its_bytes(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", [Picture(n_frames=60)]))
    one_picture = 64 * 48 * 3

    with FrameReader(info, cache_bytes=2 * 4 * one_picture) as reader:
        for pts in reader.pts_table:
            reader.frame_at(int(pts))
        assert reader._pictures.n_bytes <= 4 * one_picture
        assert reader._passed.n_bytes <= 4 * one_picture
        assert reader.is_cached(int(reader.pts_table[-1]))
        assert not reader.is_cached(int(reader.pts_table[0]))


def test_pictures_handed_out_cannot_be_spoilt_for_others(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", [Picture()]))

    with FrameReader(info) as reader:
        frame = reader.frame_at(int(reader.pts_table[0]))

        with pytest.raises(ValueError, match="read-only"):
            frame.pixels[:] = 0


def test_a_pts_that_is_no_frame_is_refused(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", [Picture()]))

    with FrameReader(info) as reader, pytest.raises(MediaError):
        reader.frame_at(int(reader.pts_table[3]) + 1)


def test_sound_alone_has_no_frames(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "sound.wav", [], [Sound(tone(440, 1, 8_000), 8_000)]))

    with pytest.raises(MediaError) as refusal:
        FrameReader(info)
    assert "sound only" in refusal.value.advice


def test_reading_the_times_can_be_cancelled(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "long.mp4", [Picture(n_frames=1100, gop=50)]))
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        read_pts_table(info, report=lambda _progress: cancel.cancel(), cancel=cancel)


def test_uneven_frames_are_told_from_even_ones(tmp_path: Path) -> None:
    even = probe(write_clip(tmp_path / "even.mkv", [Picture(n_frames=40, rate_hz=30)]))
    uneven = probe(write_clip(tmp_path / "uneven.mkv", [Picture(n_frames=12, pts=SCATTERED)]))

    tables = [read_pts_table(i, report=ignore, cancel=CancelToken()) for i in (even, uneven)]

    assert [table.is_variable_rate for table in tables] == [False, True]


def test_it_is_a_picture_source(tmp_path: Path) -> None:
    with FrameReader(probe(write_clip(tmp_path / "clip.mp4", [Picture()]))) as reader:
        assert isinstance(reader, PictureSource)
