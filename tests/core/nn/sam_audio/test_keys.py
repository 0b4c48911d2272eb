"""An official checkpoint of SAM Audio finds a place for each tensor, and leaves none empty."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import init_empty_weights

from core.nn.sam_audio.checkpoint import Part, official_shapes, part_of
from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.config import SamAudioConfig, TransformerConfig
from core.nn.sam_audio.network import SamAudioFlow
from core.nn.sam_audio.vision import PictureEncoder
from core.nn.sam_audio.vision_names import from_official

MANIFESTS = Path(__file__).parents[3] / "golden" / "manifests"
SIZES = {
    "base": TransformerConfig(),
    "large": TransformerConfig(dim=2816, n_heads=22, n_layers=22, context_dim=2816),
}
sizes = pytest.mark.parametrize("size", SIZES)


def manifest(size: str) -> dict[str, Any]:
    return json.loads((MANIFESTS / f"sam_audio_{size}.json").read_text(encoding="utf-8"))


def config(size: str) -> SamAudioConfig:
    return SamAudioConfig(transformer=SIZES[size])


@sizes
def test_all_parts_together_have_the_tensors_of_the_official_checkpoint(size):
    official = manifest(size)
    ours = official_shapes(config(size))

    assert {name: list(shape) for name, shape in ours.items()} == official["state_dict"]
    assert sum(map(math.prod, ours.values())) == official["n_params"]


@sizes
def test_the_networks_at_full_size_are_those_whose_tensors_are_listed(size):
    with torch.device("meta"):
        flow, codec = SamAudioFlow(config(size)), Codec(config(size).codec)
    built = {Part.FLOW: flow, Part.CODEC: codec}

    for part, network in built.items():
        wanted = {
            name.removeprefix(part): shape
            for name, shape in manifest(size)["state_dict"].items()
            if part_of(name) is part
        }
        assert {key: list(one.shape) for key, one in network.state_dict().items()} == wanted


def test_the_picture_encoder_of_timm_takes_every_tensor_of_the_checkpoint():
    official = {
        name.removeprefix(Part.PICTURES): torch.empty(shape, device="meta")
        for name, shape in manifest("base")["state_dict"].items()
        if part_of(name) is Part.PICTURES
    }
    with init_empty_weights():
        network = PictureEncoder(SamAudioConfig().vision).visual

    ours = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert {name: tuple(value.shape) for name, value in from_official(official).items()} == ours


def test_a_name_that_no_picture_encoder_has_is_an_error():
    with pytest.raises(KeyError):
        from_official({"transformer.resblocks.0.ls_1.gamma": torch.zeros(4)})
