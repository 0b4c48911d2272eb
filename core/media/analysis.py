"""Waveform and spectrogram of any sound, built in one pass and readable while it goes on.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.domain.audio import AudioSource, Samples
from core.media.peaks import PeakPyramid, PeakWriter
from core.media.spectrogram import SpectrogramTiles, SpectrogramWriter
from core.progress import CancelToken, Progress, Report

_BLOCK_SAMPLES = 2**17


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedAudio:
    """A sound, and what a timeline needs to draw it."""

    source: AudioSource
    peaks: PeakPyramid
    spectrogram: SpectrogramTiles

    def close(self) -> None:
        """Close the waveform and the spectrogram; the sound is its owner's."""
        self.peaks.close()
        self.spectrogram.close()


class AnalysisWriter:
    """Builds peaks and tiles side by side from blocks of sound in order."""

    def __init__(self, source: AudioSource, folder: Path) -> None:
        """Make the files in `folder`. Raises `OSError`."""
        self._peaks = PeakWriter(source, folder)
        self._tiles = SpectrogramWriter(source, folder)
        self.analysed = AnalysedAudio(source, self._peaks.pyramid, self._tiles.tiles)

    def write(self, samples: Samples) -> None:
        """Take float32 (C, n) that follow what came before."""
        self._peaks.write(samples)
        self._tiles.write(samples)

    def finish(self) -> None:
        self._peaks.finish()
        self._tiles.finish()


def analyse(
    source: AudioSource,
    folder: Path,
    *,
    report: Report,
    cancel: CancelToken,
    on_opened: Callable[[AnalysedAudio], None] | None = None,
) -> AnalysedAudio:
    """Read all of `source` once, and leave its waveform and spectrogram in `folder`.

    `on_opened` is given the result while it still grows. On an error or a cancel the files are
    deleted again.

    Raises:
        OSError: `folder` cannot be written.
        Cancelled: it was asked to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    writer = AnalysisWriter(source, folder)
    try:
        if on_opened is not None:
            on_opened(writer.analysed)
        for start in range(0, source.n_samples, _BLOCK_SAMPLES):
            cancel.raise_if_cancelled()
            report(Progress("Drawing the sound", start, source.n_samples))
            writer.write(source.read(start, min(start + _BLOCK_SAMPLES, source.n_samples)))
        writer.finish()
    except BaseException:
        writer.analysed.close()
        for path in set(folder.iterdir()) - before:
            path.unlink(missing_ok=True)
        raise
    return writer.analysed
