"""Decodes one sound track into blocks at its own rate and channels, stepping over damage.

Nothing is resampled or mixed down; the one exception, told in `notes`, is a track that changes
its own format midway. Letters in shapes: C channels, N samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from core.media.container import SKIPPED_ERRORS, whole_packets
from core.media.sound_clock import SoundClock

Stored = npt.NDArray[np.float32 | np.int16]
"""(C, N): int16 where the codec gives just that, else float32."""

_SILENCE_AT_ONCE = 65_536
_MOST_PLANES_READ_SAFELY = 7
_FULL_SCALE = {"u8": 2.0**7, "u8p": 2.0**7, "s32": 2.0**31, "s32p": 2.0**31, "s64": 2.0**63}


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What the first frame says of the whole track."""

    sample_rate_hz: int
    n_channels: int
    layout: str
    sample_format: str
    first_pts: int | None
    time_base: Fraction

    @property
    def is_int16(self) -> bool:
        return self.sample_format in {"s16", "s16p"}

    def fits(self, frame: AudioFrame) -> bool:
        return (
            frame.format.name == self.sample_format
            and frame.sample_rate == self.sample_rate_hz
            and frame.layout.name == self.layout
        )

    @classmethod
    def of(cls, frame: AudioFrame) -> "SoundFormat":
        return cls(
            sample_rate_hz=frame.sample_rate,
            n_channels=frame.layout.nb_channels,
            layout=frame.layout.name,
            sample_format=frame.format.name,
            first_pts=frame.pts,
            time_base=Fraction(frame.time_base or 1),
        )


class SoundDecoder:
    """Yields the blocks of a track. `format` is None where nothing of it decodes."""

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container, self._stream = container, stream
        self._conformer: AudioResampler | None = None
        self._packer: AudioResampler | None = None
        self._n_damaged = 0
        self._frames = self._decoded()
        self._first = next(self._frames, None)
        self.format = SoundFormat.of(self._first) if self._first is not None else None
        self._clock: SoundClock | None = None
        self._has_nan = False

    def blocks(self, n_expected: int) -> Iterator[Stored]:
        """Yield (C, N) pieces in order and without holes, N as the codec likes.

        `n_expected` is about how many samples there are: a stamp far past that is no gap.
        """
        if self.format is None:
            return
        self._clock = clock = SoundClock(
            self.format.first_pts or 0,
            self.format.time_base,
            self.format.sample_rate_hz,
            n_expected,
        )
        for frame in self._alike_frames():
            piece = self._samples(frame)
            n_silence, n_dropped = clock.place(frame.pts, piece.shape[1])
            yield from self._silence(n_silence, piece)
            if n_dropped < piece.shape[1]:
                yield piece[:, n_dropped:]

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the person about what was mended on the way."""
        n_gaps = self._clock.n_gaps if self._clock else 0
        n_jumps = self._clock.n_jumps if self._clock else 0
        notes = {
            "Some of the sound is damaged. Silence stands in for it.": self._n_damaged > 0,
            "The sound has gaps. Silence stands in for them.": n_gaps > 0 and not self._n_damaged,
            "The clock of the sound jumps. The pieces are played one after the other.": n_jumps > 0,
            "The sound changes its format partway. It is brought to that of its start.": (
                self._conformer is not None
            ),
            "Some samples are no numbers. Silence stands in for them.": self._has_nan,
        }
        return tuple(note for note, is_so in notes.items() if is_so)

    def _decoded(self) -> Iterator[AudioFrame]:
        for packet in whole_packets(self._container, self._stream):
            try:
                yield from self._stream.decode(packet)  # type: ignore[arg-type]  # of this stream
            except SKIPPED_ERRORS:
                self._n_damaged += 1
        try:
            yield from self._stream.decode(None)
        except SKIPPED_ERRORS:
            self._n_damaged += 1

    def _alike_frames(self) -> Iterator[AudioFrame]:
        """Yield every frame in the format of the first."""
        if self._first is not None and self.format is not None:
            yield self._first
            self._first = None
            for frame in self._frames:
                if self.format.fits(frame) and self._conformer is None:
                    yield frame
                else:
                    yield from self._conformed(frame, self.format)

    def _conformed(self, frame: AudioFrame, wanted: SoundFormat) -> list[AudioFrame]:
        """Resample or remap a frame whose track has changed its format on the way."""
        if self._conformer is None:
            self._conformer = AudioResampler(
                wanted.sample_format, wanted.layout, wanted.sample_rate_hz
            )
        if wanted.fits(frame):
            return [frame]
        made = self._conformer.resample(frame)
        for piece in made:
            piece.pts = None  # in another time base; the pieces simply follow each other
        return made

    def _samples(self, frame: AudioFrame) -> Stored:
        raw = self._unpacked(frame)
        if raw.dtype == np.int16:
            return raw.astype(np.int16, copy=False)
        name = frame.format.name
        if name.startswith("u8"):
            return (raw.astype(np.float32) - 128) / np.float32(_FULL_SCALE[name])
        if name in _FULL_SCALE:
            # By way of float64: 24 bits survive, and so does nothing more than that.
            return (raw / _FULL_SCALE[name]).astype(np.float32)
        samples = raw.astype(np.float32, copy=False)
        if not np.isfinite(samples.sum(dtype=np.float64)):
            self._has_nan |= not np.isfinite(samples).all()
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        return samples

    def _unpacked(self, frame: AudioFrame) -> npt.NDArray[Any]:  # as the codec stores numbers
        """Return the samples as they were decoded, (C, N), in the codec's own number format."""
        n_channels = frame.layout.nb_channels
        if not frame.format.is_packed and n_channels > _MOST_PLANES_READ_SAFELY:
            # WORKAROUND(PyAV 18.1: from 8 planes on, to_ndarray reads past the last one and the
            # process dies): interleaved, only one plane is read.
            if self._packer is None:
                self._packer = AudioResampler(frame.format.packed.name, frame.layout.name)
            pieces = [piece.to_ndarray() for piece in self._packer.resample(frame)]
            return np.concatenate(pieces, axis=1).reshape(-1, n_channels).T
        raw = frame.to_ndarray()
        return raw.reshape(-1, n_channels).T if frame.format.is_packed else raw

    @staticmethod
    def _silence(n_samples: int, like: Stored) -> Iterator[Stored]:
        for start in range(0, n_samples, _SILENCE_AT_ONCE):
            n_now = min(_SILENCE_AT_ONCE, n_samples - start)
            yield np.zeros((like.shape[0], n_now), like.dtype)
