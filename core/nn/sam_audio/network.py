"""The flow of SAM Audio: where target and residual move, given the mixture and the prompts.

papers/004. One evaluation of the velocity, under the official names of its weights. Letters in
shapes: B clips, T latent frames, L channels of one latent, K words, V channels of picture
features, D width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.nn.sam_audio.conditions import AnchorEmbedding, VideoAlignment
from core.nn.sam_audio.config import SamAudioConfig
from core.nn.sam_audio.dit import DiT, Memory
from core.nn.sam_audio.layers import waves_of


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """All that is known while the sound flows.

    Attributes:
        mixture: (B, T, L), the latent of the mix.
        words: (B, K, text_dim) of the text encoder; None for no text.
        is_word: bool (B, K), False for tokens that only fill up; None for all words.
        pictures: (B, V, T); None for no picture, which the network hears as zeros. See
            `has_no_picture_branch`.
        anchors: (B, T) the `AnchorKind` of each frame; None leaves the anchors out.
        is_sound: bool (B, T), False for frames that only fill up; None for all sound.
        has_no_picture_branch: leave the picture out altogether. The official `separate` never does.
    """

    mixture: Tensor
    words: Tensor | None = None
    is_word: Tensor | None = None
    pictures: Tensor | None = None
    anchors: Tensor | None = None
    is_sound: Tensor | None = None
    has_no_picture_branch: bool = False


class SamAudioFlow(nn.Module):
    """The velocity of target and residual, side by side."""

    def __init__(self, config: SamAudioConfig) -> None:
        super().__init__()
        dim = config.transformer.dim
        self.config = config
        self.transformer = DiT(config.transformer)
        self.proj = nn.Linear(config.in_channels, dim)
        self.align_masked_video = VideoAlignment(config.vision.out_dim, dim)
        self.embed_anchors = AnchorEmbedding(config.n_anchors, config.anchor_dim, dim)
        self.memory_proj = nn.Linear(config.text_dim, dim)

    def forward(self, noisy: Tensor, time: Tensor, given: Conditions) -> Tensor:
        """Return the velocity (B, T, 2 L) at `noisy` (B, T, 2 L) and `time` (B,), 0 to 1."""
        aligned = self.aligned(noisy, given)
        out: Tensor = self.transformer(aligned, time, self.memory(time, given), given.is_sound)
        return out

    def aligned(self, noisy: Tensor, given: Conditions) -> Tensor:
        """Return (B, T, D): what flows, with everything added that is known frame by frame."""
        twice = torch.cat((given.mixture, given.mixture), dim=-1)
        x: Tensor = self.proj(torch.cat((noisy, torch.zeros_like(twice), twice), dim=-1))
        if given.anchors is not None:
            x = self.embed_anchors(x, given.anchors)
        if not given.has_no_picture_branch:
            x = self.align_masked_video(x, given.pictures)
        return x

    def memory(self, time: Tensor, given: Conditions) -> Memory:
        """Return the words with the time added to each; without words, the time alone."""
        waves = waves_of(time, self.config.transformer.dim)[:, None]  # (B, 1, D)
        waves = waves.to(self.memory_proj.weight.dtype)
        if given.words is None:
            return Memory(waves)
        return Memory(self.memory_proj(given.words) + waves, given.is_word)
