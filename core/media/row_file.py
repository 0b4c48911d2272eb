"""Rows of numbers on disk that grow at the end while others already read them.

Plain reads rather than a memory map: a map would count hours of sound as memory of the program.
"""

import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]
"""(n, width) of whatever dtype the file was made for."""


class RowFile:
    """An array (n, width) of one dtype in a file without a header.

    One thread appends, any thread reads. A row can be read as soon as `n_rows` counts it.
    After `close` reads give nothing, so that a view may outlive the sound it shows.
    """

    def __init__(self, path: Path, dtype: npt.DTypeLike, width: int, *, is_new: bool) -> None:
        """Create the file for `is_new`, else open what is there.

        Raises:
            OSError: it cannot be created or opened.
        """
        self.path = path
        self.dtype = np.dtype(dtype)
        self.width = width
        self._row_bytes = self.dtype.itemsize * width
        self._lock = threading.Lock()
        self._writer = path.open("wb", buffering=0) if is_new else None
        self._reader = path.open("rb", buffering=0)
        self._n_rows = 0 if is_new else path.stat().st_size // self._row_bytes
        self._finalizer = weakref.finalize(self, _close, self._reader, self._writer)

    @property
    def n_rows(self) -> int:
        """How many rows may be read; grows, and each new value is written last."""
        return self._n_rows

    def append(self, rows: Rows) -> None:
        """Write `rows` (n, width) behind the others.

        Raises:
            OSError: the disk is full, or the file has gone.
            ValueError: `rows` do not fit, or the file was opened for reading.
        """
        if rows.ndim != 2 or rows.shape[1] != self.width or rows.dtype != self.dtype:
            raise ValueError(
                f"rows must be {self.dtype} (n, {self.width}), got {rows.dtype} {rows.shape}"
            )
        if self._writer is None:
            raise ValueError(f"{self.path} is open for reading only")
        if not rows.size:
            return
        left = np.ascontiguousarray(rows).data.cast("B")
        while left:
            left = left[self._writer.write(left) or 0 :]
        self._n_rows += len(rows)

    def finish_writing(self) -> None:
        """Close the writing side; reading goes on."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def read(self, start: int, stop: int) -> Rows:
        """Return rows `start <= n < stop` as far as there are any, (n, width), newly made."""
        start, stop = max(0, start), min(self._n_rows, stop)
        rows = np.empty((max(0, stop - start), self.width), self.dtype)
        if not rows.size:
            return rows
        wanted = rows.data.cast("B")
        n_read = 0
        with self._lock:
            if self._reader.closed:
                return rows[:0]
            self._reader.seek(start * self._row_bytes)
            while n_read < len(wanted):
                n_more = self._reader.readinto(wanted[n_read:])
                if not n_more:
                    break
                n_read += n_more
        return rows[: n_read // self._row_bytes]

    def close(self) -> None:
        with self._lock:
            self._finalizer()


def _close(*files: object) -> None:
    for file in files:
        if file is not None:
            file.close()  # type: ignore[attr-defined]  # finalize passes plain objects
