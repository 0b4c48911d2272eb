"""The course of a run, short enough to keep, and drawn where the numbers say."""

import json

import numpy as np
import pytest

from core.training.curve_picture import PANEL_HEIGHT_PX, WIDTH_PX, Panel, draw_panels
from core.training.curves import MAX_POINTS, read_curve


def test_a_long_run_becomes_a_short_curve_of_the_same_mean(tmp_path):
    rows = [json.dumps({"step": n, "loss": n / 1000}) for n in range(1, 4001)]
    (tmp_path / "losses.jsonl").write_text("\n".join(rows), encoding="utf-8")

    curve = read_curve(tmp_path)

    losses = curve["losses"]
    assert len(losses) <= MAX_POINTS
    assert losses[-1]["step"] == 4000
    # The last row may stand for fewer steps than the others.
    assert np.mean([row["loss"] for row in losses]) == pytest.approx(2.0, rel=0.01)
    assert curve["scores"] == []


def test_a_rising_line_is_drawn_rising():
    steps = range(0, 100, 10)
    canvas = draw_panels([Panel("gain, dB", {"text": [(step, step / 10) for step in steps]})])

    assert canvas.shape == (PANEL_HEIGHT_PX, WIDTH_PX, 3)
    is_line = np.ptp(canvas.astype(int), axis=2) > 80
    is_line[:, WIDTH_PX - 105 :] = False  # the name of the line
    rows, columns = np.nonzero(is_line)
    assert np.corrcoef(rows, columns)[0, 1] < -0.99


def test_each_panel_has_its_own_height_and_a_flat_line_its_place():
    flat = Panel("loss", {"training": [(1, 3.0), (100, 3.0)]})

    assert draw_panels([flat, flat, flat]).shape == (3 * PANEL_HEIGHT_PX, WIDTH_PX, 3)


def test_without_a_point_there_is_no_picture():
    with pytest.raises(ValueError, match="point"):
        draw_panels([Panel("loss", {"training": []})])
