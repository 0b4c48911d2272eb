"""AudioLDM's mel autoencoder and vocoder under the names of its first code, written out plainly.

By the definitions of Rombach et al. 2022 (appendix) and Kong et al. 2020 (HiFi-GAN), to compare
the networks of libraries with.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf


class Block(nn.Module):
    """Two convolutions past a sum; `nin_shortcut` where the width changes."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = _norm(n_in), nn.Conv2d(n_in, n_out, 3, padding=1)
        self.norm2, self.conv2 = _norm(n_out), nn.Conv2d(n_out, n_out, 3, padding=1)
        if n_in != n_out:
            self.nin_shortcut = nn.Conv2d(n_in, n_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        made = self.conv2(nnf.silu(self.norm2(self.conv1(nnf.silu(self.norm1(x))))))
        return made + (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x)


class Attention(nn.Module):
    """Every cell looks at every other; one head."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = _norm(width)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(width, width, 1) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm(x)
        q, k, v = (layer(normed).flatten(2) for layer in (self.q, self.k, self.v))  # (B, C, hw)
        weights = (q.transpose(1, 2) @ k / x.shape[1] ** 0.5).softmax(-1)
        return x + self.proj_out((v @ weights.transpose(1, 2)).reshape(x.shape))


class Encoder(nn.Module):
    def __init__(self, widths: Sequence[int], n_blocks: int, n_latent: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(1, widths[0], 3, padding=1)
        self.down = nn.ModuleList()
        for at, width in enumerate(widths):
            level = _level(widths[max(at - 1, 0)], width, n_blocks)
            if at < len(widths) - 1:
                level.downsample = _conv(nn.Conv2d(width, width, 3, stride=2))
            self.down.append(level)
        self.mid = _middle(widths[-1])
        self.norm_out = _norm(widths[-1])
        self.conv_out = nn.Conv2d(widths[-1], 2 * n_latent, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.down:
            for block in level.block:
                x = block(x)
            if hasattr(level, "downsample"):
                x = level.downsample.conv(nnf.pad(x, (0, 1, 0, 1)))
        return self.conv_out(nnf.silu(self.norm_out(_through(self.mid, x))))


class Decoder(nn.Module):
    def __init__(self, widths: Sequence[int], n_blocks: int, n_latent: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(n_latent, widths[-1], 3, padding=1)
        self.mid = _middle(widths[-1])
        above = [*widths[1:], widths[-1]]
        self.up = nn.ModuleList()
        for at, width in enumerate(widths):  # the finest level first
            level = _level(above[at], width, n_blocks + 1)
            if at > 0:
                level.upsample = _conv(nn.Conv2d(width, width, 3, padding=1))
            self.up.append(level)
        self.norm_out = _norm(widths[0])
        self.conv_out = nn.Conv2d(widths[0], 1, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = _through(self.mid, self.conv_in(z))
        for level in reversed(self.up):
            for block in level.block:
                x = block(x)
            if hasattr(level, "upsample"):
                x = level.upsample.conv(nnf.interpolate(x, scale_factor=2.0))
        return self.conv_out(nnf.silu(self.norm_out(x)))


class HifiGan(nn.Module):
    """The vocoder, its weight norm folded in, with the rates and kernels of `HIFIGAN_16K_64`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv_pre = nn.Conv1d(64, width, 7, padding=3)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for rate, kernel in zip((5, 4, 2, 2, 2), (16, 16, 8, 4, 4), strict=True):
            half = width // 2
            self.ups.append(
                nn.ConvTranspose1d(width, half, kernel, rate, padding=(kernel - rate) // 2)
            )
            self.resblocks.extend(_Residual(half, size) for size in (3, 7, 11))
            width = half
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3)

    def forward(self, mel: Tensor) -> Tensor:
        """Return waves (B, n) for log mels (B, 64, t)."""
        x = self.conv_pre(mel)
        for at, up in enumerate(self.ups):
            x = up(nnf.leaky_relu(x, 0.1))
            x = torch.stack([block(x) for block in self.resblocks[3 * at : 3 * at + 3]]).mean(0)
        return torch.tanh(self.conv_post(nnf.leaky_relu(x, 0.01)))[:, 0]


class _Residual(nn.Module):
    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            nn.Conv1d(width, width, size, dilation=far, padding=far * (size - 1) // 2)
            for far in (1, 3, 5)
        )
        self.convs2 = nn.ModuleList(
            nn.Conv1d(width, width, size, padding=(size - 1) // 2) for _ in range(3)
        )

    def forward(self, x: Tensor) -> Tensor:
        for first, second in zip(self.convs1, self.convs2, strict=True):
            x = x + second(nnf.leaky_relu(first(nnf.leaky_relu(x, 0.1)), 0.1))
        return x


class MelAutoencoder(nn.Module):
    """All that pytorch_model_vae.bin of Tango holds, named as there."""

    def __init__(
        self, widths: Sequence[int], n_blocks: int, n_latent: int, vocoder_width: int
    ) -> None:
        super().__init__()
        self.encoder = Encoder(widths, n_blocks, n_latent)
        self.decoder = Decoder(widths, n_blocks, n_latent)
        self.quant_conv = nn.Conv2d(2 * n_latent, 2 * n_latent, 1)
        self.post_quant_conv = nn.Conv2d(n_latent, n_latent, 1)
        self.vocoder = HifiGan(vocoder_width)

    def mean(self, mel: Tensor) -> Tensor:
        """Return the likeliest latent of log mel pictures (B, 1, t, m), not scaled."""
        return self.quant_conv(self.encoder(mel)).chunk(2, 1)[0]

    def picture(self, latent: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latent))


def _norm(width: int) -> nn.GroupNorm:
    return nn.GroupNorm(32, width, eps=1e-6)


def _level(n_in: int, n_out: int, n_blocks: int) -> nn.Module:
    level = nn.Module()
    level.block = nn.ModuleList(Block(n_in if at == 0 else n_out, n_out) for at in range(n_blocks))
    return level


def _conv(layer: nn.Module) -> nn.Module:
    around = nn.Module()
    around.conv = layer
    return around


def _middle(width: int) -> nn.Module:
    middle = nn.Module()
    middle.block_1, middle.attn_1, middle.block_2 = (
        Block(width, width),
        Attention(width),
        Block(width, width),
    )
    return middle


def _through(middle: nn.Module, x: Tensor) -> Tensor:
    return middle.block_2(middle.attn_1(middle.block_1(x)))
