"""The right-click menus of the timeline: what can be done with a span, the loop, the view."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.domain.prompts import SpanPrompt, TimeSpan
from widgets.ruler import Ruler
from widgets.span_drag import Grip
from widgets.span_gestures import SpanGestures
from widgets.span_times_dialog import SpanTimesDialog


class TimelineMenus(QObject):
    """Opens a menu for what lies under the pointer.

    Signals:
        loop_changed: start and end in seconds, or None and None.
        spectral_clear_requested: the painted regions of the selected stem should go.
    """

    loop_changed = Signal(object, object)
    spectral_clear_requested = Signal()

    def __init__(self, gestures: SpanGestures, ruler: Ruler, parent: QWidget) -> None:
        super().__init__(parent)
        self._gestures = gestures
        self._ruler = ruler
        self._window = parent
        self._menu = QMenu(parent)
        self._dialog: SpanTimesDialog | None = None
        ruler.menu_requested.connect(self._on_ruler_menu)

    @property
    def menu(self) -> QMenu:
        """The menu as it was opened last."""
        return self._menu

    @property
    def dialog(self) -> SpanTimesDialog | None:
        """The dialog for exact times that is open, if one is."""
        return self._dialog

    def on_menu(self, grip: Grip | None, time_s: float, at: QPoint) -> None:
        """Open the menu of the span under the pointer, or of the place where none is."""
        self._menu.clear()
        if grip is not None:
            self._gestures.select(grip.stem_id, grip.prompt)
            self._fill_for_span(grip.stem_id, grip.prompt)
        else:
            self._add("Seek here", lambda: self._gestures.seek_requested.emit(time_s))
            self._fill_for_place()
        self._menu.popup(at)

    def _on_ruler_menu(self, _time_s: float, at: QPoint) -> None:
        self._menu.clear()
        self._fill_for_place()
        self._menu.popup(at)

    def _fill_for_span(self, stem_id: str, prompt: SpanPrompt) -> None:
        gestures, span = self._gestures, prompt.span
        other = replace(prompt, is_positive=not prompt.is_positive)
        text = "Not heard here (−)" if prompt.is_positive else "Heard here (+)"
        self._add(text, lambda: gestures.replace(stem_id, prompt, other))
        self._add("Exact times…", lambda: self.ask_times(stem_id, prompt))
        self._menu.addSeparator()
        self._add("Loop this span", lambda: self.loop_changed.emit(span.start_s, span.end_s))
        self._add("Zoom to this span", lambda: gestures.axis.frame(span.start_s, span.end_s))
        self._menu.addSeparator()
        self._add("Delete span\tDel", gestures.remove_selected)

    def _fill_for_place(self) -> None:
        gestures, loop = self._gestures, self._ruler.loop
        if loop is not None:
            self._menu.addSeparator()
            self._add("Mark the loop as heard (+)", lambda: self._mark(loop, True))
            self._add("Mark the loop as not heard (−)", lambda: self._mark(loop, False))
            self._add("Zoom to loop", lambda: gestures.axis.frame(*loop))
            self._add("Clear loop", lambda: self.loop_changed.emit(None, None))
        stem = gestures.selected_stem
        if stem is not None and stem.prompts.spectral:
            self._menu.addSeparator()
            self._add("Clear painted regions", self.spectral_clear_requested.emit)
        self._menu.addSeparator()
        self._add("Show the whole clip\tShift+F", gestures.axis.fit)

    def _add(self, text: str, act: Callable[[], object]) -> None:
        self._menu.addAction(text).triggered.connect(lambda _on=False: act())

    def _mark(self, loop: tuple[float, float], is_positive: bool) -> None:
        self._gestures.add(
            self._gestures.selected_stem_id, SpanPrompt(TimeSpan(*loop), is_positive)
        )

    def ask_times(self, stem_id: str, prompt: SpanPrompt) -> None:
        """Open the dialog for the exact times of a span."""
        dialog = SpanTimesDialog(prompt, self._gestures.axis.duration_s, self._window)
        dialog.accepted.connect(lambda: self._gestures.replace(stem_id, prompt, dialog.answer()))
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()
