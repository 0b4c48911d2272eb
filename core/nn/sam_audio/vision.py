"""The Perception Encoder that looks at the video for SAM Audio, built by `timm`.

Bolya et al. 2025, PE-Core-L14-336 at its official size. Letters in shapes: K frames, V features.
"""

from functools import partial

from timm.models.eva import Eva
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.sam_audio.config import VisionConfig
from core.nn.sam_audio.pictures import prepared


class PictureEncoder(nn.Module):
    """Frames to features of length one."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        side = config.n_patches_a_side
        self.visual = Eva(
            img_size=config.image_size_px,
            patch_size=config.patch_px,
            num_classes=config.out_dim,
            global_pool="map",
            embed_dim=config.dim,
            depth=config.n_layers,
            num_heads=config.n_heads,
            mlp_ratio=config.mlp_ratio,
            attn_type="rope",
            norm_layer=partial(nn.LayerNorm, eps=1e-5),
            use_pre_transformer_norm=True,
            use_rot_pos_emb=True,
            ref_feat_shape=(side, side),
            rope_grid_offset=1.0,
            rope_grid_indexing="xy",
            attn_pool_num_heads=config.n_pool_heads,
            attn_pool_mlp_ratio=config.mlp_ratio,
        )

    def forward(self, frames: Tensor) -> Tensor:
        """Return (K, V) of uint8 frames (K, 3, H, W) of any size."""
        weight = self.visual.patch_embed.proj.weight
        pictures = prepared(frames.to(weight.device), self.config.image_size_px)
        return nnf.normalize(self.visual(pictures.to(weight.dtype)), dim=-1)
