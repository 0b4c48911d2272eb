"""The Separation U-Net of DAVIS (papers/000 section 3.3), at the official size or any other.

Width, depth, channels and conditions are configuration, so a small network for two CPU cores and
the official one are the same code. Keys and shapes of the official configuration are those of the
official checkpoints.

Letters in shapes: B clips, C channels, F bins, T frames, D width of a prompt, K tokens of a prompt
(video frames, or one for a word). Inside, features travel as (B, C, T, F) in channels-last memory.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.projection import project
from core.nn.resampling import Downsample, Same, Upsample
from core.nn.resnet_block import ResnetBlock, turned
from core.nn.time_attention import TimeAttention
from core.nn.time_embedding import clock_layers
from core.nn.time_frequency_attention import (
    FullAttention,
    LinearAttention,
    TimeFrequencyAttention,
)


@dataclass(frozen=True, slots=True)
class UNetConfig:
    """What the shape of a `SeparationUNet` depends on. The defaults are the official network."""

    width: int = 64
    """Channels of the first level; a multiple of 8."""
    multipliers: tuple[int, ...] = (1, 2, 4, 4, 8)
    """Channels at the end of each level, in widths."""
    n_bins: int = 256
    """Frequency bins of the spectrograms that go in; the weights depend on it."""
    n_flowing: int = 1
    """Channels that flow, in and out: 1 for the target, 2 for target and residual jointly."""
    n_mixture: int = 1
    """Channels of the mixture that conditions it."""
    prompt_dim: int = 512
    """Width of the tokens that say what to look for."""
    patch: tuple[int, int] = (1, 1)
    """Bins and frames that the first layer takes together, and the last gives back."""
    has_spans: bool = False
    """Whether a channel says frame by frame: the target sounds (+1), doesn't (-1), unknown (0)."""
    is_prompt_optional: bool = False
    """Whether the prompt may be missing; a learned vector then stands in for it."""
    is_prompt_everywhere: bool = False
    """Whether every block hears the prompt with the clock, not the bottleneck alone."""
    n_hints: int = 0
    """Pictures on the grid of the patches that say where the prompt was heard before."""
    n_heads: int = 4
    head_dim: int = 32
    query_size: int = 512
    """Numbers that describe one frame in the attention along time, at least."""

    def __post_init__(self) -> None:
        n_halvings = len(self.multipliers) - 1
        if self.width % 8 or self.width % self.n_heads:
            raise ValueError(f"width {self.width} is no multiple of 8 and of {self.n_heads} heads")
        if self.n_bins % (self.patch[0] << n_halvings):
            raise ValueError(f"{self.n_bins} bins can't be halved {n_halvings} times as patches")

    @property
    def clock_dim(self) -> int:
        return 4 * self.width

    @property
    def frame_step(self) -> int:
        """A number of frames that goes through must be a multiple of this."""
        return self.patch[1] << (len(self.multipliers) - 1)

    @property
    def n_channels(self) -> list[int]:
        """Channels at the start and at the end of each level."""
        return [self.width, *(self.width * factor for factor in self.multipliers)]

    def level_bins(self, level: int) -> int:
        return self.n_bins // (self.patch[0] << level)


