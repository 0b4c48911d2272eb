"""With what objects are found: a choice in the menu that is kept for the next time."""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.masking import MaskingController
from app.main_window import MainWindow
from app.missing import MissingModelError
from app.settings import SettingsStore
from core.segmentation import registry


class SegmentersPresenter(QObject):
    """Offers the segmenters there are, those to be installed too, and remembers which was chosen.

    Signals:
        failed: a `MissingModelError` that says what to install first.
    """

    failed = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        settings: SettingsStore,
        masking: MaskingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._settings, self._masking = window, settings, masking
        window.segmenter_chosen.connect(self._on_chosen)
        window.segmenters_wanted.connect(self._show)
        self._use()

    def _use(self) -> None:
        self._masking.segmenter = self._settings.value.segmenter
        self._show()

    @Slot()
    def _show(self) -> None:
        """List them as they are now: something may have been installed since."""
        rows = tuple(
            (
                info.name,
                f"{info.title} (not installed)" if info.needs else info.title,
                f"{info.summary} {info.licence}.",
            )
            for info in registry.segmenters()
        )
        self._window.set_segmenters(rows, self._settings.value.segmenter)

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        info = registry.info(name)
        if info.needs:
            self.failed.emit(
                MissingModelError(
                    info.title, info.needs, without="Objects are found as before meanwhile."
                )
            )
        else:
            self._settings.change(segmenter=name)
        self._use()
