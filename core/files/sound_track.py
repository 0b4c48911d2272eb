"""The sound of an exported video: which codec the container can hold, and encoding piece by piece.

The sound is never resampled and never mixed down: where a container cannot hold its rate or its
channels, Matroska with lossless sound is taken instead, and the notice says so.

Letters in shapes: C channels, N samples.
"""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from core.domain.audio import AudioSource, Samples
from core.files.pcm import to_whole
from core.progress import CancelToken

_AAC_RATES_HZ = frozenset(
    (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
)
# Seven channels and more have no standard AAC layout, and players guess.
_AAC_MAX_CHANNELS = 6
_AAC_BIT_RATE_PER_CHANNEL = 160_000
# The format allows no more than 6144 bits for a frame of 1024 samples of one channel.
_AAC_MAX_BITS_PER_SAMPLE = 6
_OPUS_RATE_HZ = 48_000
_OPUS_BIT_RATE_PER_CHANNEL = 128_000
_FLAC_MAX_CHANNELS = 8
_FLAC_MAX_RATE_HZ = 655_350
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_BLOCK_SAMPLES = 1 << 14

LOSSLESS_CONTAINER = ".mkv"
"""The container that holds any picture codec and any sound."""


@dataclass(frozen=True, slots=True)
class SoundCodec:
    """How a sound goes into a container: FFmpeg's names for the codec and its sample format."""

    name: str
    sample_format: str
    bit_rate: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VideoSound:
    """A sound for a video and the gain it shares with the other sounds of the export."""

    source: AudioSource
    gain: float = 1.0


def codec_for(suffix: str, source: AudioSource) -> SoundCodec | None:
    """Return the codec for `source` in a container of that suffix, or None if it holds none."""
    rate_hz, n_channels = source.sample_rate_hz, source.n_channels
    match suffix:
        case ".mp4" | ".mov" if rate_hz in _AAC_RATES_HZ and n_channels <= _AAC_MAX_CHANNELS:
            per_channel = min(_AAC_BIT_RATE_PER_CHANNEL, _AAC_MAX_BITS_PER_SAMPLE * rate_hz)
            return SoundCodec("aac", "fltp", per_channel * n_channels)
        case ".webm" if rate_hz == _OPUS_RATE_HZ and n_channels <= 2:
            return SoundCodec("libopus", "flt", _OPUS_BIT_RATE_PER_CHANNEL * n_channels)
        case ".mov":
            return SoundCodec("pcm_s24le", "s32")
        case ".mkv":
            is_flac = n_channels <= _FLAC_MAX_CHANNELS and rate_hz <= _FLAC_MAX_RATE_HZ
            return SoundCodec("flac" if is_flac else "pcm_s24le", "s32")
        case _:
            return None


def choose_container(suffix: str, source: AudioSource) -> tuple[str, str | None]:
    """Return the suffix that can hold `source`, `suffix` where possible, and a notice if not."""
    if codec_for(suffix, source) is not None:
        return suffix, None
    return LOSSLESS_CONTAINER, (
        f"{suffix} cannot hold sound with {source.n_channels} channels at "
        f"{source.sample_rate_hz} Hz without changing it, so the video was written as "
        f"{LOSSLESS_CONTAINER} with lossless sound."
    )


class SoundTrack:
    """Encodes an `AudioSource` into an open container, as far as the picture has come.

    Only a few packets are ever in memory.
    """

    def __init__(
        self, container: OutputContainer, suffix: str, sound: VideoSound, shift_s: Fraction
    ) -> None:
        """Add the stream; `shift_s` is the container's time of media time zero."""
        source = sound.source
        codec = codec_for(suffix, source)
        if codec is None:
            raise ValueError(f"{suffix} holds no sound like this one: ask choose_container first")
        self._container = container
        self._sound = sound
        self._codec = codec
        self._first_pts = round((Fraction(source.start_s) + shift_s) * source.sample_rate_hz)
        self._n_done = 0
        self._layout = _LAYOUTS.get(source.n_channels, f"{source.n_channels}c")
        stream = container.add_stream(codec.name, rate=source.sample_rate_hz, layout=self._layout)
        assert isinstance(stream, AudioStream)  # narrows PyAV's union
        stream.codec_context.format = av.AudioFormat(codec.sample_format)
        stream.codec_context.time_base = Fraction(1, source.sample_rate_hz)
        if codec.bit_rate is not None:
            stream.codec_context.bit_rate = codec.bit_rate
        self._stream = stream

    def encode_until(self, time_s: float, *, cancel: CancelToken) -> None:
        """Encode what sounds before media time `time_s` and is not encoded yet."""
        source = self._sound.source
        wanted = round((time_s - source.start_s) * source.sample_rate_hz)
        self._encode_to(min(wanted, source.n_samples), cancel)

    def finish(self, *, cancel: CancelToken) -> None:
        """Encode the rest and empty the encoder."""
        self._encode_to(self._sound.source.n_samples, cancel)
        self._container.mux(self._stream.encode(None))

    def _encode_to(self, stop: int, cancel: CancelToken) -> None:
        while self._n_done < stop:
            cancel.raise_if_cancelled()
            start = self._n_done
            self._n_done = min(start + _BLOCK_SAMPLES, stop)
            frame = self._frame(self._sound.source.read(start, self._n_done))
            frame.pts = self._first_pts + start
            self._container.mux(self._stream.encode(frame))

    def _frame(self, samples: Samples) -> av.AudioFrame:
        gain, sample_format = self._sound.gain, self._codec.sample_format
        if sample_format == "s32":
            # The upper 24 of 32 bits: the same whole steps as in a 24 bit WAV.
            steps = to_whole(samples, 24, gain) << 8  # (N, C)
            block = np.ascontiguousarray(steps).reshape(1, -1)
        else:
            scaled = samples * np.float32(gain)
            block = scaled if sample_format == "fltp" else scaled.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block), format=sample_format, layout=self._layout
        )
        frame.sample_rate = self._sound.source.sample_rate_hz
        frame.time_base = Fraction(1, self._sound.source.sample_rate_hz)
        return frame