class SeparationUNet(nn.Module):
    """From what flows, the time, the mixture and the prompt to a velocity (or to noise)."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        width, clock_dim, patch = config.width, config.clock_dim, config.patch
        n_in = config.n_mixture + config.n_flowing + config.has_spans
        self.init_conv = nn.Conv2d(n_in, width, patch, stride=patch)
        if config.n_hints:
            self.hint_conv = nn.Conv2d(config.n_hints, width, 1, bias=False)
        self.time_mlp = clock_layers(width, clock_dim)
        if config.is_prompt_optional:
            self.no_prompt = nn.Parameter(torch.zeros(config.prompt_dim))
        if config.is_prompt_everywhere:
            self.prompt_mlp = nn.Sequential(
                nn.Linear(config.prompt_dim, clock_dim), nn.SiLU(), nn.Linear(clock_dim, clock_dim)
            )
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        self._add_levels()
        self._add_middle()
        self.final_res_block = ResnetBlock(2 * width, width, clock_dim)
        self.final_conv = nn.Conv2d(width, config.n_flowing * patch[0] * patch[1], 1)

    def forward(  # noqa: PLR0913 - what flows, and what it is told
        self,
        noisy: Tensor,
        time: Tensor,
        mixture: Tensor,
        prompt: Tensor | None = None,
        *,
        has_prompt: Tensor | None = None,
        spans: Tensor | None = None,
        hints: Tensor | None = None,
    ) -> Tensor:
        """Return the velocity (or the noise) at `noisy`, shaped like it.

        Args:
            noisy: (B, n_flowing, F, T), T a multiple of `config.frame_step`.
            time: (B,), or (1,) for one time shared by all clips, which is quicker; as the network
                was trained to hear it (flow: times 1000).
            mixture: (B, n_mixture, F, T).
            prompt: (B, D, K) or (1, D, K); None only where the configuration allows it.
            has_prompt: (B,) bool, False where a clip's prompt is to be taken as missing.
            spans: (B, T) of +1, -1 and 0; None for all 0.
            hints: (B, n_hints, F / bins of a patch, T / frames of a patch); None for all 0.

        Raises:
            ValueError: sizes that the network can't take, or a missing prompt it needs.
        """
        self._check(noisy)
        seen = self._seen(prompt, has_prompt)  # (B or 1, D)
        clock = self.time_mlp(time)  # (B or 1, clock_dim)
        if self.config.is_prompt_everywhere:
            clock = clock + self.prompt_mlp(seen)
        x = first = self._hinted(self.stem(noisy, mixture, spans), hints)
        skips: list[Tensor] = []
        for level in self.downs:
            block, across, along, down = level.children()
            x = along(across(block(x, clock), clock), clock)
            skips.append(x)
            x = down(x)
        x = self._middle(x, seen, clock)
        for level in self.ups:
            block, across, along, up = level.children()
            x = along(across(block(torch.cat((x, skips.pop()), 1), clock), clock), clock)
            x = up(x)
        x = self.final_res_block(torch.cat((x, first), 1), clock)
        return self.unpatched(project(x.permute(0, 2, 3, 1), *self.final_conv.parameters()))

    def _add_levels(self) -> None:
        config = self.config
        levels = list(pairwise(config.n_channels))
        for level, (n_in, n_out) in enumerate(levels):
            is_last = level == len(levels) - 1
            down = Same(n_in, n_out) if is_last else Downsample(n_in, n_out)
            self.downs.append(self._level(n_in, n_in, level, down))
        for level, (n_in, n_out) in reversed(list(enumerate(levels))):
            up = Same(n_out, n_in) if level == 0 else Upsample(n_out, n_in)
            self.ups.append(self._level(n_out + n_in, n_out, level, up))

    def _level(self, n_in: int, n_out: int, level: int, resample: nn.Module) -> nn.ModuleList:
        """Return one CA block (papers/000 figure 3a) and the change of resolution after it."""
        config = self.config
        sizes = (config.clock_dim, config.n_heads)
        linear = LinearAttention(n_out, *sizes, config.head_dim)
        along = TimeAttention(n_out, config.level_bins(level), *sizes, config.query_size)
        block = ResnetBlock(n_in, n_out, config.clock_dim)
        return nn.ModuleList([block, TimeFrequencyAttention(n_out, linear), along, resample])

    def _add_middle(self) -> None:
        """Build the feature interaction module (papers/000 figure 3b)."""
        config = self.config
        n, clock_dim = config.n_channels[-1], config.clock_dim
        self.mid_block1 = ResnetBlock(n + config.prompt_dim, n, clock_dim)
        full = FullAttention(n, clock_dim, config.n_heads, config.head_dim)
        self.mid_attn = TimeFrequencyAttention(n, full)
        self.mid_block2 = ResnetBlock(n, n, clock_dim)

    def _middle(self, x: Tensor, seen: Tensor, clock: Tensor) -> Tensor:
        """Mix the prompt into the bottleneck. The official network keeps time out of here."""
        heard = clock if self.config.is_prompt_everywhere else None
        tiled = seen[:, :, None, None].expand(x.shape[0], -1, *x.shape[2:])
        x = self.mid_block1(torch.cat((tiled, x), 1), heard)
        out: Tensor = self.mid_block2(self.mid_attn(x, heard), heard)
        return out

    def stem(self, noisy: Tensor, mixture: Tensor, spans: Tensor | None = None) -> Tensor:
        """Return the first features (B, C, T, F) of all that goes in: mixture first, then noisy."""
        inputs = [mixture.expand(noisy.shape[0], -1, -1, -1), noisy]
        if self.config.has_spans:
            spans = noisy.new_zeros(1, noisy.shape[3]) if spans is None else spans.to(noisy)
            inputs.append(spans[:, None, None].expand(noisy.shape[0], 1, *noisy.shape[2:]))
        elif spans is not None:
            raise ValueError("this network was built without a channel for spans")
        x = torch.cat(inputs, 1).transpose(2, 3).contiguous(memory_format=torch.channels_last)
        kernel = turned(self.init_conv.weight)
        return nnf.conv2d(x, kernel, self.init_conv.bias, stride=self.config.patch[::-1])

    def _hinted(self, x: Tensor, hints: Tensor | None) -> Tensor:
        """Add the hints (B, n_hints, F', T') to the first features (B, C, T', F')."""
        if hints is None:
            return x
        if not self.config.n_hints:
            raise ValueError("this network was built without a place for hints")
        hints = hints.transpose(2, 3).contiguous(memory_format=torch.channels_last)
        out: Tensor = x + self.hint_conv(hints)
        return out

    def _seen(self, prompt: Tensor | None, has_prompt: Tensor | None) -> Tensor:
        """Return the mean of each prompt's tokens, or the learned stand-in where there is none."""
        if prompt is not None and has_prompt is None:
            return prompt.mean(2)
        if not self.config.is_prompt_optional:
            raise ValueError("this network can't do without a prompt")
        missing = self.no_prompt[None]
        if prompt is None or has_prompt is None:
            return missing
        return torch.where(has_prompt[:, None], prompt.mean(2), missing)

    def unpatched(self, x: Tensor) -> Tensor:
        """Return (B, T, F, n_flowing bins frames) as (B, n_flowing, F bins, T frames)."""
        x = torch.unflatten(x, 3, (self.config.n_flowing, *self.config.patch))
        return x.permute(0, 3, 2, 4, 1, 5).flatten(4, 5).flatten(2, 3)

    def _check(self, noisy: Tensor) -> None:
        config = self.config
        _, n_flowing, n_bins, n_frames = noisy.shape
        if (n_flowing, n_bins) != (config.n_flowing, config.n_bins):
            raise ValueError(
                f"expected {config.n_flowing} x {config.n_bins} bins, got {n_flowing} x {n_bins}"
            )
        if n_frames % config.frame_step:
            raise ValueError(f"{n_frames} frames are no multiple of {config.frame_step}")
