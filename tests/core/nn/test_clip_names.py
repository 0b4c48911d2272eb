"""CLIP under OpenAI's names computes what OpenAI's own few lines of arithmetic compute."""

import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers import CLIPModel

from core.nn.clip_names import config_of, from_official, to_official
from tests.helpers.davises import tiny_clip, word_list

Tensors = dict[str, Tensor]


def quick_gelu(x: Tensor) -> Tensor:
    return x * torch.sigmoid(1.702 * x)


def norm(x: Tensor, tensors: Tensors, name: str) -> Tensor:
    return nnf.layer_norm(x, x.shape[-1:], tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def block(x: Tensor, tensors: Tensors, name: str, mask: Tensor | None) -> Tensor:
    """One residual attention block of one head, on (N, D)."""
    inside = norm(x, tensors, f"{name}.ln_1")
    joined = nnf.linear(
        inside, tensors[f"{name}.attn.in_proj_weight"], tensors[f"{name}.attn.in_proj_bias"]
    )
    query, key, value = joined.chunk(3, 1)
    score = query @ key.T / query.shape[1] ** 0.5
    score = score if mask is None else score + mask
    heard = score.softmax(1) @ value
    out = tensors[f"{name}.attn.out_proj.weight"], tensors[f"{name}.attn.out_proj.bias"]
    x = x + nnf.linear(heard, *out)
    inside = norm(x, tensors, f"{name}.ln_2")
    wide = tensors[f"{name}.mlp.c_fc.weight"], tensors[f"{name}.mlp.c_fc.bias"]
    narrow = tensors[f"{name}.mlp.c_proj.weight"], tensors[f"{name}.mlp.c_proj.bias"]
    return x + nnf.linear(quick_gelu(nnf.linear(inside, *wide)), *narrow)


def encode_image(picture: Tensor, tensors: Tensors) -> Tensor:
    """OpenAI's VisionTransformer on (3, H, W)."""
    kernel = tensors["visual.conv1.weight"]
    patches = nnf.conv2d(picture[None], kernel, stride=kernel.shape[-1])[0].flatten(1).T
    x = torch.cat((tensors["visual.class_embedding"][None], patches))
    x = norm(x + tensors["visual.positional_embedding"], tensors, "visual.ln_pre")
    for place in range(2):
        x = block(x, tensors, f"visual.transformer.resblocks.{place}", None)
    return norm(x[:1], tensors, "visual.ln_post")[0] @ tensors["visual.proj"]


def encode_text(ids: Tensor, tensors: Tensors) -> Tensor:
    """OpenAI's text transformer on (N,)."""
    x = tensors["token_embedding.weight"][ids] + tensors["positional_embedding"][: len(ids)]
    mask = torch.full((len(ids), len(ids)), -torch.inf).triu(1)
    for place in range(2):
        x = block(x, tensors, f"transformer.resblocks.{place}", mask)
    return norm(x, tensors, "ln_final")[ids.argmax()] @ tensors["text_projection"]


def loaded() -> tuple[CLIPModel, Tensors]:
    """A CLIP that was made of official tensors and nothing else."""
    tensors = to_official(tiny_clip().state_dict())
    clip = CLIPModel(config_of(tensors)).eval()
    clip.load_state_dict(from_official(tensors))
    return clip, tensors


@torch.no_grad()
def test_pictures_are_seen_as_openai_sees_them():
    clip, tensors = loaded()
    picture = torch.randn(3, 32, 32)

    seen = clip.get_image_features(pixel_values=picture[None]).pooler_output[0]

    torch.testing.assert_close(seen, encode_image(picture, tensors), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_words_are_read_as_openai_reads_them():
    clip, tensors = loaded()
    n_words = len(word_list())
    ids = torch.tensor([n_words - 2, 3, 17, 30, n_words - 1])

    read = clip.get_text_features(input_ids=ids[None]).pooler_output[0]

    torch.testing.assert_close(read, encode_text(ids, tensors), rtol=1e-4, atol=1e-5)


def test_nothing_is_lost_from_one_naming_to_the_other_and_back():
    tensors = tiny_clip().state_dict()

    back = from_official(to_official(tensors))

    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[name], tensors[name]) for name in tensors)


def test_the_official_size_is_read_off_the_shapes():
    official = CLIPModel.config_class()
    with torch.device("meta"):
        shapes = to_official(CLIPModel(official).state_dict())

    read = config_of(shapes)

    with torch.device("meta"):
        assert {n: v.shape for n, v in CLIPModel(read).state_dict().items()} == {
            n: v.shape for n, v in CLIPModel(official).state_dict().items()
        }
    for tower in ("text_config", "vision_config"):
        heads = getattr(read, tower).num_attention_heads
        assert heads == getattr(official, tower).num_attention_heads
    assert read.text_config.eos_token_id == official.text_config.eos_token_id
