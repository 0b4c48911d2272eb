"""All things cut out of a folder's pictures, in one file, made once and read at once.

Cutting takes half a second a photograph, laying a cut-out over a ground next to nothing. Beside the
cut-outs stand the grounds: pictures of nothing that sounds, and photographs to be blurred.

Letters in shapes: H, W pixels of a cut-out, h, w of a ground.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.errors import MediaError
from core.progress import CancelToken, Progress, Report
from core.scenes.cutting import cut_out

Files = Mapping[str, Sequence[Path]]
"""Pictures of each class; a class whose name begins with an underscore shows nothing that sounds,
and a file whose name begins with `art_` is a drawing."""

_VERSION = 3
_CUT_PX, _GROUND_PX = 192, 128
"""Longest sides: of a picture that is cut, of a ground."""

_PIXELS_FILE, _INDEX_FILE = "cutouts.u8", "cutouts.json"

Kind = Literal["cutout", "nothing", "scenery"]


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """One thing, tightly cropped."""

    label: str
    is_drawing: bool
    pixels: Pixels  # (H, W, 3)
    share: npt.NDArray[np.uint8]  # (H, W), 255 where the thing is


@dataclass(frozen=True, slots=True)
class CutoutBank:
    """What made pictures are made of."""

    cutouts: tuple[Cutout, ...]
    nothing: tuple[Pixels, ...]
    """Pictures of nothing that sounds, (h, w, 3)."""
    scenery: tuple[Pixels, ...]
    """Photographs whose corners and blurred shapes make grounds, (h, w, 3)."""

    def by_class(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the cut-outs of each class, classes sorted."""
        numbers: dict[str, list[int]] = {}
        for number, cutout in enumerate(self.cutouts):
            numbers.setdefault(cutout.label, []).append(number)
        return {label: tuple(found) for label, found in sorted(numbers.items())}


def open_cutouts(
    pictures: Files, cache: Path, *, report: Report, cancel: CancelToken
) -> CutoutBank:
    """Return the cut-outs of these pictures, from `cache` if they were made before.

    Pictures in which no thing is found for sure give none.

    Raises:
        MediaError: a picture can't be decoded.
        Cancelled: nothing half-made is kept.
    """
    folder = cache / _key(pictures)
    if not (folder / _INDEX_FILE).is_file():
        _make(pictures, folder, report=report, cancel=cancel)
    return _read(folder)


def read_picture(path: Path, longest_px: int) -> Pixels:
    """Return a picture (H, W, 3), shrunk where it is larger.

    Raises:
        MediaError: it can't be decoded.
    """
    found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise MediaError(f"can't decode {path}", advice=f"Remove or replace “{path.name}”.")
    return _shrunk(np.asarray(found[:, :, ::-1], np.uint8), longest_px)


def _make(pictures: Files, folder: Path, *, report: Report, cancel: CancelToken) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "cutouts.part"
    rows: list[dict[str, object]] = []
    files = [(label, path) for label, paths in sorted(pictures.items()) for path in paths]
    try:
        with partial.open("wb") as out:
            for done, (label, path) in enumerate(files):
                cancel.raise_if_cancelled()
                report(Progress("Cutting out pictures", done, len(files)))
                rows += _written(label, path, out)
        partial.replace(folder / _PIXELS_FILE)
    finally:
        partial.unlink(missing_ok=True)
    # Written last: its presence says that the pixels are whole.
    (folder / _INDEX_FILE).write_text(json.dumps(rows), encoding="utf-8")


def _written(label: str, path: Path, out: BinaryIO) -> Iterator[dict[str, object]]:
    """Write what a picture gives, and yield a row for each."""
    pixels = read_picture(path, _CUT_PX)
    is_drawing = path.name.startswith("art_")
    is_of_nothing = label.startswith("_")

    def row(kind: Kind, planes: npt.NDArray[np.uint8]) -> dict[str, object]:
        start = out.tell()
        out.write(np.ascontiguousarray(planes).tobytes())
        return {
            "kind": kind, "label": label, "is_drawing": is_drawing,
            "start": start, "shape": planes.shape,
        }  # fmt: skip

    if not is_drawing:
        yield row("nothing" if is_of_nothing else "scenery", _shrunk(pixels, _GROUND_PX))
    if is_of_nothing:
        return
    mask = cut_out(pixels, is_drawing=is_drawing)
    if mask is not None:
        yield row("cutout", _cropped(pixels, mask, is_drawing=is_drawing))


def _cropped(pixels: Pixels, mask: Mask, *, is_drawing: bool) -> npt.NDArray[np.uint8]:
    """Return (H, W, 4): the thing with its mask, no more around it than its soft edge needs."""
    share = mask.astype(np.uint8) * 255
    if not is_drawing:
        # The outermost pixels of a photographed thing hold some of what was behind it.
        eroded = cv2.erode(share, np.ones((3, 3), np.uint8), borderValue=255)
        share = np.asarray(eroded, np.uint8)
    share = np.asarray(cv2.blur(share, (3, 3)), np.uint8)
    left, top, wide, high = cv2.boundingRect(share)
    part = slice(top, top + high), slice(left, left + wide)
    return np.concatenate([pixels[part], share[part][:, :, None]], 2)


def _read(folder: Path) -> CutoutBank:
    rows = json.loads((folder / _INDEX_FILE).read_text(encoding="utf-8"))
    path = folder / _PIXELS_FILE
    # No pictures are no pixels, and of those there can be no map.
    held = np.memmap(path, np.uint8, "r") if rows else np.zeros(0, np.uint8)

    def planes(row: Mapping[str, object]) -> npt.NDArray[np.uint8]:
        shape = tuple(row["shape"])  # type: ignore[arg-type, var-annotated]  # from JSON
        start = int(row["start"])  # type: ignore[call-overload]
        return np.asarray(held[start : start + int(np.prod(shape))]).reshape(shape)

    def of(kind: Kind) -> tuple[npt.NDArray[np.uint8], ...]:
        return tuple(planes(row) for row in rows if row["kind"] == kind)

    cut = [row for row in rows if row["kind"] == "cutout"]
    cutouts = (
        Cutout(row["label"], row["is_drawing"], found[:, :, :3], found[:, :, 3])
        for row, found in zip(cut, of("cutout"), strict=True)
    )
    return CutoutBank(tuple(cutouts), of("nothing"), of("scenery"))


def _shrunk(pixels: Pixels, longest_px: int) -> Pixels:
    scale = min(1.0, longest_px / max(pixels.shape[:2]))
    size = [max(8, round(side * scale)) for side in pixels.shape[1::-1]]
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _key(pictures: Files) -> str:
    """Return a name that changes when a file or the way of cutting does."""
    digest = hashlib.sha256(f"{_VERSION}:{_CUT_PX}:{_GROUND_PX}".encode())
    for label, paths in sorted(pictures.items()):
        for path in paths:
            stat = path.stat()
            digest.update(f"{label}:{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]
