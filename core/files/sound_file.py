"""Writes sound of any length as WAV or FLAC, block by block, through libsndfile.

Float is written untouched. 24 bit is rounded, 16 bit is dithered; both at a gain that the caller
chose for all sounds of an export together (`core.files.pcm.common_gain`).
"""

import errno
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from core.domain.audio import AudioSource, Samples
from core.domain.export import SoundFormat
from core.errors import ExportError
from core.files.pcm import BLOCK_SAMPLES, to_whole, to_whole_dithered
from core.progress import CancelToken, Progress, Report

# WAV counts its bytes in 32 bits; RF64 is the same file with 64.
_WAV_LIMIT_BYTES = (1 << 32) - (1 << 20)
_WAV_HEADER_BYTES = 4096
_FLAC_MAX_CHANNELS = 8
_FLAC_MAX_RATE_HZ = 655_350
_BITS = {SoundFormat.WAV24: 24, SoundFormat.WAV16: 16, SoundFormat.FLAC: 24}
_SUBTYPES = {SoundFormat.WAV24: "PCM_24", SoundFormat.WAV16: "PCM_16", SoundFormat.FLAC: "PCM_24"}


@dataclass(frozen=True, slots=True)
class SoundSpec:
    """How a sound is to be written. `gain` and `seed` matter to whole-number formats only."""

    sound_format: SoundFormat
    gain: float = 1.0
    seed: int = 0
    """Of the dither, so that the same export gives the same file."""


def bits_of(sound_format: SoundFormat) -> int | None:
    """Return the bits of one sample, or None for float, which needs no gain and no rounding."""
    return _BITS.get(sound_format)


def size_bytes(source: AudioSource, sound_format: SoundFormat) -> int:
    """Return how much room the file needs; for FLAC this is an upper bound."""
    width_bytes = (bits_of(sound_format) or 32) // 8
    return source.n_samples * source.n_channels * width_bytes + _WAV_HEADER_BYTES


def refuse_unfit(source: AudioSource, sound_format: SoundFormat) -> None:
    """Raise `ExportError` where the format cannot hold the sound's channels or rate."""
    if sound_format is not SoundFormat.FLAC:
        return
    if not source.n_samples:
        raise ExportError(
            "FLAC cannot hold a sound of no samples",
            advice="There is no sound to write. Choose a clip that has some.",
        )
    if source.n_channels > _FLAC_MAX_CHANNELS or source.sample_rate_hz > _FLAC_MAX_RATE_HZ:
        raise ExportError(
            f"FLAC cannot hold {source.n_channels} channels at {source.sample_rate_hz} Hz",
            advice=f"FLAC holds up to {_FLAC_MAX_CHANNELS} channels and {_FLAC_MAX_RATE_HZ} Hz. "
            "Choose a WAV format for this sound.",
        )


def write_sound(
    source: AudioSource, path: Path, spec: SoundSpec, *, report: Report, cancel: CancelToken
) -> None:
    """Write all of `source` to `path`, which is replaced: hand in a name of `Delivery.beside`.

    Raises:
        ExportError: the format cannot hold the sound.
        OSError: the disk is full or the file cannot be written.
        Cancelled: `path` then holds an unfinished file.
    """
    refuse_unfit(source, spec.sound_format)
    container, subtype = _container(source, spec.sound_format)
    random = np.random.default_rng(spec.seed)
    try:
        with soundfile.SoundFile(
            path,
            "w",
            samplerate=source.sample_rate_hz,
            channels=source.n_channels,
            subtype=subtype,
            format=container,
        ) as sound:
            for start in range(0, source.n_samples, BLOCK_SAMPLES):
                cancel.raise_if_cancelled()
                stop = min(start + BLOCK_SAMPLES, source.n_samples)
                sound.write(_encoded(source.read(start, stop), spec, random))
                report(Progress("Write", stop, source.n_samples))
    except (soundfile.SoundFileError, AssertionError) as error:
        # libsndfile says "short write" (an assertion of its wrapper) or "system error".
        raise _real_cause(path, str(error)) from error


def _encoded(
    samples: Samples, spec: SoundSpec, random: np.random.Generator
) -> npt.NDArray[np.float32] | npt.NDArray[np.int32] | npt.NDArray[np.int16]:
    n_bits = bits_of(spec.sound_format)
    if n_bits is None:
        return np.ascontiguousarray(samples.T)
    if n_bits == 16:
        return to_whole_dithered(samples, 16, spec.gain, random).astype(np.int16)
    # libsndfile takes the upper bits of 32: shifting makes the conversion exact.
    return to_whole(samples, n_bits, spec.gain) << (32 - n_bits)


def _container(source: AudioSource, sound_format: SoundFormat) -> tuple[str, str]:
    if sound_format is SoundFormat.FLAC:
        return "FLAC", _SUBTYPES[sound_format]
    subtype = _SUBTYPES.get(sound_format, "FLOAT")
    if size_bytes(source, sound_format) > _WAV_LIMIT_BYTES:
        return "RF64", subtype
    # The plain header has no place to say which speaker a third channel belongs to.
    return ("WAVEX" if source.n_channels > 2 else "WAV"), subtype


def _real_cause(path: Path, said: str) -> OSError:
    """Return the system's own error, which libsndfile does not pass on, by writing a little more.

    The file is lost anyway.
    """
    try:
        with path.open("ab") as file:
            file.write(bytes(BLOCK_SAMPLES))
    except OSError as error:
        return error
    return OSError(errno.EIO, said or "short write")
