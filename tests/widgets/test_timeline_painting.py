from dataclasses import replace

import pytest
from PySide6.QtGui import QColor

from core.domain.project import Stem
from core.domain.prompts import PromptSet, SpectralPrompt, TimeSpan
from tests.helpers import mouse
from tests.helpers.view_sources import FlatPeaks, ToneSpectrogram
from widgets.paint_stroke import PaintShape
from widgets.timeline import Timeline, TimelineTool

STEM = Stem("dog", "Dog", 0)


@pytest.fixture
def timeline(qtbot):
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(1100, 420)
    widget.set_duration(10.0)
    widget.set_sound(FlatPeaks(), ToneSpectrogram())
    widget.set_stems((STEM,), "dog")
    widget.set_tool(TimelineTool.PAINT)
    widget.grab()
    return widget


@pytest.fixture
def painted(timeline):
    heard: list[tuple[SpectralPrompt, ...]] = []
    timeline.spectral_painted.connect(heard.append)
    return heard


def test_a_dragged_rectangle_covers_its_time_and_frequencies(timeline, painted):
    view = timeline.spectrogram

    mouse.drag(view, [(view.x_px(2.0), view.y_px(4000.0)), (view.x_px(3.0), view.y_px(500.0))])

    [[prompt]] = painted
    assert prompt.is_positive
    assert prompt.span.start_s == pytest.approx(2.0)
    assert prompt.span.end_s == pytest.approx(3.0)
    assert prompt.low_hz == pytest.approx(500.0, rel=0.01)
    assert prompt.high_hz == pytest.approx(4000.0, rel=0.01)


@pytest.mark.parametrize(("held", "button"), [(mouse.ALT, mouse.LEFT), (mouse.NO_KEY, mouse.RIGHT)])
def test_alt_or_the_right_button_paints_what_to_keep_out(timeline, painted, held, button):
    view = timeline.spectrogram

    mouse.drag(view, [(view.x_px(2.0), 20), (view.x_px(3.0), 60)], held, button)

    assert painted[0][0].is_positive is False


def test_a_right_click_with_the_painting_tool_asks_for_the_menu(timeline, painted):
    view = timeline.spectrogram
    menus: list[object] = []
    view.menu_requested.disconnect()
    view.menu_requested.connect(lambda *said: menus.append(said))

    mouse.drag(view, [(view.x_px(2.0), 20)], button=mouse.RIGHT)

    assert len(menus) == 1
    assert painted == []


def test_a_stroke_of_the_brush_is_a_run_of_rectangles_along_it(timeline, painted):
    view = timeline.spectrogram
    timeline.header.brush_chosen.emit(PaintShape.BRUSH, 8.0)

    mouse.drag(view, [(view.x_px(2.0), 40), (view.x_px(3.0), 60), (view.x_px(4.0), 80)])

    [prompts] = painted
    assert len(prompts) > 5
    assert min(prompt.span.start_s for prompt in prompts) == pytest.approx(2.0, abs=0.15)
    assert max(prompt.span.end_s for prompt in prompts) == pytest.approx(4.0, abs=0.15)


def test_painting_past_the_edges_stays_inside_clip_and_band(timeline, painted):
    view = timeline.spectrogram

    mouse.drag(view, [(view.x_px(9.0), 30), (5000, -900)])

    [[prompt]] = painted
    assert prompt.span.end_s == 10.0
    assert prompt.high_hz <= 8000.0


def test_a_click_with_the_painting_tool_is_a_seek(timeline, painted):
    sought: list[float] = []
    timeline.seek_requested.connect(sought.append)

    mouse.click(timeline.spectrogram, (timeline.spectrogram.x_px(5.0), 30))

    assert painted == []
    assert sought == [pytest.approx(5.0)]


def test_escape_forgets_the_stroke(timeline, painted):
    view = timeline.spectrogram
    mouse.press(view, (view.x_px(2.0), 20))
    mouse.move(view, (view.x_px(3.0), 60))

    assert timeline.abandon() is True
    mouse.release(view, (view.x_px(3.0), 60))

    assert painted == []


def test_the_waveform_still_marks_spans_while_painting(timeline, painted):
    added: list[object] = []
    timeline.span_added.connect(lambda _stem_id, prompt: added.append(prompt))
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(2.0), 40), (view.x_px(3.0), 40)])

    assert len(added) == 1
    assert painted == []


def test_what_was_painted_is_shown_for_the_selected_stem(timeline):
    view = timeline.spectrogram
    middle = SpectralPrompt(TimeSpan(4.0, 6.0), 2000.0, 6000.0)

    def colour() -> QColor:
        image = view.grab().toImage()
        ratio = image.devicePixelRatio()
        return image.pixelColor(round(view.x_px(5.0) * ratio), round(view.y_px(3000.0) * ratio))

    before = colour()
    timeline.set_stems((replace(STEM, prompts=PromptSet(spectral=(middle,))),), "dog")

    assert colour() != before


def test_choosing_a_tool_is_told_and_setting_it_is_not(timeline):
    heard: list[TimelineTool] = []
    timeline.tool_changed.connect(heard.append)

    timeline.set_tool(TimelineTool.SPAN)
    timeline.header.tool_chosen.emit(TimelineTool.PAINT)

    assert heard == [TimelineTool.PAINT]
    assert timeline.spectrogram.is_painting_tool
