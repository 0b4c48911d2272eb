import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
import torch

from core.errors import MediaError
from core.progress import CancelToken, ignore
from core.training.avs_masks import VPO_WORDS, of_coco_numbers, of_colours, palette
from core.training.avs_scenes import AvsScenes, AvsSingles
from core.training.avs_sets import AvsPart, find_avs_set
from core.training.ddavs_material import open_material

RATE_HZ = 16_000


def write_picture(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels[..., ::-1] if pixels.ndim == 3 else pixels)


def write_sound(path: Path, *levels: float) -> None:
    """One second of each level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.repeat(np.array(levels, np.float32), RATE_HZ), RATE_HZ)


def half(value: int, dtype: type = np.uint8) -> np.ndarray:
    """A mask of which the left half is marked."""
    mask = np.zeros((48, 64), dtype)
    mask[:, :32] = value
    return mask


def grey(value: int) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


def write_s4(data: Path) -> Path:
    rows = ["name,start,category,split", "one,0,cat,train", "two,3,drum,train", "three,0,cat,val"]
    data.mkdir(parents=True)
    (data / "s4_meta_data.csv").write_text("\n".join(rows), encoding="utf-8")
    for name, label, part in (
        ("one", "cat", "train"),
        ("two", "drum", "train"),
        ("three", "cat", "val"),
    ):
        place = Path("s4_data") / "visual_frames" / part / label / name
        for number in range(1, 6):
            write_picture(data / place / f"{name}_{number}.png", grey(number * 10))
            if part == "val" or number == 1:
                mask = data / "s4_data" / "gt_masks" / part / label / name / f"{name}_{number}.png"
                write_picture(mask, half(255))
        write_sound(
            data / "s4_data" / "audio_wav" / part / label / f"{name}.wav", 0.1, 0.2, 0.3, 0.4, 0.5
        )
    return data


def write_ms3(data: Path) -> Path:
    data.mkdir(parents=True)
    (data / "ms3_meta_data.csv").write_text("video_id,split\nclip,train\n", encoding="utf-8")
    for number in range(1, 6):
        root = data / "ms3_data"
        write_picture(root / "visual_frames" / "clip" / f"clip.mp4_{number}.png", grey(9))
        mask = half(255) if number > 1 else half(0)
        write_picture(root / "gt_masks" / "train" / "clip" / f"clip_{number}.png", mask)
    write_sound(data / "ms3_data" / "audio_wav" / "train" / "clip.wav", 0.1, 0.2, 0.3, 0.4, 0.5)
    return data


def write_avss(data: Path) -> Path:
    data.mkdir(parents=True)
    names = {"background": 0, "cat": 1, "drum": 2}
    (data / "label2idx.json").write_text(json.dumps(names), encoding="utf-8")
    (data / "metadata.csv").write_text("uid,label,split\nclip,v1s,train\n", encoding="utf-8")
    folder = data / "v1s" / "clip"
    for number in range(5):
        write_picture(folder / "frames" / f"{number}.jpg", grey(50))
    write_picture(folder / "labels_rgb" / "0.png", palette(3)[half(2)])
    write_sound(folder / "audio.wav", 0.1, 0.2)
    return data


def write_vpo(data: Path) -> Path:
    rows = [
        "cateName,cateId,img_Id,ann_Ids,vgg_file,split",
        "dog,18,7,31,bark,train",
        "male,92,7,31,talk,train",
        "cat,17,8,40,meow,train",
    ]
    data.mkdir(parents=True)
    (data / "vpo_ms.csv").write_text("\n".join(rows), encoding="utf-8")
    both = half(18)
    both[:, 32:] = 92
    for picture, marks, mask in ((7, 31, both), (8, 40, half(17))):
        write_picture(data / "data" / f"{picture:012d}.jpg", grey(picture))
        write_picture(data / "mask" / f"{picture:012d}_{marks:012d}.png", mask)
    for name, level in (("bark", 0.1), ("talk", 0.2), ("meow", 0.4)):
        write_sound(data / "audios" / f"{name}.wav", 0.0, level, 0.0)
    return data


def scenes(data: Path, part: AvsPart = AvsPart.TRAIN, side_px: int = 32) -> AvsScenes:
    published = find_avs_set(data)
    return AvsScenes(published, published.films(part), side_px)


def test_of_single_sources_the_first_picture_is_taught_and_all_are_tested(tmp_path):
    data = write_s4(tmp_path / "s4")

    taught, tested = scenes(data), scenes(data, AvsPart.VALIDATION)

    assert (len(taught), len(tested)) == (2, 5)
    batch = taught.batch(0, 2)
    assert batch.frames.shape == (2, 3, 32, 32)
    assert batch.masks.flatten(1).mean(1).tolist() == [0.5, 0.5]
    assert sorted(taught.words[one] for one in batch.labels[:, 0].tolist()) == ["cat", "drum"]
    torch.testing.assert_close(batch.sources[:, 0], batch.masks)


def test_each_picture_has_the_second_of_sound_that_is_its_own(tmp_path):
    tested = scenes(write_s4(tmp_path / "s4"), AvsPart.VALIDATION)

    batch = tested.batch(0, 5)

    shades = (batch.frames.flatten(1).mean(1) * 255 / 10).round()
    levels = (batch.waves.mean(1) * 10).round()
    torch.testing.assert_close(shades, levels)
    assert sorted(levels.tolist()) == [1, 2, 3, 4, 5]


def test_several_sources_of_which_nobody_knows_the_number(tmp_path):
    batch = scenes(write_ms3(tmp_path / "ms3")).batch(0, 5)

    assert batch.sources is None
    assert sorted(batch.masks.flatten(1).mean(1).tolist()) == [0, 0.5, 0.5, 0.5, 0.5]


def test_colours_are_classes(tmp_path):
    made = scenes(write_avss(tmp_path / "avss"))

    batch = made.batch(0, 1)

    assert made.words == ("background", "cat", "drum")
    assert batch.classes.unique().tolist() == [0, 2]
    assert batch.labels[0].tolist() == [2, -1, -1, -1]
    assert batch.masks.mean() == 0.5


def test_the_palette_counts_in_bits():
    assert palette(10).tolist()[:4] == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    assert palette(10).tolist()[8:] == [[64, 0, 0], [192, 0, 0]]
    unknown = np.array([[[1, 2, 3], [128, 128, 0]]], np.uint8)
    assert of_colours(10)(unknown).tolist() == [[0, 3]]


def test_sources_of_one_picture_are_heard_together(tmp_path):
    published = find_avs_set(write_vpo(tmp_path / "vpo"))
    made = AvsScenes(published, published.films(AvsPart.TRAIN), 32)

    batch = made.batch(0, 2)

    levels = sorted(round(one, 2) for one in batch.waves.mean(1).tolist())
    assert levels == [0.3, 0.4]  # the middle second of bark and talk, and of meow
    told = {tuple(sorted(row[row >= 0].tolist())) for row in batch.labels}
    dog, male, cat = (VPO_WORDS.index(one) for one in ("dog", "male", "cat"))
    assert told == {tuple(sorted((dog, male))), (cat,)}
    assert of_coco_numbers(np.array([[18, 0, 1]], np.uint8)).tolist() == [[dog, 0, 0]]


def test_all_pictures_are_met_before_one_comes_again(tmp_path):
    tested = scenes(write_s4(tmp_path / "s4"), AvsPart.VALIDATION)

    levels = [round(float(tested.batch(number, 1).waves.mean()), 1) for number in range(10)]

    assert sorted(levels[:5]) == sorted(levels[5:]) == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_the_same_number_is_the_same_batch(tmp_path):
    data = write_s4(tmp_path / "s4")

    first, again = scenes(data).batch(3, 4), scenes(data).batch(3, 4)

    torch.testing.assert_close(first.frames, again.frames)
    torch.testing.assert_close(first.masks, again.masks)


def test_the_bank_is_made_of_films_with_one_source(tmp_path):
    singles = AvsSingles(find_avs_set(write_vpo(tmp_path / "vpo")).films(AvsPart.TRAIN))

    sound = singles.excerpt("cat", 100, np.random.default_rng(0))

    assert singles.classes == ("cat",)
    assert sound.shape == (100,)
    assert sound.dtype == np.float32


def test_a_published_set_is_found_and_opened(tmp_path):
    material = open_material(
        write_s4(tmp_path / "s4"),
        tmp_path / "cache",
        side_px=32,
        report=ignore,
        cancel=CancelToken(),
    )

    assert material.scenes.words == ("cat", "drum")
    assert material.singles.classes == ("cat", "drum")
    assert len(material.held_out) == 5
    assert not material.has_classes


def test_a_table_without_parts_is_refused(tmp_path):
    (tmp_path / "s4_meta_data.csv").write_text("name,start\none,0\n", encoding="utf-8")

    with pytest.raises(MediaError, match="split"):
        find_avs_set(tmp_path)
    assert find_avs_set(tmp_path / "elsewhere") is None


def test_a_picture_that_is_missing_is_named(tmp_path):
    data = write_ms3(tmp_path / "ms3")
    (data / "ms3_data" / "visual_frames" / "clip" / "clip.mp4_2.png").unlink()

    with pytest.raises(MediaError, match=r"clip\.mp4_2\.png"):
        scenes(data).batch(0, 5)
