"""The run of the DDAVS that ships begins where names meet, learns, and goes on as if never cut."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from core.errors import ModelError
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import read_ddavs
from core.nn.seeing import load_seeing
from core.progress import CancelToken, ignore
from core.training.composite_files import FACTS_FILE, write_composite_files
from core.training.composite_run import (
    START_FILE,
    CompositeRecipe,
    held_parts,
    train_on_composites,
)
from core.training.ddavs_export import TEST_FILE, export_ddavs, is_ddavs_run
from core.training.ddavs_matching import Matching, match_by_names
from core.training.ddavs_material import open_material
from core.training.ddavs_run import WEIGHTS_FILE
from core.training.ddavs_start import BankRecipe
from core.training.query_lessons import QueryLessons, presence_loss, teach_queries
from core.training.trainer import LOSSES_FILE
from tests.helpers.cutouts import Tones, write_folder

BUNDLED = Path(__file__).resolve().parents[3] / "resources" / "mini"


def _recipe(n_steps=2):
    usual = CompositeRecipe()
    base = dataclasses.replace(
        usual.base,
        training=dataclasses.replace(usual.base.training, n_steps=n_steps, falling_steps=1),
        objective=dataclasses.replace(usual.base.objective, is_half=False),
        bank=BankRecipe(n_clusters=1, n_clips=2),
        n_frames=2,
        side_px=64,
        validate_every_steps=2,
        n_validation_frames=2,
    )
    lessons = QueryLessons(n_mixtures=8, n_steps=2, n_clips=4)
    return CompositeRecipe(base, lessons)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("data"), n_each=6)


def _trained(data, folder, n_steps=2):
    material = open_material(
        data, folder.parent / "cache", side_px=64, report=ignore, cancel=CancelToken()
    )
    return train_on_composites(
        material, folder, BUNDLED, _recipe(n_steps), report=ignore, cancel=CancelToken()
    )


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "whole"
    write_composite_files(data, BUNDLED, folder)
    _trained(data, folder)
    return folder


def test_a_run_leaves_weights_losses_and_what_it_began_with(run):
    network, words = read_ddavs(run / WEIGHTS_FILE)

    assert "dog" in words
    assert network.config.n_words == len(words)
    assert len((run / LOSSES_FILE).read_text().splitlines()) == 2
    assert (run / START_FILE).is_file()
    assert set(json.loads((run / FACTS_FILE).read_text())["recordings"]) == {
        "train",
        "validation",
        "test",
    }


def test_a_run_that_was_cut_goes_on_as_if_it_had_not_been(data, run, tmp_path):
    folder = tmp_path / "cut"
    folder.mkdir()
    (folder / START_FILE).write_bytes((run / START_FILE).read_bytes())
    _trained(data, folder, 1)

    network = _trained(data, folder, 2)

    whole, _ = read_ddavs(run / WEIGHTS_FILE)
    for (name, one), (_, other) in zip(
        network.named_parameters(), whole.named_parameters(), strict=True
    ):
        # The file keeps halves.
        torch.testing.assert_close(one.half().float(), other, rtol=0, atol=0, msg=name)


def test_the_first_convolutions_and_the_hearing_stay_as_they_were_taught(run):
    start, _ = read_ddavs(run / START_FILE)
    end, _ = read_ddavs(run / WEIGHTS_FILE)

    for one, other in zip(held_parts(start, 2), held_parts(end, 2), strict=True):
        for name, value in one.state_dict().items():
            torch.testing.assert_close(other.state_dict()[name], value, rtol=0, atol=0)
    for name, value in start.audio.state_dict().items():
        torch.testing.assert_close(end.audio.state_dict()[name], value, rtol=0, atol=0)
    assert any(
        not torch.equal(one, other)
        for one, other in zip(start.decoder.parameters(), end.decoder.parameters(), strict=True)
    )


def test_a_run_does_not_go_on_under_other_choices(data, run):
    material = open_material(
        data, run.parent / "cache", side_px=64, report=ignore, cancel=CancelToken()
    )
    other = dataclasses.replace(_recipe(), contrast_every_steps=9)

    with pytest.raises(ModelError) as failure:
        train_on_composites(material, run, BUNDLED, other, report=ignore, cancel=CancelToken())

    assert "contrast_every_steps" in str(failure.value)


def test_what_ships_is_written_whole_with_its_card(run, tmp_path):
    score = {"j": 0.5, "f": 0.7, "jf": 0.6}
    rows = [
        {"name": name, "scores": {"single": score}, "false_area": {"silent": 0.01}}
        for name in ("ddavs", "centre box")
    ]
    test = {
        "part": "test",
        "n_classes": 5,
        "n_scenes_of_a_kind": 4,
        "side_px": 224,
        "sources": {"j": 0.25, "named": 0.5},
        "rows": rows,
    }
    (run / TEST_FILE).write_text(json.dumps([test]))
    assert is_ddavs_run(run)

    files = export_ddavs(run, tmp_path / "out")

    card = (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| ddavs | 60.0 |" in card
    assert "| centre box | 50.0 / 70.0 |" in card
    assert "{" not in card
    assert {path.name for path in files} >= {
        WEIGHTS_FILE,
        "curve.png",
        "ATTRIBUTIONS.csv",
        "ATTRIBUTIONS_PICTURES.csv",
    }


def test_a_run_that_was_not_measured_does_not_ship(tmp_path):
    (tmp_path / WEIGHTS_FILE).write_bytes(b"")

    with pytest.raises(ModelError) as failure:
        export_ddavs(tmp_path, tmp_path / "out")

    assert "eval sounding" in failure.value.advice


def test_queries_learn_to_name_what_is_heard(run):
    network, words = read_ddavs(run / START_FILE)
    network.requires_grad_(True)
    lessons = QueryLessons(n_mixtures=24, n_steps=1, n_clips=24, source_shares=(1.0,))
    before = teach_queries(
        network, Tones("wind"), words, lessons, report=ignore, cancel=CancelToken()
    )

    after = teach_queries(
        network,
        Tones("wind"),
        words,
        dataclasses.replace(lessons, n_steps=25),
        report=ignore,
        cancel=CancelToken(),
    )

    assert after < 0.75 * before


def test_naming_all_that_is_heard_and_nothing_else_costs_nothing():
    present = torch.tensor([[True, False, True]])
    right = torch.tensor([[[9.0, -9.0, -9.0], [-9.0, -9.0, 9.0]]])
    twice = torch.tensor([[[9.0, -9.0, -9.0], [9.0, -9.0, -9.0]]])
    wrong = torch.tensor([[[9.0, -9.0, -9.0], [-9.0, 9.0, -9.0]]])

    assert presence_loss(right, present) < 1e-4
    # One of two is left out: half of 18.
    assert presence_loss(twice, present) == pytest.approx(9.0, abs=0.01)
    assert presence_loss(wrong, present) > presence_loss(twice, present)


def test_pixels_ask_for_the_query_of_the_name_they_show(run):
    network, words = read_ddavs(run / START_FILE)
    seeing = load_seeing(BUNDLED / "seeing.safetensors")
    torch.manual_seed(0)
    queries = torch.randn(40, 5, network.audio.width)
    with torch.no_grad():
        network.words.weight.copy_(torch.randn_like(network.words.weight))
    match_by_names(network, seeing, words, queries, Matching(seen_at_all=0.0))
    alignment = network.alignments["4"]

    def score(seen, heard):
        """How much pixels that look most like one word ask for queries most like another."""
        pixel = _token(seeing, seen) @ alignment.enhance_query.weight.T
        names = network.words.weight - network.words.weight.mean(0)
        query = torch.linalg.pinv(names)[:, words.index(heard)]
        return float(pixel @ (alignment.enhance_key.weight @ query))

    for word in ("dog", "train", "violin"):
        others = [one for one in ("dog", "train", "violin") if one != word]
        assert all(score(word, word) > score(word, other) for other in others)


def _token(seeing, word):
    """A token whose log odds stand for one word alone."""
    weight = seeing.out.weight - seeing.out.weight[-1]
    return torch.linalg.pinv(weight)[:, seeing.config.words.index(word)]


def test_a_network_without_words_cannot_begin_with_names():
    from core.nn.ddavs.config import tiny_config

    seeing = load_seeing(BUNDLED / "seeing.safetensors")
    with pytest.raises(ValueError, match="words"):
        match_by_names(Ddavs(tiny_config()), seeing, ("dog",), torch.zeros(1, 5, 16))
