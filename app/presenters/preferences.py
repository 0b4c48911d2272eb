"""What holds for every clip and every stem: the device, and how sure what is found must be."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.devices import AUTO, CPU, DeviceController
from app.controllers.finding import FindingController
from app.settings import SettingsStore
from core.detection.protocol import STRICT, USUAL, Thresholds
from widgets.preferences import Preferences, Preset

PRESETS = (
    Preset("Usual", USUAL.box, USUAL.text),
    Preset("Strict, as in the DAVIS paper", STRICT.box, STRICT.text),
)
_AUTO_WORDS = "Automatic: a CUDA GPU where there is one"


class PreferencesPresenter(QObject):
    """Shows the window of preferences, and does at once what is chosen in it.

    Signals:
        notice_raised: that the chosen device is gone, as a sentence.
    """

    notice_raised = Signal(str)

    def __init__(
        self,
        settings: SettingsStore,
        devices: DeviceController,
        finding: FindingController,
        make_view: Callable[[], Preferences],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings, self._devices, self._finding = settings, devices, finding
        self._make_view = make_view
        self.view: Preferences | None = None
        self._use_thresholds()
        devices.listed.connect(self._on_listed)
        devices.failed.connect(self._on_not_listed)
        devices.gone.connect(self._on_gone)

    @Slot()
    def open(self) -> None:
        """Show the preferences."""
        if self.view is None:
            self.view = self._make_view()
            self.view.set_presets(PRESETS)
            self.view.device_chosen.connect(self._devices.choose)
            self.view.thresholds_chosen.connect(self._on_thresholds)
        self._show_thresholds()
        self._show_devices({CPU: "CPU"}, is_looking=True)
        self._devices.look()
        self.view.show()
        self.view.raise_()
        self.view.activateWindow()

    def _use_thresholds(self) -> None:
        values = self._settings.value
        self._finding.thresholds = Thresholds(values.find_box_threshold, values.find_text_threshold)

    def _show_thresholds(self) -> None:
        if self.view is not None:
            thresholds = self._finding.thresholds
            self.view.set_thresholds(thresholds.box, thresholds.text)

    def _show_devices(self, there: Mapping[str, str], *, is_looking: bool) -> None:
        if self.view is None:
            return
        rows = {AUTO: _AUTO_WORDS, **there}
        chosen = self._devices.chosen
        if chosen not in rows:
            rows[chosen] = chosen if is_looking or chosen == "cuda" else f"{chosen} (not here now)"
        self.view.set_devices(rows, chosen, is_looking=is_looking)

    @Slot(float, float)
    def _on_thresholds(self, box: float, text: float) -> None:
        self._settings.change(find_box_threshold=box, find_text_threshold=text)
        self._use_thresholds()
        self._show_thresholds()

    @Slot(object)
    def _on_listed(self, there: Mapping[str, str]) -> None:
        self._show_devices(there, is_looking=False)

    @Slot(object)
    def _on_not_listed(self, _error: object) -> None:
        # Torch does not load: whatever is started next says why.
        self._show_devices({CPU: "CPU"}, is_looking=False)

    @Slot(str)
    def _on_gone(self, name: str) -> None:
        self.notice_raised.emit(
            f"The device you chose, “{name}”, is not in this computer now. Soloist chooses by "
            "itself until it is back, or until you choose another in Edit › Preferences."
        )
