"""The whole way from a clip to files without a window: open, read, track, separate, export."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from app.cli.clip_prompts import prompts_in_clip
from app.cli.engine_choice import choose_engine, read_settings
from app.cli.marks import Marks
from app.paths import Home
from core.domain.audio import AudioSource
from core.domain.engines import EngineInfo, SettingValue
from core.domain.export import ExportChoice
from core.domain.masks import MaskTrack
from core.domain.media import AudioStreamInfo, MediaInfo
from core.domain.project import Project, Stem, StemResult
from core.domain.prompts import PromptSet, RegionPrompt
from core.errors import CoreError, ExportError, MediaError
from core.files.write_errors import file_in_the_way, write_error
from core.jobs.export import ExportAnswer, ExportJob, rehearse_export
from core.jobs.export_plan import ExportSubject, files_in_the_way
from core.jobs.masking import TrackJob
from core.jobs.opening import OpenedMedia, OpenJob
from core.jobs.separation import SeparationJob
from core.media.audio_import import import_audio
from core.media.cache import MediaCache
from core.progress import CancelToken, Report
from core.segmentation import registry

_CACHE_BYTES = 4 * 2**30
_STEM_ID = "target"


@dataclass(frozen=True, slots=True)
class HeadlessRequest:
    """What the command line asked for. `choice.stem_ids` is filled in here."""

    clip: Path
    marks: Marks
    choice: ExportChoice
    engine: str | None = None
    settings: tuple[str, ...] = ()
    seed: int = 0
    audio_track: int | None = None
    """Counted from 1 among the clip's sound tracks; None for the first."""
    device: str = "auto"
    segmenter: str = registry.DEFAULT
    """With what clicked objects are found and followed."""


def separate_clip(
    request: HeadlessRequest, home: Home, *, report: Report, cancel: CancelToken
) -> ExportAnswer:
    """Do all of it and return what was written.

    What can be refused is refused before the work begins: prompts, engine, files in the way.

    Raises:
        CoreError: with advice; nothing has been written.
        Cancelled: likewise.
    """
    request.marks.refuse_nothing()
    registry.info(request.segmenter)  # refuses one that there is not
    opened = OpenJob(request.clip)(report, cancel)
    track = sound_track(opened.info, request.audio_track)
    prompts = prompts_in_clip(request.marks, opened.info, opened.table)
    engine = choose_engine(request.engine, prompts)
    settings = read_settings(engine, request.settings)
    stem = _stem(engine, prompts, settings, request)
    mix = imported_sound(opened.info, track, home, report, cancel)
    project = Project(request.clip, track.index, (stem,), stem.stem_id)
    choice = replace(request.choice, stem_ids=(stem.stem_id,))
    _rehearse(ExportSubject(project, mix, opened.info), choice, home)
    tracks, notices = _track(opened, prompts, request, report, cancel)
    with tempfile.TemporaryDirectory(prefix="separate-", dir=home.cache) as folder:
        job = SeparationJob(
            stem_id=stem.stem_id,
            label=f"Separate {stem.name}",
            media=opened.info,
            table=opened.table,
            mix=mix,
            prompts=prompts,
            target_path=Path(folder) / "target.wav",
            tracks=tracks,
            engine=engine.name,
            seed=request.seed,
            settings=settings,
            device=request.device,
        )
        made = replace(stem, result=job(report, cancel).result)
        finished = replace(project, stems=(made,))
        subject = ExportSubject(finished, mix, opened.info, tracks)
        answer = ExportJob(subject, choice, opened.table)(report, cancel)
        return replace(answer, notices=(*notices, *answer.notices))


def sound_track(media: MediaInfo, number: int | None) -> AudioStreamInfo:
    """Return a sound track by its number from 1, the first for None; `MediaError` for none."""
    if not media.audio:
        raise MediaError(
            f"{media.path} has no sound",
            advice="This clip has no sound track, so there is nothing to separate. "
            "Choose a clip with sound.",
        )
    wanted = 1 if number is None else number
    if not 1 <= wanted <= len(media.audio):
        tracks = "; ".join(
            f"{place}: {track.title or track.language or track.codec}, "
            f"{track.n_channels} channels, {track.sample_rate_hz} Hz"
            for place, track in enumerate(media.audio, start=1)
        )
        raise MediaError(
            f"{media.path} has no sound track number {wanted}",
            advice=f"Its sound tracks are {tracks}. Choose one with --audio-track.",
        )
    return media.audio[wanted - 1]


def _stem(
    engine: EngineInfo,
    prompts: PromptSet,
    settings: dict[str, SettingValue],
    request: HeadlessRequest,
) -> Stem:
    words = ", ".join(text.text for text in prompts.texts)
    return Stem(
        stem_id=_STEM_ID,
        name=words or "target",
        colour=0,
        prompts=prompts,
        engine=engine.name,
        seed=request.seed,
        settings=settings,
    )


def imported_sound(
    media: MediaInfo, track: AudioStreamInfo, home: Home, report: Report, cancel: CancelToken
) -> AudioSource:
    """Return the decoded sound of a track, from the cache if it was decoded before.

    Raises:
        CoreError: it can't be decoded, or there is no room for it.
        Cancelled: asked to stop.
    """
    try:
        home.make()
    except OSError as error:
        raise write_error(error, home.cache / "sound") from error
    cache = MediaCache(home.cache / "media", _CACHE_BYTES)
    return import_audio(media, track.index, cache, report=report, cancel=cancel).source


def _track(
    opened: OpenedMedia,
    prompts: PromptSet,
    request: HeadlessRequest,
    report: Report,
    cancel: CancelToken,
) -> tuple[dict[RegionPrompt, MaskTrack], tuple[str, ...]]:
    """Return the track of each region, and what should be known of how they were found."""
    answers = [
        TrackJob(opened.info, opened.table, region, request.segmenter, request.device)(
            report, cancel
        )
        for region in prompts.regions
    ]
    notices = dict.fromkeys(answer.notice for answer in answers if answer.notice)
    return {answer.region: answer.track for answer in answers}, tuple(notices)


def _rehearse(subject: ExportSubject, choice: ExportChoice, home: Home) -> None:
    """Look for what is in the way now, as if the stem were made: that may take an hour."""
    mix = subject.mix
    stem = subject.project.stems[0]
    promised = StemResult(
        target_path=home.cache,
        prompts=stem.prompts,
        engine=stem.engine,
        seed=stem.seed,
        settings=stem.settings,
        n_samples=mix.n_samples,
        sample_rate_hz=mix.sample_rate_hz,
        n_channels=mix.n_channels,
    )
    project = replace(subject.project, stems=(replace(stem, result=promised),))
    subject = replace(subject, project=project)
    in_the_way = files_in_the_way(subject, choice)
    if in_the_way and not choice.may_overwrite:
        raise refusal_of(in_the_way)
    rehearse_export(subject, choice)


def refusal_of(in_the_way: tuple[Path, ...]) -> CoreError:
    """Return what the command line says of files that an export would replace."""
    if in_the_way[0].is_dir():
        return file_in_the_way(in_the_way[0])
    names = ", ".join(path.name for path in in_the_way)
    return ExportError(
        f"already in {in_the_way[0].parent}: {names}",
        advice="These files were left alone. Choose another folder with -o, or allow them to be "
        "replaced with --overwrite.",
    )
