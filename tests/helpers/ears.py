"""Something that says what sounds, for tests of the whole editor: always the disc, up to a time."""

import threading

import numpy as np
import pytest

from app.editor import Editor
from core.jobs import sounding as sounding_job
from core.segmentation.ddavs_info import DDAVS
from core.segmentation.sounding_protocol import SoundingMap, SoundingSource
from tests.helpers.editing import WAIT_MS
from tests.helpers.scenes import DISC_PX

HIDDEN_FROM_S = 1.4
"""From then on the sound comes from nowhere in the picture."""


class Ears:
    """A segmenter that takes the disc's place for sounding, whatever is heard."""

    info = DDAVS

    def __init__(self) -> None:
        self.n_looks, self.n_seen, self.n_in_all = 0, HIDDEN_FROM_S * 5, 0
        self.label = "tin_drum"
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def sounding(self, frames, sounds, *, cancel):
        while not self.may_go_on.wait(0.02):
            cancel.raise_if_cancelled()
        return [self._one(frame) for frame in frames]

    def _one(self, frame):
        self.n_looks += 1
        self.n_in_all += 1
        rows, columns = np.mgrid[: frame.shape[0], : frame.shape[1]]
        away = np.hypot(columns - DISC_PX[0], rows - DISC_PX[1])
        heat = np.clip((20 - away) / 4, 0, 0.9).astype(np.float32)
        if self.n_looks > self.n_seen:
            return SoundingMap(np.zeros_like(heat), ())
        return SoundingMap(heat, (SoundingSource(heat, self.label, 0.9),))


def take_the_discs_place(monkeypatch: pytest.MonkeyPatch) -> Ears:
    """Let `Ears` be what is asked for sounding things."""
    made = Ears()

    def build(*_):
        made.n_looks = 0
        return made

    monkeypatch.setattr(sounding_job.sounding_registry, "build", build)
    monkeypatch.setattr(sounding_job, "import_gently", lambda _name: None)
    return made


def see(editor: Editor, qtbot) -> None:
    """Look through the whole clip for what sounds."""
    editor.actions["see_sounding"].trigger()
    qtbot.waitUntil(lambda: not editor.sources.is_looking, timeout=WAIT_MS)
