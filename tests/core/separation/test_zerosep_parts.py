"""Tiny pipelines in the official layout, whole and damaged."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Model

from core.errors import ModelError
from core.separation.zerosep_audioldm2 import AudioLdm2
from core.separation.zerosep_parts import load_model, stamp_of
from core.separation.zerosep_stable_audio import StableAudio
from tests.helpers import sound_models


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    sound_models.install_audioldm(models)
    sound_models.install_audioldm2(models)
    sound_models.install_stable_audio(models)
    return models


@pytest.fixture
def folder(whole, tmp_path):
    """A copy of AudioLDM 2 that may be damaged."""
    shutil.copytree(whole / "audioldm2", tmp_path / "audioldm2")
    return tmp_path / "audioldm2"


def _load(folder):
    load_model.cache_clear()
    return load_model(folder, stamp_of(folder), "cpu")


@pytest.mark.parametrize("name", ["audioldm-s-full-v2", "audioldm2"])
def test_the_mel_models_hear_mono_at_16_khz(whole, name):
    form = _load(whole / name).form

    assert (form.sample_rate_hz, form.n_channels, form.longest_s) == (16_000, 1, 10.24)


def test_stable_audio_hears_stereo_at_44_khz(whole):
    model = _load(whole / "stable-audio-open")

    assert isinstance(model, StableAudio)
    assert (model.form.sample_rate_hz, model.form.n_channels) == (44_100, 2)


def test_the_language_model_is_read_although_the_folder_names_the_class_that_cannot_generate(whole):
    index = json.loads((whole / "audioldm2" / "model_index.json").read_text())
    assert index["language_model"] == ["transformers", "GPT2Model"]

    model = _load(whole / "audioldm2")

    assert isinstance(model, AudioLdm2)
    assert type(model.reader.language) is GPT2Model
    with torch.inference_mode():
        words = model.read("dog bark", 1.0)
    assert words["encoder_hidden_states"].shape == (1, 8, sound_models.DIM)


def test_weights_are_taken_from_the_files_and_frozen(whole):
    stored = load_file(whole / "audioldm2" / "unet" / "diffusion_pytorch_model.safetensors")
    model = _load(whole / "audioldm2")

    for name, value in model.unet.state_dict().items():
        torch.testing.assert_close(value, stored[name])
    assert not any(value.requires_grad for part in model.parts for value in part.parameters())
    assert not any(part.training for part in model.parts)


def test_a_model_is_loaded_once_until_its_files_change(whole):
    folder = whole / "audioldm-s-full-v2"
    first = _load(folder)

    assert load_model(folder, stamp_of(folder), "cpu") is first
    assert load_model(folder, stamp_of(folder) + 1, "cpu") is not first


def _unet(folder):
    return folder / "unet" / "diffusion_pytorch_model.safetensors"


def test_weights_that_are_missing_are_named(folder):
    tensors = load_file(_unet(folder))
    del tensors["conv_in.weight"]
    save_file(tensors, _unet(folder))

    with pytest.raises(ModelError, match=r"conv_in\.weight"):
        _load(folder)


def test_weights_too_many_are_named(folder):
    save_file({**load_file(_unet(folder)), "stray.weight": torch.zeros(1)}, _unet(folder))

    with pytest.raises(ModelError, match=r"1 unexpected: stray\.weight"):
        _load(folder)


def test_weights_of_another_shape_are_named(folder):
    tensors = load_file(_unet(folder))
    tensors["conv_in.bias"] = torch.zeros(99)
    save_file(tensors, _unet(folder))

    with pytest.raises(ModelError, match=r"conv_in\.bias"):
        _load(folder)


def test_numbers_in_order_of_older_versions_do_no_harm(folder):
    path = folder / "text_encoder" / "model.safetensors"
    extra = {"text_model.embeddings.position_ids": torch.arange(514)[None]}
    save_file({**load_file(path), **extra}, path, {"format": "pt"})

    _load(folder)


@pytest.mark.parametrize(
    "path",
    [
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "scheduler/scheduler_config.json",
        "model_index.json",
    ],
)
def test_damaged_files_are_an_error_with_advice(folder, path):
    (folder / path).write_bytes(b"\x00 nothing of use")

    with pytest.raises(ModelError) as caught:
        _load(folder)

    assert "again" in caught.value.advice


@pytest.mark.parametrize("part", ["vocoder", "tokenizer", "text_encoder_2"])
def test_missing_folders_are_an_error_with_advice(folder, part):
    shutil.rmtree(folder / part)

    with pytest.raises(ModelError) as caught:
        _load(folder)

    assert part in str(caught.value)


def test_a_part_of_another_model_is_refused(folder):
    """As where two models were mixed up: the library itself would fill the gaps with chance."""
    shutil.copytree(folder / "vae", folder / "unet", dirs_exist_ok=True)

    with pytest.raises(ModelError, match="describes 'AutoencoderKL'"):
        _load(folder)


@pytest.mark.parametrize("part", ["tokenizer", "tokenizer_2"])
def test_a_word_list_that_is_gone_is_not_made_up(folder, part):
    """The library makes an empty one, and says nothing: all words would mean the same."""
    for path in (folder / part).iterdir():
        if path.name != "tokenizer_config.json":
            path.unlink()

    with pytest.raises(ModelError, match=f"“{part}” of audioldm2") as caught:
        _load(folder)

    assert "again" in caught.value.advice


def test_words_in_a_form_that_needs_another_library_are_refused_with_what_to_get(folder):
    (folder / "tokenizer_2" / "tokenizer.json").unlink()
    (folder / "tokenizer_2" / "spiece.model").write_bytes(b"\x0a\x0e\x0a\x05<unk>")

    with pytest.raises(ModelError) as caught:
        _load(folder)

    assert "Put tokenizer.json" in caught.value.advice
    assert "sentencepiece" in caught.value.advice


def test_a_pipeline_of_another_kind_is_refused(folder):
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')

    with pytest.raises(ModelError, match="StableDiffusionPipeline") as caught:
        _load(folder)

    assert "AudioLDM2Pipeline" in caught.value.advice


def test_code_in_a_folder_is_never_run(folder):
    (folder / "unet" / "unet.py").write_text("raise SystemExit")
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["unet", "Mine"]
    (folder / "model_index.json").write_text(json.dumps(index))

    _load(folder)
