"""The project as JSON and back. Files it needs are named here and brought in place elsewhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.domain.engines import SettingValue
from core.domain.project import Project, Stem, StemResult
from core.domain.prompts import RegionPrompt
from core.files.project_versions import FORMAT, VERSION, Document
from core.files.prompt_json import (
    Json,
    as_items,
    as_number,
    as_record,
    as_text,
    as_truth,
    as_whole,
    prompts_from_json,
    prompts_to_json,
    region_from_json,
    region_to_json,
)


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """Where the clip lies: relative to the project's folder, and its size to know it again."""

    path: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class StoredProject:
    """What the JSON says: a project whose files are still only names in the data folder."""

    project: Project
    media: MediaPlace | None
    track_files: Mapping[RegionPrompt, str]


def project_to_json(stored: StoredProject, saved_by: str) -> dict[str, Json]:
    """Return the document; the target path of each result is written as its bare file name."""
    project = stored.project
    media = stored.media
    return {
        "format": FORMAT,
        "version": VERSION,
        "saved_by": saved_by,
        "media": None if media is None else {"path": media.path, "size_bytes": media.size_bytes},
        "audio_stream": project.audio_stream,
        "stems": [_stem_to_json(stem) for stem in project.stems],
        "selected_stem_id": project.selected_stem_id,
        "loop_start_s": project.loop_start_s,
        "loop_end_s": project.loop_end_s,
        "tracks": [
            {"region": region_to_json(region), "file": name}
            for region, name in stored.track_files.items()
        ],
    }


def project_from_json(document: Document) -> StoredProject:
    """Return what `project_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError, PromptError: the document is damaged.
    """
    stems = as_items(document["stems"], _stem_from_json)
    stem_ids = {stem.stem_id for stem in stems}
    if len(stem_ids) != len(stems):
        raise ValueError("two stems have the same id")
    selected = document["selected_stem_id"]
    project = Project(
        media_path=None,
        audio_stream=None if (at := document["audio_stream"]) is None else as_whole(at),
        stems=stems,
        selected_stem_id=as_text(selected) if selected in stem_ids else None,
        loop_start_s=_number_or_none(document["loop_start_s"]),
        loop_end_s=_number_or_none(document["loop_end_s"]),
    )
    tracks = as_items(document["tracks"], as_record)
    files = {region_from_json(track["region"]): file_name(track["file"]) for track in tracks}
    media = document["media"]
    return StoredProject(project, None if media is None else _media_from_json(media), files)


def file_name(value: Json) -> str:
    """Return a bare file name; a path that leads out of the data folder is damage, or worse."""
    name = as_text(value)
    if not name or name != PurePosixPath(name).name or "\\" in name or name in {".", ".."}:
        raise ValueError(f"{name!r} is not a file name")
    return name


def _media_from_json(value: Json) -> MediaPlace:
    record = as_record(value)
    size_bytes = record["size_bytes"]
    return MediaPlace(as_text(record["path"]), None if size_bytes is None else as_whole(size_bytes))


def _stem_to_json(stem: Stem) -> dict[str, Json]:
    return {
        "stem_id": stem.stem_id,
        "name": stem.name,
        "colour": stem.colour,
        "prompts": prompts_to_json(stem.prompts),
        "engine": stem.engine,
        "seed": stem.seed,
        "settings": settings_to_json(stem.settings),
        "result": None if stem.result is None else _result_to_json(stem.result),
        "gain_db": stem.gain_db,
        "is_muted": stem.is_muted,
        "is_soloed": stem.is_soloed,
    }


def _stem_from_json(value: Json) -> Stem:
    record = as_record(value)
    result = record["result"]
    return Stem(
        stem_id=as_text(record["stem_id"]),
        name=as_text(record["name"]),
        colour=as_whole(record["colour"]),
        prompts=prompts_from_json(record["prompts"]),
        engine=as_text(record["engine"]),
        seed=as_whole(record["seed"]),
        settings=settings_from_json(record["settings"]),
        result=None if result is None else _result_from_json(result),
        gain_db=as_number(record["gain_db"]),
        is_muted=as_truth(record["is_muted"]),
        is_soloed=as_truth(record["is_soloed"]),
    )


def _result_to_json(result: StemResult) -> dict[str, Json]:
    return {
        "target_file": result.target_path.name,
        "prompts": prompts_to_json(result.prompts),
        "engine": result.engine,
        "seed": result.seed,
        "settings": settings_to_json(result.settings),
        "n_samples": result.n_samples,
        "sample_rate_hz": result.sample_rate_hz,
        "n_channels": result.n_channels,
        "report": settings_to_json(result.report),
    }


def _result_from_json(value: Json) -> StemResult:
    record = as_record(value)
    return StemResult(
        target_path=Path(file_name(record["target_file"])),
        prompts=prompts_from_json(record["prompts"]),
        engine=as_text(record["engine"]),
        seed=as_whole(record["seed"]),
        settings=settings_from_json(record["settings"]),
        n_samples=as_whole(record["n_samples"]),
        sample_rate_hz=as_whole(record["sample_rate_hz"]),
        n_channels=as_whole(record["n_channels"]),
        report=settings_from_json(record["report"]),
    )


def settings_to_json(settings: Mapping[str, SettingValue]) -> dict[str, Json]:
    """Return what JSON can hold: plain numbers for NumPy's, and nothing that is not finite."""
    plain = {
        name: getattr(value, "item", lambda value=value: value)()
        for name, value in settings.items()
    }
    return {
        name: value
        for name, value in plain.items()
        if not (isinstance(value, float) and not math.isfinite(value))
    }


def settings_from_json(value: Json) -> dict[str, SettingValue]:
    """Return names to plain values; anything nested is damage."""
    settings: dict[str, SettingValue] = {}
    for name, setting in as_record(value).items():
        if not isinstance(setting, bool | int | float | str):
            raise TypeError(f"setting {name} is {setting!r:.60}")
        settings[name] = setting
    return settings


def _number_or_none(value: Json) -> float | None:
    return None if value is None else as_number(value)
