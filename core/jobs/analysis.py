"""Waveform and spectrogram of a finished stem: its target, and what remains of the mix."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.audio import AudioSource
from core.domain.audio_math import Difference
from core.errors import MediaError
from core.jobs.requests import next_job_id
from core.media.analysis import AnalysedAudio, analyse
from core.media.wav_source import WavSource
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True, eq=False)
class StemPictures:
    """What a timeline needs to draw both halves of a separation."""

    target_path: Path
    target: AnalysedAudio
    residual: AnalysedAudio

    def close(self) -> None:
        """Close all files; what still asks gets nothing to draw."""
        for analysed in (self.target, self.residual):
            analysed.close()
        source = self.target.source
        if isinstance(source, WavSource):
            source.close()


@dataclass(frozen=True, slots=True, eq=False)
class AnalyseStemJob:
    """Draw the target at `target_path` and the residual it leaves of `mix`."""

    mix: AudioSource
    target_path: Path
    folder: Path
    """Where the files go; made if missing."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Draw the stem"

    def __call__(self, report: Report, cancel: CancelToken) -> StemPictures:
        """Return both, ready to be drawn at any zoom.

        Raises:
            MediaError: the stem cannot be read, or the folder cannot be written.
            Cancelled: it was asked to stop; nothing is left.
        """
        target = WavSource(self.target_path, self.mix.start_s)

        def drawn(source: AudioSource, name: str) -> AnalysedAudio:
            return analyse(source, self.folder / name, report=report, cancel=cancel)

        return _both(self, target, drawn)


def _both(
    job: AnalyseStemJob, target: WavSource, drawn: Callable[[AudioSource, str], AnalysedAudio]
) -> StemPictures:
    try:
        first = drawn(target, "target")
        try:
            return StemPictures(job.target_path, first, drawn(Difference(job.mix, target), "rest"))
        except BaseException:
            first.close()
            raise
    except OSError as error:
        raise MediaError(
            f"the stem {job.target_path} cannot be drawn in {job.folder}: {error}",
            advice="The stem is fine and can be heard; only its picture is missing. "
            "Check that the cache folder can be written to and is not full.",
        ) from error
