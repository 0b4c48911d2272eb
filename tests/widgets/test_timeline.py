from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication

from core.domain.project import Stem
from core.domain.prompts import PromptSet, SpanPrompt, TimeSpan
from tests.helpers import mouse
from tests.helpers.view_sources import FlatPeaks, ToneSpectrogram
from widgets.frequency_axis import FrequencyScale
from widgets.spectrogram_look import SpectrogramLook
from widgets.timeline import Timeline

# said by the offscreen screen itself whenever a window is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

DURATION_S = 10.0
SPAN = SpanPrompt(TimeSpan(2.0, 4.0))
NOT_SPAN = SpanPrompt(TimeSpan(6.0, 7.0), False)
DOG = Stem("dog", "Dog", 0, PromptSet(spans=(SPAN, NOT_SPAN)))
BELL = Stem("bell", "Bell", 1)


@pytest.fixture
def timeline(qtbot):
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(1100, 420)
    widget.set_duration(DURATION_S)
    widget.set_sound(FlatPeaks(), ToneSpectrogram())
    widget.set_stems((DOG, BELL), "dog")
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def wishes(timeline):
    """Everything the timeline asks for, in order."""
    heard: list[tuple] = []
    for name in (
        "seek_requested", "scrub_started", "scrub_ended", "span_added", "span_changed",
        "span_removed", "spectral_painted", "stem_selected", "loop_changed", "look_changed",
        "tool_changed",
    ):  # fmt: skip
        getattr(timeline, name).connect(lambda *said, name=name: heard.append((name, *said)))
    return heard


def key(widget, which, held=mouse.NO_KEY):
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, which, held))


def views_of(timeline):
    return {"waveform": timeline.waveform, "spectrogram": timeline.spectrogram}


@pytest.mark.parametrize("name", ["waveform", "spectrogram"])
def test_a_drag_over_the_sound_asks_for_a_positive_span_of_the_selected_stem(
    timeline, wishes, name
):
    view = views_of(timeline)[name]

    mouse.drag(view, [(view.x_px(8.0), 40), (view.x_px(8.5), 40), (view.x_px(9.0), 40)])

    [(wish, stem_id, prompt)] = wishes
    assert (wish, stem_id, prompt.is_positive) == ("span_added", "dog", True)
    assert prompt.span.start_s == pytest.approx(8.0)
    assert prompt.span.end_s == pytest.approx(9.0)


def test_a_drag_with_alt_asks_for_a_negative_span(timeline, wishes):
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(8.0), 40), (view.x_px(9.0), 40)], mouse.ALT)

    assert wishes[0][0] == "span_added"
    assert wishes[0][2].is_positive is False


def test_a_drag_with_the_right_button_asks_for_a_negative_span_and_no_menu(timeline, wishes):
    view = timeline.waveform
    menus: list[object] = []
    view.menu_requested.connect(lambda *said: menus.append(said))

    mouse.drag(view, [(view.x_px(8.0), 40), (view.x_px(9.0), 40)], button=mouse.RIGHT)

    assert wishes[0][0] == "span_added"
    assert wishes[0][2].is_positive is False
    assert menus == []


def test_a_right_click_asks_for_the_menu_of_what_lies_there_and_does_not_seek(timeline, wishes):
    view = timeline.waveform
    menus: list[tuple] = []
    view.menu_requested.disconnect()
    view.menu_requested.connect(lambda grip, time_s, _at: menus.append((grip, time_s)))

    mouse.drag(view, [(view.x_px(3.0), 60)], button=mouse.RIGHT)
    mouse.drag(view, [(view.x_px(9.0), 60)], button=mouse.RIGHT)

    assert menus[0][0].prompt == SPAN
    assert menus[1] == (None, pytest.approx(9.0))
    assert wishes == []


