"""The picture network: its shapes, its mask, its file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.nn.seeing import SeeingConfig, SeeingNetwork, load_seeing, save_seeing

TOY = SeeingConfig(("bar", "disc"), side_px=32, widths=(4, 6, 8), n_blocks=(1, 2))


def network(config: SeeingConfig = TOY) -> SeeingNetwork:
    torch.manual_seed(0)
    return SeeingNetwork(config).eval()


def crops(n: int = 3) -> torch.Tensor:
    return torch.rand(n, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def test_each_word_and_none_of_them_get_a_confidence_and_they_add_up_to_one():
    said = network().confidences(crops())

    assert said.shape == (3, 3)
    torch.testing.assert_close(said.sum(1), torch.ones(3))


@pytest.mark.parametrize("side_px", [9, 24, 50])
def test_crops_of_any_size_can_be_looked_at(side_px):
    assert network()(torch.rand(1, 3, side_px, side_px)).shape == (1, 3)


def test_no_mask_means_all_of_the_crop():
    whole = torch.ones(3, 1, 32, 32)

    torch.testing.assert_close(network()(crops()), network()(crops(), whole))


def test_the_mask_counts_where_it_is_known_and_only_there():
    half = torch.ones(3, 1, 32, 32)
    half[..., 16:] = 0

    assert not torch.allclose(network()(crops(), half), network()(crops()))
    blind = network(replace(TOY, has_mask=False))
    assert torch.equal(blind(crops(), half), blind(crops()))


def test_a_higher_temperature_makes_it_less_sure():
    cold, warm = network(), network(replace(TOY, temperature=5.0))

    assert (warm.confidences(crops()).amax(1) < cold.confidences(crops()).amax(1)).all()


def test_the_network_that_ships_by_default_stays_small():
    words = tuple(f"word {k}" for k in range(85))
    n_values = sum(one.numel() for one in SeeingNetwork(SeeingConfig(words)).state_dict().values())

    assert 2 * n_values < 10e6  # bytes, in float16


def test_a_file_gives_back_the_network_and_its_configuration(tmp_path):
    saved = network(replace(TOY, temperature=1.5))
    save_seeing(saved, tmp_path / "seeing.safetensors")

    loaded = load_seeing(tmp_path / "seeing.safetensors")

    assert loaded.config == saved.config
    assert not loaded.training
    assert {one.dtype for one in loaded.parameters()} == {torch.float32}
    torch.testing.assert_close(loaded(crops()), saved(crops()), rtol=1e-2, atol=1e-2)
    assert [path.name for path in tmp_path.iterdir()] == ["seeing.safetensors"]


def resaved(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> Path:
    save_file(tensors, path, metadata=metadata)
    return path


def test_weights_that_do_not_fit_are_refused_by_name(tmp_path):
    path = tmp_path / "seeing.safetensors"
    save_seeing(network(), path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    missing = {name: value for name, value in tensors.items() if name != "out.bias"}
    extra = tensors | {"head.bias": torch.zeros(1)}

    with pytest.raises(ModelError, match=r"Missing.*out\.bias"):
        load_seeing(resaved(path, missing, metadata))
    with pytest.raises(ModelError, match=r"Unexpected.*head\.bias"):
        load_seeing(resaved(path, extra, metadata))
    with pytest.raises(ModelError, match="size mismatch"):
        load_seeing(resaved(path, tensors | {"out.bias": torch.zeros(9)}, metadata))


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"seeing": "not json"},
        {"seeing": json.dumps({"words": ["a"]})},
        {"seeing": json.dumps({"words": ["a"], "widths": [4], "n_blocks": [], "depth": 3})},
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, metadata):
    path = resaved(tmp_path / "other.safetensors", {"a": torch.zeros(1)}, metadata)

    with pytest.raises(ModelError, match="no usable configuration"):
        load_seeing(path)


def test_a_missing_or_damaged_file_is_refused_with_advice(tmp_path):
    (tmp_path / "damaged.safetensors").write_bytes(b"not tensors")

    for name in ("missing.safetensors", "damaged.safetensors"):
        with pytest.raises(ModelError, match="can't read") as caught:
            load_seeing(tmp_path / name)
        assert "Install Soloist again" in caught.value.advice


@pytest.mark.parametrize(
    "changed", [{"words": ()}, {"words": ("a", "a")}, {"n_blocks": (1,)}, {"temperature": 0.0}]
)
def test_nonsense_is_no_configuration(changed):
    with pytest.raises(ValueError, match=r"words|widths|temperature"):
        replace(TOY, **changed)
