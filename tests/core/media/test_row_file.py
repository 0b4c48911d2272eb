"""Rows that one thread appends while others read."""

import gc
import warnings
from pathlib import Path

import numpy as np
import pytest

from core.media.row_file import RowFile


def test_rows_can_be_read_as_soon_as_they_count(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "rows", np.int16, 3, is_new=True)
    rows = np.arange(30, dtype=np.int16).reshape(10, 3)

    for row in rows:
        file.append(row[None])
        np.testing.assert_array_equal(file.read(0, 99), rows[: file.n_rows])

    file.finish_writing()
    np.testing.assert_array_equal(file.read(4, 7), rows[4:7])
    assert file.read(-5, 0).shape == (0, 3)
    reopened = RowFile(tmp_path / "rows", np.int16, 3, is_new=False)
    np.testing.assert_array_equal(reopened.read(0, 10), rows)


def test_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "rows", np.float32, 2, is_new=True)

    with pytest.raises(ValueError, match="rows must be"):
        file.append(np.zeros((4, 3), np.float32))
    with pytest.raises(ValueError, match="rows must be"):
        file.append(np.zeros((4, 2), np.float64))


def test_a_closed_file_gives_nothing(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "rows", np.uint8, 2, is_new=True)
    file.append(np.ones((4, 2), np.uint8))

    file.close()

    assert file.read(0, 4).shape == (0, 2)


def test_a_forgotten_file_is_closed_without_complaint(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "rows", np.uint8, 2, is_new=True)
    file.append(np.ones((4, 2), np.uint8))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del file
        gc.collect()
