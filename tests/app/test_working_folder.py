"""Stems that were never saved take no room for long."""

import time

from app.working_folder import STALE_S, WorkingFolder


def test_two_sessions_have_a_folder_each(tmp_path):
    first, second = WorkingFolder(tmp_path), WorkingFolder(tmp_path)

    assert first.path.is_dir()
    assert first.path != second.path


def test_at_the_end_nothing_is_left_of_a_session_but_all_of_another(tmp_path):
    first, second = WorkingFolder(tmp_path), WorkingFolder(tmp_path)
    (first.path / "stem.wav").write_bytes(b"sound")

    first.remove()

    assert [*tmp_path.iterdir()] == [second.path]


def test_what_a_crash_left_is_removed_only_when_it_is_old(tmp_path):
    left = WorkingFolder(tmp_path).path

    WorkingFolder(tmp_path)
    assert left.exists()

    WorkingFolder(tmp_path, now_s=time.time() + STALE_S + 60)
    assert not left.exists()
