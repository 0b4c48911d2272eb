"""One run of an export: listens for clipping, then writes file after file beside its place."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.domain.audio import AudioSource
from core.domain.audio_math import Difference
from core.domain.export import ExportChoice
from core.domain.project import Stem
from core.domain.stem_colours import stem_colour_rgb
from core.files.atomic import Delivery
from core.files.labels import labels_text
from core.files.manifest import ManifestFacts, manifest_text
from core.files.matte_video import write_matte
from core.files.overlay_video import OverlayLook, write_overlay
from core.files.pcm import common_gain, extent_of
from core.files.remux import remux
from core.files.sound_file import SoundSpec, bits_of, refuse_unfit, size_bytes, write_sound
from core.files.sound_track import VideoSound
from core.jobs.effort import Effort
from core.jobs.export_plan import ExportPlan, ExportSubject, PlannedFile, Role
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.media.wav_source import WavSource
from core.progress import CancelToken, Report
from core.units import gain_to_db

# Roughly how long each takes, beside a sound file of the same length.
_EFFORT = {Role.VIDEO: 3.0, Role.OVERLAY: 30.0, Role.MATTE: 10.0, Role.LABELS: 0.01}
_EFFORT_OF_LISTENING = 0.3
_SOUNDS = frozenset({Role.MIX, Role.TARGET, Role.RESIDUAL})
_VIDEO_SOUND_BITS = 24


class ExportRun:
    """Writes the files of a plan; `notices` and `gain` are known afterwards."""

    def __init__(
        self,
        subject: ExportSubject,
        choice: ExportChoice,
        plan: ExportPlan,
        table: PtsTable | None,
    ) -> None:
        self.gain = 1.0
        self._subject, self._choice, self._table = subject, choice, table
        self._files = plan.files
        self._notices = list(plan.notices)
        self._stems = tuple(subject.project.stem(stem_id) for stem_id in choice.stem_ids)
        self._targets = {
            stem.stem_id: WavSource(stem.result.target_path, subject.mix.start_s)
            for stem in self._stems
            if stem.result is not None
        }

    def close(self) -> None:
        """Let go of the stems' files."""
        for target in self._targets.values():
            target.close()

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(self._notices)

    def write(
        self, delivery: Delivery, *, report: Report, cancel: CancelToken
    ) -> Mapping[str, Path]:
        """Write every file beside its place and return role to final path."""
        # All names are claimed first: a file in the way is known before an hour of work.
        beside = claim_all(self._files, self._subject, self._choice, delivery)
        effort = Effort("Export", self._total_effort(), report)
        self.gain = self._listen(effort, cancel)
        for seed, (planned, path) in enumerate(beside.items()):
            cancel.raise_if_cancelled()
            weight = _effort_of(planned)
            self._write_one(planned, path, seed, report=effort.part(weight), cancel=cancel)
            effort.finish(weight)
        return self._by_role()

    def _write_one(
        self, planned: PlannedFile, path: Path, seed: int, *, report: Report, cancel: CancelToken
    ) -> None:
        match planned.role:
            case Role.MIX | Role.TARGET | Role.RESIDUAL:
                spec = SoundSpec(self._choice.sound_format, self.gain, seed)
                write_sound(self._sound(planned), path, spec, report=report, cancel=cancel)
            case Role.LABELS:
                text = labels_text(self._stem(planned), self._subject.mix.start_s)
                path.write_text(text, "utf-8", newline="\n")
            case Role.MANIFEST:
                path.write_text(self._manifest(cancel), "utf-8", newline="\n")
            case _:
                self._write_video(planned, path, report=report, cancel=cancel)

    def _write_video(
        self, planned: PlannedFile, path: Path, *, report: Report, cancel: CancelToken
    ) -> None:
        stem, media = self._stem(planned), self._subject.media
        assert media is not None  # a plan without a clip holds no video
        if planned.role is Role.VIDEO:
            remux(media, self._video_sound(stem), path, report=report, cancel=cancel)
            return
        masks = self._subject.masks_of(stem)
        with FrameReader(media, self._table) as picture:
            if planned.role is Role.MATTE:
                write_matte(picture, masks, path, report=report, cancel=cancel)
            else:
                look = OverlayLook(masks, self._choice.overlay_style, stem_colour_rgb(stem.colour))
                sound = self._video_sound(stem)
                write_overlay(picture, look, sound, path, report=report, cancel=cancel)

    def _stem(self, planned: PlannedFile) -> Stem:
        return self._subject.project.stem(planned.stem_id or "")

    def _sound(self, planned: PlannedFile) -> AudioSource:
        mix = self._subject.mix
        if planned.role is Role.MIX:
            return mix
        target = self._targets[planned.stem_id or ""]
        return target if planned.role is Role.TARGET else Difference(mix, target)

    def _video_sound(self, stem: Stem) -> VideoSound:
        """The target where there is one; an overlay of an unseparated stem keeps the mix."""
        source = self._targets.get(stem.stem_id, self._subject.mix)
        return VideoSound(source, self.gain)

    def _listen(self, effort: Effort, cancel: CancelToken) -> float:
        """Return the common gain, and note it where it is one."""
        n_bits, sounds = self._clippable()
        extents = []
        for sound in sounds:
            extents.append(extent_of(sound, cancel=cancel))
            effort.finish(_EFFORT_OF_LISTENING)
        gain = common_gain(extents, n_bits)
        if gain < 1.0:
            is_float = bits_of(self._choice.sound_format) is None
            which = "The sounds of the videos were" if is_float else "All exported sounds were"
            self._notices.append(
                f"{which} lowered together by {-gain_to_db(gain):.2f} dB, because one of them "
                "would have clipped. 32-bit float WAV keeps the original level."
            )
        return gain

    def _clippable(self) -> tuple[int, list[AudioSource]]:
        """Return the sounds that become whole numbers, and the least bits among them."""
        n_bits = bits_of(self._choice.sound_format)
        planned = [one for one in self._files if n_bits is not None and one.role in _SOUNDS]
        sounds = [self._sound(one) for one in planned]
        heard = {one.stem_id for one in planned if one.role is Role.TARGET}
        for one in self._files:
            if one.role in {Role.VIDEO, Role.OVERLAY} and one.stem_id not in heard:
                heard.add(one.stem_id)
                sounds.append(self._video_sound(self._stem(one)).source)
        return (n_bits or _VIDEO_SOUND_BITS), sounds

    def _total_effort(self) -> float:
        written = sum(_effort_of(planned) for planned in self._files)
        return written + _EFFORT_OF_LISTENING * len(self._clippable()[1])

    def _by_role(self) -> Mapping[str, Path]:
        return MappingProxyType({self._role_name(planned): planned.path for planned in self._files})

    def _role_name(self, planned: PlannedFile) -> str:
        if planned.stem_id is None or len(self._stems) == 1:
            return planned.role.value
        stem = self._stem(planned)
        is_only = sum(other.name == stem.name for other in self._stems) == 1
        return f"{stem.name if is_only else f'{stem.name} {stem.stem_id}'}/{planned.role.value}"

    def _manifest(self, cancel: CancelToken) -> str:
        made = [planned for planned in self._files if planned.role is not Role.MANIFEST]
        facts = ManifestFacts(
            project=self._subject.project,
            stems=self._stems,
            choice=self._choice,
            mix=self._subject.mix,
            media=self._subject.media,
            files={self._role_name(planned): planned.path.name for planned in made},
            stem_files={
                stem.stem_id: {p.role.value: p.path.name for p in made if p.stem_id == stem.stem_id}
                for stem in self._stems
            },
            gain=self.gain,
            notices=self.notices,
        )
        return manifest_text(facts, cancel=cancel)


def claim_all(
    files: tuple[PlannedFile, ...],
    subject: ExportSubject,
    choice: ExportChoice,
    delivery: Delivery,
) -> dict[PlannedFile, Path]:
    """Return where to write each of `files`.

    Raises:
        ExportError: a file is in the way, the folder or the disk refuses, or the format cannot
            hold the sound.
    """
    beside = {}
    for planned in files:
        n_bytes = 0
        if planned.role in _SOUNDS:
            refuse_unfit(subject.mix, choice.sound_format)
            n_bytes = size_bytes(subject.mix, choice.sound_format)
        beside[planned] = delivery.beside(planned.path, n_bytes=n_bytes)
    return beside


def _effort_of(planned: PlannedFile) -> float:
    return _EFFORT.get(planned.role, 1.0)
