"""The visual encoder: a Mix Transformer that can be spoken to before any of its stages.

The layers are SegFormer's (Xie and others, 2021) from `transformers`. Its own `forward` runs all
stages at once; here they are run one by one, since the sound comes in between a stage's patch
embedding and its blocks (papers/002 section 3.3).

Letters in shapes: B pictures, H W pixels, h w a stage's map, C its width.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf
from transformers import SegformerConfig, SegformerModel

from core.nn.ddavs.config import VisualConfig
from core.nn.seeing import SeeingBlock, SeeingConvolution, SeeingNetwork

Between = Callable[[int, Tensor], Tensor]
"""The stage, from 1, and its tokens (B, h * w, C) before its blocks, to those that take part."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's


class VisualEncoder(nn.Module):
    """Pictures to maps of four scales, told something on the way."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: VisualConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = SegformerModel(_segformer(config))
        self.stem: nn.Module = nn.Identity()
        if config.trunk is not None:
            self._plant(config)
        for name, values in (("mean", _MEAN), ("deviation", _DEVIATION)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def forward(self, frames: Tensor, between: Between | None = None) -> list[Tensor]:
        """Return the maps (B, C, h, w) of the four stages for frames (B, 3, H, W), 0 to 1."""
        passed, maps = self._prepared(frames), []
        for number, stage in enumerate(self._stages(), start=1):
            tokens, height, width = stage.patch_embeddings(passed)  # (B, h * w, C)
            if between is not None:
                tokens = between(number, tokens)
            for block in stage.blocks:
                tokens = block(tokens, height, width)
            normed = stage.layer_norm(tokens)
            maps.append(_as_map(normed, height, width))
            # The convolutions of a trunk were taught on features that no norm had touched.
            has_trunk = self.config.trunk is not None
            passed = _as_map(tokens, height, width) if has_trunk else maps[-1]
        return maps

    def adopt(self, seeing: SeeingNetwork) -> None:
        """Begin with the convolutions of a network that names pictures.

        Raises:
            ValueError: it has another shape, or this encoder has no trunk.
        """
        trunk, widths = self.config.trunk, seeing.config.widths
        here = () if trunk is None else (trunk.stem_width, *self.config.widths)
        if trunk is None or widths != here or seeing.config.n_blocks != trunk.n_blocks:
            raise ValueError(f"a trunk of {here} can't begin with one of {widths}")
        self.stem.load_state_dict(seeing.stem.state_dict())
        theirs = iter(seeing.blocks)
        for stage in self._stages():
            for ours in stage.patch_embeddings.blocks:
                ours.load_state_dict(next(theirs).state_dict())

    def _stages(self) -> Iterator[Any]:
        """Yield SegFormer's stages; torch knows no types of what is inside."""
        yield from self.transformer.stages

    def _plant(self, config: VisualConfig) -> None:
        assert config.trunk is not None
        n_in, width = 4 if config.trunk.has_mask else 3, config.trunk.stem_width
        self.stem = SeeingConvolution(n_in, width, 3, stride=2)
        for number, stage in enumerate(self._stages()):
            out = config.widths[number]
            stage.patch_embeddings = _TrunkStage(width, out, config.trunk.n_blocks[number])
            width = out

    def _prepared(self, frames: Tensor) -> Tensor:
        trunk = self.config.trunk
        if trunk is None:
            return (frames - self.mean) / self.deviation
        x = frames.contiguous(memory_format=torch.channels_last) * 4 - 2  # as `SeeingNetwork` does
        if trunk.has_mask:
            x = torch.cat([x, torch.ones_like(x[:, :1])], 1)  # (B, 4, H, W)
        return nnf.relu(self.stem(x))  # (B, C, H/2, W/2)


class _TrunkStage(nn.Module):
    """Residual blocks in place of a patch embedding; the first one halves."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int) -> None:
        super().__init__()
        widths = [n_in] + [n_out] * n_blocks
        pairs = enumerate(itertools.pairwise(widths))
        self.blocks = nn.Sequential(
            *(SeeingBlock(a, b, stride=2 if number == 0 else 1) for number, (a, b) in pairs)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, int, int]:
        """Return tokens (B, h * w, C), h and w."""
        x = self.blocks(x)
        return x.flatten(2).transpose(1, 2), x.shape[2], x.shape[3]


def _as_map(tokens: Tensor, height: int, width: int) -> Tensor:
    return tokens.transpose(1, 2).reshape(tokens.shape[0], -1, height, width)


def _segformer(config: VisualConfig) -> SegformerConfig:
    return SegformerConfig(
        depths=list(config.depths),
        hidden_sizes=list(config.widths),
        num_attention_heads=list(config.n_heads),
        sr_ratios=list(config.reductions),
        strides=[config.first_stride, 2, 2, 2],
        patch_sizes=[7, 3, 3, 3],
        mlp_ratios=[4, 4, 4, 4],
        drop_path_rate=config.drop_path,
    )
