"""What a person wants to take away, as one frozen choice: the dialog makes it, the job obeys it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class SoundFormat(StrEnum):
    """File format of exported sound."""

    WAV32F = "wav32f"
    WAV24 = "wav24"
    WAV16 = "wav16"
    FLAC = "flac"

    @property
    def suffix(self) -> str:
        return ".flac" if self is SoundFormat.FLAC else ".wav"


class OverlayStyle(StrEnum):
    """How the mask is shown in an exported overlay video."""

    COLOUR = "colour"
    OUTLINE = "outline"
    DIM = "dim"


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """Everything the export dialog asks, with the defaults it shows.

    `name_template` knows {clip}, {stem} and {role}; forbidden characters in them are replaced.
    """

    folder: Path
    stem_ids: tuple[str, ...]
    name_template: str = "{clip} - {stem} - {role}"
    sound_format: SoundFormat = SoundFormat.WAV24
    with_target: bool = True
    with_residual: bool = True
    with_mix: bool = False
    with_video: bool = False
    """The clip with the target as its sound; the picture stream is copied, not re-encoded."""
    with_overlay: bool = False
    overlay_style: OverlayStyle = OverlayStyle.COLOUR
    with_matte: bool = False
    """A black and white video of the mask."""
    with_labels: bool = False
    """Audacity labels of the spans."""
    may_overwrite: bool = False
    """Set only after the person has been asked about the files in the way."""


@dataclass(frozen=True, slots=True)
class SoundingExportChoice:
    """What a person wants to take away of what sounds: a video that shows it, masks as data."""

    folder: Path
    style: OverlayStyle = OverlayStyle.COLOUR
    with_matte: bool = False
    """A black and white video of all that sounds."""
    may_overwrite: bool = False
    """Set only after the person has been asked about the files in the way."""
