import sys
import types

import numpy as np
import pytest

from app.playback.output import LATENCY_S, OutputLost, SilentOutput
from app.playback.sounddevice_output import SounddeviceOutput, open_output


class FakeTime:
    """A clock that only passes by sleeping."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> float:
        return self.now_s

    def sleep(self, wait_s: float) -> None:
        self.now_s += wait_s


def silent() -> tuple[SilentOutput, FakeTime]:
    time = FakeTime()
    output = SilentOutput(1_000, now=time.now, sleep=time.sleep)
    output.start()
    return output, time


SECOND = np.zeros((2, 1_000), np.float32)


def test_silence_takes_as_long_as_sound():
    output, time = silent()

    for _ in range(5):
        output.write(SECOND)

    assert time.now_s == pytest.approx(5.0 - LATENCY_S)


def test_silence_does_not_hurry_after_the_machine_slept():
    output, time = silent()
    output.write(SECOND)
    time.now_s += 3_600

    output.write(SECOND)
    before_s = time.now_s
    output.write(SECOND)

    assert time.now_s - before_s == pytest.approx(1.0, abs=2 * LATENCY_S)


def test_a_new_run_of_silence_starts_now():
    output, time = silent()
    output.write(SECOND)
    output.stop_at_once()
    time.now_s += 50

    output.start()
    output.write(SECOND)

    assert time.now_s == pytest.approx(50 + 2 * (1.0 - LATENCY_S))


class PortAudioError(Exception):
    pass


class Stream:
    def __init__(self, **settings) -> None:
        self.settings, self.latency = settings, 0.123
        self.calls: list[str] = []
        self.written: list[np.ndarray] = []
        self.error: Exception | None = None
        self.has_underflowed = False

    def write(self, samples: np.ndarray) -> bool:
        if self.error:
            raise self.error
        self.written.append(samples)
        return self.has_underflowed

    def __getattr__(self, name: str):
        return lambda: self.calls.append(name)


def fake_sounddevice(*, n_channels: int = 2, accepts_hz: tuple[int, ...] = (48_000,), device=3):
    """Stands for the module, with one device."""
    module = types.ModuleType("sounddevice")
    module.PortAudioError = PortAudioError
    module.streams = []
    module.default = types.SimpleNamespace(device=(-1, device))
    module._terminate = module._initialize = lambda: None
    module.query_hostapis = lambda index: {"default_output_device": device}
    module.query_devices = lambda index: {
        "max_output_channels": n_channels,
        "default_samplerate": float(accepts_hz[0]),
    }

    def check_output_settings(samplerate: int, **settings: object) -> None:
        if samplerate not in accepts_hz:
            raise PortAudioError("Invalid sample rate")

    def open_stream(**settings: object) -> Stream:
        module.streams.append(Stream(**settings))
        return module.streams[-1]

    module.check_output_settings = check_output_settings
    module.OutputStream = open_stream
    return module


def test_the_device_is_opened_at_the_rate_of_the_mix():
    sounddevice = fake_sounddevice(accepts_hz=(48_000, 22_050))

    output = SounddeviceOutput(sounddevice, 3, 22_050)

    assert output.sample_rate_hz == 22_050
    assert sounddevice.streams[0].settings["samplerate"] == 22_050
    assert sounddevice.streams[0].settings["dtype"] == "float32"
    assert output.latency_s == 0.123


def test_a_device_that_refuses_the_rate_is_opened_at_its_own():
    output = SounddeviceOutput(fake_sounddevice(), 3, 8_000)

    assert output.sample_rate_hz == 48_000


@pytest.mark.parametrize(("n_device", "n_used"), [(1, 1), (2, 2), (8, 2)])
def test_no_more_than_two_loudspeakers_are_used(n_device, n_used):
    assert SounddeviceOutput(fake_sounddevice(n_channels=n_device), 3, 48_000).n_channels == n_used


def test_samples_go_to_the_device_one_frame_after_the_other():
    sounddevice = fake_sounddevice()
    output = SounddeviceOutput(sounddevice, 3, 48_000)

    output.write(np.arange(6, dtype=np.float32).reshape(2, 3))

    stream = sounddevice.streams[0]
    assert stream.written[0].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert stream.written[0].flags.c_contiguous


def test_a_device_that_ran_dry_says_so():
    sounddevice = fake_sounddevice()
    output = SounddeviceOutput(sounddevice, 3, 48_000)
    assert output.write(SECOND) is False

    sounddevice.streams[0].has_underflowed = True

    assert output.write(SECOND) is True


@pytest.mark.parametrize("error", [PortAudioError("unplugged"), OSError("gone")])
def test_a_device_that_went_away_is_called_lost(error):
    sounddevice = fake_sounddevice()
    output = SounddeviceOutput(sounddevice, 3, 48_000)
    sounddevice.streams[0].error = error

    with pytest.raises(OutputLost):
        output.write(SECOND)


def test_the_default_device_is_opened(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", fake_sounddevice())

    output, notice = open_output(48_000)

    assert isinstance(output, SounddeviceOutput)
    assert notice == ""


def test_without_portaudio_time_passes_in_silence_and_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(sys, "platform", "linux")

    output, notice = open_output(44_100)

    assert isinstance(output, SilentOutput)
    assert output.sample_rate_hz == 44_100
    assert "libportaudio2" in notice


def test_without_a_device_time_passes_in_silence_with_a_notice(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", fake_sounddevice(device=-1))

    output, notice = open_output(44_100)

    assert isinstance(output, SilentOutput)
    assert "no loudspeaker" in notice


def test_a_device_that_cannot_be_opened_gives_a_notice_too(monkeypatch):
    sounddevice = fake_sounddevice()

    def refuse(**settings: object) -> Stream:
        raise PortAudioError("Device unavailable")

    sounddevice.OutputStream = refuse
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice)

    output, notice = open_output(44_100)

    assert isinstance(output, SilentOutput)
    assert notice
