from fractions import Fraction

import av
import numpy as np
import pytest

from core.domain.export import OverlayStyle
from core.domain.masks import MaskTrack, TrackedMask
from core.errors import ExportError
from core.files.frames_video import frames_suffix
from core.files.matte_video import write_matte
from core.files.overlay_video import OverlayLook, write_overlay
from core.files.sound_track import VideoSound
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.core.files.clips import lag_samples, read_frames, read_sound
from tests.helpers.pictures import ArrayPictures, background, disc_mask, moving_disc
from tests.helpers.sounds import clip, noise

GREEN = (0, 158, 115)


def track_of(picture: ArrayPictures, masks: list[np.ndarray]) -> MaskTrack:
    pts = picture.pts_table.tolist()
    tracked = tuple(TrackedMask.pack(at, mask) for at, mask in zip(pts, masks, strict=False))
    return MaskTrack(picture.time_base, picture.origin_s, tracked)


def overlaid(picture, look, folder, sound=None):
    path = folder / f"overlay{frames_suffix(sound)[0]}"
    write_overlay(picture, look, sound, path, report=ignore, cancel=CancelToken())
    return path


def matted(picture, tracks, folder):
    path = folder / "matte.mp4"
    write_matte(picture, tracks, path, report=ignore, cancel=CancelToken())
    return path


@pytest.mark.parametrize("style", list(OverlayStyle))
def test_an_overlay_changes_what_it_should_and_leaves_the_rest(tmp_path, style):
    frames, masks = moving_disc(5)
    picture = ArrayPictures(frames)
    look = OverlayLook((track_of(picture, masks),), style, GREEN)

    shown = [pixels for _, pixels in read_frames(overlaid(picture, look, tmp_path))]

    deep_inside = disc_mask(160, 120, 46, 60, 10)  # the disc of frame 3, well off its edge
    far_outside = ~disc_mask(160, 120, 46, 60, 30)
    before, after = frames[3].astype(float), shown[3].astype(float)
    inside = np.abs(after - before)[deep_inside].mean()
    outside = np.abs(after - before)[far_outside].mean()
    match style:
        case OverlayStyle.COLOUR:
            assert inside > 25 > 8 > outside
        case OverlayStyle.DIM:
            assert outside > 25 > 15 > inside
        case OverlayStyle.OUTLINE:
            assert max(inside, outside) < 15
            edge = disc_mask(160, 120, 46, 60, 19) & ~disc_mask(160, 120, 46, 60, 16)
            assert np.abs(after - before)[edge].mean() > 25


def test_drawing_leaves_the_frame_itself_untouched(tmp_path):
    frames, masks = moving_disc(3)
    before = [frame.copy() for frame in frames]
    picture = ArrayPictures(frames)

    overlaid(
        picture, OverlayLook((track_of(picture, masks),), OverlayStyle.COLOUR, GREEN), tmp_path
    )

    assert all(np.array_equal(frame, old) for frame, old in zip(frames, before, strict=True))


def test_frames_without_a_mask_are_shown_as_they_are(tmp_path):
    frames, masks = moving_disc(6)
    picture = ArrayPictures(frames)
    look = OverlayLook((track_of(picture, masks[:2]),), OverlayStyle.DIM, GREEN)

    shown = [pixels for _, pixels in read_frames(overlaid(picture, look, tmp_path))]

    assert len(shown) == 6
    assert np.abs(shown[5].astype(float) - frames[5]).mean() < 8 < 25
    assert np.abs(shown[1].astype(float) - frames[1]).mean() > 25


class Unsteady(ArrayPictures):
    """Frames with gaps between them, in milliseconds."""

    TIMES_MS = (0, 40, 50, 200, 1000, 1033, 1900)

    def __init__(self) -> None:
        super().__init__([np.full((48, 64, 3), 30 * k, np.uint8) for k in range(7)])
        self._pts = np.array([90 * at for at in self.TIMES_MS], np.int64)


def test_frames_keep_their_own_times_in_overlay_and_matte(tmp_path):
    picture = Unsteady()
    expected = [Fraction(at, 1000) for at in Unsteady.TIMES_MS]

    overlay = overlaid(picture, OverlayLook((), OverlayStyle.COLOUR, GREEN), tmp_path)
    matte = matted(picture, (), tmp_path)

    assert [time for time, _ in read_frames(overlay)] == expected
    assert [time for time, _ in read_frames(matte)] == expected


