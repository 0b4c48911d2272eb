"""`manifest.json`: what an export was made from, by which engine and how, and what each file is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.domain.audio import AudioSource
from core.domain.export import ExportChoice
from core.domain.media import MediaInfo
from core.domain.project import Project, Stem
from core.files.project_json import settings_to_json
from core.files.prompt_json import Json, prompts_to_json
from core.files.versions import versions
from core.progress import CancelToken
from core.units import gain_to_db

FORMAT = "soloist-export"
VERSION = 1

# A checksum reads the whole clip; beyond this it would take longer than the export.
_MAX_HASHED_BYTES = 256 * 2**20
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class ManifestFacts:
    """What is known at the end of an export. `files` maps each role to its bare file name."""

    project: Project
    stems: tuple[Stem, ...]
    choice: ExportChoice
    mix: AudioSource
    media: MediaInfo | None
    files: Mapping[str, str]
    stem_files: Mapping[str, Mapping[str, str]]
    """The same for each stem by its id."""
    gain: float
    notices: tuple[str, ...]


def manifest_text(facts: ManifestFacts, *, cancel: CancelToken) -> str:
    """Return the manifest as JSON. The engine, prompts and settings are those of the results."""
    made = [_stem_record(stem, facts.stem_files.get(stem.stem_id, {})) for stem in facts.stems]
    document = {
        **head_record(facts.files),
        "clip": _clip_of(facts, cancel),
        "sound": _sound_record(facts),
    }
    if len(made) == 1:
        # One sound is the common case: what made it stands at the top too.
        document |= {key: made[0][key] for key in ("engine", "prompts", "settings", "seed")}
    document |= {"stems": made, "notices": list(facts.notices), "versions": versions()}
    return as_text(document)


def head_record(files: Mapping[str, str]) -> dict[str, Json]:
    """Return what every manifest begins with; `files` maps each role to its bare file name."""
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "version": VERSION, "made_at": made_at, "files": dict(files)}


def as_text(document: Mapping[str, Json]) -> str:
    """Return a manifest as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _stem_record(stem: Stem, files: Mapping[str, str]) -> dict[str, Json]:
    result = stem.result
    return {
        "name": stem.name,
        "files": dict(files),
        "engine": stem.engine if result is None else result.engine,
        "prompts": prompts_to_json(stem.prompts if result is None else result.prompts),
        "settings": settings_to_json(stem.settings if result is None else result.settings),
        "seed": stem.seed if result is None else result.seed,
        "report": {} if result is None else settings_to_json(result.report),
    }


def _clip_of(facts: ManifestFacts, cancel: CancelToken) -> dict[str, Json] | None:
    media = facts.media
    return None if media is None else clip_record(media, facts.project.audio_stream, cancel=cancel)


def clip_record(
    media: MediaInfo, audio_stream: int | None, *, cancel: CancelToken
) -> dict[str, Json]:
    """Return what is said of the clip of an export, and of its sound track `audio_stream`."""
    track = media.audio_stream(audio_stream)
    return {
        "name": media.path.name,
        "size_bytes": media.size_bytes,
        "sha256": _sha256(media.path, cancel),
        "container": media.container,
        "duration_s": media.duration_s,
        "audio_track": None if track is None else track.index,
        "audio_codec": None if track is None else track.codec,
        "warnings": list(media.warnings),
    }


def _sound_record(facts: ManifestFacts) -> dict[str, Json]:
    mix = facts.mix
    return {
        "format": facts.choice.sound_format.value,
        "sample_rate_hz": mix.sample_rate_hz,
        "n_channels": mix.n_channels,
        "n_samples": mix.n_samples,
        "start_s": mix.start_s,
        "common_gain_db": 0.0 if facts.gain == 1.0 else gain_to_db(facts.gain),
    }


def _sha256(path: Path, cancel: CancelToken) -> str | None:
    """Return the clip's checksum; None for large clips and those that were moved away."""
    digest = hashlib.sha256()
    try:
        if path.stat().st_size > _MAX_HASHED_BYTES:
            return None
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                cancel.raise_if_cancelled()
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
