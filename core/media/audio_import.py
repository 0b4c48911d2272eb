"""Brings a sound track onto disk in one pass: samples, waveform, spectrogram. Reopens at once.

Letters in shapes: C channels, N samples.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.audio.stream import AudioStream

from core.domain.audio import Samples
from core.domain.media import AudioStreamInfo, MediaInfo
from core.errors import MediaError
from core.media.analysis import AnalysedAudio, AnalysisWriter, analyse
from core.media.cache import CacheEntry, MediaCache, disk_error, media_key
from core.media.container import open_media, stream_at
from core.media.decoded_audio import DecodedAudio
from core.media.peaks import PeakPyramid
from core.media.row_file import RowFile
from core.media.sound_decoder import SoundDecoder, SoundFormat, Stored
from core.media.spectrogram import SpectrogramTiles
from core.progress import CancelToken, Progress, Report

__all__ = ["AnalysedAudio", "ImportedAudio", "analyse", "import_audio"]

_STAGE = "Reading the sound"
_SECONDS_BETWEEN_REPORTS = 0.1
_SAMPLES_FILE = {np.dtype(np.int16): "samples.i16", np.dtype(np.float32): "samples.f32"}
_INT16_SCALE = np.float32(1 / 32768)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedAudio:
    """A sound track on disk, with what a timeline needs to draw it."""

    source: DecodedAudio
    peaks: PeakPyramid
    spectrogram: SpectrogramTiles
    warnings: tuple[str, ...] = ()
    """Sentences for the person about what was mended."""

    def close(self) -> None:
        """Close all files; what still asks gets silence and nothing to draw."""
        self.source.close()
        self.peaks.close()
        self.spectrogram.close()


def import_audio(
    info: MediaInfo,
    stream_index: int,
    cache: MediaCache,
    *,
    report: Report,
    cancel: CancelToken,
    on_opened: Callable[[ImportedAudio], None] | None = None,
) -> ImportedAudio:
    """Decode the track `stream_index` of `info`, or open what an earlier run left in `cache`.

    `on_opened` is called once, on this thread, as soon as something can be read; what it is given
    then grows. A cancel or an error leaves nothing in the cache.

    Raises:
        MediaError: there is no such track, nothing of it decodes, or the disk is full.
        Cancelled: it was asked to stop.
    """
    stream = info.audio_stream(stream_index)
    if stream is None:
        raise MediaError(
            f"{info.path} has no sound track {stream_index}",
            advice="This clip has no such sound track. Choose another one.",
        )
    try:
        key = media_key(info, stream_index)
        imported = _opened_from(cache, key)
        if imported is None:
            work = _Import(info, stream, cache.create(key), report, cancel, on_opened)
            imported = work.run()
            cache.trim()
        elif on_opened is not None:
            on_opened(imported)
    except OSError as error:
        raise disk_error(info.path, cache.folder, error) from error
    return imported


def _opened_from(cache: MediaCache, key: str) -> ImportedAudio | None:
    entry = cache.find(key)
    if entry is None:
        return None
    try:
        return _opened(entry)
    except (OSError, ValueError, KeyError, TypeError):
        entry.discard()
        return None


def _opened(entry: CacheEntry) -> ImportedAudio:
    """Open a whole entry. Raises what a damaged one may: `OSError`, `ValueError`, `KeyError`."""
    facts = entry.facts()
    n_samples, n_channels, rate_hz = (
        int(str(facts[name])) for name in ("n_samples", "n_channels", "sample_rate_hz")
    )
    dtype = np.dtype(np.int16 if facts["dtype"] == "int16" else np.float32)
    rows = RowFile(entry.path / _SAMPLES_FILE[dtype], dtype, n_channels, is_new=False)
    if rows.n_rows != n_samples:
        rows.close()
        raise ValueError(f"{rows.path} holds {rows.n_rows} samples, not {n_samples}")
    source = DecodedAudio(rows, rate_hz, float(str(facts["start_s"])), kept=entry)
    notes = facts["warnings"]
    return ImportedAudio(
        source,
        PeakPyramid.open(source, entry.path),
        SpectrogramTiles.open(source, entry.path),
        tuple(str(note) for note in notes) if isinstance(notes, list) else (),
    )


class _Import:
    """One run of an import into a fresh entry of the cache."""

    def __init__(
        self,
        info: MediaInfo,
        stream: AudioStreamInfo,
        entry: CacheEntry,
        report: Report,
        cancel: CancelToken,
        on_opened: Callable[[ImportedAudio], None] | None,
    ) -> None:
        self._info, self._stream, self._entry = info, stream, entry
        self._report, self._cancel, self._on_opened = report, cancel, on_opened
        self._imported: ImportedAudio | None = None
        self._reported_at_s = 0.0

    def run(self) -> ImportedAudio:
        try:
            return self._decode()
        except BaseException:
            if self._imported is not None:
                self._imported.close()
            self._entry.discard()
            raise

    def _decode(self) -> ImportedAudio:
        with open_media(self._info.path) as container:
            stream = stream_at(container, self._stream.index)
            decoder = SoundDecoder(container, stream) if isinstance(stream, AudioStream) else None
            if decoder is None or decoder.format is None:
                raise self._nothing_decodes()
            sound = decoder.format
            n_expected = round(self._stream.duration_s * sound.sample_rate_hz)
            dtype = np.dtype(np.int16 if sound.is_int16 else np.float32)
            rows = RowFile(
                self._entry.path / _SAMPLES_FILE[dtype], dtype, sound.n_channels, is_new=True
            )
            source = DecodedAudio(
                rows,
                sound.sample_rate_hz,
                self._start_s(sound),
                n_expected=n_expected,
                kept=self._entry,
            )
            writer = AnalysisWriter(source, self._entry.path)
            views = writer.analysed
            self._imported = ImportedAudio(source, views.peaks, views.spectrogram)
            for block in _of_a_second(decoder.blocks(n_expected), sound.sample_rate_hz):
                self._cancel.raise_if_cancelled()
                rows.append(np.ascontiguousarray(block.T))
                writer.write(_as_float(block))
                self._tell(source)
            writer.finish()
            source.finish()
        self._mark_whole(source, dtype, decoder.notes)
        return ImportedAudio(source, views.peaks, views.spectrogram, decoder.notes)

    def _start_s(self, sound: SoundFormat) -> float:
        if sound.first_pts is None:
            return self._stream.start_s
        start = sound.first_pts * sound.time_base - self._info.origin_s
        return float(Fraction(start))

    def _tell(self, source: DecodedAudio) -> None:
        """Report a few times a second, and hand out the growing sound the first time."""
        if self._on_opened is not None and self._imported is not None:
            self._on_opened(self._imported)
            self._on_opened = None
        now_s = time.monotonic()
        if now_s - self._reported_at_s >= _SECONDS_BETWEEN_REPORTS:
            self._reported_at_s = now_s
            done_s = source.n_ready / source.sample_rate_hz
            self._report(
                Progress(_STAGE, min(done_s, self._stream.duration_s), self._stream.duration_s)
            )

    def _mark_whole(
        self, source: DecodedAudio, dtype: np.dtype[np.generic], notes: tuple[str, ...]
    ) -> None:
        if not source.n_samples:
            raise self._nothing_decodes()
        self._entry.mark_whole(
            {
                "n_samples": source.n_samples,
                "n_channels": source.n_channels,
                "sample_rate_hz": source.sample_rate_hz,
                "start_s": source.start_s,
                "dtype": dtype.name,
                "warnings": list(notes),
            }
        )

    def _nothing_decodes(self) -> MediaError:
        return MediaError(
            f"{self._info.path}: nothing of sound track {self._stream.index} "
            f"({self._stream.codec}) decodes",
            advice="This sound track is empty or damaged. Choose another one, or convert the "
            "file first.",
        )


def _of_a_second(pieces: Iterator[Stored], sample_rate_hz: int) -> Iterator[Stored]:
    """Join small pieces into blocks of about a second: few, large steps are quicker."""
    waiting: list[Stored] = []
    n_waiting = 0
    for piece in pieces:
        waiting.append(piece)
        n_waiting += piece.shape[1]
        if n_waiting >= sample_rate_hz:
            yield np.concatenate(waiting, axis=1)
            waiting, n_waiting = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1)


def _as_float(block: Stored) -> Samples:
    if block.dtype == np.int16:
        return block * _INT16_SCALE
    return np.asarray(block, np.float32)
