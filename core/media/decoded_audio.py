"""A sound track as decoded samples on disk, at its own rate and channels.

Letters in shapes: C channels, N samples.
"""

import numpy as np

from core.domain.audio import Samples
from core.media.row_file import RowFile

_INT16_SCALE = np.float32(1 / 32768)


class DecodedAudio:
    """An `AudioSource` whose samples lie in a file; readable while they are still being decoded.

    Reading is allowed from several threads at once.
    """

    def __init__(
        self,
        rows: RowFile,
        sample_rate_hz: int,
        start_s: float,
        *,
        n_expected: int | None = None,
        kept: object = None,
    ) -> None:
        """Read `rows` (N, C), float32 or int16.

        Args:
            rows: the samples, as far as there are any.
            sample_rate_hz: the rate they were recorded at.
            start_s: media time of the first of them.
            n_expected: how many there will probably be; None where all are there.
            kept: stays alive as long as the sound, for instance the right to its folder.
        """
        self._rows = rows
        self._sample_rate_hz = sample_rate_hz
        self._start_s = start_s
        self._n_expected = n_expected
        self._kept = kept

    @property
    def sample_rate_hz(self) -> int:
        return self._sample_rate_hz

    @property
    def n_channels(self) -> int:
        return self._rows.width

    @property
    def n_samples(self) -> int:
        """The length; a guess from the headers until `is_whole`."""
        return max(self._n_expected or 0, self._rows.n_rows)

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def n_ready(self) -> int:
        """How many samples are decoded; those behind read as silence for now."""
        return self._rows.n_rows

    @property
    def is_whole(self) -> bool:
        return self._n_expected is None

    def read(self, start: int, stop: int) -> Samples:
        """Return samples `start <= n < stop` as float32 (C, stop - start), silence outside."""
        wanted = np.zeros((self.n_channels, max(0, stop - start)), np.float32)
        rows = self._rows.read(start, stop)
        offset = max(0, start) - start
        part = wanted[:, offset : offset + len(rows)]
        if rows.dtype == np.int16:
            np.multiply(rows.T, _INT16_SCALE, out=part)
        else:
            part[:] = rows.T
        return wanted

    def finish(self) -> None:
        """Say that all samples are there."""
        self._rows.finish_writing()
        self._n_expected = None

    def close(self) -> None:
        """Close the file; from then on everything reads as silence."""
        self._rows.close()
