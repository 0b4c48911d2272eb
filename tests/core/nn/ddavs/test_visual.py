import pytest
import torch

from core.nn.ddavs.config import TrunkConfig, VisualConfig, mit, tiny_config
from core.nn.ddavs.visual import VisualEncoder
from core.nn.seeing import SeeingConfig, SeeingNetwork


def test_stages_run_one_by_one_are_the_whole_transformer():
    encoder = VisualEncoder(tiny_config().visual).eval()
    frames = torch.rand(2, 3, 64, 64)

    maps = encoder(frames)

    normed = (frames - encoder.mean) / encoder.deviation
    whole = encoder.transformer(normed).last_hidden_state
    torch.testing.assert_close(maps[-1], whole)
    assert [tuple(one.shape[1:]) for one in maps] == [
        (8, 16, 16),
        (8, 8, 8),
        (16, 4, 4),
        (16, 2, 2),
    ]


def test_the_first_stride_makes_all_maps_larger():
    config = VisualConfig(
        widths=(8, 8, 16, 16), depths=(1, 1, 1, 1), n_heads=(1, 1, 2, 2), first_stride=2
    )

    maps = VisualEncoder(config)(torch.rand(1, 3, 64, 64))

    assert [one.shape[2] for one in maps] == [32, 16, 8, 4]


def test_something_can_be_said_before_the_blocks_of_any_stage():
    encoder = VisualEncoder(tiny_config().visual).eval()
    frames, told = torch.rand(1, 3, 64, 64), []

    def between(stage: int, tokens: torch.Tensor) -> torch.Tensor:
        told.append((stage, tokens.shape[1]))
        # Another for each width: the norm at the end of a stage takes a constant away.
        return tokens * (2.0 if stage == 3 else 1.0) + (stage == 3) * torch.linspace(
            -1, 1, tokens.shape[2]
        )

    plain, spoken = encoder(frames), encoder(frames, between)

    assert told == [(1, 256), (2, 64), (3, 16), (4, 4)]
    torch.testing.assert_close(plain[1], spoken[1])
    assert not torch.allclose(plain[2], spoken[2])


@pytest.mark.parametrize(("size", "n_layers"), [("b0", 8), ("b3", 28), ("b5", 52)])
def test_the_sizes_of_the_transformer_are_the_published_ones(size, n_layers):
    assert sum(mit(size).depths) == n_layers


def planted() -> VisualEncoder:
    trunk = TrunkConfig(stem_width=4, n_blocks=(1, 1, 1, 1))
    return VisualEncoder(
        VisualConfig(widths=(8, 8, 16, 16), depths=(0, 0, 0, 0), n_heads=(1, 1, 2, 2), trunk=trunk)
    )


def test_a_trunk_begins_with_what_a_network_that_names_pictures_knows():
    words = ("a", "b")
    seeing = SeeingNetwork(SeeingConfig(words, 64, (4, 8, 8, 16, 16), (1, 1, 1, 1))).eval()
    encoder = planted().eval()
    frames = torch.rand(1, 3, 64, 64)

    encoder.adopt(seeing)

    x = torch.cat((frames * 4 - 2, torch.ones(1, 1, 64, 64)), 1)
    features = seeing.blocks(seeing.stem(x).relu())
    said = encoder(frames)[-1]
    normed = encoder.transformer.stages[-1].layer_norm(features.flatten(2).mT)
    torch.testing.assert_close(said.flatten(2).mT, normed, atol=1e-5, rtol=1e-4)


def test_a_trunk_of_another_shape_is_refused():
    seeing = SeeingNetwork(SeeingConfig(("a",), 64, (4, 8, 8, 16, 24), (1, 1, 1, 1)))

    with pytest.raises(ValueError, match="can't begin"):
        planted().adopt(seeing)
    with pytest.raises(ValueError, match="can't begin"):
        VisualEncoder(tiny_config().visual).adopt(seeing)
