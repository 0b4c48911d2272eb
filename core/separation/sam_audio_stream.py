"""Sound of target and residual out of latents that come in order, wherever a piece is asked for.

Decoded a few seconds at a time, with as many latents around them as decide them, and forgotten as
soon as it has been read over: memory does not grow with the length of the mix. Letters in shapes: N
samples at the model's rate, T latent frames, L channels of one latent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.nn.sam_audio.codec import REACH_FRAMES, Codec
from core.nn.sam_audio.codec_decoder import DecoderBlock
from core.separation.beating import beating
from core.separation.sam_audio_sound import PIECE_FRAMES

Pair = tuple[Samples, Samples]
"""Target and residual, (1, N) each."""

Decode = Callable[[Tensor], Pair]
"""Takes latents (T, 2 L)."""


def decoder(codec: Codec, message: Tensor, check: Callable[[], None]) -> Decode:
    """Return what makes sound out of latents with a codec, one sound after the other."""
    blocks = [one for one in codec.modules() if isinstance(one, DecoderBlock)]
    device = codec.quantizer.out_proj.bias.device

    def decode(latents: Tensor) -> Pair:
        with beating(blocks, check):
            target, residual = (
                codec.decode(half[None].to(device), message).cpu().numpy().astype(np.float32)
                for half in latents.chunk(2, dim=-1)
            )
        return target, residual

    return decode


def decoded(latents: Tensor, hop_samples: int, decode: Decode) -> Pair:
    """Return the sound of latents (T, 2 L), piece by piece."""
    stream = SoundStream(iter([(0, latents)]), (0, len(latents)), hop_samples, decode)
    return stream.read(0, len(latents) * hop_samples)


@dataclass(slots=True, eq=False)
class SoundStream:
    """Reads forward only.

    Attributes:
        source: latents (T, 2 L) in order without gaps, each with the number of its first frame.
        frames: `first <= f < last` that the source covers; around them is silence.
        hop_samples: of the codec.
        decode: makes sound.
    """

    source: Iterator[tuple[int, Tensor]]
    frames: tuple[int, int]
    hop_samples: int
    decode: Decode
    _latents: Tensor | None = None
    _lead: int = 0
    """Frame at which `_latents` begin."""
    _next: int = 0
    """Frame that is decoded next."""
    _sound: list[Samples] = field(default_factory=list)
    """Target and residual together, (2, N) each, in order."""
    _start: int = 0
    """Sample at which `_sound` begins."""

    def __post_init__(self) -> None:
        self._lead = self._next = self.frames[0]
        self._start = self.frames[0] * self.hop_samples

    def read(self, start: int, stop: int) -> Pair:
        """Return samples `start <= n < stop`; the next reading must not begin before `start`."""
        first, last = self.frames[0] * self.hop_samples, self.frames[1] * self.hop_samples
        found = np.zeros((2, stop - start), np.float32)
        self._go_on(min(stop, last), start)
        begin, end = max(start, first), min(stop, last)
        if begin < end:
            whole = np.concatenate(self._sound, axis=1)
            found[:, begin - start : end - start] = whole[
                :, begin - self._start : end - self._start
            ]
        return found[:1], found[1:]

    def _go_on(self, stop: int, start: int) -> None:
        """Decode up to sample `stop`, forgetting what lies before `start`."""
        self._forget(start)
        while self._next * self.hop_samples < stop:
            end = min(self._next + PIECE_FRAMES, self.frames[1])
            self._fetch(min(end + REACH_FRAMES, self.frames[1]))
            self._decode_to(end)
            self._forget(start)

    def _fetch(self, last: int) -> None:
        """Have latents up to frame `last`."""
        while self._latents is None or self._lead + len(self._latents) < last:
            first, latents = next(self.source)
            if self._latents is None:
                self._latents, self._lead = latents, first
            else:
                self._latents = torch.cat((self._latents, latents))

    def _decode_to(self, end: int) -> None:
        assert self._latents is not None
        lead = max(self._lead, self._next - REACH_FRAMES)
        around = self._latents[lead - self._lead : end + REACH_FRAMES - self._lead]
        pair = np.concatenate(self.decode(around))
        cut = slice((self._next - lead) * self.hop_samples, (end - lead) * self.hop_samples)
        self._sound.append(np.ascontiguousarray(pair[:, cut]))
        self._next = end
        kept = max(self._lead, end - REACH_FRAMES)
        self._latents, self._lead = self._latents[kept - self._lead :].clone(), kept

    def _forget(self, start: int) -> None:
        while self._sound and self._start + self._sound[0].shape[1] <= start:
            self._start += self._sound.pop(0).shape[1]
