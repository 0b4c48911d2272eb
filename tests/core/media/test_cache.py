"""Decoded media stays on disk until it is too much, and never half of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.media.cache import MediaCache, media_key
from core.media.probe import probe
from tests.helpers.clips import Sound, write_clip
from tests.helpers.sounds import tone


def _filled(cache: MediaCache, key: str, n_bytes: int, used_at: float) -> Path:
    entry = cache.create(key)
    (entry.path / "content").write_bytes(bytes(n_bytes))
    entry.mark_whole({"n": n_bytes})
    entry.release()
    os.utime(entry.path / "whole.json", (used_at, used_at))
    return entry.path


def test_an_entry_is_found_once_it_is_whole(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 10_000)
    entry = cache.create("key")

    assert cache.find("key") is None
    entry.mark_whole({"n_samples": 7})

    found = cache.find("key")
    assert found is not None
    assert found.path == entry.path
    assert found.facts() == {"n_samples": 7}


def test_the_longest_unused_go_first_and_only_as_many_as_needed(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 2_500)
    old, middle, new = (_filled(cache, f"key{n}", 1_000, 1_000.0 + n) for n in range(3))

    cache.trim()

    assert not old.exists()
    assert middle.exists()
    assert new.exists()


def test_finding_an_entry_makes_it_young_again(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 2_500)
    old, middle, _ = (_filled(cache, f"key{n}", 1_000, 1_000.0 + n) for n in range(3))
    found = cache.find("key0")
    assert found is not None
    found.release()

    cache.trim()

    assert old.exists()
    assert not middle.exists()


def test_what_is_in_use_is_never_dropped(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 0)
    path = _filled(cache, "key", 1_000, 1_000.0)
    in_use = cache.find("key")
    assert in_use is not None

    MediaCache(tmp_path, 0).trim()
    assert path.exists()

    in_use.release()
    cache.trim()
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="holds a lock the POSIX way")
def test_what_another_window_uses_is_never_dropped(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 0)
    path = _filled(cache, "key", 1_000, 1_000.0)
    half = cache.create("other").path
    hold = (
        "import fcntl, sys\n"
        "files = [open(name, 'ab') for name in sys.argv[1:]]\n"
        "[fcntl.flock(file, fcntl.LOCK_SH) for file in files]\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    held = [str(folder / "in_use") for folder in (path, half)]
    with subprocess.Popen(
        [sys.executable, "-c", hold, *held],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "held\n"

        cache.trim()

        assert path.exists()
        assert half.exists()
        window.communicate("")
    # A window that has gone, or crashed, holds nothing any more.
    cache.trim()
    assert not path.exists()
    assert not half.exists()


def test_what_a_crash_left_half_written_is_dropped(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 10_000)
    entry = cache.create("key")
    (entry.path / "samples.f32").write_bytes(bytes(100))
    entry.release()

    cache.trim()

    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_this_run_survives_trimming(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, 0)
    path = cache.entry("stem")
    (path / "tiles").write_bytes(bytes(100))

    cache.trim()

    assert path.exists()
    assert cache.entry("stem") == path


def test_a_cache_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path / "not" / "yet", 100)

    cache.trim()

    assert cache.find("key") is None


def test_a_key_belongs_to_one_state_of_one_track(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.wav", [], [Sound(tone(440, 0.1, 8_000), 8_000)])
    info = probe(path)
    key = media_key(info, 0)

    assert media_key(info, 0) == key
    assert media_key(info, 1) != key
    os.utime(path, (1, 1))
    assert media_key(info, 0) != key
