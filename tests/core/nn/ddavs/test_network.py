from dataclasses import replace

import pytest
import torch

from core.errors import ModelError
from core.nn.ddavs.config import (
    DdavsConfig,
    config_from,
    paper_config,
    plain,
    small_config,
    tiny_config,
)
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import read_ddavs, write_ddavs

SIZE = (64, 64)


def made(config: DdavsConfig) -> Ddavs:
    torch.manual_seed(0)
    return Ddavs(config).eval()


def inputs(n: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    frames = torch.rand(n, 3, *SIZE, generator=chance)
    high = torch.sin(torch.arange(16_000) * 0.8).expand(n // 2, -1)
    low = torch.sin(torch.arange(16_000) * 0.05) * torch.linspace(0, 1, 16_000)
    return frames, torch.cat((high, low.expand(n - n // 2, -1))) * 0.3


def test_everything_that_is_said_has_its_shape():
    network = made(tiny_config(n_words=3, n_prototypes=7))

    said = network(*inputs())

    assert said.logits.shape == (2, 1, 16, 16)
    assert said.shares.shape == (2, 5, 16, 16)
    assert said.words.shape == (2, 5, 3)
    assert said.queries.shape == (2, 5, 16)
    assert said.bank.shape == (2, 5, 7)
    assert said.sounding(SIZE).shape == (2, *SIZE)
    assert network.contrasted(network.listen(inputs()[1])).shape == (2, 5, 16)


def test_the_masks_of_the_queries_add_up_to_the_whole_one():
    said = made(tiny_config())(*inputs())

    torch.testing.assert_close(said.by_query(SIZE).sum(1), said.sounding(SIZE))


def test_the_papers_head_alone_has_one_mask():
    said = made(replace(tiny_config(), has_sharing=False))(*inputs())

    assert said.shares is None
    with pytest.raises(ValueError, match="one mask"):
        said.by_query(SIZE)


def test_classes_of_pixels_sound_where_they_are_not_silence():
    said = made(tiny_config(n_classes=4))(*inputs())

    likely = said.logits.softmax(1)
    assert said.logits.shape == (2, 4, 16, 16)
    torch.testing.assert_close(said.sounding((16, 16)), likely[:, 1:].sum(1), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("injected", [(1,), (4,), (2, 3), (1, 2, 3, 4)])
def test_sound_comes_in_before_any_stages_that_are_named(injected):
    network = made(replace(tiny_config(), injected=injected))
    frames, waves = inputs()
    heard = []
    for stage, module in network.alignments.items():
        module.register_forward_hook(lambda *_, stage=stage: heard.append(int(stage)))

    said, other = network(frames, waves), network(frames, waves.flip(0))

    assert heard == [*injected, *injected]
    assert not torch.allclose(said.logits, other.logits)


def test_each_stage_is_given_the_queries_themselves():
    network = made(replace(tiny_config(), injected=(2, 3, 4)))
    given = []
    for module in network.alignments.values():
        module.register_forward_pre_hook(lambda _, arguments: given.append(arguments[0]))

    said = network(*inputs())

    assert len(given) == 3
    for one in given:
        torch.testing.assert_close(one, said.queries)  # equation 3


def test_without_any_it_is_deaf():
    network = made(replace(tiny_config(), injected=(), has_sharing=False))
    frames, waves = inputs()

    torch.testing.assert_close(network(frames, waves).logits, network(frames, waves.flip(0)).logits)


def test_stages_that_there_are_not_are_refused():
    with pytest.raises(ValueError, match="1 to 4"):
        tiny_config().__class__(injected=(5,))


@pytest.mark.parametrize(
    "left_out",
    [
        {"has_queries": False},
        {"has_alignment": False},
        {"has_queries": False, "has_alignment": False},
    ],
)
def test_the_rows_of_table_3_can_be_built(left_out):
    network = made(replace(tiny_config(), **left_out))
    frames, waves = inputs()

    said, other = network(frames, waves), network(frames, waves.flip(0))

    assert said.logits.shape == (2, 1, 16, 16)
    assert not torch.allclose(said.logits, other.logits)
    if "has_queries" in left_out:
        with pytest.raises(ValueError, match="contrasted"):
            network.contrasted(network.listen(waves))


def test_a_frozen_ear_learns_nothing():
    network = made(tiny_config()).train()
    before = {name: value.clone() for name, value in network.audio.state_dict().items()}

    network(*inputs()).logits.sum().backward()

    assert all(weight.grad is None for weight in network.audio.parameters())
    for name, value in network.audio.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_an_ear_that_is_not_frozen_learns():
    network = made(replace(tiny_config(), is_audio_frozen=False)).train()

    network(*inputs()).logits.sum().backward()

    assert any(weight.grad is not None for weight in network.audio.parameters())


def test_a_file_gives_the_network_back_with_its_bank_and_words(tmp_path):
    network = made(tiny_config(n_words=2, n_prototypes=3))
    network.fill_bank(torch.randn(3, 16), torch.tensor([0, 1, 1]))
    path = tmp_path / "ddavs.safetensors"

    write_ddavs(network, ("cat", "drum"), path)
    again, words = read_ddavs(path)

    assert words == ("cat", "drum")
    assert again.config == network.config
    torch.testing.assert_close(
        again(*inputs()).logits, network(*inputs()).logits, atol=2e-2, rtol=1e-2
    )
    assert again.queries.bank.classes.tolist() == [0, 1, 1]
    assert [one.name for one in tmp_path.iterdir()] == ["ddavs.safetensors"]


def test_the_configurations_survive_a_file():
    for config in (paper_config(), small_config(3, 4), tiny_config()):
        assert config_from(plain(config)) == config


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "no.safetensors").write_bytes(b"nothing")

    with pytest.raises(ModelError, match="can't read"):
        read_ddavs(tmp_path / "no.safetensors")


def test_a_network_without_a_bank_refuses_one():
    with pytest.raises(ValueError, match="no bank"):
        made(tiny_config()).fill_bank(torch.zeros(1, 16), torch.zeros(1))


def test_what_ships_is_small_enough():
    with torch.device("meta"):
        network = Ddavs(small_config(86, 86 * 5))

    n_bytes = 2 * sum(value.numel() for value in network.state_dict().values())
    assert n_bytes < 20_000_000
