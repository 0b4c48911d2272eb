import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.errors import ModelError
from core.nn.davis_sizes import transformer_size_of, unet_config_of
from core.nn.unet import UNetConfig
from core.separation.davis_files import find_davis
from core.separation.davis_weights import load_davis
from tests.helpers import davises

MANIFESTS = Path(__file__).parents[2] / "golden" / "manifests"


@pytest.fixture
def flow(installed_models):
    return installed_models / "davis-flow"


def loaded(models):
    return load_davis(find_davis("davis-flow", models), "cpu")


def same(one, other):
    tensors = other.state_dict()
    return all(torch.equal(value, tensors[name]) for name, value in one.state_dict().items())


def official_shapes(name):
    shapes = json.loads((MANIFESTS / f"{name}.json").read_text(encoding="utf-8"))["state_dict"]
    return {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}


def test_every_weight_of_the_checkpoints_arrives(installed_models):
    networks = loaded(installed_models)

    assert same(networks.unet, davises.tiny_unet())
    assert same(networks.transformer, davises.tiny_transformer())
    assert same(networks.clip, davises.tiny_clip())
    assert not networks.unet.training


def test_the_official_sizes_are_read_off_the_shapes():
    assert unet_config_of(official_shapes("davis_unet")) == UNetConfig()
    shapes = official_shapes("davis_temporal_transformer")
    assert transformer_size_of(shapes) == (512, 2048)


def test_names_that_do_not_fit_are_listed_and_counted(installed_models, flow):
    tensors = torch.load(flow / "unet_best.pth", weights_only=True)
    bias = tensors.pop("net_unet.final_conv.bias")
    tensors["net_unet.extra"] = bias
    tensors["time_mlp.1.bias"] = torch.zeros(3)
    torch.save(tensors, flow / "unet_best.pth")

    with pytest.raises(ModelError) as caught:
        loaded(installed_models)

    message = str(caught.value)
    assert "1 missing: net_unet.final_conv.bias" in message
    assert "1 unexpected: net_unet.extra" in message
    assert "1 of another shape: time_mlp.1.bias is 3 instead of 32" in message
    assert "unet_best.pth" in caught.value.advice


def test_of_many_misfits_the_first_few_are_named(installed_models, flow):
    torch.save({"resnet.weight": torch.zeros(3)}, flow / "unet_best.pth")

    with pytest.raises(ModelError) as caught:
        loaded(installed_models)

    assert "922 missing: " in str(caught.value)
    assert "and 917 more" in str(caught.value)


@pytest.mark.parametrize("lost", ["model.visual.proj", "temporal_transformer.decoder.norm.bias"])
def test_a_frame_checkpoint_is_compared_as_strictly(installed_models, flow, lost):
    tensors = davises.frame_tensors()
    del tensors[lost]
    torch.save(tensors, flow / "frame_best.pth")

    with pytest.raises(ModelError) as caught:
        loaded(installed_models)

    assert f"missing: {lost.removeprefix('model.')}" in str(caught.value)


def test_what_parallel_training_adds_to_the_names_is_taken_off(installed_models, flow):
    tensors = {f"module.{name}": value for name, value in davises.tiny_unet().state_dict().items()}
    torch.save(tensors, flow / "unet_best.pth")

    assert same(loaded(installed_models).unet, davises.tiny_unet())


def test_safetensors_are_read_as_well(installed_models, flow):
    (flow / "unet_best.pth").unlink()
    save_file(davises.tiny_unet().state_dict(), flow / "unet_best.safetensors")

    assert same(loaded(installed_models).unet, davises.tiny_unet())


def test_clip_is_taken_from_its_own_folder_where_the_checkpoint_has_none(installed_models, flow):
    davises.move_clip_beside(installed_models, "davis-flow")

    assert same(loaded(installed_models).clip, davises.tiny_clip())


def test_a_checkpoint_without_clip_asks_for_one(installed_models, flow):
    torch.save(davises.tiny_transformer().state_dict(), flow / "frame_best.pth")

    with pytest.raises(ModelError) as caught:
        loaded(installed_models)

    assert "config.json and model.safetensors" in caught.value.advice


def test_the_same_files_are_loaded_once(installed_models):
    assert loaded(installed_models) is loaded(installed_models)
