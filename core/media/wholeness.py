"""Tells from the outermost boxes of a file whether it was cut short, without a demuxer."""

import struct
from pathlib import Path
from typing import BinaryIO

_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp"}
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067
_MAX_BOXES = 10_000


def looks_like_mp4(path: Path) -> bool:
    """Return whether the file starts with a box of MP4 or QuickTime."""
    try:
        with path.open("rb") as file:
            return file.read(8)[4:8] in _MP4_BOXES
    except OSError:
        return False


def is_cut_short(path: Path) -> bool:
    """Return whether a box claims to reach beyond the end of the file.

    Knows MP4/QuickTime, Matroska/WebM and RIFF (WAV, AVI); says False of everything else.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in _MP4_BOXES:
            return _mp4_end(file, size_bytes) > size_bytes
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return _segment_end(file) > size_bytes
        if head[:4] == b"RIFF" and len(head) == 12:
            # Writers that could not seek back leave zero or all ones here; neither is a claim.
            claimed = int(struct.unpack("<I", head[4:8])[0])
            return claimed not in {0, 0xFFFFFFFF} and claimed + 8 > size_bytes + 1
    return False


def _mp4_end(file: BinaryIO, size_bytes: int) -> int:
    """Return where the last whole chain of boxes says it ends."""
    place = 0
    for _ in range(_MAX_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8 or place >= size_bytes:
            return place
        length = int(struct.unpack(">I", head[:4])[0])
        if length == 1 and len(head) == 16:
            length = int(struct.unpack(">Q", head[8:])[0])
        if length < 8:  # zero: up to the end of the file
            return size_bytes
        place += length
    return size_bytes


def _segment_end(file: BinaryIO) -> int:
    """Return where the Matroska segment says it ends, 0 where it does not say."""
    file.seek(0)
    for wanted in (_EBML, _SEGMENT):
        ident, _ = _vint(file, keep_marker=True)
        length, is_unknown = _vint(file, keep_marker=False)
        if ident != wanted or is_unknown:
            return 0
        if wanted == _EBML:
            file.seek(length, 1)
    return file.tell() + length


def _vint(file: BinaryIO, *, keep_marker: bool) -> tuple[int, bool]:
    """Read an EBML number: its value, and whether it is the reserved "unknown"."""
    first = file.read(1)
    if not first or first == b"\0":
        return 0, True
    n_more = 8 - first[0].bit_length()
    value = int.from_bytes(first + file.read(n_more), "big")
    if keep_marker:
        return value, False
    n_bits = 7 * (n_more + 1)
    value &= (1 << n_bits) - 1
    return value, value == (1 << n_bits) - 1
