import math

import pytest

from core.evaluation.bss import BssRatios
from core.evaluation.tables import Refusal, Row, Score, grid, table


def _score(gain_db):
    return Score(gain_db, gain_db - 3, gain_db + 1, BssRatios(1, 2, 3), 0.125)


def test_a_table_shows_median_and_mean_cost_and_how_many_were_refused():
    answers = [_score(1.0), Refusal("too quiet"), _score(2.0), _score(9.0), Refusal("too quiet")]

    lines = table([Row.of("one", answers)]).splitlines()

    assert lines[0].split() == ["SI-SDRi", "SDRi", "SDR", "SIR", "SAR", "cost", "n", "refused"]
    cells = "one 2.00/4.00 3.00/5.00 1.00/1.00 2.00/2.00 3.00/3.00 0.125 3 2"
    assert lines[1].split() == cells.split()
    assert lines[2] == "one refused 2: too quiet"


def test_a_row_without_scores_shows_dashes():
    text = table([Row("none", ())])

    assert text.splitlines()[1].split() == ["none", *["-/-"] * 5, "-", "0", "0"]


def test_the_commonest_reason_is_the_one_that_is_told():
    row = Row("one", (), (Refusal("a"), Refusal("b"), Refusal("b")))

    assert row.commonest_reason == "b"


def test_what_a_row_measures_is_named_as_in_papers():
    row = Row("one", (_score(1.0), _score(4.0)))

    assert row.median() == row.median("SI-SDRi") == 2.5
    assert row.median("SDRi") == 3.5
    assert row.mean("SIR") == pytest.approx(2)
    assert math.isnan(Row("none", ()).mean())


def test_a_grid_keeps_numbers_under_their_heads():
    lines = grid(("n", "by text"), [("dog", (3, 1.5)), ("big_cat", (12, math.nan))]).splitlines()

    assert [line.split() for line in lines] == [
        ["n", "by", "text"],
        ["dog", "3", "1.50"],
        ["big_cat", "12", "-"],
    ]
    assert len({len(line) for line in lines}) == 1