def test_pictures_with_odd_sides_are_neither_cut_nor_stretched(tmp_path):
    frames = [background(63, 47) for _ in range(3)]

    shown = read_frames(
        overlaid(ArrayPictures(frames), OverlayLook((), OverlayStyle.DIM, GREEN), tmp_path)
    )

    pixels = shown[1][1]
    assert pixels.shape == (48, 64, 3)
    # Chroma is stored for 2 x 2 pixels, so brightness is what can be compared.
    difference = pixels[:47, :63].astype(float).mean(axis=2) - frames[1].astype(float).mean(axis=2)
    assert np.abs(difference).mean() < 4


def test_colours_survive(tmp_path):
    colours = [(200, 30, 40), (30, 180, 60), (40, 60, 220), (255, 255, 255), (0, 0, 0)]
    frames = [np.full((48, 64, 3), colour, np.uint8) for colour in colours]

    shown = read_frames(
        overlaid(ArrayPictures(frames), OverlayLook((), OverlayStyle.DIM, GREEN), tmp_path)
    )

    # A reader that honours the BT.709 tag gives the colours back to a few steps.

    reformatter = av.video.reformatter.VideoReformatter()
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        for frame, colour in zip(container.decode(video=0), colours, strict=True):
            rgb = reformatter.reformat(frame, format="rgb24", src_colorspace=1).to_ndarray()
            assert np.abs(rgb[24, 32].astype(int) - colour).max() <= 6
    assert len(shown) == 5


@pytest.mark.parametrize(("rate_hz", "suffix"), [(44_100, ".mp4"), (96_001, ".mkv")])
def test_the_overlay_carries_its_sound_in_sync(tmp_path, rate_hz, suffix):
    picture = ArrayPictures(moving_disc(25)[0])
    sound = clip(noise(0.8, rate_hz, 2), rate_hz, start_s=0.125)

    path = overlaid(
        picture, OverlayLook((), OverlayStyle.COLOUR, GREEN), tmp_path, VideoSound(sound)
    )

    assert path.suffix == suffix
    start_s, rate_read_hz, heard = read_sound(path)
    assert rate_read_hz == rate_hz
    late_s = start_s + lag_samples(heard, sound.samples) / rate_hz - sound.start_s
    assert abs(late_s) < 0.001


def test_a_threshold_gives_the_masks_of_a_matte_back_exactly(tmp_path):
    frames, masks = moving_disc(10)
    picture = ArrayPictures(frames)

    shown = [
        pixels for _, pixels in read_frames(matted(picture, (track_of(picture, masks),), tmp_path))
    ]

    for pixels, mask in zip(shown, masks, strict=True):
        assert np.array_equal(pixels[:, :, 1] > 127, mask)
        assert pixels[mask].mean() > 240
        assert pixels[~mask].mean() < 5


def test_a_matte_is_black_where_nothing_is_known_and_joins_all_objects(tmp_path):
    picture = ArrayPictures([np.zeros((48, 64, 3), np.uint8)] * 3)
    left, right = disc_mask(64, 48, 16, 24, 8), disc_mask(64, 48, 48, 24, 8)
    tracks = track_of(picture, [left, left]), track_of(picture, [right])

    shown = [pixels[:, :, 0] > 127 for _, pixels in read_frames(matted(picture, tracks, tmp_path))]

    assert np.array_equal(shown[0], left | right)
    assert np.array_equal(shown[1], left)
    assert not shown[2].any()


def test_the_last_frame_lasts_as_long_as_the_others(tmp_path):

    path = matted(ArrayPictures([np.zeros((48, 64, 3), np.uint8)] * 10), (), tmp_path)

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration * stream.time_base == Fraction(10, 25)


def test_masks_of_another_picture_are_refused_with_advice(tmp_path):
    picture = ArrayPictures(moving_disc(2)[0])
    track = track_of(picture, [disc_mask(80, 60, 40, 30, 9)])

    with pytest.raises(ExportError) as caught:
        matted(picture, (track,), tmp_path)

    assert "Click the object again" in caught.value.advice


def test_an_overlay_can_be_cancelled_at_any_frame(tmp_path):
    picture = ArrayPictures(moving_disc(30)[0])
    cancel = CancelToken()
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 5:
            cancel.cancel()

    look = OverlayLook((), OverlayStyle.COLOUR, GREEN)
    with pytest.raises(Cancelled):
        write_overlay(picture, look, None, tmp_path / "o.mp4", report=report, cancel=cancel)

    assert [progress.total for progress in seen] == [30] * 5
