"""The loudspeakers through PortAudio, loaded only when something is to be heard.

Where that fails nobody loses the picture: a `SilentOutput` keeps time, and a sentence says what
is missing.
"""

import logging
import sys
from typing import Any

import numpy as np

from app.playback.output import LATENCY_S, AudioOutput, OutputLost, SilentOutput
from core.domain.audio import Samples

_log = logging.getLogger(__name__)

_NO_PORTAUDIO = (
    "There is no sound: the PortAudio library is missing. Install it (package libportaudio2 on "
    "Debian and Ubuntu, portaudio on Fedora and Arch), then start Soloist again. "
    "The picture plays on without sound."
)
_NO_PORTAUDIO_ELSEWHERE = (
    "There is no sound: the PortAudio library could not be loaded. Install Soloist's Python "
    "package “sounddevice” again. The picture plays on without sound."
)
_NO_DEVICE = (
    "There is no sound: no loudspeaker or headphone was found. Connect one, or choose one in the "
    "settings of your system, then press Play again. The picture plays on without sound."
)
DEVICE_LOST = (
    "The sound device has gone away. The picture plays on without sound; connect the device and "
    "press Play again to hear it."
)


class SounddeviceOutput:
    """An `AudioOutput` on a PortAudio device, written to without callbacks.

    A callback would need the interpreter on the device's own thread; a blocking write into a
    buffer of 100 ms only needs it now and then.
    """

    def __init__(self, sounddevice: Any, device: int, sample_rate_hz: int) -> None:
        """Open `device` at `sample_rate_hz`, or at its own rate where it refuses that one.

        `sounddevice` is the module (it ships no types), loaded by `open_output`.

        Raises:
            OutputLost: the device cannot be opened.
        """
        self._errors = (sounddevice.PortAudioError, OSError)
        try:
            facts = sounddevice.query_devices(device)
            self.n_channels = max(1, min(2, int(facts["max_output_channels"])))
            self.sample_rate_hz = self._accepted_rate(sounddevice, device, sample_rate_hz, facts)
            self._stream = sounddevice.OutputStream(
                samplerate=self.sample_rate_hz,
                device=device,
                channels=self.n_channels,
                dtype="float32",
                latency=LATENCY_S,
            )
        except self._errors as error:
            raise OutputLost(str(error)) from error

    @property
    def latency_s(self) -> float:
        return float(self._stream.latency)

    def start(self) -> None:
        try:
            self._stream.start()
        except self._errors as error:
            raise OutputLost(str(error)) from error

    def write(self, samples: Samples) -> bool:
        try:
            return bool(self._stream.write(np.ascontiguousarray(samples.T)))
        except self._errors as error:
            raise OutputLost(str(error)) from error

    def stop_at_once(self) -> None:
        self._quietly(self._stream.abort)

    def close(self) -> None:
        self._quietly(self._stream.close)

    def _accepted_rate(self, sounddevice: Any, device: int, wanted_hz: int, facts: Any) -> int:
        try:
            sounddevice.check_output_settings(
                device=device, channels=self.n_channels, dtype="float32", samplerate=wanted_hz
            )
        except self._errors:
            own_hz = round(float(facts["default_samplerate"]))
            _log.info("the sound device refuses %d Hz, resampling to %d Hz", wanted_hz, own_hz)
            return own_hz
        return wanted_hz

    def _quietly(self, action: Any) -> None:
        """Do what ends a stream; a device that has gone away needs no ending."""
        try:
            action()
        except self._errors as error:
            _log.info("ending the sound stream: %s", error)


def open_output(sample_rate_hz: int) -> tuple[AudioOutput, str]:
    """Return the system's default output and "", or a silent one and what is missing.

    Called on the writer thread; loading PortAudio takes a moment.
    """
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        _log.warning("PortAudio: %s", error)
        is_linux = sys.platform.startswith("linux")
        notice = _NO_PORTAUDIO if is_linux else _NO_PORTAUDIO_ELSEWHERE
        return SilentOutput(sample_rate_hz), notice
    try:
        device = _default_device(sounddevice)
        return SounddeviceOutput(sounddevice, device, sample_rate_hz), ""
    except (OutputLost, sounddevice.PortAudioError, OSError, ValueError) as error:
        _log.warning("no sound device: %s", error)
        return SilentOutput(sample_rate_hz), _NO_DEVICE


def _default_device(sounddevice: Any) -> int:
    """Return the number of the default output, looked for afresh.

    PortAudio lists the devices once, when it starts; starting it again is its only way to see one
    that was connected since. No stream is open at this moment.
    """
    sounddevice._terminate()
    sounddevice._initialize()
    device = int(sounddevice.default.device[1])
    if device < 0:
        device = int(sounddevice.query_hostapis(0)["default_output_device"])
    if device < 0:
        raise OutputLost("no default output device")
    return device
