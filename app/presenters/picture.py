"""The picture: the frame on screen, the mask over it, and the clicks and boxes made on it."""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.masking import MaskingController
from app.document import Document
from app.frame_feeder import FrameFeeder
from core.domain.masks import TrackedMask
from core.domain.pictures import Frame
from core.domain.project import Project
from core.domain.prompts import Box, Click
from core.errors import PromptError
from widgets.theme import stem_colour
from widgets.video_view import VideoView

HINT = "Click the thing you want to hear, or drag a box around it"


class PicturePresenter(QObject):
    """Shows frames and masks, and turns marks on the frame into prompts.

    Signals:
        failed: a `PromptError`, for a mark that cannot be used.
    """

    failed = Signal(object)

    def __init__(
        self,
        view: VideoView,
        feeder: FrameFeeder,
        masking: MaskingController,
        document: Document,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view, self._masking, self._document = view, masking, document
        self._frame: Frame | None = None
        self._shown: tuple[TrackedMask | None, int] | None = None
        self._is_masking, self._looking = False, ""
        feeder.frame_ready.connect(self._on_frame)
        view.click_requested.connect(self._on_click)
        view.box_requested.connect(self._on_box)
        view.outside_clicked.connect(self._on_outside)
        masking.masks_changed.connect(self._show_mask)
        masking.busy_changed.connect(self._on_busy)
        document.project_changed.connect(self._on_project_changed)

    @property
    def frame(self) -> Frame | None:
        """The frame on screen."""
        return self._frame

    def set_looking(self, words: str) -> None:
        """Say over the picture what is being looked for in it; empty for nothing."""
        self._looking = words
        self._show_busy()

    def clear(self, hint: str = "") -> None:
        """Show no picture; `hint` says why."""
        self._frame = None
        self._shown = None
        self._view.set_frame(None)
        self._view.set_mask(None, stem_colour(0), 1.0)
        self._view.set_marks((), ())
        self._view.set_hint("")
        self._view.set_empty_text(hint)

    @Slot(object)
    def _on_frame(self, frame: Frame) -> None:
        self._frame = self._masking.frame = frame
        self._view.set_frame(frame)
        self._show_mask()
        self._show_marks()

    @Slot()
    def _show_mask(self) -> None:
        frame, stem = self._frame, self._document.project.selected_stem
        if frame is None:
            return
        mask = self._masking.mask_at(frame.pts)
        colour = stem.colour if stem is not None else 0
        if self._shown == (mask, colour):
            return
        self._shown = (mask, colour)
        pixels = mask.unpack() if mask is not None else None
        confidence = mask.confidence if mask is not None else 1.0
        self._view.set_mask(pixels, stem_colour(colour), confidence)

    def _show_marks(self) -> None:
        region, frame = self._masking.region, self._frame
        if region is None or frame is None:
            self._view.set_marks((), ())
        else:
            self._view.set_marks(
                tuple(click for click in region.clicks if click.pts == frame.pts),
                tuple(box for box in region.boxes if box.pts == frame.pts),
            )
        self._view.set_hint(HINT if region is None and frame is not None else "")

    @Slot(object)
    def _on_project_changed(self, _project: Project) -> None:
        self._show_mask()
        self._show_marks()

    @Slot(float, float, bool)
    def _on_click(self, x_px: float, y_px: float, is_positive: bool) -> None:
        if self._frame is not None:
            self._masking.click(Click(x_px, y_px, self._frame.pts, is_positive))

    @Slot(float, float, float, float)
    def _on_box(self, x0_px: float, y0_px: float, x1_px: float, y1_px: float) -> None:
        if self._frame is not None:
            self._masking.box(Box(x0_px, y0_px, x1_px, y1_px, self._frame.pts))

    @Slot()
    def _on_outside(self) -> None:
        if self._frame is not None:
            self.failed.emit(
                PromptError("a click beside the picture", advice="Click inside the picture.")
            )

    @Slot(bool)
    def _on_busy(self, is_busy: bool) -> None:
        self._is_masking = is_busy
        self._show_busy()

    def _show_busy(self) -> None:
        if self._is_masking:
            self._view.set_busy("Finding the object…")
        else:
            self._view.set_busy(f"Looking for “{self._looking}”…" if self._looking else None)
