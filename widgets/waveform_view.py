"""The waveform, one lane per channel, with the target of the selected stem laid over it.

Drawn by our own raster (see `waveform_picture`) and not by a plotting library. pyqtgraph was
measured with two curves and an image at 2560 px: 12 ms for a redraw and 4 ms to move the playhead,
against 6 ms and 2 ms for this whole timeline. Its curves are line segments without smooth edges
(with them it is slower still), and a law of frequency other than linear is none of its images.
"""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from core.domain.views import PeakColumns, PeakSource
from widgets.indexed_image import coverage_table, to_pixmap
from widgets.span_gestures import SpanGestures
from widgets.span_surface import SpanSurface
from widgets.time_view import GUTTER_PX
from widgets.timeline_colours import faded
from widgets.view_states import Reading, paint_message, paint_unknown
from widgets.waveform_picture import cover, lane_edges, unknown_stretches

_GAP_PX = 6
_THINNEST_LANE_PX = 16
_NAMES = {1: ("",), 2: ("L", "R"), 6: ("L", "R", "C", "LFE", "Ls", "Rs")}
_NAMES |= {8: ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs")}


class WaveformView(SpanSurface):
    """Shows `PeakSource`s. Ctrl+wheel magnifies quiet sound.

    More than two channels get thinner lanes; where those would be too thin to read, one lane
    shows the loudest extent of all.

    Signals: see `SpanSurface`.
    """

    has_tabs = True

    def __init__(
        self, gestures: SpanGestures, reading: Reading, parent: QWidget | None = None
    ) -> None:
        super().__init__(gestures, parent)
        self.setMinimumHeight(48)
        self.setAccessibleName("Waveform")
        self.n_drawn = 0
        """How often the picture was made anew; the playhead must not raise it."""
        self._peaks: PeakSource | None = None
        self._target: PeakSource | None = None
        self._target_colour = QColor()
        self._message = ""
        self._reading = reading
        self._gain = 1.0
        self._pixmap: QPixmap | None = None

    def set_peaks(self, peaks: PeakSource | None) -> None:
        self._peaks = peaks
        self.redraw()

    def set_target_peaks(self, peaks: PeakSource | None, colour: QColor) -> None:
        """Lay a stem's sound over the mix, in the stem's colour; None takes it away."""
        self._target, self._target_colour = peaks, colour
        self.redraw()

    @property
    def message(self) -> str:
        """What is written in the place of the waveform while there is none."""
        return self._message

    def set_message(self, message: str) -> None:
        """Show a sentence in the place of the waveform while there is none."""
        self._message = message
        self.update()

    def redraw(self) -> None:
        self._pixmap = None
        self.update()

    def zoom_vertically(self, factor: float, _y_px: float) -> None:
        self._gain = min(64.0, max(1.0, self._gain * factor))
        self.redraw()

    def mouseDoubleClickEvent(self, _event: object) -> None:
        """Put the vertical zoom back, as a double click on any scale does."""
        if self._gain != 1.0:
            self._gain = 1.0
            self.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.colours.ground)
        painter.fillRect(QRect(0, 0, GUTTER_PX, self.height()), self.colours.panel)
        if self._peaks is None or self.axis.is_empty:
            paint_message(painter, self.content, self._message, self.colours)
            if self._reading.is_going_on:
                paint_unknown(painter, QRectF(self.content), self.colours, self._reading.shift_px)
            return
        if self._pixmap is None:
            self._pixmap = self._draw(self._peaks)
        painter.setClipRect(self.content & event.rect())
        painter.drawPixmap(QPointF(GUTTER_PX, 0), self._pixmap)
        for start_s, end_s in self._reading.hatched_s:
            left, right = self.x_px(start_s), self.x_px(end_s)
            stretch = QRectF(left, 0, right - left, self.height())
            paint_unknown(painter, stretch, self.colours, self._reading.shift_px)
        self.paint_bands(painter)
        painter.setClipping(False)
        self._paint_gutter(painter)

    def _lanes(self, n_channels: int, ratio: float) -> list[slice]:
        height_px = round(self.height() * ratio)
        return lane_edges(
            n_channels, height_px, round(_GAP_PX * ratio), round(_THINNEST_LANE_PX * ratio)
        )

    def _draw(self, peaks: PeakSource) -> QPixmap:
        self.n_drawn += 1
        ratio = self.devicePixelRatioF()
        width_px = round(self.content.width() * ratio)
        columns = peaks.columns(self.axis.start_s, self.axis.end_s, width_px)
        lanes = self._lanes(peaks.n_channels, ratio)
        column_s = self.axis.length_s / width_px
        self._reading.unknown_s = [
            (self.axis.start_s + first * column_s, self.axis.start_s + last * column_s)
            for first, last in unknown_stretches(columns)
        ]
        wave = QColor(self.colours.wave)
        if self._target is not None:
            wave = faded(wave, 0.55)
        pixmap = self._raster(columns, lanes, wave, ratio)
        if self._target is not None:
            target = self._target.columns(self.axis.start_s, self.axis.end_s, width_px)
            lanes = self._lanes(target.low.shape[0], ratio)
            over = self._raster(target, lanes, self._target_colour, ratio)
            painter = QPainter(pixmap)
            painter.drawPixmap(QPointF(0, 0), over)
            painter.end()
        return pixmap

    def _raster(
        self, columns: PeakColumns, lanes: list[slice], colour: QColor, ratio: float
    ) -> QPixmap:
        covered = cover(columns, lanes, round(self.height() * ratio), self._gain)
        return to_pixmap(covered, coverage_table(colour), ratio)

    def _paint_gutter(self, painter: QPainter) -> None:
        if self._peaks is None:
            return
        n_channels = self._peaks.n_channels
        lanes = self._lanes(n_channels, 1.0)
        names = _NAMES.get(n_channels, tuple(str(n) for n in range(1, n_channels + 1)))
        if len(lanes) < n_channels:
            names = (f"{n_channels} ch",)
        painter.setPen(self.colours.faint)
        for rows, name in zip(lanes, names, strict=True):
            box = QRect(0, rows.start, GUTTER_PX - 8, rows.stop - rows.start)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
        if self._gain > 1.0:
            box = QRect(6, 2, GUTTER_PX, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, f"×{self._gain:.3g}")
