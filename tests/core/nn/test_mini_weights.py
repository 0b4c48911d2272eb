import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.nn.mini_weights import read_mini, write_mini
from tests.helpers.minis import tiny_network


def test_a_network_comes_back_from_its_file_as_it_was(tmp_path):
    network = tiny_network()
    write_mini(network, tmp_path / "mini.safetensors")

    again = read_mini(tmp_path / "mini.safetensors")

    assert again.config == network.config
    assert not again.training
    for name, value in network.state_dict().items():
        found = again.state_dict()[name]
        assert found.dtype == value.dtype
        # Half precision keeps 11 bits.
        torch.testing.assert_close(found, value, rtol=2**-11, atol=1e-7)


def test_a_missing_file_is_refused_with_advice(tmp_path):
    with pytest.raises(ModelError) as caught:
        read_mini(tmp_path / "nothing.safetensors")

    assert caught.value.advice


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "mini.safetensors"
    path.write_bytes(b"not weights")

    with pytest.raises(ModelError):
        read_mini(path)


def test_weights_without_a_configuration_are_refused(tmp_path):
    path = tmp_path / "mini.safetensors"
    save_file({"words.weight": torch.zeros(2, 2)}, path)

    with pytest.raises(ModelError, match="configuration"):
        read_mini(path)


def test_a_tensor_too_few_is_named(tmp_path):
    path = tmp_path / "mini.safetensors"
    write_mini(tiny_network(), path)
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    del tensors["words.weight"]
    save_file(tensors, path, metadata=metadata)

    with pytest.raises(ModelError, match=r"words\.weight"):
        read_mini(path)
