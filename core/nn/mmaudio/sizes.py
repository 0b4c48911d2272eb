"""How large the networks of MMAudio and MMAudioSep are, by the names they are published under.

Facts: hkchengrex/MMAudio (arXiv 2412.15322, section 3 and table 6), sony/mmaudiosep; papers/003.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor


@dataclass(frozen=True, slots=True)
class MMAudioConfig:
    """What the shape of an `MMAudio` network depends on. The defaults are `small_44k`."""

    latent_dim: int = 40
    """Width of a latent of sound, in and out."""
    mixture_dim: int = 0
    """Width of the mixture's latent beside it: 0 generates, `latent_dim` separates."""
    clip_dim: int = 1024
    """Width of a picture's feature (CLIP)."""
    sync_dim: int = 768
    """Width of a feature of movement (Synchformer)."""
    text_dim: int = 1024
    """Width of a word's feature (CLIP, token by token)."""
    n_words: int = 77
    """Tokens of a text; the learned "no text" has as many."""
    width: int = 448
    n_heads: int = 7
    depth: int = 12
    """Blocks in all."""
    fused_depth: int = 8
    """Blocks at the end that look at the sound alone."""
    is_v2: bool = False
    """The second recipe: SiLU after every input projection, and a faster clock."""

    def __post_init__(self) -> None:
        if self.width % self.n_heads or (self.width // self.n_heads) % 2:
            raise ValueError(f"width {self.width} does not split into {self.n_heads} even heads")
        if not 0 < self.fused_depth < self.depth:
            raise ValueError(f"{self.fused_depth} of {self.depth} blocks can't be fused")

    @property
    def n_joint(self) -> int:
        return self.depth - self.fused_depth

    @property
    def head_dim(self) -> int:
        return self.width // self.n_heads

    @property
    def clock_waves(self) -> int:
        """Numbers that the time is first spread over."""
        return self.width if self.is_v2 else 256

    @property
    def clock_period(self) -> float:
        return 1.0 if self.is_v2 else 10_000.0

    @property
    def separating(self) -> "MMAudioConfig":
        """The same network with the mixture beside the latent, as MMAudioSep has it."""
        return replace(self, mixture_dim=self.latent_dim)


_LARGE = MMAudioConfig(width=896, n_heads=14, depth=21, fused_depth=14)

SIZES = {
    "small_16k": MMAudioConfig(latent_dim=20),
    "small_44k": MMAudioConfig(),
    "medium_44k": MMAudioConfig(width=896, n_heads=14),
    "large_44k": _LARGE,
    "large_44k_v2": replace(_LARGE, is_v2=True),
}
"""Every published size. MMAudioSep's are the same with `separating`."""

N_PARAMETERS = {
    "small_16k": 157_283_644,
    "small_44k": 157_409_144,
    "medium_44k": 621_805_944,
    "large_44k": 1_030_002_168,
    "large_44k_v2": 1_030_575_608,
}
"""Numbers that each network holds, the ones that are never trained included."""


def config_of(tensors: Mapping[str, Tensor]) -> MMAudioConfig:
    """Return the configuration that a checkpoint of MMAudio or MMAudioSep has, by its shapes.

    Raises:
        KeyError, ValueError: there is too little to tell, or it is no such checkpoint.
    """
    width, n_in, _ = tensors["audio_input_proj.0.weight"].shape
    latent_dim = tensors["final_layer.conv.weight"].shape[0]
    head_dim = tensors["joint_blocks.0.latent_block.attn.q_norm.weight"].shape[0]
    n_joint, n_fused = (_n_blocks(tensors, kind) for kind in ("joint", "fused"))
    return MMAudioConfig(
        latent_dim=latent_dim,
        mixture_dim=n_in - latent_dim,
        clip_dim=tensors["empty_clip_feat"].shape[1],
        sync_dim=tensors["empty_sync_feat"].shape[1],
        text_dim=tensors["empty_string_feat"].shape[1],
        n_words=tensors["empty_string_feat"].shape[0],
        width=width,
        n_heads=width // head_dim,
        depth=n_joint + n_fused,
        fused_depth=n_fused,
        # Between the two layers of an input projection stands one more, without weights.
        is_v2="clip_input_proj.2.w1.weight" in tensors,
    )


def _n_blocks(tensors: Mapping[str, Tensor], kind: str) -> int:
    prefix = f"{kind}_blocks."
    return len({name.split(".")[1] for name in tensors if name.startswith(prefix)})
