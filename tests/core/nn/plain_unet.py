"""The separation U-Net written slowly, step by step as the paper draws it, to check the quick one.

It reads a state dict and nothing else: no folding, no layout tricks, one head at a time. Letters
in shapes: B clips, C channels, F frequency bins, T frames, D width of a prompt, K video frames.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as nnf

Weights = Mapping[str, Tensor]


def part(weights: Weights, prefix: str) -> dict[str, Tensor]:
    return {k[len(prefix) :]: v for k, v in weights.items() if k.startswith(prefix)}


def time_embedding(w: Weights, time: Tensor, width: int) -> Tensor:
    half = width // 2
    rates = torch.exp(torch.arange(half, device=time.device) * -(math.log(10_000) / (half - 1)))
    angle = time.float()[:, None] * rates[None]
    waves = torch.cat((angle.sin(), angle.cos()), -1)
    hidden = nnf.gelu(nnf.linear(waves, w["1.weight"], w["1.bias"]))
    return nnf.linear(hidden, w["3.weight"], w["3.bias"])


def film(w: Weights, time: Tensor | None) -> tuple[Tensor, Tensor] | None:
    if time is None:
        return None
    both = nnf.linear(nnf.silu(time), w["mlp.1.weight"], w["mlp.1.bias"])[:, :, None, None]
    scale, shift = both.chunk(2, 1)
    return scale, shift


def nudged(x: Tensor, by: tuple[Tensor, Tensor] | None) -> Tensor:
    return x if by is None else x * (by[0] + 1) + by[1]


def block(w: Weights, x: Tensor, by: tuple[Tensor, Tensor] | None) -> Tensor:
    kernel = w["proj.weight"]
    variance, mean = torch.var_mean(kernel, (1, 2, 3), unbiased=False, keepdim=True)
    kernel = (kernel - mean) * (variance + 1e-5).rsqrt()
    x = nnf.conv2d(x, kernel, w["proj.bias"], padding=1)
    x = nnf.group_norm(x, 8, w["norm.weight"], w["norm.bias"])
    return nnf.silu(nudged(x, by))


def resnet(w: Weights, x: Tensor, time: Tensor | None) -> Tensor:
    inner = block(part(w, "block1."), x, film(w, time))
    inner = block(part(w, "block2."), inner, None)
    if "res_conv.weight" in w:
        x = nnf.conv2d(x, w["res_conv.weight"], w["res_conv.bias"])
    return inner + x


def channel_norm(x: Tensor, gain: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, 1, unbiased=False, keepdim=True)
    return (x - mean) * (variance + 1e-5).rsqrt() * gain


def heads_of(w: Weights, x: Tensor, n_heads: int) -> list[Tensor]:
    b, _, f, t = x.shape
    qkv = nnf.conv2d(x, w["to_qkv.weight"]).chunk(3, 1)
    return [part.reshape(b, n_heads, -1, f * t) for part in qkv]


def linear_attention(w: Weights, x: Tensor, time: Tensor, n_heads: int) -> Tensor:
    fn = part(w, "fn.fn.")
    b, _, f, t = x.shape
    inner = nudged(channel_norm(x, w["fn.norm.g"]), film(fn, time))
    q, k, v = heads_of(fn, inner, n_heads)
    q = q.softmax(2) * q.shape[2] ** -0.5
    context = torch.einsum("bhdn,bhen->bhde", k.softmax(3), v / (f * t))
    out = torch.einsum("bhde,bhdn->bhen", context, q).reshape(b, -1, f, t)
    out = nnf.conv2d(out, fn["to_out.0.weight"], fn["to_out.0.bias"])
    return x + channel_norm(out, fn["to_out.1.g"])


def full_attention(w: Weights, x: Tensor, n_heads: int) -> Tensor:
    fn = part(w, "fn.fn.")
    b, _, f, t = x.shape
    q, k, v = heads_of(fn, channel_norm(x, w["fn.norm.g"]), n_heads)
    weight = torch.einsum("bhdi,bhdj->bhij", q * q.shape[2] ** -0.5, k).softmax(-1)
    out = torch.einsum("bhij,bhdj->bhdi", weight, v).reshape(b, -1, f, t)
    return x + nnf.conv2d(out, fn["to_out.weight"], fn["to_out.bias"])


def gated_norm(w: Weights, x: Tensor) -> Tensor:
    x = nnf.prelu(nnf.conv2d(x, w["0.weight"], w["0.bias"]), w["1.weight"]).transpose(2, 3)
    variance, mean = torch.var_mean(x, (1, 3), unbiased=False, keepdim=True)
    return (x - mean) / (variance + 1e-5).sqrt() * w["2.gamma"] + w["2.beta"]  # (B, C, T, F)


def time_attention(w: Weights, x: Tensor, time: Tensor, n_heads: int) -> Tensor:
    fn = part(w, "fn.")
    inner = nudged(x, film(fn, time))
    outs = []
    for head in range(n_heads):
        q, k, v = (gated_norm(part(fn, f"attn_conv_{n}_{head}."), inner) for n in "QKV")
        b, c, t, f = v.shape
        q, k, v = (m.transpose(1, 2).flatten(2) for m in (q, k, v))
        weight = (q @ k.transpose(1, 2) / math.sqrt(q.shape[2])).softmax(-1)
        outs.append((weight @ v).reshape(b, t, c, f).transpose(1, 2).transpose(2, 3))
    out = gated_norm(part(fn, "attn_concat_proj."), torch.cat(outs, 1))
    return x + out.transpose(2, 3)


def halved(w: Weights, x: Tensor) -> Tensor:
    if "1.weight" not in w:
        return nnf.conv2d(x, w["weight"], w["bias"], padding=1)
    return nnf.conv2d(nnf.pixel_unshuffle(x, 2), w["1.weight"], w["1.bias"])


def doubled(w: Weights, x: Tensor) -> Tensor:
    if "1.weight" not in w:
        return nnf.conv2d(x, w["weight"], w["bias"], padding=1)
    x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return nnf.conv2d(x, w["1.weight"], w["1.bias"], padding=1)


def plain_unet(
    w: Weights, noisy: Tensor, time: Tensor, mixture: Tensor, tokens: Tensor, *, n_heads: int = 4
) -> Tensor:
    """Return what the network makes of (B, C, F, T), times (B,), mixture and tokens (B, D, K)."""
    width = w["init_conv.weight"].shape[0]
    n_levels = len({key.split(".")[1] for key in w if key.startswith("downs.")})
    clock = time_embedding(part(w, "time_mlp."), time, width)
    x = nnf.conv2d(torch.cat((mixture, noisy), 1), w["init_conv.weight"], w["init_conv.bias"])
    first, skips = x, []
    for level in range(n_levels):
        at = f"downs.{level}."
        x = resnet(part(w, at + "0."), x, clock)
        x = linear_attention(part(w, at + "1."), x, clock, n_heads)
        x = time_attention(part(w, at + "2."), x, clock, n_heads)
        skips.append(x)
        x = halved(part(w, at + "3."), x)
    seen = tokens.mean(2)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    x = resnet(part(w, "mid_block1."), torch.cat((seen, x), 1), None)
    x = resnet(part(w, "mid_block2."), full_attention(part(w, "mid_attn."), x, n_heads), None)
    for level in range(n_levels):
        at = f"ups.{level}."
        x = resnet(part(w, at + "0."), torch.cat((x, skips.pop()), 1), clock)
        x = linear_attention(part(w, at + "1."), x, clock, n_heads)
        x = time_attention(part(w, at + "2."), x, clock, n_heads)
        x = doubled(part(w, at + "3."), x)
    x = resnet(part(w, "final_res_block."), torch.cat((x, first), 1), clock)
    return nnf.conv2d(x, w["final_conv.weight"], w["final_conv.bias"])
