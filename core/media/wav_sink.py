"""Writes sound of any length to a float32 WAV: beside its place, and into it when it is whole.

The header is that of a WAV; beyond 4 GB it becomes an RF64 (EBU Tech 3306), for which 28 bytes
are kept free from the start. Letters in shapes: C channels, N samples.
"""

import contextlib
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from core.domain.audio import Samples
from core.errors import ExportError

_LARGEST_WAV_BYTES = 2**32 - 1
_IEEE_FLOAT, _EXTENSIBLE = 0x0003, 0xFFFE
_FLOAT_GUID = bytes.fromhex("0300000000001000800000aa00389b71")
# Speakers in the order of the file, as FFmpeg and WAVE agree on for these counts.
_SPEAKERS = {1: 0x4, 2: 0x3, 3: 0x7, 4: 0x33, 5: 0x37, 6: 0x3F, 7: 0x70F, 8: 0x63F}
_DS64_BYTES = 28


class WavSink:
    """A `TargetSink`: `write` pieces in order, then `commit`. Left otherwise, nothing remains.

    In a `with`, leaving without `commit` aborts.
    """

    def __init__(self, path: Path, sample_rate_hz: int, n_channels: int) -> None:
        """Start writing beside `path`; a file that is there already stays until `commit`.

        Raises:
            ExportError: the folder cannot be written.
        """
        if sample_rate_hz <= 0 or n_channels < 1:
            raise ValueError(f"{n_channels} channels at {sample_rate_hz} Hz")
        self.path = path
        self.sample_rate_hz, self.n_channels = sample_rate_hz, n_channels
        self.n_samples = 0
        self._part = path.with_name(f"{path.name}.part")
        self._is_over = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("wb")
            self._file.write(self._header(0))
        except OSError as error:
            raise _cannot_write(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abort()

    def write(self, target: Samples) -> None:
        """Take float32 (C, n) that follow what came before.

        Raises:
            ExportError: the disk is full or has gone.
        """
        if target.ndim != 2 or target.shape[0] != self.n_channels or target.dtype != np.float32:
            raise ValueError(
                f"samples must be float32 ({self.n_channels}, n), got {target.dtype} {target.shape}"
            )
        try:
            self._file.write(np.ascontiguousarray(target.T, "<f4").data)
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        self.n_samples += target.shape[1]

    def commit(self) -> None:
        """Finish the header and put the file in its place, over an older one.

        Raises:
            ExportError: the disk is full, or a file in the way cannot be replaced.
        """
        if self._is_over:
            raise ValueError(f"{self.path} is committed or aborted already")
        try:
            self._file.seek(0)
            self._file.write(self._header(self.n_samples))
            self._file.close()
            self._part.replace(self.path)
            self._is_over = True
        except OSError as error:
            self.abort()
            raise _cannot_write(self.path, error) from error

    def abort(self) -> None:
        """Leave nothing behind; does nothing after `commit`."""
        if self._is_over:
            return
        self._is_over = True
        with contextlib.suppress(OSError):  # a full disk speaks up again when buffers are flushed
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _header(self, n_samples: int) -> bytes:
        n_data = n_samples * self.n_channels * 4
        form = self._format()
        n_riff = 4 + (8 + _DS64_BYTES) + (8 + len(form)) + (8 + 4) + 8 + n_data
        is_long = n_riff > _LARGEST_WAV_BYTES
        sizes = struct.pack("<QQQI", n_riff, n_data, n_samples, 0)
        unknown = 0xFFFFFFFF
        return b"".join(
            (
                struct.pack(
                    "<4sI4s",
                    b"RF64" if is_long else b"RIFF",
                    unknown if is_long else n_riff,
                    b"WAVE",
                ),
                _chunk(b"ds64" if is_long else b"JUNK", sizes if is_long else bytes(_DS64_BYTES)),
                _chunk(b"fmt ", form),
                _chunk(b"fact", struct.pack("<I", min(n_samples, unknown))),
                struct.pack("<4sI", b"data", unknown if is_long else n_data),
            )
        )

    def _format(self) -> bytes:
        frame_bytes = self.n_channels * 4
        is_plain = self.n_channels <= 2
        base = struct.pack(
            "<HHIIHH",
            _IEEE_FLOAT if is_plain else _EXTENSIBLE,
            self.n_channels,
            self.sample_rate_hz,
            self.sample_rate_hz * frame_bytes,
            frame_bytes,
            32,
        )
        if is_plain:
            return base + struct.pack("<H", 0)
        speakers = _SPEAKERS.get(self.n_channels, 0)
        return base + struct.pack("<HHI16s", 22, 32, speakers, _FLOAT_GUID)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content


def _cannot_write(path: Path, error: OSError) -> ExportError:
    return ExportError(
        f"{path} cannot be written: {error}",
        advice=f"“{path.name}” could not be written to “{path.parent}”. "
        "Check that there is space and that you may write there.",
    )
