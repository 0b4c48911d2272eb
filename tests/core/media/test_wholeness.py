"""Whether a file that was cut short is known by its outermost boxes."""

from pathlib import Path

import pytest

from core.media.wholeness import is_cut_short
from tests.helpers.clips import Picture, Sound, cut_short, write_clip
from tests.helpers.sounds import tone


def _clip(folder: Path, name: str) -> Path:
    sound = Sound(tone(440, 1, 48_000, 2), 48_000)
    if name.endswith("wav"):
        return write_clip(folder / name, [], [sound])
    if name.endswith("mkv"):
        return write_clip(folder / name, [Picture()], [sound])
    aac = Sound(sound.samples, 48_000, "aac", "fltp")
    return write_clip(folder / name, [Picture()], [aac], options={"movflags": "+faststart"})


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.wav"])
def test_a_whole_file_is_whole_and_a_cut_one_is_not(tmp_path: Path, name: str) -> None:
    path = _clip(tmp_path, name)

    assert not is_cut_short(path)
    assert is_cut_short(cut_short(path, 0.8))


@pytest.mark.parametrize("content", [b"", b"abc", b"\0" * 40, b"\x1a\x45\xdf\xa3", b"RIFF"])
def test_nonsense_is_not_called_cut_short(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.bin"
    path.write_bytes(content)

    assert not is_cut_short(path)
