"""Gather what a few video frames show into tokens that tell which sound to look for.

papers/000 section 3.3, "Visual Condition Aggregation": three encoder layers and one decoder layer
over the embeddings of the frames, which are both source and target; no positions, so the order of
the frames doesn't matter. Letters in shapes: B clips, K video frames, D width (512).
"""

from torch import Tensor, nn

N_PARAMETERS = 13_663_232


class TemporalTransformer(nn.Module):
    """Embeddings of frames (B, K, D) to tokens (B, D, K)."""

    def __init__(self, dim: int = 512, n_hidden: int = 2048) -> None:
        """Take `n_hidden` 2048 beside a CLIP image encoder, 512 beside a ResNet-18."""
        super().__init__()
        self.temporal_transformer = nn.Transformer(
            dim,
            nhead=8,
            num_encoder_layers=3,
            num_decoder_layers=1,
            dim_feedforward=n_hidden,
            batch_first=True,
        )

    def forward(self, frames: Tensor) -> Tensor:
        tokens: Tensor = self.temporal_transformer(frames, frames)
        return tokens.transpose(1, 2)
