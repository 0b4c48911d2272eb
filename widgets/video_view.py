"""The picture, its mask and the person's marks; clicks and boxes on it become wishes."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.masks import Mask
from core.domain.pictures import Frame
from core.domain.prompts import Box, Click
from widgets import candidate_boxes, keyboard_pointer, video_marks
from widgets.frame_picture import FramePicture
from widgets.geometry import PictureGeometry
from widgets.icons import paint_icon
from widgets.mask_overlay import MaskOverlay
from widgets.theme import current_theme, stem_colour
from widgets.video_gestures import PictureGestures
from widgets.video_hud import HEIGHT_PX, SPINNER_STEPS, paint_pill, pill_width_px

_SPINNER_MS = 50
_SHOW_PIXELS_FROM = 8.0


class VideoView(PictureGestures):
    """Shows one frame with what is known about it. Decodes nothing, segments nothing.

    Signals:
        click_requested: x and y in frame pixels, and True for "this", False for "not this".
        box_requested: left, top, right and bottom in frame pixels, never empty.
        outside_clicked: a click beside the picture.
        candidate_chosen: the `Finding` that was picked of those shown.
        candidates_dismissed: none of those shown is wanted.
        source_chosen: the `SeenSource` that was picked, and where in frame pixels; None by a key.
        play_requested: Space was tapped while the picture is zoomed in, where holding it pans.
        zoom_changed: device pixels per frame pixel, after the person zoomed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._picture: FramePicture | None = None
        self._overlay: MaskOverlay | None = None
        self._colour = stem_colour(0)
        self._mask_opacity, self._is_mask_shown = 0.4, True
        self._clicks: tuple[Click, ...] = ()
        self._boxes: tuple[Box, ...] = ()
        self._hint, self._empty_text = "", ""
        self._busy: str | None = None
        self._spinner_step = 0
        self._spinner = QTimer(self)
        self._spinner.setInterval(_SPINNER_MS)
        self._spinner.timeout.connect(self._on_spinner)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 135)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Picture")

    # What is shown ------------------------------------------------------------------------------

    def set_frame(self, frame: Frame | None) -> None:
        """Show a frame; the zoom is kept as long as the size stays the same."""
        self._frame = frame
        self._picture = None if frame is None else FramePicture(frame)
        if frame is None:
            self.clear_picture()
        else:
            height_px, width_px = frame.pixels.shape[:2]
            self.set_picture_size(width_px, height_px)
        self.update()

    def set_mask(self, mask: Mask | None, colour: QColor, confidence: float = 1.0) -> None:
        """Show the mask of the frame on screen; `confidence` below a half is drawn dashed."""
        self._colour = QColor(colour)
        self._overlay = None if mask is None else MaskOverlay(mask, colour, confidence)
        self.update()

    def set_mask_opacity(self, opacity: float) -> None:
        """Set how strongly the mask is tinted inside, 0 to 1."""
        self._mask_opacity = min(1.0, max(0.0, opacity))
        self.update()

    def set_mask_shown(self, is_shown: bool) -> None:
        self._is_mask_shown = is_shown
        self.update()

    def set_marks(self, clicks: Sequence[Click], boxes: Sequence[Box]) -> None:
        """Give the marks of all frames; those of the frame on screen are drawn."""
        self._clicks, self._boxes = tuple(clicks), tuple(boxes)
        self.update()

    @property
    def shown_pts(self) -> int | None:
        return None if self._frame is None else self._frame.pts

    def set_hint(self, hint: str) -> None:
        """Lay one inviting line over the bottom of the picture; empty for none."""
        self._hint = hint
        self.setAccessibleDescription(hint)
        self.update()

    def set_empty_text(self, text: str) -> None:
        """Say what is shown where there is no picture: "This clip has sound only"."""
        self._empty_text = text
        self.update()

    def set_busy(self, text: str | None) -> None:
        """Say what is being worked on, with a turning sign; None when it is done."""
        self._busy = text
        self._run_spinner()
        self.update()

    @property
    def is_spinning(self) -> bool:
        return self._spinner.isActive()

    @property
    def spinner_step(self) -> int:
        """How far the turning sign has come, of `SPINNER_STEPS`."""
        return self._spinner_step

    # Painting -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_theme().stage))
        geometry = self.picture_geometry
        if geometry is None or self._picture is None:
            self._paint_empty(painter)
        else:
            zoom = geometry.shown_zoom
            # Who zooms in that far wants to click on single pixels.
            is_smooth = geometry.is_fitted or zoom < _SHOW_PIXELS_FROM
            rect = QRectF(*geometry.picture_rect)
            self._picture.paint(painter, rect, zoom, is_smooth=is_smooth)
            self._paint_over(painter, geometry)
            if self.pointer.is_shown:
                at = QPointF(*geometry.to_view(*self.pointer.at(geometry)))
                video_marks.paint_crosshair(painter, at)
        self._paint_words(painter)
        if self.is_focus_shown:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(current_theme().link), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_over(self, painter: QPainter, geometry: PictureGeometry) -> None:
        self.sounding.paint_heat(painter, geometry)
        if self._overlay is not None and self._is_mask_shown:
            self._overlay.paint(painter, geometry, self._mask_opacity)
        pts = self.shown_pts
        boxes = [box for box in self._boxes if box.pts == pts]
        clicks = [click for click in self._clicks if click.pts == pts]
        video_marks.paint_boxes(painter, geometry, boxes, self._colour)
        video_marks.paint_clicks(painter, geometry, clicks, self._colour)
        if not self.is_choosing:
            has_keys, kept_free = self.hasFocus(), self._kept_free()
            self.sounding.paint_sources(painter, geometry, kept_free, has_keys=has_keys)
        self.candidates.paint(painter, geometry, pts, self._hint_rect)
        if (dragged := self.dragged_box) is not None:
            x0_px, y0_px, x1_px, y1_px = dragged
            video_marks.paint_dragged_box(
                painter, geometry, (x0_px, y0_px), (x1_px, y1_px), self._colour
            )

    @property
    def _hint_rect(self) -> QRectF:
        """The strip of the view in which a hint lies."""
        return QRectF(0, self.height() - 24 - HEIGHT_PX, self.width(), HEIGHT_PX + 24)

    def _paint_words(self, painter: QPainter) -> None:
        middle_px, below_px = self.width() / 2, self.height() - 16 - HEIGHT_PX / 2
        is_pointing = self.pointer.is_shown and self.picture_geometry is not None
        hint = candidate_boxes.HINT if self.is_choosing else self.sounding_hint or self._hint
        hint = keyboard_pointer.HINT if is_pointing else hint
        if hint:
            paint_pill(painter, hint, QPointF(middle_px, below_px))
        if self._busy is not None:
            paint_pill(painter, self._busy, self._busy_middle(), self._spinner_step)
        for words, rect in self._corners():
            paint_pill(painter, words, rect.center())

    def _corners(self) -> list[tuple[str, QRectF]]:
        """Return what is said in the upper corners, and where."""
        geometry, found = self.picture_geometry, []
        if self.sounding_said and geometry is not None:
            left_px = max(0.0, geometry.origin[0]) + 16
            width_px = pill_width_px(self.sounding_said)
            found.append((self.sounding_said, QRectF(left_px, 16, width_px, HEIGHT_PX)))
        if geometry is not None and not geometry.is_fitted:
            words = f"{geometry.shown_zoom:.0%}".replace("%", " %")
            width_px = pill_width_px(words)
            found.append((words, QRectF(self.width() - 16 - width_px, 16, width_px, HEIGHT_PX)))
        return found

    def _kept_free(self) -> list[QRectF]:
        """Return where no label may lie."""
        rects = [self._hint_rect, *(rect for _, rect in self._corners())]
        if self._busy is not None:
            width_px = pill_width_px(self._busy, has_sign=True)
            rects.append(QRectF((self.width() - width_px) / 2, 16, width_px, HEIGHT_PX))
        return rects

    def _paint_empty(self, painter: QPainter) -> None:
        if not self._empty_text:
            return
        ink = QColor(255, 255, 255, 150)
        x_px, y_px = self.width() / 2, self.height() / 2
        paint_icon(painter, "sound", QRectF(x_px - 20, y_px - 44, 40, 40), ink)
        painter.setPen(ink)
        words = QRectF(16, y_px + 4, self.width() - 32, 60)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, flags | Qt.TextFlag.TextWordWrap, self._empty_text)

    # The turning sign ---------------------------------------------------------------------------

    def _busy_middle(self) -> QPointF:
        return QPointF(self.width() / 2, 16 + HEIGHT_PX / 2)

    def _run_spinner(self) -> None:
        if self._busy is not None and self.isVisible():
            self._spinner.start()
        else:
            self._spinner.stop()

    def _on_spinner(self) -> None:
        self._spinner_step = (self._spinner_step + 1) % SPINNER_STEPS
        self.update(0, 0, self.width(), round(HEIGHT_PX) + 32)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_spinner()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._spinner.stop()
