"""What sounds is written for clips as they come: turned, odd, one frame long, late, uneven."""

import json

import pytest

from core.domain.audio import AudioClip
from core.jobs.sounding import SoundingJob
from core.jobs.sounding_export import SoundingExportChoice, SoundingExportJob
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.progress import Cancelled, CancelToken, ignore
from core.segmentation import sounding_registry
from tests.core.files.clips import read_frames
from tests.helpers.clips import Picture, Sound, write_clip
from tests.helpers.soundings import (
    SeesRed,
    mask_from_rle,
    rectangle,
    sounding_frame,
    sounding_track,
)
from tests.helpers.sounds import tone

RATE_HZ = 16_000
SOUND = tone(440, 1.0, RATE_HZ)


@pytest.fixture(autouse=True)
def red(monkeypatch):
    monkeypatch.setattr(sounding_registry, "build", lambda *_: SeesRed())


def _media(folder, picture):
    return probe(write_clip(folder / "clip.mkv", [picture], [Sound(SOUND, RATE_HZ)]))


def _job(media, track, folder, **choices):
    mix, choice = AudioClip(SOUND, RATE_HZ), SoundingExportChoice(folder, **choices)
    return SoundingExportJob(media, None, mix, media.audio[0].index, track, choice)


def _seen(media):
    return SoundingJob(media, None, AudioClip(SOUND, RATE_HZ))(ignore, CancelToken()).track


def _exported(media, folder):
    """Return the masks as data, and the folder, of a clip that was looked through."""
    _job(media, _seen(media), folder, with_matte=True)(ignore, CancelToken())
    return json.loads((folder / "masks.json").read_text("utf-8"))


def _first_mask(masks):
    (source,) = masks["frames"][0]["sources"]
    return mask_from_rle(source["counts"], *masks["size"])


def _is_red(media):
    with FrameReader(media) as picture:
        pixels = picture.frame_at(int(picture.pts_table[0])).pixels.astype(int)
    return pixels[..., 0] - pixels[..., 1] > 60


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_masks_of_a_turned_clip_are_in_pixels_of_the_upright_picture(rotation_deg, tmp_path):
    stored = write_clip(
        tmp_path / "phone.mp4",
        [Picture(8, rotation_deg=rotation_deg)],
        [Sound(SOUND, RATE_HZ, "aac", "fltp")],
    )
    media = probe(stored)

    masks = _exported(media, tmp_path / "out")

    size = [48, 64] if rotation_deg == 180 else [64, 48]
    assert masks["size"] == size
    mask, true = _first_mask(masks), _is_red(media)
    assert (mask & true).sum() / (mask | true).sum() > 0.85
    corner = {90: (5, -5), 180: (-5, -5), 270: (-5, 5)}[rotation_deg]
    assert mask[corner]
    assert mask.sum() == pytest.approx(mask.size / 4, rel=0.15)
    matte = read_frames(tmp_path / "out" / "matte.mp4")[0][1]
    assert list(matte.shape[:2]) == size
    assert ((matte[..., 0] > 128) != mask).mean() < 0.03


def test_odd_sizes_stay_what_they_are_in_the_masks(tmp_path):
    picture = Picture(4, width_px=33, height_px=65, pix_fmt="yuv444p")
    media = _media(tmp_path, picture)

    masks = _exported(media, tmp_path / "out")

    assert masks["size"] == [65, 33]
    mask, true = _first_mask(masks), _is_red(media)
    assert (mask & true).sum() / (mask | true).sum() > 0.8
    # Videos hold colour for blocks of 2 x 2.
    assert read_frames(tmp_path / "out" / "overlay.mp4")[0][1].shape[:2] == (66, 34)


def test_a_clip_of_one_frame_is_seen_and_written(tmp_path):
    masks = _exported(_media(tmp_path, Picture(1)), tmp_path / "out")

    assert len(masks["frames"]) == 1
    assert len(masks["frames"][0]["sources"]) == 1
    assert len(read_frames(tmp_path / "out" / "overlay.mp4")) == 1


def test_of_a_late_and_uneven_picture_all_frames_are_drawn_at_their_times(tmp_path):
    times = (10, 11, 12, 20, 21, 24)  # in 25ths of a second; the sound begins at 0
    media = _media(tmp_path, Picture(6, pts=times, b_frames=0))

    masks = _exported(media, tmp_path / "out")

    looked_at_s = [frame["time_s"] for frame in masks["frames"]]
    assert looked_at_s == pytest.approx([0.4, 0.48, 0.8], abs=0.002)
    shown = read_frames(tmp_path / "out" / "matte.mp4")
    assert len(shown) == 6
    assert all((pixels[:10, :10] > 128).all() for _, pixels in shown)


def test_more_sources_than_colours_are_all_written(tmp_path):
    names = {f"thing_{place}": rectangle(0, 27, 5 * place, 5 * place + 4) for place in range(9)} | {
        "": rectangle(20, 24, 45, 48)
    }
    media = _media(tmp_path, Picture(2))

    folder = tmp_path / "out"
    _job(media, sounding_track(sounding_frame(0, 0.0, names)), folder)(ignore, CancelToken())

    masks = json.loads((folder / "masks.json").read_text("utf-8"))
    sources = masks["frames"][0]["sources"]
    assert [source["number"] for source in sources] == list(range(10))
    whole = sum(mask_from_rle(source["counts"], 48, 64).astype(int) for source in sources)
    assert whole.max() == 1
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert [source["number"] for source in manifest["sources"]] == list(range(10))


def test_a_manifest_names_files_and_weights_but_no_folders(tmp_path):
    media = _media(tmp_path, Picture(2))
    job = _job(media, _seen(media), tmp_path / "out")

    job(ignore, CancelToken())

    text = (tmp_path / "out" / "manifest.json").read_text("utf-8")
    assert str(tmp_path) not in text
    assert json.loads(text)["settings"]["weights"] == "bundled"


@pytest.mark.parametrize("share", [0.1, 0.8, 0.94, 1.0])
def test_cancelled_at_any_moment_it_leaves_nothing(share, tmp_path):
    media = _media(tmp_path, Picture(12))
    cancel = CancelToken()

    def report(progress):
        if progress.fraction >= share:
            cancel.cancel()

    job = _job(media, _seen(media), tmp_path / "new" / "out", with_matte=True)
    with pytest.raises(Cancelled):
        job(report, cancel)

    assert not (tmp_path / "new").exists()
