"""A mask track as one compact file: NumPy's npz, arrays only, nothing that could run.

Arrays: `pts` int64 (K,), `confidence` float64 (K,), `size_px` int64 (K, 2) height and width,
`packed` the masks one after the other as `TrackedMask` packs them, `ends` int64 (K,) where each
ends in `packed`, `clock` the time base and origin as text.
"""

import hashlib
import io
import zipfile
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.domain.masks import MaskTrack, TrackedMask


def mask_file_bytes(track: MaskTrack) -> bytes:
    """Return the content of the file for `track`."""
    masks = track.masks
    buffer = io.BytesIO()
    np.savez(
        buffer,
        pts=np.array([mask.pts for mask in masks], np.int64),
        confidence=np.array([mask.confidence for mask in masks], np.float64),
        size_px=np.array([(m.height_px, m.width_px) for m in masks], np.int64).reshape(-1, 2),
        packed=np.frombuffer(b"".join(mask.packed for mask in masks), np.uint8),
        ends=np.cumsum([len(mask.packed) for mask in masks], dtype=np.int64),
        clock=np.array([str(track.time_base), str(track.origin_s)]),
    )
    return buffer.getvalue()


def mask_file_name(track: MaskTrack) -> str:
    """Return a name that only the very same track has, so that it is never written twice."""
    digest = hashlib.sha1(f"{track.time_base} {track.origin_s}".encode(), usedforsecurity=False)
    for mask in track:
        head = f"{mask.pts} {mask.height_px} {mask.width_px} {mask.confidence!r} "
        digest.update(head.encode() + mask.packed)
    return f"mask-{digest.hexdigest()[:20]}.npz"


def read_mask_file(path: Path) -> MaskTrack:
    """Return the track in `path`.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a mask track, or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            clock = [Fraction(str(text)) for text in stored["clock"]]
            packed = stored["packed"].tobytes()
            starts = [0, *stored["ends"].tolist()]
            rows = zip(
                stored["pts"].tolist(),
                stored["size_px"].tolist(),
                stored["confidence"].tolist(),
                starts,
                starts[1:],
                strict=False,
            )
            masks = tuple(
                TrackedMask(pts, height_px, width_px, packed[start:end], confidence)
                for pts, (height_px, width_px), confidence, start, end in rows
            )
            if masks:
                masks[-1].unpack()  # the end is what a cut file lacks
        return MaskTrack(clock[0], clock[1], masks)
    except (KeyError, IndexError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is not a mask track: {error}") from error
