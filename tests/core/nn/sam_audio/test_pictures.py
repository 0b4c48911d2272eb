"""What SAM Audio gets to see of a video, and the encoder that looks at it."""

import pytest
import torch

from core.nn.sam_audio.config import VisionConfig
from core.nn.sam_audio.pictures import MaskPolarity, masked
from core.nn.sam_audio.vision import PictureEncoder
from core.nn.sam_audio.vision_names import from_official, picture_half

TINY = VisionConfig(
    image_size_px=28, dim=32, n_layers=2, n_heads=2, n_pool_heads=2, mlp_ratio=2.0, out_dim=6
)


def frames() -> torch.Tensor:
    random = torch.Generator().manual_seed(1)
    return torch.randint(1, 255, (3, 3, 40, 60), generator=random).to(torch.uint8)


@pytest.fixture(scope="module")
def encoder() -> PictureEncoder:
    random = torch.Generator().manual_seed(2)
    shapes = picture_half(TINY)
    weights = {name: 0.3 * torch.randn(shape, generator=random) for name, shape in shapes.items()}
    network = PictureEncoder(TINY).eval().requires_grad_(False)
    network.visual.load_state_dict(from_official(weights))
    return network


def test_the_object_is_blacked_out_unless_it_is_to_be_shown_alone():
    video, mask = frames(), torch.zeros(3, 1, 40, 60, dtype=torch.bool)
    mask[..., 10:20, 10:30] = True

    official = masked(video, mask)
    alone = masked(video, mask, MaskPolarity.OBJECT_ALONE)

    assert not official[..., 10:20, 10:30].any()
    torch.testing.assert_close(official + alone, video)


def test_features_have_length_one_and_follow_the_picture(encoder):
    seen = encoder(frames())

    assert seen.shape == (3, TINY.out_dim)
    torch.testing.assert_close(seen.norm(dim=1), torch.ones(3))
    assert not torch.allclose(seen[0], seen[1], atol=1e-3)


def test_the_projection_of_the_checkpoint_is_turned_as_timm_wants_it():
    official = {"proj": torch.arange(6.0).reshape(2, 3)}

    named = from_official(official)

    torch.testing.assert_close(named["head.weight"], official["proj"].T)
    assert not named["head.bias"].any()
