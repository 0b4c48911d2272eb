"""The device that the person has chosen: handed to whatever computes, and missed where it is gone.

Only torch knows which devices there are, so that is asked on a worker, and only when it matters:
when the choice is shown, and at the start where a device was chosen that may be gone by now.
"""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.job_lane import Urgency
from app.job_runner import JobRunner, Lane
from app.settings import SettingsStore
from core.jobs.devices import DevicesAnswer, ListDevicesJob

AUTO, CPU = "auto", "cpu"


class Computing(Protocol):
    """Whatever starts jobs that need a device."""

    device: str


class DeviceController(QObject):
    """Keeps the choice with the settings; each job that starts from then on goes by it.

    Signals:
        listed: name to title of the devices that are there.
        failed: why that cannot be told.
        gone: the name of the chosen device, which is not there.
    """

    listed = Signal(object)
    failed = Signal(object)
    gone = Signal(str)

    def __init__(
        self,
        runner: JobRunner,
        settings: SettingsStore,
        computing: tuple[Computing, ...],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._settings, self._computing = runner, settings, computing
        self.devices: Mapping[str, str] | None = None
        """Name to title; None until that is known."""
        self._hand_on(self.chosen)

    @property
    def chosen(self) -> str:
        """What the person wants, there or not."""
        return self._settings.value.device

    def check(self) -> None:
        """See whether a chosen GPU is still there."""
        if self.chosen not in (AUTO, CPU):
            self.look()

    def look(self) -> None:
        """Tell what is there; `listed` follows."""
        if self.devices is not None:
            self.listed.emit(self.devices)
            return
        job = self._runner.prepare(
            ListDevicesJob(), Lane.IO, replaces="list devices", urgency=Urgency.SOON
        )
        job.succeeded.connect(self._on_listed)
        job.failed.connect(self.failed)
        self._runner.start(job)

    @Slot(str)
    def choose(self, name: str) -> None:
        """Compute on another device from now on, and remember it."""
        self._settings.change(device=name)
        self._hand_on(name)

    @Slot(object)
    def _on_listed(self, answer: DevicesAnswer) -> None:
        self.devices = answer.devices
        if not _is_there(self.chosen, self.devices):
            # The choice is kept: the device may come back.
            self._hand_on(AUTO)
            self.gone.emit(self.chosen)
        self.listed.emit(self.devices)

    def _hand_on(self, name: str) -> None:
        for one in self._computing:
            one.device = name


def _is_there(chosen: str, devices: Mapping[str, str]) -> bool:
    """Tell whether a device can be computed on; "cuda" alone means the first GPU."""
    names = {AUTO, *devices, *(name.split(":")[0] for name in devices)}
    return chosen in names
