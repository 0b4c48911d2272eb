"""Turns presses and drags on any part of the timeline into wishes about spans."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from core.domain.project import Stem
from core.domain.prompts import SpanPrompt
from widgets.span_drag import Grip, GripKind, SpanDrag, snap_to
from widgets.time_axis import TimeAxis

NO_STEM = ""
"""Stands for the stem in wishes while there is none yet."""

DRAG_STARTS_PX = 4


@dataclass(frozen=True, slots=True)
class Press:
    """Where the button went down, and on what."""

    time_s: float
    x_px: float
    grip: Grip | None = None
    stem_id: str | None = None
    """The lane that was pressed; None where the selected stem is meant."""
    is_negative: bool = False


class SpanGestures(QObject):
    """The one drag that can be going on, its live preview, and the selected span.

    Signals:
        seek_requested: media time of a press that did not become a drag.
        span_added: stem id (empty while there is no stem) and the new `SpanPrompt`.
        span_changed: stem id, the old and the new `SpanPrompt`.
        span_removed: stem id and the `SpanPrompt`.
        stem_selected: id of a stem whose lane was pressed.
        shown_changed: the preview, the selection or the stems look different.
    """

    seek_requested = Signal(float)
    span_added = Signal(str, object)
    span_changed = Signal(str, object, object)
    span_removed = Signal(str, object)
    stem_selected = Signal(str)
    shown_changed = Signal()

    def __init__(self, axis: TimeAxis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self._stems: tuple[Stem, ...] = ()
        self._selected_stem_id: str | None = None
        self._selected: tuple[str, SpanPrompt] | None = None
        self._landmarks_s: tuple[float, ...] = ()
        self._playhead_s = 0.0
        self._press: Press | None = None
        self._drag: SpanDrag | None = None
        self._preview: SpanPrompt | None = None

    @property
    def stems(self) -> tuple[Stem, ...]:
        return self._stems

    @property
    def selected_stem(self) -> Stem | None:
        return next((stem for stem in self._stems if stem.stem_id == self._selected_stem_id), None)

    @property
    def selected_stem_id(self) -> str:
        """The stem a drag is for; `NO_STEM` while there is none."""
        stem = self.selected_stem
        return stem.stem_id if stem else NO_STEM

    @property
    def selected_span(self) -> tuple[str, SpanPrompt] | None:
        return self._selected

    @property
    def is_dragging(self) -> bool:
        return self._press is not None

    @property
    def has_moved(self) -> bool:
        """True once a press has become a drag."""
        return self._drag is not None

    @property
    def preview(self) -> tuple[str, SpanPrompt] | None:
        """The span as it would be if the button were let go now."""
        if self._drag is None or self._preview is None:
            return None
        return self._drag.stem_id, self._preview

    @property
    def hidden(self) -> tuple[str, SpanPrompt] | None:
        """The span that a preview stands in for."""
        grip = self._drag.grip if self._drag else None
        return (grip.stem_id, grip.prompt) if grip and self._preview else None

    def spans_of(self, stem_id: str) -> tuple[SpanPrompt, ...]:
        stem = next((stem for stem in self._stems if stem.stem_id == stem_id), None)
        return stem.prompts.spans if stem else ()

    def set_stems(self, stems: tuple[Stem, ...], selected_stem_id: str | None) -> None:
        self._stems, self._selected_stem_id = stems, selected_stem_id
        if self._selected and self._selected[1] not in self.spans_of(self._selected[0]):
            self._selected = None
        grip = self._press.grip if self._press else None
        if grip and grip.prompt not in self.spans_of(grip.stem_id):
            self.abandon()
        self.shown_changed.emit()

    def set_playhead(self, time_s: float) -> None:
        self._playhead_s = time_s

    def set_landmarks(self, times_s: tuple[float, ...]) -> None:
        """Take further times that edges snap to: the ends of the loop."""
        self._landmarks_s = times_s

    def press(self, press: Press) -> None:
        self._press, self._drag, self._preview = press, None, None

    def move(self, time_s: float, x_px: float, snap_s: float) -> None:
        """Follow the pointer; `snap_s` is how far edges are pulled, 0 where they are free."""
        if self._press is None:
            return
        if self._drag is None:
            if abs(x_px - self._press.x_px) < DRAG_STARTS_PX:
                return
            self._drag = self._begin(self._press)
        targets_s = self._targets_s()
        self._preview = self._drag.at(
            time_s, self.axis.duration_s, lambda at_s: snap_to(at_s, targets_s, snap_s)
        )
        self.shown_changed.emit()

    def release(self) -> None:
        """End the drag: a span that came out empty was a click."""
        press, drag, preview = self._press, self._drag, self._preview
        self._press = self._drag = self._preview = None
        if press is None:
            return
        if drag is not None and preview is not None:
            self._finish(drag, preview)
        elif drag is None or drag.grip is None:
            self._click(press)
        self.shown_changed.emit()

    def abandon(self) -> bool:
        """Forget the drag; tell whether there was one."""
        was_dragging = self._press is not None
        self._press = self._drag = self._preview = None
        if was_dragging:
            self.shown_changed.emit()
        return was_dragging

    def select(self, stem_id: str, prompt: SpanPrompt) -> None:
        self._selected = (stem_id, prompt)
        self.shown_changed.emit()

    def clear_selection(self) -> None:
        self._selected = None
        self.shown_changed.emit()

    def select_next(self, by: int) -> SpanPrompt | None:
        """Select the next (`by` 1) or earlier (−1) span of the selected stem, in time."""
        stem_id = self.selected_stem_id
        spans = sorted(self.spans_of(stem_id), key=lambda prompt: prompt.span)
        if not spans:
            return None
        own = self._selected[1] if self._selected and self._selected[0] == stem_id else None
        if own in spans:
            prompt = spans[(spans.index(own) + by) % len(spans)]
        else:
            prompt = spans[0 if by > 0 else -1]
        self.select(stem_id, prompt)
        return prompt

    def remove_selected(self) -> bool:
        """Ask for the selected span to be removed; tell whether there is one."""
        if self._selected is None:
            return False
        self.span_removed.emit(*self._selected)
        return True

    def replace(self, stem_id: str, old: SpanPrompt, new: SpanPrompt) -> None:
        """Ask for a span to become another, and keep it selected."""
        self._selected = (stem_id, new)
        if new != old:
            self.span_changed.emit(stem_id, old, new)

    def add(self, stem_id: str, prompt: SpanPrompt) -> None:
        """Ask for a new span, and select it."""
        self._selected = (stem_id, prompt)
        self.span_added.emit(stem_id, prompt)

    def _begin(self, press: Press) -> SpanDrag:
        if press.grip and not press.is_negative:
            self._selected = (press.grip.stem_id, press.grip.prompt)
            positive = press.grip.prompt.is_positive
            return SpanDrag(press.grip.stem_id, press.time_s, positive, press.grip)
        stem_id = press.stem_id if press.stem_id is not None else self.selected_stem_id
        return SpanDrag(stem_id, press.time_s, not press.is_negative)

    def _finish(self, drag: SpanDrag, preview: SpanPrompt) -> None:
        if drag.grip is not None:
            self.replace(drag.stem_id, drag.grip.prompt, preview)
            return
        if drag.stem_id not in (NO_STEM, self._selected_stem_id):
            self.stem_selected.emit(drag.stem_id)
        self.add(drag.stem_id, preview)

    def _click(self, press: Press) -> None:
        grip = press.grip
        self._selected = (grip.stem_id, grip.prompt) if grip else None
        stem_id = grip.stem_id if grip else press.stem_id
        if stem_id not in (None, NO_STEM, self._selected_stem_id):
            self.stem_selected.emit(stem_id)
        if grip is None or grip.kind is not GripKind.BODY:
            self.seek_requested.emit(self.axis.cut(press.time_s))

    def _targets_s(self) -> tuple[float, ...]:
        """Return what edges snap to: the playhead, the clip's ends, the loop, other edges."""
        drag = self._drag
        own = drag.grip.prompt if drag and drag.grip else None
        edges: list[float] = []
        for prompt in self.spans_of(drag.stem_id if drag else NO_STEM):
            if prompt != own:
                edges += [prompt.span.start_s, prompt.span.end_s]
        return (self._playhead_s, 0.0, self.axis.duration_s, *self._landmarks_s, *edges)