def test_a_drag_while_there_is_no_stem_asks_for_a_span_of_nobody(timeline, wishes):
    timeline.set_stems((), None)
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(8.0), 40), (view.x_px(9.0), 40)])

    assert wishes[0][:2] == ("span_added", "")


def test_a_drag_past_the_end_is_cut_at_the_end_of_the_clip(timeline, wishes):
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(9.0), 40), (view.width() + 300, 40)])

    assert wishes[0][2].span.start_s == pytest.approx(9.0)
    assert wishes[0][2].span.end_s == DURATION_S


@pytest.mark.parametrize("name", ["waveform", "spectrogram"])
def test_a_click_on_the_sound_seeks_and_marks_nothing(timeline, wishes, name):
    view = views_of(timeline)[name]

    mouse.click(view, (view.x_px(5.0), 40))

    assert [wish[0] for wish in wishes] == ["seek_requested"]
    assert wishes[0][1] == pytest.approx(5.0)


def test_a_drag_that_comes_back_to_where_it_began_is_a_seek(timeline, wishes):
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(5), 40), (view.x_px(6), 40), (view.x_px(5), 40)])

    assert [wish[0] for wish in wishes] == ["seek_requested"]


def test_escape_abandons_a_drag_and_nothing_is_asked_for(timeline, wishes):
    view = timeline.waveform
    mouse.press(view, (view.x_px(8), 40))
    mouse.move(view, (view.x_px(9), 40))
    assert timeline.gestures.preview is not None

    key(timeline, Qt.Key.Key_Escape)
    mouse.release(view, (view.x_px(9), 40))

    assert timeline.gestures.preview is None
    assert wishes == []


def test_escape_is_kept_from_the_window_only_during_a_drag(timeline):
    def override():
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, mouse.NO_KEY)
        event.ignore()
        QApplication.sendEvent(timeline, event)
        return event.isAccepted()

    before = override()
    mouse.press(timeline.waveform, (500, 40))

    assert (before, override()) == (False, True)


def test_an_edge_is_pulled_and_asks_for_the_changed_span(timeline, wishes):
    view = timeline.spectrogram

    mouse.drag(view, [(view.x_px(4.0) + 1, 60), (view.x_px(4.5), 60), (view.x_px(5.0), 60)])

    [(wish, stem_id, old, new)] = wishes
    assert (wish, stem_id, old) == ("span_changed", "dog", SPAN)
    assert new.span.start_s == 2.0
    assert new.span.end_s == pytest.approx(5.0, abs=0.02)


def test_an_edge_snaps_to_the_playhead_and_ctrl_sets_it_free(timeline, wishes):
    view = timeline.waveform
    timeline.set_playhead(5.0)
    near = (view.x_px(5.0) + 4, 60)

    mouse.drag(view, [(view.x_px(4.0), 60), near])
    mouse.drag(view, [(view.x_px(4.0), 60), near], mouse.CTRL)

    assert wishes[0][3].span.end_s == 5.0
    assert wishes[1][3].span.end_s > 5.0


def test_a_body_is_moved_in_its_lane(timeline, wishes):
    lanes = timeline.lanes

    mouse.drag(lanes, [(lanes.x_px(3.0), 10), (lanes.x_px(3.3), 10), (lanes.x_px(4.0), 10)])

    [(wish, _, old, new)] = wishes
    assert (wish, old) == ("span_changed", SPAN)
    assert new.span.start_s == pytest.approx(3.0, abs=0.02)
    assert new.span.length_s == pytest.approx(2.0)


def test_a_body_is_moved_by_its_tab_over_the_waveform(timeline, wishes):
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(3.0), 6), (view.x_px(3.5), 6)])

    assert wishes[0][0] == "span_changed"


@pytest.mark.parametrize("held", [mouse.NO_KEY, mouse.ALT])
def test_inside_a_span_a_drag_over_the_waveform_marks_a_new_one(timeline, wishes, held):
    view = timeline.waveform

    mouse.drag(view, [(view.x_px(2.5), 60), (view.x_px(3.5), 60)], held)

    assert wishes[0][0] == "span_added"


