"""The network of MMAudio and MMAudioSep: from what flows and what is known to a velocity.

One class for every size and for both systems: keys and shapes are those of the official
checkpoints, `t_embed.freqs`, `latent_rot` and `clip_rot` left out, which are computed. Lengths are
read off what comes in, so one network serves sound of any length.

Facts: hkchengrex/MMAudio, sony/mmaudiosep, arXiv 2412.15322 section 3, papers/003.
Letters in shapes: B clips, T latents of sound, K pictures, S features of movement, W words,
D width.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from core.nn.mmaudio.blocks import LATENT_KERNEL, FinalBlock, JointBlock, StreamBlock
from core.nn.mmaudio.layers import ClockEmbedding, GatedProjection, TimeConv
from core.nn.mmaudio.rotation import rotation
from core.nn.mmaudio.sequences import SEGMENT_FEATURES, nearest_feature
from core.nn.mmaudio.sizes import MMAudioConfig

INPUT_KERNEL = 7
"""Steps that the first convolution over sound and movement sees."""

COMPUTED_KEYS = ("t_embed.freqs", "latent_rot", "clip_rot")
"""Entries of old checkpoints that follow from the configuration."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What is known of the sound, as the encoders give it."""

    clip: Tensor  # (B, K, clip_dim)
    sync: Tensor  # (B, S, sync_dim), S a multiple of the features of a segment
    text: Tensor  # (B, W, text_dim)

    def to(self, like: Tensor) -> "Features":
        """Return the same on the device and in the precision of `like`."""
        return Features(self.clip.to(like), self.sync.to(like), self.text.to(like))


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What is known of the sound, as the blocks read it."""

    clip: Tensor  # (B, K, D)
    sync: Tensor  # (B, T, D), one for each latent
    text: Tensor  # (B, W, D)
    clip_mean: Tensor  # (B, D)
    text_mean: Tensor  # (B, D)
    mixture: Tensor | None = None  # (B, T, latent_dim); MMAudioSep alone


class MMAudio(nn.Module):
    """The velocity of a latent at a time of the flow, under conditions."""

    latent_mean: nn.Parameter  # (1, 1, latent_dim), never trained
    latent_std: nn.Parameter  # (1, 1, latent_dim), never trained
    empty_string_feat: nn.Parameter  # (W, text_dim), never trained

    def __init__(self, config: MMAudioConfig) -> None:
        super().__init__()
        self.config = config
        self._add_inputs()
        width, n_heads = config.width, config.n_heads
        self.clip_cond_proj = nn.Linear(width, width)
        self.text_cond_proj = nn.Linear(width, width)
        self.global_cond_mlp = GatedProjection(width)
        self.t_embed = ClockEmbedding(width, config.clock_waves, config.clock_period)
        self.joint_blocks = nn.ModuleList(
            JointBlock(width, n_heads, is_last=k == config.n_joint - 1)
            for k in range(config.n_joint)
        )
        self.fused_blocks = nn.ModuleList(
            StreamBlock(width, n_heads, LATENT_KERNEL) for _ in range(config.fused_depth)
        )
        self.final_layer = FinalBlock(width, config.latent_dim)
        self._add_constants()

    def _add_inputs(self) -> None:
        config, width = self.config, self.config.width
        first, rest = (nn.SiLU, [nn.SiLU()]) if config.is_v2 else (nn.SELU, [])
        n_in = config.latent_dim + config.mixture_dim
        self.audio_input_proj = nn.Sequential(
            TimeConv(n_in, width, INPUT_KERNEL), first(), GatedProjection(width, INPUT_KERNEL)
        )
        self.clip_input_proj = nn.Sequential(
            nn.Linear(config.clip_dim, width), *rest, GatedProjection(width, LATENT_KERNEL)
        )
        self.sync_input_proj = nn.Sequential(
            TimeConv(config.sync_dim, width, INPUT_KERNEL),
            first(),
            GatedProjection(width, LATENT_KERNEL),
        )
        self.text_input_proj = nn.Sequential(
            nn.Linear(config.text_dim, width), *rest, GatedProjection(width)
        )

    def _add_constants(self) -> None:
        """Add what stands for "nothing known", and the scale of the latents."""
        config = self.config
        self.sync_pos_emb = nn.Parameter(torch.zeros(1, 1, SEGMENT_FEATURES, config.sync_dim))
        self.empty_clip_feat = nn.Parameter(torch.zeros(1, config.clip_dim))
        self.empty_sync_feat = nn.Parameter(torch.zeros(1, config.sync_dim))
        for name, shape, start in (
            ("empty_string_feat", (config.n_words, config.text_dim), 0.0),
            ("latent_mean", (1, 1, config.latent_dim), 0.0),
            ("latent_std", (1, 1, config.latent_dim), 1.0),
        ):
            fixed = nn.Parameter(torch.full(shape, start), requires_grad=False)
            self.register_parameter(name, fixed)

    def forward(self, latent: Tensor, time: Tensor, conditions: Conditions) -> Tensor:
        """Return the velocity (B, T, latent_dim) of `latent` at `time`, (B,) or (1,), 0 to 1.

        Raises:
            ValueError: the network separates and no mixture is given, or the other way round.
        """
        if (conditions.mixture is None) != (self.config.mixture_dim == 0):
            raise ValueError("a mixture is needed by MMAudioSep, and by it alone")
        if conditions.mixture is not None:
            latent = torch.cat((latent, conditions.mixture), dim=-1)
        everywhere = self.global_cond_mlp(conditions.clip_mean + conditions.text_mean)  # (B, D)
        everywhere = (self.t_embed(time) + everywhere)[:, None]  # (B, 1, D)
        by_step = everywhere + conditions.sync  # (B, T, D)
        sound = self._through_blocks(
            (self.audio_input_proj(latent), conditions.clip, conditions.text), everywhere, by_step
        )
        # The last layer hears nothing of the movement, in the official code too.
        velocity: Tensor = self.final_layer(sound, everywhere)
        return velocity

    def _through_blocks(
        self, streams: tuple[Tensor, Tensor, Tensor], everywhere: Tensor, by_step: Tensor
    ) -> Tensor:
        n_latents, n_clip = streams[0].shape[1], streams[1].shape[1]
        head_dim = self.config.head_dim
        sound_turns = rotation(n_latents, head_dim, like=by_step)
        clip_turns = rotation(n_clip, head_dim, n_latents / n_clip, like=by_step)
        for block in self.joint_blocks:
            streams = block(streams, (everywhere, by_step), (sound_turns, clip_turns))
        sound = streams[0]
        for block in self.fused_blocks:
            sound = block(sound, by_step, sound_turns)
        return sound

    def conditions(
        self, features: Features, n_latents: int, mixture: Tensor | None = None
    ) -> Conditions:
        """Return what the blocks read of `features`, for sound of `n_latents` latents.

        Args:
            features: what the encoders gave.
            n_latents: T.
            mixture: (B, T, latent_dim) for MMAudioSep.
        """
        segments = features.sync.reshape(
            len(features.sync), -1, SEGMENT_FEATURES, self.config.sync_dim
        )
        segments = segments + self.sync_pos_emb
        clip = self.clip_input_proj(features.clip)  # (B, K, D)
        sync = self.sync_input_proj(segments.flatten(1, 2))  # (B, S, D)
        text = self.text_input_proj(features.text)  # (B, W, D)
        chosen = nearest_feature(n_latents, sync.shape[1]).to(sync.device)
        return Conditions(
            clip=clip,
            sync=sync[:, chosen],
            text=text,
            clip_mean=self.clip_cond_proj(clip.mean(1)),
            text_mean=self.text_cond_proj(text.mean(1)),
            mixture=mixture,
        )

    def empty_features(self, n_clips: int, n_pictures: int, n_sync: int) -> Features:
        """Return the learned features for "nothing is known", for B = `n_clips`."""
        return Features(
            clip=self.empty_clip_feat.expand(n_clips, n_pictures, -1),
            sync=self.empty_sync_feat.expand(n_clips, n_sync, -1),
            text=self.empty_string_feat.expand(n_clips, -1, -1),
        )

    def empty_like(self, features: Features, negative_text: Tensor | None = None) -> Features:
        """Return "nothing is known" in the lengths of `features`.

        Args:
            features: whose lengths to take.
            negative_text: (B, W, text_dim), words for what must not sound, in place of no words.
        """
        n_clips, n_pictures = features.clip.shape[:2]
        empty = self.empty_features(n_clips, n_pictures, features.sync.shape[1])
        return empty if negative_text is None else replace(empty, text=negative_text)

    def normalised(self, latent: Tensor) -> Tensor:
        """Return a latent of the VAE (B, T, latent_dim) in the scale that flows."""
        return (latent - self.latent_mean) / self.latent_std

    def unnormalised(self, latent: Tensor) -> Tensor:
        """Return what flowed (B, T, latent_dim) in the scale of the VAE."""
        return latent * self.latent_std + self.latent_mean
