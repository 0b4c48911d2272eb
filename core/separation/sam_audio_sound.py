"""The mix as SAM Audio hears it: 48 kHz mono in latent frames, counted from its first sample on.

Read in pieces with as much around them as decides their latents, so that it makes no difference
where they are cut, and memory is that of a piece. Letters in shapes: N samples, T latent frames, L
channels of a latent.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.domain.audio import AudioSource, Samples
from core.nn.sam_audio.codec import REACH_FRAMES, Codec
from core.nn.sam_audio.codec_encoder import EncoderBlock
from core.nn.sam_audio.config import CodecConfig
from core.separation.beating import beating
from core.separation.projection import resampled_to_mono

PIECE_FRAMES = 100
"""Latents that are encoded or decoded at a time, four seconds: more would only take memory."""

_MARGIN_FRAMES = 1
"""Heard around what is resampled, and cut off."""


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """Latent frames over a mix.

    Attributes:
        mix: whose first sample begins frame 0.
        codec: of which a frame is one hop.
    """

    mix: AudioSource
    codec: CodecConfig

    @property
    def n_model_samples(self) -> int:
        """Samples of the mix at the model's rate."""
        return -(-self.mix.n_samples * self.codec.sample_rate_hz // self.mix.sample_rate_hz)

    @property
    def n_frames(self) -> int:
        return -(-self.n_model_samples // self.codec.hop_samples)

    def model_sample(self, sample: int) -> int:
        """Return the model's sample at a sample of the mix."""
        return round(sample * self.codec.sample_rate_hz / self.mix.sample_rate_hz)

    def sound(self, first: int, last: int) -> Samples:
        """Return (1, N) of frames `first <= f < last`, ending where the mix does."""
        hop = self.codec.hop_samples
        lead = max(0, first - _MARGIN_FRAMES)
        start, stop = (self._mix_sample(frame) for frame in (lead, last + _MARGIN_FRAMES))
        samples = self.mix.read(start, min(stop, self.mix.n_samples))
        mono = resampled_to_mono(samples, self.mix.sample_rate_hz, self.codec.sample_rate_hz)
        n_wanted = min(last * hop, self.n_model_samples) - first * hop
        return mono[:, (first - lead) * hop :][:, :n_wanted]

    def _mix_sample(self, frame: int) -> int:
        at_model = frame * self.codec.hop_samples
        return round(at_model * self.mix.sample_rate_hz / self.codec.sample_rate_hz)


@dataclass(frozen=True, slots=True, eq=False)
class MixReader:
    """Latents of the mix.

    Attributes:
        grid: where frames lie.
        codec: on the device where the work is done.
        check: called many times; may raise to stop.
    """

    grid: FrameGrid
    codec: Codec
    check: Callable[[], None] = lambda: None

    def latents(self, first: int, last: int) -> Tensor:
        """Return (T, L) of frames `first <= f < last`, all inside the mix."""
        blocks = [one for one in self.codec.modules() if isinstance(one, EncoderBlock)]
        with beating(blocks, self.check):
            pieces = [
                self._piece(start, min(start + PIECE_FRAMES, last))
                for start in range(first, last, PIECE_FRAMES)
            ]
        return torch.cat(pieces)

    def _piece(self, first: int, last: int) -> Tensor:
        lead, end = max(0, first - REACH_FRAMES), min(last + REACH_FRAMES, self.grid.n_frames)
        sound = torch.from_numpy(self.grid.sound(lead, end))
        device = self.codec.quantizer.in_proj.bias.device
        return self.codec.encode(sound.to(device))[0, first - lead : last - lead]
