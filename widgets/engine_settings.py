"""The knobs of an engine, in a panel that opens from a button beside its name."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from core.domain.engines import EngineInfo, EngineSetting, SettingValue
from widgets.setting_control import SettingControl
from widgets.wish_button import WishButton

_WIDTH_PX = 400


class EngineSettingsButton(WishButton):
    """Opens the panel; looks pressed where something differs from the defaults.

    Signals:
        setting_chosen: a name and its value, or None for the default.
        reset_requested: all knobs shall go back to their defaults.
    """

    setting_chosen = Signal(str, object)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("settings", "Engine settings", parent=parent)
        self.setCheckable(True)
        self.panel = EngineSettingsPanel(self)
        self.panel.setting_chosen.connect(self.setting_chosen)
        self.panel.reset_requested.connect(self.reset_requested)
        self.clicked.connect(self._open)

    def set_engine(
        self, engine: EngineInfo | None, settings: Mapping[str, SettingValue] | None = None
    ) -> None:
        """Show the knobs of `engine` as `settings` have them."""
        knobs = engine.settings if engine is not None else ()
        changed = [knob for knob in knobs if knob.name in (settings or {})]
        self.setEnabled(bool(knobs))
        self.setChecked(bool(changed))
        self.panel.set_engine(engine, settings or {})
        title = engine.title if engine is not None else "the engine"
        words = f"Settings of {title}" if knobs else f"{title} has no settings"
        note = f": {len(changed)} changed" if changed else ""
        self.show_as("settings", words + note)

    def _open(self) -> None:
        panel, screen = self.panel, self.screen().availableGeometry()
        panel.fit()
        place = QRect(QPoint(0, 0), panel.size())
        # Above the row, which stands low in the window, and flush with the button's right edge.
        place.moveBottomRight(self.mapToGlobal(QPoint(self.width(), -7)))
        if place.top() < screen.top():
            place.moveTop(self.mapToGlobal(QPoint(0, self.height() + 6)).y())
        panel.move(kept_inside(place, screen).topLeft())
        panel.show()
        panel.setFocus(Qt.FocusReason.PopupFocusReason)
        self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)


def kept_inside(place: QRect, screen: QRect) -> QRect:
    """Return `place` moved as little as possible to lie on the screen; its top left rather."""
    moved = QRect(place)
    moved.moveLeft(max(screen.left(), min(place.left(), screen.right() - place.width())))
    moved.moveTop(max(screen.top(), min(place.top(), screen.bottom() - place.height())))
    return moved


class EngineSettingsPanel(QFrame):
    """One row for each knob: its name, its control, and beneath a line of help.

    Signals:
        setting_chosen: a name and its value, or None for the default.
        reset_requested: all knobs shall go back to their defaults.
    """

    setting_chosen = Signal(str, object)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "card")
        self.setFixedWidth(_WIDTH_PX)
        self.controls: dict[str, SettingControl] = {}
        self._engine: EngineInfo | None = None
        self._title = QLabel()
        self._title.setProperty("rank", "strong")
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("Take all settings back to their defaults")
        self.reset.clicked.connect(self.reset_requested)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 12, 16, 14)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.reset)
        self._grid.addLayout(head, 0, 0, 1, 2)

    def set_engine(self, engine: EngineInfo | None, settings: Mapping[str, SettingValue]) -> None:
        """Show the knobs; those of the same engine keep their controls, and the focus."""
        if engine != self._engine:
            self._engine = engine
            self._rebuild(engine.settings if engine is not None else ())
            self._title.setText(engine.title if engine is not None else "")
        for name, control in self.controls.items():
            control.set_value(settings.get(name, control.setting.default))
        self.reset.setEnabled(any(name in settings for name in self.controls))

    def fit(self) -> None:
        """Take the height that the lines of help need, as they are broken."""
        self.resize(_WIDTH_PX, self._grid.totalHeightForWidth(_WIDTH_PX))

    def _rebuild(self, knobs: tuple[EngineSetting, ...]) -> None:
        for control in self.controls.values():
            for widget in (control, control.label, control.help):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.controls = {knob.name: SettingControl(knob) for knob in knobs}
        for place, control in enumerate(self.controls.values()):
            row = 1 + 2 * place
            self._grid.setRowMinimumHeight(row, 34)
            self._grid.addWidget(control.label, row, 0, Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(control, row, 1, Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(control.help, row + 1, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
            control.value_chosen.connect(self._on_chosen)

    def _on_chosen(self, name: str, value: SettingValue) -> None:
        is_default = value == self.controls[name].setting.default
        self.setting_chosen.emit(name, None if is_default else value)

    def hideEvent(self, event: QHideEvent) -> None:
        for control in self.controls.values():
            control.settle()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Return close the panel; what was chosen holds."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)