def test_a_click_by_a_shaky_hand_is_still_a_click(timeline, wishes):
    view = timeline.waveform

    mouse.drag(view, [(500, 40), (502, 41), (501, 40)])

    assert [wish[0] for wish in wishes] == ["seek_requested"]


def test_a_drag_in_the_lane_of_another_stem_selects_it_first(timeline, wishes):
    lanes = timeline.lanes
    y_px = timeline.lanes.lane_rect(1).center().y()

    mouse.drag(lanes, [(lanes.x_px(1.0), y_px), (lanes.x_px(2.0), y_px)])

    assert wishes[0] == ("stem_selected", "bell")
    assert wishes[1][:2] == ("span_added", "bell")


def test_a_press_on_a_name_selects_the_stem(timeline, wishes):
    mouse.click(timeline.lanes, (20, timeline.lanes.lane_rect(1).center().y()))

    assert wishes == [("stem_selected", "bell")]


@pytest.mark.parametrize("which", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_a_clicked_span_is_removed_by_a_key_and_the_playhead_stays(timeline, wishes, which):
    mouse.click(timeline.lanes, (timeline.lanes.x_px(3.0), 10))
    key(timeline, which)

    assert wishes == [("span_removed", "dog", SPAN)]


def test_a_span_that_is_gone_is_not_removed_twice(timeline, wishes):
    mouse.click(timeline.lanes, (timeline.lanes.x_px(3.0), 10))
    timeline.set_stems((replace(DOG, prompts=PromptSet()), BELL), "dog")

    assert timeline.remove_selected_span() is False
    assert wishes == []


def test_a_new_span_is_selected_once_the_project_has_it(timeline, wishes):
    view = timeline.waveform
    mouse.drag(view, [(view.x_px(8.0), 40), (view.x_px(9.0), 40)])
    added = wishes[0][2]

    timeline.set_stems((replace(DOG, prompts=PromptSet(spans=(SPAN, added))), BELL), "dog")

    assert timeline.gestures.selected_span == ("dog", added)


def test_spans_are_chosen_edited_and_removed_without_a_mouse(timeline, wishes):
    key(timeline, Qt.Key.Key_Right, mouse.ALT)
    key(timeline, Qt.Key.Key_Right, mouse.ALT)
    assert timeline.gestures.selected_span == ("dog", NOT_SPAN)
    key(timeline, Qt.Key.Key_Left, mouse.ALT)

    key(timeline, Qt.Key.Key_Return)
    timeline.menus.dialog.start.setValue(2.5)
    timeline.menus.dialog.accept()
    timeline.gestures.select("dog", SPAN)
    key(timeline, Qt.Key.Key_Delete)

    changed = SpanPrompt(TimeSpan(2.5, 4.0))
    assert wishes == [("span_changed", "dog", SPAN, changed), ("span_removed", "dog", SPAN)]


def test_what_is_put_down_makes_no_wish(timeline, wishes):
    timeline.set_playhead(3.0)
    timeline.set_loop(1.0, 2.0)
    timeline.set_stems((BELL,), "bell")
    timeline.set_sound(None, None)
    timeline.set_look(SpectrogramLook(colour_map="ice"))
    timeline.set_duration(20.0)
    timeline.fit()

    assert wishes == []


def test_moving_the_playhead_draws_no_sound_anew(timeline, qtbot):
    QApplication.processEvents()
    before = timeline.waveform.n_drawn, timeline.spectrogram.n_laid_out

    for step in range(50):
        timeline.set_playhead(step * 0.1)
        QApplication.processEvents()

    assert (timeline.waveform.n_drawn, timeline.spectrogram.n_laid_out) == before
    assert min(before) >= 1


def test_another_colour_map_or_level_range_gathers_no_level_anew(timeline):
    QApplication.processEvents()
    before = timeline.spectrogram.n_laid_out
    shown = timeline.spectrogram.grab().toImage()

    timeline.set_look(SpectrogramLook(colour_map="ice", low_db=-60.0, high_db=0.0))
    changed = timeline.spectrogram.grab().toImage()

    assert timeline.spectrogram.n_laid_out == before
    assert shown != changed


def test_another_law_of_frequency_moves_what_is_shown(timeline):
    view = timeline.spectrogram
    view.grab()

    def brightest_row() -> int:
        image = view.grab().toImage()
        column = image.width() // 2
        rows = range(image.height())
        return max(rows, key=lambda row: image.pixelColor(column, row).lightness())

    timeline.set_stems((), None)
    timeline.set_look(SpectrogramLook(FrequencyScale.LINEAR))
    linear = brightest_row()
    timeline.set_look(SpectrogramLook(FrequencyScale.LOG))

    assert brightest_row() < linear - 10


def test_the_page_turns_when_the_playhead_leaves_it(timeline):
    timeline.axis.show(0.0, 2.0)
    timeline.set_playhead(1.9)

    timeline.set_playhead(2.05)

    assert timeline.axis.shows(2.05)
    assert timeline.axis.length_s == pytest.approx(2.0)


def test_a_page_turned_away_from_the_playhead_stays_while_it_plays_on(timeline):
    timeline.set_playhead(1.0)
    timeline.axis.show(6.0, 8.0)

    timeline.set_playhead(1.05)

    assert (timeline.axis.start_s, timeline.axis.end_s) == (6.0, 8.0)


def test_a_jump_of_the_playhead_is_followed_wherever_one_looks(timeline):
    timeline.axis.show(6.0, 8.0)

    timeline.set_playhead(1.0)
    timeline.set_playhead(9.5)

    assert timeline.axis.shows(9.5)


@pytest.mark.parametrize("name", ["waveform", "spectrogram", "lanes", "ruler"])
def test_the_wheel_zooms_at_the_pointer(timeline, name):
    view = getattr(timeline, name)
    x_px = view.x_px(3.0)

    mouse.wheel(view, (x_px, 10), 2)

    assert timeline.axis.length_s < DURATION_S
    assert view.x_px(3.0) == pytest.approx(x_px)


def test_shift_and_wheel_pans_without_zooming(timeline):
    timeline.axis.show(4.0, 6.0)

    mouse.wheel(timeline.waveform, (500, 10), -1, mouse.SHIFT)

    assert timeline.axis.start_s > 4.0
    assert timeline.axis.length_s == pytest.approx(2.0)


def test_a_drag_with_the_middle_button_pans(timeline):
    timeline.axis.show(4.0, 6.0)
    view = timeline.waveform
    under_s = view.time_s(500)

    mouse.drag(view, [(500, 10), (450, 10), (400, 10)], button=mouse.MIDDLE)

    assert view.time_s(400) == pytest.approx(under_s)


def test_ctrl_and_wheel_zooms_frequency_and_a_double_click_on_the_labels_puts_it_back(timeline):
    view = timeline.spectrogram
    under_hz = view.hz_at(50)

    mouse.wheel(view, (500, 50), 3, mouse.CTRL)
    assert not view.frequencies.is_fitted
    assert view.hz_at(50) == pytest.approx(under_hz)
    assert timeline.axis.is_fitted

    view.fit_vertically()
    assert view.frequencies.is_fitted


def test_keys_zoom_in_and_out_and_show_the_whole_clip(timeline):
    key(timeline, Qt.Key.Key_Plus)
    assert timeline.axis.length_s < DURATION_S
    zoomed_s = timeline.axis.length_s

    key(timeline, Qt.Key.Key_Minus)
    assert timeline.axis.length_s > zoomed_s

    timeline.zoom_in()
    key(timeline, Qt.Key.Key_F, mouse.SHIFT)
    assert timeline.axis.is_fitted


def test_zoom_to_selection_takes_the_span_else_the_loop_else_the_clip(timeline):
    timeline.gestures.select("dog", SPAN)
    timeline.zoom_to_selection()
    assert timeline.axis.start_s == pytest.approx(2.0, abs=0.2)
    assert timeline.axis.end_s == pytest.approx(4.0, abs=0.2)

    timeline.gestures.clear_selection()
    timeline.set_loop(7.0, 8.0)
    timeline.zoom_to_selection()
    assert timeline.axis.start_s == pytest.approx(7.0, abs=0.1)

    timeline.set_loop(None, None)
    timeline.zoom_to_selection()
    assert timeline.axis.is_fitted


def test_the_scroll_bar_moves_the_view(timeline):
    timeline.axis.show(0.0, 1.0)
    scroll = timeline.scroll_bar

    scroll.setValue(scroll.maximum())

    assert timeline.axis.end_s == pytest.approx(DURATION_S)
    assert timeline.axis.length_s == pytest.approx(1.0)


def test_the_readout_tells_time_frequency_and_level_under_the_pointer(timeline):
    view = timeline.spectrogram
    view.grab()

    mouse.move(view, (view.x_px(5.0), view.y_px(1000.0)), button=Qt.MouseButton.NoButton)

    readout = timeline.header.readout
    assert readout.startswith("0:05.0")
    assert "kHz" in readout or "Hz" in readout
    assert readout.endswith(" dB")


def test_the_waveform_asks_for_no_more_columns_than_it_has_pixels(qtbot):
    peaks = FlatPeaks()
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(900, 300)
    widget.set_duration(10_800.0)
    widget.set_sound(peaks, ToneSpectrogram())

    widget.waveform.grab()

    start_s, end_s, n_columns = peaks.asked[-1]
    assert (start_s, end_s) == (0.0, 10_800.0)
    assert n_columns <= 900 * widget.devicePixelRatioF()


def test_unread_sound_is_hatched_only_while_it_is_being_read(timeline):
    timeline.set_sound(FlatPeaks(known_s=5.0), ToneSpectrogram())
    timeline.set_reading(True)
    x_px = round(timeline.waveform.x_px(8.0))

    def colours() -> set[str]:
        image: QImage = timeline.waveform.grab().toImage()
        ratio = image.devicePixelRatio()
        rows = range(image.height())
        return {image.pixelColor(round(x_px * ratio), row).name() for row in rows}

    while_reading = colours()
    timeline.set_reading(False)

    assert len(while_reading) > len(colours())


def test_the_target_is_laid_over_the_wave_in_the_colour_of_its_stem(timeline):
    before = timeline.waveform.grab().toImage()

    timeline.set_target_peaks(FlatPeaks(0.2), QColor("#ff0000"))
    after = timeline.waveform.grab().toImage()

    ratio = after.devicePixelRatio()
    place = round(timeline.waveform.x_px(9.5) * ratio), after.height() // 4
    assert before.pixelColor(*place) != QColor("#ff0000")
    assert after.pixelColor(*place) == QColor("#ff0000")


def test_the_empty_states_say_what_to_do(qtbot):
    widget = Timeline()
    qtbot.addWidget(widget)
    assert "Open a clip" in widget.waveform.message

    widget.set_duration(5.0)
    assert "no sound" in widget.waveform.message

    widget.set_reading(True)
    assert "Reading" in widget.waveform.message


def test_nothing_can_be_dragged_while_there_is_no_clip(qtbot):
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(800, 300)
    heard: list[object] = []
    widget.span_added.connect(lambda *said: heard.append(said))
    widget.seek_requested.connect(heard.append)

    mouse.drag(widget.waveform, [(200, 20), (300, 20)])
    mouse.drag(widget.ruler, [(200, 20), (300, 20)])

    assert heard == []
