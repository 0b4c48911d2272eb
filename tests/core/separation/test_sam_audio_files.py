"""SAM Audio's official layout is read strictly, and what is wrong with a file is said plainly."""

import json

import pytest
import torch

from core.errors import ModelError
from core.nn.sam_audio.checkpoint import Part
from core.nn.sam_audio.network import Conditions
from core.separation.memory_ladder import Rung
from core.separation.sam_audio_files import find_sam_audio, read_config
from core.separation.sam_audio_weights import load_flow, load_pictures, open_checkpoint
from core.store.places import models_folder
from tests.helpers import sam_audios

ENGINE = "sam-audio-small"


@pytest.fixture(scope="module")
def held():
    return sam_audios.tensors()


@pytest.fixture
def folder():
    folder = models_folder() / ENGINE
    folder.mkdir(parents=True)
    write_config(folder, sam_audios.config_json())
    return folder


def write_config(folder, told):
    (folder / "config.json").write_text(json.dumps(told), encoding="utf-8")


def opened(folder, tensors):
    torch.save(tensors, folder / "checkpoint.pt")
    return open_checkpoint(find_sam_audio(ENGINE))


def refusal(folder, tensors) -> ModelError:
    with pytest.raises(ModelError) as caught:
        opened(folder, tensors)
    assert caught.value.advice
    return caught.value


def test_a_checkpoint_of_any_size_is_understood_by_its_shapes(folder, held):
    checkpoint = opened(folder, held)

    assert checkpoint.config == sam_audios.TINY
    assert checkpoint.has_pictures
    assert set(checkpoint.part(Part.FLOW)) < set(held)


def test_what_does_not_fit_is_listed(folder, held):
    wrong = {**held, "proj.bias": torch.zeros(3), "nobody.knows": torch.zeros(1)}
    del wrong["memory_proj.bias"]

    said = str(refusal(folder, wrong))

    assert "1 missing: memory_proj.bias" in said
    assert "1 unexpected: nobody.knows" in said
    assert "proj.bias is 3 instead of 32" in said


def test_a_checkpoint_without_picture_encoder_opens_and_refuses_regions(folder, held):
    small = {name: x for name, x in held.items() if not name.startswith("vision_encoder.")}
    checkpoint = opened(folder, small)

    assert not checkpoint.has_pictures
    with pytest.raises(ModelError) as caught:
        load_pictures(checkpoint, torch.device("cpu"), torch.float32)
    assert "region" in caught.value.advice


def test_a_checkpoint_without_codec_is_refused(folder, held):
    bare = {name: x for name, x in held.items() if not name.startswith("audio_codec.")}

    assert "audio_codec" in str(refusal(folder, bare))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 half a zip"])
def test_a_damaged_checkpoint_is_refused(folder, content):
    (folder / "checkpoint.pt").write_bytes(content)

    with pytest.raises(ModelError) as caught:
        open_checkpoint(find_sam_audio(ENGINE))

    assert "damaged" in caught.value.advice


class Program:
    def __reduce__(self):
        return print, ("it ran",)


def test_a_checkpoint_with_a_program_in_it_is_refused_and_never_run(folder, capsys):
    error = refusal(folder, {"proj.bias": Program()})

    assert "never runs" in error.advice
    assert "it ran" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        {"transformer": {"dim": 32, "n_heads": 2, "context_dim": 32, "non_linearity": "gelu"}},
        {"transformer": {"dim": 32, "n_heads": 2, "context_dim": 32, "new_kind": 1}},
        {"transformer": {"dim": 33, "n_heads": 2, "context_dim": 33}},
        {"audio_codec": {"mean": 0.5}},
        {"vision_encoder": {"name": "ViT-H-14"}},
        {"in_channels": 512},
    ],
)
def test_a_configuration_that_is_not_known_is_refused_rather_than_guessed(folder, wrong):
    write_config(folder, {**sam_audios.config_json(), **wrong})

    with pytest.raises(ModelError) as caught:
        read_config(folder / "config.json")

    assert "newer" in caught.value.advice


@pytest.mark.parametrize(
    "text", ["", "[]", '{"transformer": 3}', '{"audio_codec": {"encoder_rates": 7}}']
)
def test_a_damaged_configuration_is_refused(folder, text):
    (folder / "config.json").write_text(text, encoding="utf-8")

    with pytest.raises(ModelError):
        read_config(folder / "config.json")


def test_defaults_are_those_of_the_base_model(folder):
    write_config(folder, {})

    config = read_config(folder / "config.json")

    assert (config.transformer.dim, config.transformer.n_layers) == (2048, 16)
    assert config.codec.hop_samples == 1920


def test_a_missing_file_is_named(folder):
    with pytest.raises(ModelError) as caught:
        find_sam_audio(ENGINE)

    assert "checkpoint.pt" in caught.value.advice


def test_weights_that_wait_their_turn_give_the_same_answer(folder, held):
    checkpoint, cpu = opened(folder, held), torch.device("cpu")
    noisy = torch.linspace(-1, 1, 20 * 16).reshape(1, 20, 16)
    given = Conditions(noisy[..., :8])

    answers = [
        load_flow(checkpoint, Rung(cpu, torch.float32, 0.0, is_waiting))(
            noisy, torch.tensor([0.3]), given
        )
        for is_waiting in (False, True)
    ]

    torch.testing.assert_close(*answers)
    waiting = load_flow(checkpoint, Rung(cpu, torch.float32, 0.0, is_offloaded=True))
    assert waiting.proj.weight.is_meta
