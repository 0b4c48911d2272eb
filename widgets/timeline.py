"""Ruler, waveform, spectrogram and span lanes on one time axis, as one widget.

The heart of the window: everything that is said about time is said here. Pictures of the sound are
made once per zoom and kept; the playhead moves on a sheet above them.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QKeyCombination, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QSplitter, QVBoxLayout, QWidget

from core.domain.project import Stem
from core.domain.views import PeakSource, SpectrogramSource
from widgets.paint_stroke import PaintShape
from widgets.playhead import CoveredStack, PlayheadOverlay
from widgets.readout import describe_pointer, describe_span
from widgets.ruler import Ruler
from widgets.sounding_lane import LaneRow, SoundingLane
from widgets.span_gestures import SpanGestures
from widgets.span_lanes import SpanLanes
from widgets.span_surface import SpanSurface
from widgets.spectrogram_look import SpectrogramLook
from widgets.spectrogram_view import SpectrogramView
from widgets.time_axis import TimeAxis
from widgets.time_view import GUTTER_PX, MARGIN_PX
from widgets.timeline_header import TimelineHeader
from widgets.timeline_menus import TimelineMenus
from widgets.timeline_tool import TimelineTool
from widgets.view_states import Reading
from widgets.waveform_view import WaveformView

__all__ = ["Timeline", "TimelineTool"]

_NO_CLIP = "Open a clip to see its sound."
_NO_SOUND = "There is no sound in this file."
_READING = "Reading the sound…"
_ZOOM = 1.6
_SCROLL_STEPS = 1_000_000
_JUMP_S = 0.5
"""A playhead that moves further at once was put there; playback moves in smaller steps."""


class Timeline(QWidget):
    """Shows the sound over time and turns gestures into wishes.

    Drag marks a span for the selected stem (Alt or right button: where it is not heard), click
    seeks, wheel zooms at the pointer, Shift+wheel or middle drag pans, Del removes the selected
    span, Esc abandons.

    Signals:
        seek_requested: media time in seconds.
        scrub_started, scrub_ended: a drag on the ruler begins and ends.
        span_added: stem id and `SpanPrompt`; the id is empty while there is no stem.
        span_changed: stem id, old and new `SpanPrompt`.
        span_removed: stem id and `SpanPrompt`.
        spectral_painted: tuple of `SpectralPrompt` for the selected stem.
        spectral_clear_requested: the painted regions of the selected stem should go.
        stem_selected: id of a stem whose lane was pressed.
        loop_changed: start and end in seconds, or None and None.
        tool_changed: the `TimelineTool` the person chose in the header.
        look_changed: the `SpectrogramLook` the person chose, to be remembered.
    """

    seek_requested = Signal(float)
    scrub_started = Signal()
    scrub_ended = Signal()
    span_added = Signal(str, object)
    span_changed = Signal(str, object, object)
    span_removed = Signal(str, object)
    spectral_painted = Signal(object)
    spectral_clear_requested = Signal()
    stem_selected = Signal(str)
    loop_changed = Signal(object, object)
    tool_changed = Signal(object)
    look_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Timeline")
        self.axis = TimeAxis(self)
        self.gestures = SpanGestures(self.axis, self)
        self.header = TimelineHeader()
        self.ruler = Ruler(self.axis)
        self.sounding = SoundingLane(self.axis)
        self._reading = Reading()
        self.waveform = WaveformView(self.gestures, self._reading)
        self.spectrogram = SpectrogramView(self.gestures, self._reading)
        self.lanes = SpanLanes(self.gestures)
        self.scroll_bar = QScrollBar(Qt.Orientation.Horizontal)
        self._stack = CoveredStack()
        self._overlay = PlayheadOverlay(self.axis, self._stack)
        self._stack.cover = self._overlay
        self._playhead_s = 0.0
        self._loop: tuple[float, float] | None = None
        self.menus = TimelineMenus(self.gestures, self.ruler, self)
        shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
        self._acts: Mapping[int, Callable[[], bool | None]] = {
            QKeyCombination(shift, Qt.Key.Key_F).toCombined(): self.fit,
            QKeyCombination(alt, Qt.Key.Key_Right).toCombined(): self.select_next_span,
            QKeyCombination(alt, Qt.Key.Key_Left).toCombined(): self._select_earlier_span,
            Qt.Key.Key_Return: self.edit_selected_span,
            Qt.Key.Key_Enter: self.edit_selected_span,
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_Underscore: self.zoom_out,
            Qt.Key.Key_Delete: self.remove_selected_span,
            Qt.Key.Key_Backspace: self.remove_selected_span,
            Qt.Key.Key_Escape: self.abandon,
        }
        self._lay_out()
        self._connect()
        self._show_messages()

    # state comes down

    def set_duration(self, duration_s: float) -> None:
        """Take the length of the clip in seconds; 0 while there is none."""
        if duration_s <= 0.0:
            self.axis.fit()
        self.axis.set_duration(duration_s)
        self._show_messages()

    def set_sound(self, peaks: PeakSource | None, spectrogram: SpectrogramSource | None) -> None:
        """Show a sound; None and None where the clip has none."""
        self.waveform.set_peaks(peaks)
        self.spectrogram.set_source(spectrogram)
        self._show_messages()

    def set_target_peaks(self, peaks: PeakSource | None, colour: QColor) -> None:
        """Lay the target of the selected stem over the waveform, in the stem's colour."""
        self.waveform.set_target_peaks(peaks, colour)

    def set_reading(self, is_reading: bool) -> None:
        """Say whether the sound is still being read: what is missing is then hatched."""
        self._reading.is_going_on = is_reading
        self._show_messages()
        self.refresh_sound()

    def refresh_sound(self) -> None:
        """Draw again: more of the sound is there now."""
        self._reading.move_on()
        self.waveform.redraw()
        self.spectrogram.redraw()

    def set_playhead(self, time_s: float) -> None:
        """Move the playhead, and turn the page where it leaves the view.

        A page the person turned away from the playhead stays while it plays on elsewhere.
        """
        before_s, self._playhead_s = self._playhead_s, time_s
        jumped = abs(time_s - before_s) > _JUMP_S
        is_busy = self.ruler.is_scrubbing or self.gestures.is_dragging
        if not is_busy and (jumped or self.axis.shows(before_s)):
            self.axis.reveal(time_s)
        self.gestures.set_playhead(time_s)
        self.ruler.set_playhead(time_s)
        self._overlay.set_time(time_s)

    def set_stems(self, stems: tuple[Stem, ...], selected_stem_id: str | None) -> None:
        self.gestures.set_stems(stems, selected_stem_id)
        self.lanes.setFixedHeight(self.lanes.sizeHint().height())
        self.lanes.reveal(selected_stem_id)

    def set_loop(self, start_s: float | None, end_s: float | None) -> None:
        self.ruler.set_loop(start_s, end_s)
        self._loop = self.ruler.loop
        self._overlay.set_loop(self._loop)
        self.gestures.set_landmarks(self._loop or ())

    def set_sounding(self, rows: tuple[LaneRow, ...]) -> None:
        """Show when what sounds; nothing takes the lane away."""
        self.sounding.set_rows(rows)

    def set_tool(self, tool: TimelineTool) -> None:
        self.header.set_tool(tool)
        self.spectrogram.is_painting_tool = tool is TimelineTool.PAINT

    def set_look(self, look: SpectrogramLook) -> None:
        self.header.set_look(look)
        self.spectrogram.set_look(look)

    # what actions of the window call

    def zoom_in(self) -> None:
        self.axis.zoom(_ZOOM, self._zoom_centre_s())

    def zoom_out(self) -> None:
        self.axis.zoom(1.0 / _ZOOM, self._zoom_centre_s())

    def fit(self) -> None:
        """Show the whole clip."""
        self.axis.fit()

    def zoom_to_loop(self) -> None:
        if self._loop is not None:
            self.axis.frame(*self._loop)

    def zoom_to_selection(self) -> None:
        """Show the selected span, else the loop, else the whole clip."""
        if self.gestures.selected_span is not None:
            span = self.gestures.selected_span[1].span
            self.axis.frame(span.start_s, span.end_s)
        elif self._loop is not None:
            self.zoom_to_loop()
        else:
            self.fit()

    def select_next_span(self, by: int = 1) -> bool:
        """Select the next (1) or earlier (−1) span of the selected stem and bring it into view."""
        prompt = self.gestures.select_next(by)
        if prompt is not None:
            self.axis.reveal(prompt.span.start_s)
        return prompt is not None

    def edit_selected_span(self) -> bool:
        """Ask for the exact times of the selected span; tell whether there is one."""
        selected = self.gestures.selected_span
        if selected is not None:
            self.menus.ask_times(*selected)
        return selected is not None

    def remove_selected_span(self) -> bool:
        """Ask for the selected span to be removed; tell whether there is one."""
        return self.gestures.remove_selected()

    @property
    def is_dragging(self) -> bool:
        """True while a span, a stroke or the loop is being dragged."""
        is_painting = self.spectrogram.painter_tool.is_painting
        return self.gestures.is_dragging or is_painting or self.ruler.is_dragging

    def abandon(self) -> bool:
        """Forget the drag that is going on; tell whether there was one."""
        tools = (self.gestures, self.spectrogram.painter_tool, self.ruler)
        return any(tool.abandon() for tool in tools)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the keys that belong to the timeline; what it has no use for goes on."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeyCombination(held, Qt.Key(event.key())).toCombined()
        act = self._acts.get(pressed) or self._acts.get(event.key())
        if act is None or act() is False:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc to itself during a drag: elsewhere it cancels work."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self.is_dragging:
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def _select_earlier_span(self) -> bool:
        return self.select_next_span(-1)

    def _lay_out(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(5)
        self._splitter.addWidget(self.waveform)
        self._splitter.addWidget(self.spectrogram)
        self._splitter.setSizes([130, 190])
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        stack = QVBoxLayout(self._stack)
        foot = QHBoxLayout()
        foot.addSpacing(GUTTER_PX)
        foot.addWidget(self.scroll_bar)
        foot.addSpacing(MARGIN_PX)
        column = QVBoxLayout(self)
        for layout in (stack, column, foot):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        stack.addWidget(self.ruler)
        stack.addWidget(self.sounding)
        stack.addWidget(self._splitter, 1)
        stack.addWidget(self.lanes)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self.lanes.setFixedHeight(self.lanes.sizeHint().height())
        self._overlay.raise_()

    def _connect(self) -> None:
        gestures, ruler, header = self.gestures, self.ruler, self.header
        gestures.seek_requested.connect(self.seek_requested)
        gestures.span_added.connect(self.span_added)
        gestures.span_changed.connect(self.span_changed)
        gestures.span_removed.connect(self.span_removed)
        gestures.stem_selected.connect(self.stem_selected)
        gestures.shown_changed.connect(self._on_gesture)
        ruler.seek_requested.connect(self.seek_requested)
        self.sounding.seek_requested.connect(self.seek_requested)
        ruler.scrub_started.connect(self.scrub_started)
        ruler.scrub_ended.connect(self.scrub_ended)
        ruler.loop_changed.connect(self.loop_changed)
        self.menus.loop_changed.connect(self.loop_changed)
        self.menus.spectral_clear_requested.connect(self.spectral_clear_requested)
        header.tool_chosen.connect(self._on_tool_chosen)
        header.brush_chosen.connect(self._on_brush_chosen)
        header.look_chosen.connect(self._on_look_chosen)
        header.zoom_in_requested.connect(self.zoom_in)
        header.zoom_out_requested.connect(self.zoom_out)
        header.fit_requested.connect(self.fit)
        self.spectrogram.painter_tool.painted.connect(self.spectral_painted)
        for view in (self.waveform, self.spectrogram, self.lanes):
            view.hovered.connect(self._on_hovered)
            view.menu_requested.connect(self.menus.on_menu)
        self.axis.changed.connect(self._on_axis_changed)
        self.scroll_bar.valueChanged.connect(self._on_scrolled)

    def _on_axis_changed(self) -> None:
        axis = self.axis
        step_s = axis.duration_s / _SCROLL_STEPS if axis.duration_s else 1.0
        page = round(axis.length_s / step_s)
        self.scroll_bar.blockSignals(True)
        self.scroll_bar.setRange(0, max(0, _SCROLL_STEPS - page))
        self.scroll_bar.setPageStep(max(1, page))
        self.scroll_bar.setSingleStep(max(1, page // 10))
        self.scroll_bar.setValue(round(axis.start_s / step_s))
        self.scroll_bar.blockSignals(False)

    def _on_scrolled(self, step: int) -> None:
        start_s = step * self.axis.duration_s / _SCROLL_STEPS
        self.axis.pan(start_s - self.axis.start_s)

    def _on_gesture(self) -> None:
        preview = self.gestures.preview
        if preview is None:
            self._overlay.set_bubble("")
            return
        span = preview[1].span
        self._overlay.set_bubble(describe_span(preview[1]), (span.start_s + span.end_s) / 2)

    def _on_hovered(self, place: QPointF | None) -> None:
        view = self.sender()
        if place is None or not isinstance(view, SpanSurface) or self.axis.is_empty:
            self._overlay.set_hover(None)
            self.header.set_readout("")
            return
        time_s = self.axis.cut(view.time_s(place.x()))
        self._overlay.set_hover(time_s)
        if view is self.spectrogram:
            frequency_hz = self.spectrogram.hz_at(place.y())
            level_db = self.spectrogram.level_db(time_s, frequency_hz)
            self.header.set_readout(describe_pointer(time_s, frequency_hz, level_db))
        else:
            self.header.set_readout(describe_pointer(time_s))

    def _on_tool_chosen(self, tool: TimelineTool) -> None:
        self.set_tool(tool)
        self.tool_changed.emit(tool)

    def _on_brush_chosen(self, shape: PaintShape, radius_px: float) -> None:
        self.spectrogram.painter_tool.shape = shape
        if radius_px > 0:
            self.spectrogram.painter_tool.radius_px = radius_px

    def _on_look_chosen(self, look: SpectrogramLook) -> None:
        self.set_look(look)
        self.look_changed.emit(look)

    def _zoom_centre_s(self) -> float:
        axis = self.axis
        is_seen = axis.shows(self._playhead_s)
        return self._playhead_s if is_seen else (axis.start_s + axis.end_s) / 2

    def _show_messages(self) -> None:
        waiting = _READING if self._reading.is_going_on else _NO_SOUND
        self.waveform.set_message(_NO_CLIP if self.axis.is_empty else waiting)
