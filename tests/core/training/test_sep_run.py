"""MMAudioSep is taught from MMAudio: what is kept stays, what is new learns, stops lose nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.domain.vocabulary import spoken
from core.errors import ModelError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation.mmaudiosep_weights import load_mmaudio
from core.store.places import models_folder
from core.training.recordings import find_recordings
from core.training.sep_latents import MelLatents, VaeLatents, lengths_of
from core.training.sep_mixer import SepMixer
from core.training.sep_objective import SepLoss, SepObjective, generating
from core.training.sep_recipe import SepRecipe
from core.training.sep_run import SepPlace, train_mmaudiosep, train_tiny_mmaudio
from core.training.sep_start import find_start, separator_from
from core.training.sep_validation import SepValidation, cut_by_mel
from core.training.sep_words import DrawnWords
from core.training.sound_bank import open_bank
from core.training.trainer import TrainingConfig
from tests.core.training.bank import write_data
from tests.helpers import mmaudios
from tests.helpers.sounds import noise, tone

TOY = SepRecipe(
    training=TrainingConfig(n_steps=2, warm_up_steps=1, falling_steps=1),
    objective=SepObjective(window_s=1.0),
    n_clips=2,
    validate_every_steps=2,
    n_validation_clips=2,
)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def begun(tmp_path_factory, data) -> Path:
    """A tiny MMAudio that was taught for two steps."""
    folder = tmp_path_factory.mktemp("mmaudio")
    train_tiny_mmaudio(data, folder, TOY, SepPlace(CPU), report=ignore, cancel=CancelToken())
    return folder


def teach(data: Path, folder: Path, start: Path, recipe: SepRecipe = TOY) -> Path:
    place = SepPlace(CPU, start=start)
    return train_mmaudiosep(data, folder, recipe, place, report=ignore, cancel=CancelToken())


def losses(folder: Path) -> list[float]:
    lines = (folder / "losses.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_only_the_input_and_the_joint_blocks_are_taught(data, begun, tmp_path):
    made = load_mmaudio(teach(data, tmp_path, begun), is_separating=True).state_dict()
    before = find_start(begun, tmp_path, CPU).network.state_dict()

    kept = {name for name in before if not name.startswith(("audio_input_proj.", "joint_blocks."))}
    assert kept
    assert all(torch.equal(made[name], before[name]) for name in kept)
    changed = [name for name in before if name.startswith("joint_blocks.")]
    assert any(not torch.equal(made[name], before[name]) for name in changed)
    assert made["audio_input_proj.0.weight"].shape[1] == 2 * 40


def test_the_whole_network_is_taught_if_asked(begun, tmp_path):
    mmaudio = find_start(begun, tmp_path, CPU).network

    fixed = {
        name
        for name, weight in separator_from(mmaudio, is_whole=True).named_parameters()
        if not weight.requires_grad
    }

    assert fixed == {"latent_mean", "latent_std", "empty_string_feat"}


def test_an_input_that_is_kept_makes_the_same_sounds_at_first_whatever_the_mixture(begun, tmp_path):
    mmaudio = find_start(begun, tmp_path, CPU).network
    kept, fresh = (separator_from(mmaudio, keeps_input=keeps) for keeps in (True, False))
    latent, mixture = torch.randn(2, 31, 40), torch.randn(2, 31, 40)
    time = torch.tensor([0.3, 0.7])

    def velocity(network, heard=None):
        known = network.conditions(network.empty_features(2, 8, 16), 31, heard)
        with torch.no_grad():
            return network(latent, time, known)

    torch.testing.assert_close(velocity(kept, mixture), velocity(mmaudio))
    assert (velocity(fresh, mixture) - velocity(mmaudio)).abs().max() > 1e-2
    assert kept.audio_input_proj[0].weight.requires_grad


def test_a_run_that_was_cut_in_two_learns_the_same(data, begun, tmp_path):
    teach(data, tmp_path / "whole", begun)
    stop = CancelToken()

    def stop_after_one(progress: Progress) -> None:
        if progress.stage == "Training":
            stop.cancel()

    place = SepPlace(CPU, start=begun)
    with pytest.raises(Cancelled):
        train_mmaudiosep(data, tmp_path / "cut", TOY, place, report=stop_after_one, cancel=stop)
    teach(data, tmp_path / "cut", begun)

    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")


def test_scores_say_how_it_separates_and_whether_it_still_generates(data, begun, tmp_path):
    teach(data, tmp_path, begun)

    start, scores = map(json.loads, (tmp_path / "scores.jsonl").read_text().splitlines())
    gains = {"gain", "gain_quiet", "gain_other_words", "gain_one_draw"}
    assert set(scores) == set(start) == {"step", *gains, "loss", "generation_loss"}
    assert (start["step"], scores["step"]) == (0, 2)
    assert start["loss"] != scores["loss"]


def test_an_official_mmaudio_is_taught_in_the_latents_of_its_vae(tmp_path):
    mmaudios.install(models_folder())
    start = tmp_path / "mmaudio"
    start.mkdir()
    torch.save(mmaudios.tiny_mmaudio().state_dict(), start / "mmaudio_small_44k.pth")

    begun = find_start(start, tmp_path / "features", CPU)

    assert begun.size == "small_44k"
    assert isinstance(begun.latents, VaeLatents)
    assert begun.words.read("dog").shape == (1, 40, 64)
    (kept,) = (tmp_path / "features").iterdir()
    assert kept.suffix == ".npy"
    sound = torch.from_numpy(noise(1.0, 44_100))
    lengths = lengths_of(begun.latents, 1.0)
    padded = torch.nn.functional.pad(sound, (0, lengths.n_samples - sound.shape[1]))
    assert begun.latents.encode(padded).mean.shape == (1, lengths.n_latents, 4)


def test_a_folder_without_mmaudio_is_refused_with_advice(data, tmp_path):
    with pytest.raises(ModelError) as caught:
        teach(data, tmp_path / "run", tmp_path)

    assert "mmaudio-small_44k" in caught.value.advice


def loss_and_batch(data: Path, tmp_path: Path):
    bank = open_bank(find_recordings(data), tmp_path, report=ignore, cancel=CancelToken())
    lengths = lengths_of(MelLatents(), 1.0)
    batch = SepMixer(bank, lengths.n_samples).batch(0, 3)
    return SepLoss(MelLatents(), DrawnWords(1, 32), SepObjective(window_s=1.0)), batch


def test_batches_that_go_through_in_parts_lose_the_same(data, begun, tmp_path):
    loss, batch = loss_and_batch(data, tmp_path)
    network = separator_from(find_start(begun, tmp_path, CPU).network)
    whole = [*loss.parts(network, batch, torch.Generator().manual_seed(0))]
    small = replace(loss, objective=replace(loss.objective, clips_at_once=2))
    parts = [*small.parts(network, batch, torch.Generator().manual_seed(0))]

    assert len(whole) == 1
    assert len(parts) == 2
    assert all(part.isfinite() for part in (*whole, *parts))


def test_words_are_forgotten_as_often_as_was_said(data, begun, tmp_path):
    loss, _batch = loss_and_batch(data, tmp_path)
    network = find_start(begun, tmp_path, CPU).network
    words = ("flute",) * 400

    heard = loss.features(network, words, torch.Generator().manual_seed(0)).text

    forgotten = (heard == network.empty_string_feat).all(-1).all(-1).float().mean()
    # 40 of 400, give or take three deviations of six
    assert 0.055 < float(forgotten) < 0.145
    known = loss.features(network, words, None).text
    assert torch.equal(known, loss.words.read("flute").expand(400, -1, -1))


def test_generation_is_asked_for_by_white_noise(data, tmp_path):
    _loss, batch = loss_and_batch(data, tmp_path)

    asked = generating(batch)

    assert asked.words == batch.words
    assert float(asked.mixture.std()) == pytest.approx(0.9, rel=0.02)


def test_mixtures_hold_two_classes_and_are_asked_for_by_name(data, tmp_path):
    _loss, batch = loss_and_batch(data, tmp_path)

    assert set(batch.words) <= {"flute", "rain", "bell"}
    assert (batch.mixture - batch.target).abs().amax(1).min() > 1e-4
    assert spoken("electric_guitar") == "electric guitar"


def test_what_is_cut_by_the_true_mel_is_near_the_truth():
    """Two tones far apart: a mask of 40 bands parts them well."""
    low, high = (torch.from_numpy(tone(hz, 1.0)) for hz in (300, 3000))
    latents = MelLatents()
    mels = [latents.decode(latents.encode(one).mean) for one in (low, low + high)]

    found = cut_by_mel(low + high, (mels[0] - mels[1]).clamp(max=0).exp(), latents.mel)

    error = (found - low)[:, 2000:-2000].square().mean() / low.square().mean()
    assert 10 * torch.log10(error) < -20


def test_only_a_network_that_separates_is_scored_for_it(data, begun, tmp_path):
    loss, batch = loss_and_batch(data, tmp_path)
    network = find_start(begun, tmp_path, CPU).network

    assert set(SepValidation((batch,), loss).scores(network)) == {"generation_loss"}
    with pytest.raises(ValueError, match="only generates"):
        SepValidation((batch,), loss).separated(network, batch)
