"""Decides which files an export writes and what they are called, before anything is written.

The dialog shows this plan, the question about files in the way is asked of it, the job obeys it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.domain.audio import AudioSource
from core.domain.export import ExportChoice
from core.domain.masks import MaskTrack
from core.domain.media import MediaInfo
from core.domain.project import Project, Stem
from core.domain.prompts import RegionPrompt
from core.files.frames_video import SUFFIX as FRAMES_SUFFIX
from core.files.frames_video import frames_suffix
from core.files.names import fill_template, taken_key, unique_name
from core.files.remux import video_suffix
from core.files.sound_track import VideoSound


class Role(StrEnum):
    """What a file of an export is; the manifest maps these to file names."""

    MIX = "mix"
    TARGET = "target"
    RESIDUAL = "residual"
    VIDEO = "video"
    OVERLAY = "overlay"
    MATTE = "matte"
    LABELS = "labels"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True, eq=False)
class ExportSubject:
    """What there is to export from: the project and what stands behind it."""

    project: Project
    mix: AudioSource
    media: MediaInfo | None = None
    tracks: Mapping[RegionPrompt, MaskTrack] = field(default_factory=dict)

    def masks_of(self, stem: Stem) -> tuple[MaskTrack, ...]:
        """Return what has been tracked of the stem's regions."""
        found = (self.tracks.get(region) for region in stem.prompts.regions)
        return tuple(track for track in found if track is not None and len(track))


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to write; `stem_id` is None for what belongs to all stems."""

    role: Role
    path: Path
    stem_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All files, and what the person should be told about them."""

    files: tuple[PlannedFile, ...]
    notices: tuple[str, ...]

    def in_the_way(self) -> tuple[Path, ...]:
        """Return the files that exist already, to ask whether they may be replaced."""
        return tuple(planned.path for planned in self.files if planned.path.exists())


def plan_export(subject: ExportSubject, choice: ExportChoice) -> ExportPlan:
    """Return what `choice` asks for, as far as `subject` has it.

    Raises:
        ExportError: the name template is not understood.
        KeyError: a stem id is unknown.
    """
    planner = _Planner(subject, choice)
    if choice.with_mix:
        planner.add(Role.MIX, None, choice.sound_format.suffix)
    for stem_id in choice.stem_ids:
        planner.add_stem(subject.project.stem(stem_id))
    if planner.files:
        planner.add(Role.MANIFEST, None, ".json")
    return ExportPlan(tuple(planner.files), tuple(dict.fromkeys(planner.notices)))


def files_in_the_way(subject: ExportSubject, choice: ExportChoice) -> tuple[Path, ...]:
    """Return the files that this export would replace."""
    return plan_export(subject, choice).in_the_way()


class _Planner:
    """Collects files under names that are all different."""

    def __init__(self, subject: ExportSubject, choice: ExportChoice) -> None:
        self.files: list[PlannedFile] = []
        self.notices: list[str] = []
        self._subject = subject
        self._choice = choice
        self._taken: set[str] = set()

    def add(self, role: Role, stem: Stem | None, suffix: str) -> None:
        media = self._subject.media
        template = self._choice.name_template
        name = fill_template(
            template if stem else _without_stem(template),
            clip=media.path.stem if media else "sound",
            stem=stem.name if stem else "",
            role=role.value,
        )
        file_name = unique_name(name, suffix, self._taken)
        self._taken.add(taken_key(file_name))
        path = self._choice.folder / file_name
        self.files.append(PlannedFile(role, path, stem.stem_id if stem else None))

    def add_stem(self, stem: Stem) -> None:
        choice = self._choice
        self._add_sounds(stem)
        if choice.with_video:
            self._add_video(stem)
        if choice.with_overlay or choice.with_matte:
            self._add_masks(stem)
        if choice.with_labels:
            self._add_labels(stem)

    def _add_sounds(self, stem: Stem) -> None:
        choice = self._choice
        wanted = {Role.TARGET: choice.with_target, Role.RESIDUAL: choice.with_residual}
        roles = [role for role, is_wanted in wanted.items() if is_wanted]
        if roles and stem.result is None:
            self._skip(stem, roles, "it has not been separated yet")
            return
        if stem.is_stale and (roles or choice.with_video):
            self.notices.append(
                f"“{stem.name}” was separated before its prompts were last changed; "
                "the export holds that result."
            )
        for role in roles:
            self.add(role, stem, choice.sound_format.suffix)

    def _add_video(self, stem: Stem) -> None:
        media = self._subject.media
        if media is None or media.video is None:
            self._skip(stem, [Role.VIDEO], "the clip has no picture")
        elif stem.result is None:
            self._skip(stem, [Role.VIDEO], "it has not been separated yet")
        else:
            # The target has the mix's own rate and channels.
            suffix, notice = video_suffix(media, VideoSound(self._subject.mix))
            self._note(notice)
            self.add(Role.VIDEO, stem, suffix)

    def _add_masks(self, stem: Stem) -> None:
        choice, media = self._choice, self._subject.media
        wanted = {Role.OVERLAY: choice.with_overlay, Role.MATTE: choice.with_matte}
        roles = [role for role, is_wanted in wanted.items() if is_wanted]
        masks = self._subject.masks_of(stem)
        if media is None or media.video is None:
            self._skip(stem, roles, "the clip has no picture")
        elif not masks:
            self._skip(stem, roles, "nothing was clicked or boxed in the picture")
        else:
            self._note(_missing_masks(stem, masks, media))
            for role in roles:
                suffix = FRAMES_SUFFIX
                if role is Role.OVERLAY:
                    suffix, notice = frames_suffix(VideoSound(self._subject.mix))
                    self._note(notice)
                self.add(role, stem, suffix)

    def _add_labels(self, stem: Stem) -> None:
        if stem.prompts.spans or stem.prompts.spectral:
            self.add(Role.LABELS, stem, ".txt")
        else:
            self._skip(stem, [Role.LABELS], "no span is marked")

    def _skip(self, stem: Stem, roles: Iterable[Role], why: str) -> None:
        self.notices.append(f"No {' and '.join(roles)} of “{stem.name}”: {why}.")

    def _note(self, notice: str | None) -> None:
        if notice:
            self.notices.append(notice)


def _missing_masks(stem: Stem, masks: tuple[MaskTrack, ...], media: MediaInfo) -> str | None:
    n_tracked = max(len(track) for track in masks)
    n_frames = media.video.n_frames if media.video else 0
    if n_tracked >= n_frames:
        return None
    return f"The mask of “{stem.name}” is known on {n_tracked} of {n_frames} frames only."


def _without_stem(template: str) -> str:
    """Return the template for files that belong to no stem, without the gap it would leave."""
    return re.sub(r"\{stem\}[\s_.-]*", "", template) or "{role}"
