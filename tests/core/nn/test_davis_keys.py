"""An official checkpoint finds a place for each of its tensors, and leaves none empty."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.nn import davis, temporal_transformer
from core.nn.davis import DavisUNet
from core.nn.temporal_transformer import TemporalTransformer

MANIFESTS = Path(__file__).parents[2] / "golden" / "manifests"


def manifest(name: str) -> dict[str, Any]:
    return json.loads((MANIFESTS / f"{name}.json").read_text(encoding="utf-8"))


def shapes(network: nn.Module) -> dict[str, list[int]]:
    return {key: list(value.shape) for key, value in network.state_dict().items()}


def n_parameters(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def test_the_network_has_the_tensors_of_the_official_one():
    with torch.device("meta"):
        network = DavisUNet()

    assert shapes(network) == manifest("davis_unet")["state_dict"]
    assert n_parameters(network) == manifest("davis_unet")["n_params"] == davis.N_PARAMETERS


def test_the_temporal_transformer_has_the_tensors_of_the_official_one():
    with torch.device("meta"):
        network = TemporalTransformer()

    official = manifest("davis_temporal_transformer")
    assert shapes(network) == official["state_dict"]
    assert n_parameters(network) == official["n_params"] == temporal_transformer.N_PARAMETERS


def test_what_a_checkpoint_holds_does_not_depend_on_what_was_computed_before():
    network = DavisUNet(davis.UNetConfig(width=16, multipliers=(1, 2), n_bins=16, prompt_dim=8))
    before = set(network.state_dict())
    with torch.no_grad():
        network(
            torch.zeros(1, 1, 16, 4),
            torch.zeros(1),
            torch.zeros(1, 1, 16, 4),
            torch.zeros(1, 8, 2),
        )

    assert set(network.state_dict()) == before
