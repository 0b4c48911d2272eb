"""Reads filmed scenes whose stems are known.

A scene is a folder with `meta.json`, `mixture.flac`, a stem for each object, and `video.mp4`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.prompts import PromptKind, TimeSpan
from core.errors import MediaError
from core.evaluation.sounds import Mono, read_mono


@dataclass(frozen=True, slots=True, eq=False)
class SceneObject:
    """One thing that sounds in a scene, and its own sound."""

    scene: str
    group: str
    """The folder of the scene's folder: scenes of a kind stand together."""
    text: str
    is_on_screen: bool
    box: tuple[float, float, float, float] | None
    """Left, top, right and bottom in frame pixels; None for what is not on screen."""
    spans: tuple[TimeSpan, ...]
    mix: Mono
    truth: Mono
    sample_rate_hz: int
    video: Path

    @property
    def kinds(self) -> frozenset[PromptKind]:
        """The prompts that can be made for it."""
        can = {
            PromptKind.TEXT: bool(self.text),
            PromptKind.REGION: self.box is not None and self.video.is_file(),
            PromptKind.SPAN: bool(self.spans),
        }
        return frozenset(kind for kind, is_there in can.items() if is_there)


def read_scenes(folder: Path) -> Iterator[SceneObject]:
    """Yield every object that has a stem, scenes in the order of their paths.

    Raises:
        MediaError: there is no scene in `folder`, or one cannot be read.
    """
    notes = sorted(folder.rglob("meta.json")) if folder.is_dir() else []
    if not notes:
        raise MediaError(
            f"no meta.json below {folder}",
            advice="Give a folder of scenes, each with meta.json, mixture.flac and its stems.",
        )
    for note in notes:
        yield from _objects(note)


def _objects(note: Path) -> Iterator[SceneObject]:
    folder = note.parent
    try:
        # The file is JSON of any shape; what is missing or of another kind is caught below.
        meta: Any = json.loads(note.read_text(encoding="utf-8"))
        mix, rate_hz = read_mono(folder / "mixture.flac")
        things = [thing for thing in meta["objects"] if (folder / thing["stem"]).is_file()]
        for thing in things:
            truth, _ = read_mono(folder / thing["stem"])
            is_on_screen = bool(thing.get("on_screen", True))
            box = thing.get("box_xyxy") if is_on_screen else None
            yield SceneObject(
                scene=folder.name,
                group=folder.parent.name,
                text=str(thing.get("text", "")).strip(),
                is_on_screen=is_on_screen,
                box=None if box is None else (box[0], box[1], box[2], box[3]),
                spans=tuple(TimeSpan(start, end) for start, end in thing.get("spans") or ()),
                mix=mix,
                truth=truth,
                sample_rate_hz=rate_hz,
                video=folder / "video.mp4",
            )
    except (KeyError, TypeError, IndexError, ValueError, OSError) as error:
        raise MediaError(
            f"{note} does not describe a scene: {error!r}",
            advice="Give scenes with an “objects” list, mixture.flac and a stem for each object.",
        ) from error
