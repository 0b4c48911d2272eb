"""The spectrogram: levels laid out once per zoom, coloured through a table of 256 entries.

Drawn by our own raster, for the reasons given in `waveform_view`; the frequency laws are a gather
of rows, which an image item of a plotting library has no place for.
"""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.domain.views import SpectrogramPatch, SpectrogramSource
from core.units import format_frequency
from widgets import colour_maps
from widgets.frequency_axis import FrequencyAxis
from widgets.indexed_image import opaque_table, to_pixmap
from widgets.span_gestures import SpanGestures
from widgets.span_surface import MARKING, SpanSurface, means_not
from widgets.spectral_painter import SpectralPainter
from widgets.spectrogram_look import SpectrogramLook
from widgets.spectrogram_picture import Levels, lay_out, level_at
from widgets.time_view import GUTTER_PX
from widgets.view_states import Reading, paint_unknown


class SpectrogramView(SpanSurface):
    """Shows a `SpectrogramSource`. Ctrl+wheel, or the wheel over the labels, zooms frequency.

    Signals: see `SpanSurface`; wishes about painted regions come from `painter_tool`.
    """

    # a filled span would hide the very levels that are looked at
    veil = 0.5

    def __init__(
        self, gestures: SpanGestures, reading: Reading, parent: QWidget | None = None
    ) -> None:
        super().__init__(gestures, parent)
        self.setMinimumHeight(60)
        self.setAccessibleName("Spectrogram")
        self.n_laid_out = 0
        """How often levels were gathered anew; the playhead and colours must not raise it."""
        self.painter_tool = SpectralPainter(self)
        self.is_painting_tool = False
        self.look = SpectrogramLook()
        self.frequencies = FrequencyAxis(scale=self.look.scale)
        self._source: SpectrogramSource | None = None
        self._reading = reading
        self._patch: SpectrogramPatch | None = None
        self._levels: Levels | None = None
        self._pixmap: QPixmap | None = None
        self._gutter_from_px: float | None = None

    def set_source(self, source: SpectrogramSource | None) -> None:
        self._source = source
        self.redraw()

    def set_look(self, look: SpectrogramLook) -> None:
        """Change law, levels or colours; only another law touches the levels."""
        if look.scale is not self.look.scale:
            self._levels = None
            self.frequencies = FrequencyAxis(self.frequencies.top_hz, look.scale)
        self.look = look
        self._pixmap = None
        self.update()

    def shown_colour(self, colour: QColor) -> QColor:
        return colour

    @property
    def edge_colour(self) -> QColor:
        """Dark in every theme, as the picture is."""
        return QColor("#000000")

    def redraw(self) -> None:
        self._levels = self._pixmap = None
        self.update()

    def level_db(self, time_s: float, frequency_hz: float) -> float | None:
        """Return the level as drawn, None where nothing is."""
        return level_at(self._patch, time_s, frequency_hz) if self._patch else None

    def hz_at(self, y_px: float) -> float:
        return self.frequencies.to_hz(1.0 - y_px / max(1, self.height()))

    def y_px(self, frequency_hz: float) -> float:
        return (1.0 - self.frequencies.to_height(frequency_hz)) * self.height()

    def zoom_vertically(self, factor: float, y_px: float) -> None:
        self._show(self.frequencies.zoomed(factor, 1.0 - y_px / max(1, self.height())))

    def fit_vertically(self) -> None:
        """Show all frequencies."""
        self._show(replace(self.frequencies, low=0.0, high=1.0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.position().x() < GUTTER_PX:
            self.zoom_vertically(1.3 ** (event.angleDelta().y() / 120), event.position().y())
            event.accept()
            return
        super().wheelEvent(event)

    def press_gutter(self, position: QPointF) -> None:
        self._gutter_from_px = position.y()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._paints_now(event):
            self.painter_tool.press(event.position(), is_positive=not means_not(event))
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.painter_tool.is_painting:
            self.painter_tool.move(event.position())
            self.hovered.emit(event.position())
            return
        if self._gutter_from_px is not None:
            moved_px = event.position().y() - self._gutter_from_px
            self._gutter_from_px = event.position().y()
            self._show(self.frequencies.panned(moved_px / max(1, self.height())))
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gutter_from_px = None
        tool = self.painter_tool
        if tool.is_painting:
            if event.button() == Qt.MouseButton.RightButton and not tool.has_moved:
                tool.abandon()
                self.ask_for_menu(event.position(), event.globalPosition().toPoint())
            else:
                tool.release()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Put the frequency zoom back, over the labels; elsewhere a second click is a click."""
        if event.position().x() < GUTTER_PX:
            self.fit_vertically()
        else:
            self.mousePressEvent(event)

    def show_cursor_for(self, position: QPointF) -> None:
        if self.is_painting_tool and self.holds(position):
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif position.x() < GUTTER_PX and not self.frequencies.is_fitted:
            self.setCursor(Qt.CursorShape.SizeVerCursor)
        else:
            super().show_cursor_for(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.colours.ground)
        painter.fillRect(QRect(0, 0, GUTTER_PX, self.height()), self.colours.panel)
        if self._source is None or self.axis.is_empty:
            return
        painter.setClipRect(self.content)
        painter.drawPixmap(QPointF(GUTTER_PX, 0), self._picture(self._source))
        for start_s, end_s in self._reading.hatched_s:
            left, right = self.x_px(start_s), self.x_px(end_s)
            stretch = QRectF(left, 0, right - left, self.height())
            painter.fillRect(stretch, self.colours.ground)
            paint_unknown(painter, stretch, self.colours, self._reading.shift_px)
        self.painter_tool.paint(painter)
        self.paint_bands(painter)
        painter.setClipping(False)
        self._paint_labels(painter)

    def _paints_now(self, event: QMouseEvent) -> bool:
        return (
            self.is_painting_tool
            and event.button() in MARKING
            and self.holds(event.position())
            and not self.axis.is_empty
        )

    def _show(self, frequencies: FrequencyAxis) -> None:
        self.frequencies = frequencies
        self.redraw()

    def _picture(self, source: SpectrogramSource) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._levels is None:
            self._levels = self._lay_out(source, ratio)
            self._pixmap = None
        if self._pixmap is None:
            floor_db = self._patch.floor_db if self._patch else -120.0
            lut = colour_maps.colours(self.look.colour_map)
            lut = colour_maps.stretch(lut, floor_db, self.look.low_db, self.look.high_db)
            self._pixmap = to_pixmap(self._levels, opaque_table(lut), ratio)
        return self._pixmap

    def _lay_out(self, source: SpectrogramSource, ratio: float) -> Levels:
        self.n_laid_out += 1
        size_px = (round(self.content.width() * ratio), round(self.height() * ratio))
        span_s = (self.axis.start_s, self.axis.end_s)
        patch = source.patch(*span_s, size_px[0])
        self._patch = patch
        if patch.high_hz != self.frequencies.top_hz:
            self.frequencies = replace(self.frequencies, top_hz=patch.high_hz)
        return lay_out(patch, span_s, self.frequencies, size_px)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setPen(self.colours.faint)
        room_px = painter.fontMetrics().height()
        for tick_hz in self.frequencies.ticks_hz(self.height(), room_px + 6):
            y_px = round(self.y_px(tick_hz))
            painter.drawLine(GUTTER_PX - 5, y_px, GUTTER_PX - 1, y_px)
            top_px = min(max(0, y_px - room_px // 2), self.height() - room_px)
            box = QRect(0, top_px, GUTTER_PX - 9, room_px)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, format_frequency(tick_hz))
