"""Tiny Tangos in the official layout, whole and damaged, and the published sizes."""

import json
import os
import shutil

import pytest
import torch
from accelerate import init_empty_weights
from diffusers import UNet2DConditionModel

from core.errors import ModelError
from core.separation.zerosep_parts import load_model, stamp_of
from core.separation.zerosep_tango import Tango
from core.separation.zerosep_tango_sizes import UNET
from tests.helpers import tangos


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return tangos.install_tango(tmp_path_factory.mktemp("models"))


@pytest.fixture
def folder(whole, tmp_path):
    """A copy that may be damaged."""
    shutil.copytree(whole.parent, tmp_path / "models")
    return tmp_path / "models" / whole.name


@pytest.fixture(scope="module")
def tango(whole):
    return _load(whole)


def _load(folder) -> Tango:
    load_model.cache_clear()
    model = load_model(folder, stamp_of(folder), "cpu")
    assert isinstance(model, Tango)
    return model


def _change(path, **told) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | told))


def _main(folder):
    return folder / "pytorch_model_main.bin"


def test_it_hears_mono_at_16_khz(tango):
    form = tango.form

    assert (form.sample_rate_hz, form.n_channels, form.longest_s) == (16_000, 1, 10.24)


def test_ten_seconds_become_the_published_latent(tango):
    with torch.inference_mode():
        latent = tango.encode(torch.zeros(1, 163_840))

    assert latent.shape == (1, tangos.N_LATENT, 256, 16)


def test_the_autoencoder_computes_what_its_first_code_defines(whole, tango):
    first = tangos.official_autoencoder(whole)
    mel = torch.randn(1, 1, 24, 64, generator=torch.Generator().manual_seed(0))

    with torch.inference_mode():
        latent = tango.sound.vae.encode(mel).latent_dist.mode()
        torch.testing.assert_close(latent, first.mean(mel), atol=1e-5, rtol=1e-4)
        picture = tango.sound.vae.decode(latent).sample
        torch.testing.assert_close(picture, first.picture(latent), atol=1e-5, rtol=1e-4)


def test_the_vocoder_computes_what_its_first_code_defines(whole, tango):
    first = tangos.official_autoencoder(whole)
    mel = torch.randn(1, 24, 64, generator=torch.Generator().manual_seed(0))

    with torch.inference_mode():
        wave = tango.sound.vocoder(mel).reshape(1, -1)
        torch.testing.assert_close(wave, first.vocoder(mel.transpose(1, 2)), atol=1e-5, rtol=1e-4)
    assert wave.abs().max() > 0.01


def test_the_latent_is_scaled_as_published(tango):
    assert tango.sound.vae.config["scaling_factor"] == tangos.SCALE


def test_weights_are_taken_from_the_files_and_frozen(whole, tango):
    stored = torch.load(_main(whole), weights_only=True)

    for prefix, part in (("unet.", tango.unet), ("text_encoder.", tango.text_encoder)):
        for name, value in part.state_dict().items():
            torch.testing.assert_close(value, stored[prefix + name])
    assert not any(value.is_meta for part in tango.parts for value in part.state_dict().values())
    assert not any(value.requires_grad for part in tango.parts for value in part.parameters())
    assert not any(part.training for part in tango.parts)


def test_its_network_answers_with_a_velocity_on_stable_diffusions_ladder(tango):
    ladder = tango.ladder(100)

    assert ladder.prediction == "v_prediction"
    assert ladder.times[:2] == (1.0, 11.0)
    assert len(ladder.kept) == 100
    # The first two of 1000 steps: betas of 0.00085 and a little more.
    assert ladder.kept[0] == pytest.approx((1 - 0.00085) * (1 - 0.000854725), abs=1e-6)
    assert ladder.end == pytest.approx(1 - 0.00085, abs=1e-7)


