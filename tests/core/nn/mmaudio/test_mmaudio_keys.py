"""Official checkpoints of MMAudio, MMAudioSep and the mel VAE find a place for every tensor."""

import pytest
import torch

from core.nn.mmaudio.network import COMPUTED_KEYS, MMAudio
from core.nn.mmaudio.sizes import N_PARAMETERS, SIZES, config_of
from core.nn.mmaudio.vae import VAE_16K, VAE_44K, MelVae
from tests.core.nn.test_davis_keys import manifest, shapes


@pytest.mark.parametrize("size", ["small_44k", "large_44k", "large_44k_v2"])
@pytest.mark.parametrize("system", ["mmaudio", "mmaudiosep"])
def test_the_network_has_the_tensors_of_the_official_one(system, size):
    config = SIZES[size] if system == "mmaudio" else SIZES[size].separating
    with torch.device("meta"):
        network = MMAudio(config)

    official = manifest(f"{system}_{size}")
    assert shapes(network) == official["state_dict"]
    assert n_numbers(network) == official["n_params"]


@pytest.mark.parametrize("size", SIZES)
def test_every_published_size_has_the_published_number_of_parameters(size):
    with torch.device("meta"):
        network = MMAudio(SIZES[size])

    assert n_numbers(network) == N_PARAMETERS[size]


@pytest.mark.parametrize(("name", "config"), [("44k", VAE_44K), ("16k", VAE_16K)])
def test_the_mel_vae_has_the_tensors_of_the_official_one(name, config):
    with torch.device("meta"):
        network = MelVae(config)

    official = manifest(f"mmaudio_vae_{name}")
    assert shapes(network) == official["state_dict"]
    assert sum(weight.numel() for weight in network.parameters()) == official["n_params"]


def test_what_follows_from_the_sizes_is_no_part_of_a_checkpoint():
    with torch.device("meta"):
        keys = MMAudio(SIZES["small_44k"]).state_dict().keys()

    assert not set(COMPUTED_KEYS) & set(keys)


def n_numbers(network: MMAudio) -> int:
    return sum(weight.numel() for weight in network.state_dict().values())


@pytest.mark.parametrize("is_separating", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_size_is_read_off_a_checkpoint(size, is_separating):
    config = SIZES[size].separating if is_separating else SIZES[size]
    with torch.device("meta"):
        tensors = MMAudio(config).state_dict()

    assert config_of(tensors) == config
