"""Let the time of the flow scale and shift features (FiLM), folded into a norm where it can be.

papers/000 section 3.3: an MLP turns the time embedding into a scale and a shift for each channel.
The clock may have a batch of one for a whole batch of clips, which is the case in sampling: then
the scale and shift disappear into the gains of the norm or into the weights of a projection, and
cost nothing. Letters in shapes: B clips, C channels, T frames, F bins, D width of the clock.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf


class Nudge:
    """A scale and a shift for each channel: `x * (1 + scale) + shift`."""

    def __init__(self, both: Tensor) -> None:
        """Take (1, 2C), shared by the batch, or (B, 2C)."""
        scale, self.shift = both.chunk(2, 1)
        self.gain = scale + 1

    @property
    def is_shared(self) -> bool:
        return self.gain.shape[0] == 1

    def along_last(self, x: Tensor) -> Tensor:
        """Return (B, ..., C) nudged."""
        shape = (self.gain.shape[0], *([1] * (x.dim() - 2)), -1)
        return torch.addcmul(self.shift.view(shape), x, self.gain.view(shape))


def film_layer(clock_dim: int, n_channels: int) -> nn.Sequential:
    """Return the layer that turns a clock (B, D) into what `Nudge` takes."""
    return nn.Sequential(nn.SiLU(), nn.Linear(clock_dim, 2 * n_channels))


def channel_norm(x: Tensor, gain: Tensor, nudge: Nudge | None = None) -> Tensor:
    """Return (B, ..., C) normalised over its channels, without bias, then nudged.

    Args:
        x: channels last.
        gain: any shape of C elements.
        nudge: what the clock says, None for nothing.

    The eps is the official code's: 1e-5 in float32 and 1e-3 in every other dtype.
    """
    eps = 1e-5 if x.dtype == torch.float32 else 1e-3
    gain, size = gain.flatten(), (x.shape[-1],)
    if nudge is None:
        return nnf.layer_norm(x, size, gain, eps=eps)
    if nudge.is_shared:
        return nnf.layer_norm(x, size, gain * nudge.gain[0], nudge.shift[0], eps=eps)
    return nudge.along_last(nnf.layer_norm(x, size, gain, eps=eps))


def group_norm(x: Tensor, norm: nn.GroupNorm, nudge: Nudge | None = None) -> Tensor:
    """Return (B, C, T, F) normalised in groups of channels, then nudged."""
    if nudge is None:
        return nnf.group_norm(x, norm.num_groups, norm.weight, norm.bias, norm.eps)
    if nudge.is_shared:
        gain, shift = nudge.gain[0], nudge.shift[0]
        weight, bias = norm.weight * gain, torch.addcmul(shift, norm.bias, gain)
        return nnf.group_norm(x, norm.num_groups, weight, bias, norm.eps)
    x = nnf.group_norm(x, norm.num_groups, norm.weight, norm.bias, norm.eps)
    return torch.addcmul(nudge.shift[:, :, None, None], x, nudge.gain[:, :, None, None])