def test_words_filled_up_as_the_official_code_does_are_heard_alike(tango):
    filled = tango.tokenizer("dog", padding="max_length", max_length=9, return_tensors="pt")
    x = torch.randn(1, tangos.N_LATENT, 8, 16, generator=torch.Generator().manual_seed(0))

    with torch.inference_mode():
        words = tango.read("dog", 1.0)
        official = {
            "encoder_hidden_states": tango.text_encoder(**filled).last_hidden_state,
            "encoder_attention_mask": filled.attention_mask == 1,
        }
        ours, theirs = (tango.network(heard)(x, torch.tensor(500)) for heard in (words, official))

    assert words["encoder_hidden_states"].shape[1] < 9
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_the_published_u_net_has_as_many_numbers_as_the_paper_says():
    with init_empty_weights():
        unet = UNet2DConditionModel.from_config(dict(UNET))

    assert sum(value.numel() for value in unet.parameters()) == 865_933_768


def test_without_a_config_beside_it_the_u_net_has_the_published_size(folder):
    """So are the official folders, and a tiny one is then another model."""
    shutil.rmtree(folder / "configs")

    with pytest.raises(ModelError, match="hears a latent of 8 numbers, and is told 4"):
        _load(folder)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pytorch_model_main.bin", "unet.conv_in.weight"),
        ("pytorch_model_main.bin", "text_encoder.shared.weight"),
        ("pytorch_model_vae.bin", "decoder.up.2.block.0.conv1.weight"),
        ("pytorch_model_vae.bin", "vocoder.ups.0.weight"),
    ],
)
def test_weights_that_are_missing_are_named_as_in_the_file(folder, file, name):
    tensors = torch.load(folder / file, weights_only=True)
    del tensors[name]
    torch.save(tensors, folder / file)

    with pytest.raises(ModelError, match=f"1 missing: {name}"):
        _load(folder)


@pytest.mark.parametrize("file", ["pytorch_model_main.bin", "pytorch_model_vae.bin"])
def test_weights_too_many_are_named(folder, file):
    tensors = torch.load(folder / file, weights_only=True)
    torch.save({**tensors, "group_in.0.weight": torch.zeros(1)}, folder / file)

    with pytest.raises(ModelError, match=r"1 unexpected: group_in\.0\.weight"):
        _load(folder)


def test_weights_of_another_shape_are_named(folder):
    path = folder / "pytorch_model_vae.bin"
    tensors = torch.load(path, weights_only=True)
    tensors["encoder.mid.attn_1.q.weight"] = torch.zeros(64, 64)
    torch.save(tensors, path)

    with pytest.raises(ModelError, match=r"attn_1\.q\.weight is 64x64 instead of 64x64x1x1"):
        _load(folder)


class _Program:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize("file", ["pytorch_model_main.bin", "pytorch_model_vae.bin"])
def test_a_program_in_a_checkpoint_is_never_run(folder, file):
    torch.save({"unet.conv_in.weight": _Program()}, folder / file)

    with pytest.raises(ModelError) as caught:
        _load(folder)

    assert "never runs" in caught.value.advice


@pytest.mark.parametrize("file", ["main_config.json", "stft_config.json", "vae_config.json"])
def test_damaged_descriptions_are_an_error_with_advice(folder, file):
    (folder / file).write_bytes(b"\x00 nothing of use")

    with pytest.raises(ModelError, match=file) as caught:
        _load(folder)

    assert "again" in caught.value.advice


@pytest.mark.parametrize(
    ("file", "key", "other"),
    [
        ("main_config.json", "scheduler_name", "CompVis/stable-diffusion-v1-4"),
        ("main_config.json", "text_encoder_name", "google/flan-t5-xl"),
        ("vae_config.json", "subband", 4),
        ("vae_config.json", "embed_dim", 8),
    ],
)
def test_what_would_be_computed_otherwise_is_refused(folder, file, key, other):
    _change(folder / file, **{key: other})

    with pytest.raises(ModelError, match=str(other)):
        _load(folder)


def test_mels_of_another_kind_are_refused(folder):
    _change(folder / "stft_config.json", hop_length=256)

    with pytest.raises(ModelError, match="hop_length is 256 instead of 160"):
        _load(folder)


def test_words_that_are_gone_are_an_error_with_advice(folder):
    shutil.rmtree(folder.parent / "flan-t5-large")

    with pytest.raises(ModelError, match="flan-t5-large") as caught:
        _load(folder)

    assert "again" in caught.value.advice
