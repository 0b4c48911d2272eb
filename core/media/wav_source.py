"""Sound in a WAV or RF64 file on disk, read piece by piece from any thread.

Letters in shapes: C channels, N samples.
"""

import threading
import weakref
from pathlib import Path

import numpy as np
import soundfile

from core.domain.audio import Samples
from core.errors import MediaError


class WavSource:
    """An `AudioSource` over a file that libsndfile reads; memory does not grow with its length.

    Reading is allowed from several threads at once. After `close` it reads as silence.
    """

    def __init__(self, path: Path, start_s: float = 0.0) -> None:
        """Open `path`, whose sample 0 lies at `start_s` of media time.

        Raises:
            MediaError: it has gone, or is no sound file.
        """
        try:
            self._file = soundfile.SoundFile(path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise MediaError(
                f"{path} cannot be read as WAV: {error}",
                advice=f"The sound file “{path.name}” is missing or damaged. "
                "Separate that stem again.",
            ) from error
        self.path = path
        self._start_s = start_s
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    @property
    def sample_rate_hz(self) -> int:
        return int(self._file.samplerate)

    @property
    def n_channels(self) -> int:
        return int(self._file.channels)

    @property
    def n_samples(self) -> int:
        return int(self._file.frames)

    @property
    def start_s(self) -> float:
        return self._start_s

    def read(self, start: int, stop: int) -> Samples:
        """Return samples `start <= n < stop` as float32 (C, stop - start), silence outside."""
        wanted = np.zeros((self.n_channels, max(0, stop - start)), np.float32)
        first, last = max(0, start), min(self.n_samples, stop)
        if first < last:
            with self._lock:
                if not self._file.closed:
                    self._file.seek(first)
                    rows = self._file.read(last - first, dtype="float32", always_2d=True)
                    wanted[:, first - start : first - start + len(rows)] = rows.T
        return wanted

    def close(self) -> None:
        with self._lock:
            self._file.close()
