"""What pictures show, computed elsewhere, is learned from where it is there."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.nn.mmaudio.network import MMAudio
from core.progress import CancelToken, ignore
from core.training.recordings import find_recordings
from core.training.sep_latents import MelLatents, lengths_of
from core.training.sep_mixer import SepMixer
from core.training.sep_objective import SepLoss, SepObjective
from core.training.sep_run import SepPlace, train_mmaudiosep, train_tiny_mmaudio
from core.training.sep_seen import SeenShape, find_seen
from core.training.sep_start import TINY, separator_from
from core.training.sep_words import DrawnWords
from core.training.sound_bank import open_bank
from tests.core.training.bank import write_data
from tests.core.training.test_sep_run import CPU, TOY

LOSS = SepLoss(MelLatents(), DrawnWords(1, 32), SepObjective(window_s=1.0, null_pictures=0.0))
SHAPE = SeenShape(clip=(8, 8), sync=(16, 8))
"""Of the tiny network in a second."""


@pytest.fixture
def data(tmp_path) -> Path:
    return write_data(tmp_path / "data")


def features(value: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full(SHAPE.clip, value, np.float32), np.full(SHAPE.sync, 2 * value, np.float32)


def put_beside(data: Path, name: str, value: float) -> None:
    for kind, one in zip(("clip", "sync"), features(value), strict=True):
        np.save(data / "audio" / f"{name}.{kind}.npy", one)


def write_official(data: Path, values: dict[str, float]) -> Path:
    """Write the table and the folder that the official code makes of videos."""
    folder = data / "memmap" / "vgg-train"
    folder.mkdir(parents=True)
    rows = "".join(f"{name}\ta label\n" for name in values)
    folder.with_name("vgg-train.tsv").write_text("id\tlabel\n" + rows, encoding="utf-8")
    meta: dict[str, object] = {"shape": [], "device": "cpu", "_type": "TensorDict"}
    stacks = zip(*(features(value) for value in values.values()), strict=True)
    for kind, parts in zip(("clip_features", "sync_features"), stacks, strict=True):
        whole = np.stack(parts)
        (folder / f"{kind}.memmap").write_bytes(whole.tobytes())
        meta[kind] = {"device": "cpu", "shape": list(whole.shape), "dtype": "torch.float32"}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return folder


def found_in(data: Path) -> dict[str, float]:
    """Return the recordings that have features, and the number that theirs are made of."""
    seeing = find_seen(data, find_recordings(data), SHAPE)
    return {path.stem: float(seen.clip[0, 0]) for path, seen in seeing.items()}


def network() -> MMAudio:
    torch.manual_seed(0)
    mmaudio = MMAudio(TINY)
    mmaudio.latent_mean.data.zero_()
    mmaudio.latent_std.data.fill_(1.0)
    return separator_from(mmaudio)


def mixer_of(data: Path, tmp_path: Path) -> SepMixer:
    recordings = find_recordings(data)
    bank = open_bank(recordings, tmp_path, report=ignore, cancel=CancelToken())
    seeing = find_seen(data, recordings, SHAPE)
    return SepMixer(bank, lengths_of(MelLatents(), 1.0).n_samples, seeing=seeing)


def test_features_beside_a_recording_are_found(data):
    put_beside(data, "flute/long_a", 3.0)

    assert found_in(data) == {"long_a": 3.0}


def test_the_official_layout_is_read_row_by_row(data):
    write_official(data, {"one": 1.0, "only": 2.0, "of another set": 3.0})

    assert found_in(data) == {"one": 1.0, "only": 2.0}


def test_other_tables_are_no_features(data):
    (data / "notes.tsv").write_text("id\nlong_a\n", encoding="utf-8")

    assert found_in(data) == {}


def test_the_shape_that_a_network_takes_is_that_of_its_window():
    assert LOSS.seen_shape(network()) == SHAPE


def test_features_of_another_length_are_refused_with_advice(data):
    put_beside(data, "flute/long_a", 3.0)

    with pytest.raises(ModelError, match=r"\(8, 8\)") as caught:
        find_seen(data, find_recordings(data), replace(SHAPE, clip=(64, 1024)))

    assert "long_a.wav" in caught.value.advice


@pytest.mark.parametrize("file", ["clip_features.memmap", "meta.json"])
def test_damaged_features_are_refused_with_advice(data, file):
    folder = write_official(data, {"one": 1.0})
    (folder / file).write_bytes(b"{")

    with pytest.raises(ModelError) as caught:
        found_in(data)

    assert "damaged" in caught.value.advice


def test_what_is_seen_is_told_to_the_network_and_the_rest_is_nothing_known(data, tmp_path):
    put_beside(data, "bell/only", 5.0)
    batch = mixer_of(data, tmp_path).batch(0, 12)
    sep = network()

    known = LOSS.features(sep, batch.words, None, batch.seen)

    is_bell = torch.tensor([word == "bell" for word in batch.words])
    assert 0 < int(is_bell.sum()) < 12
    assert torch.equal(known.clip[is_bell], torch.full_like(known.clip[is_bell], 5.0))
    assert torch.equal(known.sync[is_bell], torch.full_like(known.sync[is_bell], 10.0))
    nothing = sep.empty_features(12, 8, 16)
    assert torch.equal(known.clip[~is_bell], nothing.clip[~is_bell])
    assert torch.equal(known.sync[~is_bell], nothing.sync[~is_bell])


def test_what_is_seen_is_forgotten_whatever_becomes_of_the_words(data, tmp_path):
    put_beside(data, "bell/only", 5.0)
    mixer = mixer_of(data, tmp_path)
    (seen,) = mixer.seeing.values()
    loss = replace(LOSS, objective=replace(LOSS.objective, null_pictures=0.1))
    sep = network()

    chance = torch.Generator().manual_seed(0)
    known = loss.features(sep, ("bell",) * 400, chance, (seen,) * 400)

    has_no_picture = (known.clip == sep.empty_clip_feat).flatten(1).all(1)
    has_no_words = (known.text == sep.empty_string_feat).flatten(1).all(1)
    # 40 of 400, give or take three deviations of six
    assert 22 < int(has_no_picture.sum()) < 58
    assert not torch.equal(has_no_picture, has_no_words)


def test_a_recording_that_was_seen_is_heard_from_its_start(data, tmp_path):
    """Features are of its first seconds."""
    put_beside(data, "flute/long_a", 1.0)
    mixer = mixer_of(data, tmp_path)
    numbers = {one.path.stem: number for number, one in enumerate(mixer.bank.recordings)}

    starts = {}
    for stem in ("long_a", "long_b"):
        number = numbers[stem]
        sounds = [mixer._sound(number, np.random.default_rng(seed))[0] for seed in range(4)]
        start = mixer.bank.read(number, 0, mixer.n_samples)
        starts[stem] = [np.array_equal(one, start) for one in sounds]

    assert all(starts["long_a"])
    assert not all(starts["long_b"])


def test_a_run_learns_from_pictures_and_says_so(data, tmp_path):
    gen, silent, seen = (tmp_path / name for name in ("gen", "silent", "seen"))
    train_tiny_mmaudio(data, gen, TOY, SepPlace(CPU), report=ignore, cancel=CancelToken())
    place = SepPlace(CPU, start=gen)

    def teach(folder: Path) -> list[float]:
        train_mmaudiosep(data, folder, TOY, place, report=ignore, cancel=CancelToken())
        lines = (folder / "losses.jsonl").read_text().splitlines()
        return [json.loads(line)["loss"] for line in lines]

    without = teach(silent)
    for path in sorted((data / "audio").glob("*/*.wav")):
        put_beside(data, f"{path.parent.name}/{path.stem}", 4.0)
    with_pictures = teach(seen)

    said = [json.loads((one / "recipe.json").read_text())["pictures"] for one in (silent, seen)]
    assert said == [None, "of 10 of 10 recordings"]
    assert with_pictures != without
    with pytest.raises(ModelError, match="pictures"):
        teach(silent)
