"""The slim row above the timeline: tool, what is under the pointer, zoom, and how it looks."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from widgets.icons import icon
from widgets.paint_stroke import PaintShape
from widgets.spectral_painter import BRUSH_RADII_PX
from widgets.spectrogram_look import SpectrogramLook, fill_look_menu
from widgets.timeline_tool import TimelineTool


class TimelineHeader(QWidget):
    """Small buttons and one line of text.

    Signals:
        tool_chosen: a `TimelineTool`.
        brush_chosen: a `PaintShape` and the radius of the brush in pixels.
        look_chosen: a `SpectrogramLook`.
        zoom_in_requested, zoom_out_requested, fit_requested: the zoom buttons.
    """

    tool_chosen = Signal(object)
    brush_chosen = Signal(object, float)
    look_chosen = Signal(object)
    zoom_in_requested = Signal()
    zoom_out_requested = Signal()
    fit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = SpectrogramLook()
        self._tool_buttons = {
            TimelineTool.SPAN: self._tool(
                "Spans", "Drag marks when the sound is heard; Alt+drag when it is not", "span"
            ),
            TimelineTool.PAINT: self._tool(
                "Paint",
                "Drag paints a region of the spectrogram; Alt+drag one to keep out",
                "painted",
            ),
        }
        for tool, button in self._tool_buttons.items():
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.clicked.connect(lambda _on=False, tool=tool: self._on_tool(tool))
        self._readout = QLabel()
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setAccessibleName("Under the pointer")
        self._look_menu = QMenu(self)
        self._look_menu.aboutToShow.connect(self._fill_look_menu)
        self._look_button = self._tool(
            "View", "Frequency scale, levels and colours of the spectrogram", "mixer"
        )
        self._look_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._look_button.setMenu(self._look_menu)
        self._look_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._brush_menu = QMenu(self)
        self._brush_button = self._tool("Rectangle", "What a drag paints", "box")
        self._brush_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._brush_button.setMenu(self._brush_menu)
        self._brush_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._fill_brush_menu()
        self._lay_out()
        self.set_tool(TimelineTool.SPAN)

    def set_tool(self, tool: TimelineTool) -> None:
        for each, button in self._tool_buttons.items():
            button.setChecked(each is tool)
        self._brush_button.setVisible(tool is TimelineTool.PAINT)

    def set_look(self, look: SpectrogramLook) -> None:
        self._look = look

    @property
    def readout(self) -> str:
        return self._readout.text()

    def set_readout(self, text: str) -> None:
        self._readout.setText(text)

    def _lay_out(self) -> None:
        zoom_out = self._tool("−", "Zoom out (−)", "zoom_out")
        zoom_in = self._tool("+", "Zoom in (+)", "zoom_in")
        fit = self._tool("Fit", "Show the whole clip (Shift+F)", "fit")
        zoom_out.clicked.connect(self.zoom_out_requested)
        zoom_in.clicked.connect(self.zoom_in_requested)
        fit.clicked.connect(self.fit_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(3)
        for button in self._tool_buttons.values():
            row.addWidget(button)
        row.addWidget(self._brush_button)
        row.addWidget(self._readout, 1)
        row.addSpacing(10)
        for button in (zoom_out, zoom_in, fit, self._look_button):
            row.addWidget(button)

    def _tool(self, text: str, tip: str, glyph: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("kind", "quiet")
        button.setIcon(icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _on_tool(self, tool: TimelineTool) -> None:
        self.set_tool(tool)
        self.tool_chosen.emit(tool)

    def _fill_brush_menu(self) -> None:
        group = QActionGroup(self._brush_menu)
        options = [("Rectangle", PaintShape.RECTANGLE, 0.0)]
        options += [
            (f"{size} brush", PaintShape.BRUSH, radius) for size, radius in BRUSH_RADII_PX.items()
        ]
        for text, shape, radius_px in options:
            action = QAction(text, self._brush_menu, checkable=True)
            action.setChecked(shape is PaintShape.RECTANGLE)
            action.triggered.connect(
                lambda _on=False, text=text, shape=shape, radius=radius_px: self._on_brush(
                    text, shape, radius
                )
            )
            group.addAction(action)
            self._brush_menu.addAction(action)

    def _on_brush(self, text: str, shape: PaintShape, radius_px: float) -> None:
        self._brush_button.setText(text)
        self._brush_button.setIcon(icon("box" if shape is PaintShape.RECTANGLE else "painted"))
        self.brush_chosen.emit(shape, radius_px)

    def _fill_look_menu(self) -> None:
        fill_look_menu(self._look_menu, self._look, self.look_chosen.emit)
