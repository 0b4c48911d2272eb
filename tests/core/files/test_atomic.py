import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import ExportError
from core.files.atomic import Delivery, write_text
from core.progress import Cancelled


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_appear_only_when_all_of_them_are_whole(tmp_path):
    with Delivery() as delivery:
        delivery.beside(tmp_path / "a.txt").write_text("a")
        delivery.beside(tmp_path / "b.txt").write_text("b")
        assert not (tmp_path / "a.txt").exists()
        delivery.commit()

    assert names_in(tmp_path) == ["a.txt", "b.txt"]
    assert (tmp_path / "b.txt").read_text() == "b"


def test_what_is_written_lies_on_the_same_disk_until_it_is_whole(tmp_path):
    with Delivery() as delivery:
        beside = delivery.beside(tmp_path / "a.wav")

        assert beside.parent == tmp_path
        assert beside.suffix == ".wav"


@pytest.mark.parametrize("ending", [Cancelled, RuntimeError])
def test_nothing_is_left_of_work_that_was_cancelled_or_failed(tmp_path, ending):
    def write_half() -> None:
        with Delivery() as delivery:
            delivery.beside(tmp_path / "a.txt").write_text("half")
            raise ending

    with pytest.raises(ending):
        write_half()

    assert names_in(tmp_path) == []


def test_an_existing_file_is_never_replaced_without_leave(tmp_path):
    (tmp_path / "a.txt").write_text("mine")

    with pytest.raises(ExportError) as caught:
        write_text(tmp_path / "a.txt", "yours")

    assert "exists already" in caught.value.advice
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_file_that_appears_while_we_write_is_not_replaced_either(tmp_path):
    def write_both() -> None:
        with Delivery() as delivery:
            delivery.beside(tmp_path / "a.txt").write_text("a")
            delivery.beside(tmp_path / "b.txt").write_text("b")
            (tmp_path / "b.txt").write_text("somebody else's")
            delivery.commit()

    with pytest.raises(ExportError, match="exists"):
        write_both()

    assert names_in(tmp_path) == ["b.txt"]
    assert (tmp_path / "b.txt").read_text() == "somebody else's"


def test_a_file_in_the_way_is_known_before_anything_is_written(tmp_path):
    (tmp_path / "a.txt").write_text("mine")

    with Delivery() as delivery, pytest.raises(ExportError, match="exists"):
        delivery.beside(tmp_path / "a.txt")


def test_with_leave_an_existing_file_is_replaced(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    write_text(tmp_path / "a.txt", "new", may_overwrite=True)

    assert (tmp_path / "a.txt").read_text() == "new"
    assert names_in(tmp_path) == ["a.txt"]


def test_replaced_files_come_back_when_a_later_one_cannot_be_placed(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write_both() -> None:
        with Delivery(may_overwrite=True) as delivery:
            delivery.beside(tmp_path / "a.txt").write_text("new")
            delivery.beside(tmp_path / "b.txt").write_text("b")
            (tmp_path / "b.txt").mkdir()
            delivery.commit()

    with pytest.raises(ExportError):
        write_both()

    assert (tmp_path / "a.txt").read_text() == "old"
    assert names_in(tmp_path) == ["a.txt", "b.txt"]


def test_a_folder_of_the_same_name_is_said_to_be_in_the_way(tmp_path):
    (tmp_path / "a.txt").mkdir()

    with pytest.raises(ExportError) as caught:
        write_text(tmp_path / "a.txt", "x", may_overwrite=True)

    assert "folder is called" in caught.value.advice


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ExportError) as caught:
        write_text(tmp_path / "gone" / "a.txt", "x")

    assert str(tmp_path / "gone") in caught.value.advice


def test_a_file_where_the_folder_should_be_is_an_export_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError, match=r"a\.txt"):
        write_text(tmp_path / "file" / "a.txt", "x")


def test_a_read_only_folder_is_said_to_be_one(tmp_path, monkeypatch):
    # Not by chmod: whoever runs tests as root may write everywhere.
    def refuse(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(ExportError) as caught:
        write_text(tmp_path / "a.txt", "x")

    assert "cannot be written to" in caught.value.advice


def test_too_little_room_is_known_before_the_work(tmp_path):
    with pytest.raises(ExportError) as caught, Delivery() as delivery:
        delivery.beside(tmp_path / "a.wav", n_bytes=1 << 60)

    assert "no room" in caught.value.advice
    assert names_in(tmp_path) == []


def test_room_is_counted_for_all_files_together_and_not_twice_for_written_ones(
    tmp_path, monkeypatch
):
    def disk_usage(folder):
        return SimpleNamespace(free=10_000_000)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)

    with Delivery() as delivery:
        delivery.beside(tmp_path / "a.wav", n_bytes=5_000_000).write_bytes(bytes(5_000_000))
        delivery.beside(tmp_path / "b.wav", n_bytes=5_000_000)
        with pytest.raises(ExportError, match="room for 10000000 bytes"):
            delivery.beside(tmp_path / "c.wav", n_bytes=5_000_000)


def test_a_refusal_never_says_that_there_is_more_room_than_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    with pytest.raises(ExportError) as caught, Delivery() as delivery:
        delivery.beside(tmp_path / "a.wav", n_bytes=800_000)

    assert "0.8 MB are needed and 0.0 MB can be used" in caught.value.advice


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_behind(tmp_path):
    def write_until_full() -> None:
        with Delivery() as delivery:
            delivery.beside(tmp_path / "a.bin").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ExportError) as caught:
        write_until_full()

    assert "disk is full" in caught.value.advice
    assert names_in(tmp_path) == []


def test_a_file_too_large_for_the_disk_is_told_apart_from_a_full_one(tmp_path):
    resource = pytest.importorskip("resource")  # not on Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(ExportError) as caught:
            write_text(tmp_path / "a.txt", "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "larger than this disk allows" in caught.value.advice
    assert names_in(tmp_path) == []


def test_long_and_foreign_names_can_be_written(tmp_path):
    name = "Ünï-コード " + "n" * 180 + ".txt"

    write_text(tmp_path / name, "x")

    assert names_in(tmp_path) == [name]


@pytest.fixture
def _no_links(monkeypatch):
    def refuse(*args):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("_no_links")
def test_a_disk_without_links_still_gets_its_files(tmp_path):
    write_text(tmp_path / "a.txt", "x")
    write_text(tmp_path / "a.txt", "y", may_overwrite=True)

    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "y"


@pytest.mark.usefixtures("_no_links")
def test_a_disk_without_links_never_loses_a_file_either(tmp_path):
    def write_over_a_newcomer() -> None:
        with Delivery() as delivery:
            delivery.beside(tmp_path / "a.txt").write_text("a")
            (tmp_path / "a.txt").write_text("somebody else's")
            delivery.commit()

    with pytest.raises(ExportError, match="exists"):
        write_over_a_newcomer()

    assert (tmp_path / "a.txt").read_text() == "somebody else's"
