from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.domain.audio import AudioClip, AudioSource
from core.domain.audio_math import Difference
from core.domain.export import SoundFormat
from core.errors import ExportError
from core.files import sound_file
from core.files.atomic import Delivery
from core.files.pcm import BLOCK_SAMPLES
from core.files.sound_file import SoundSpec, size_bytes, write_sound
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.helpers.sounds import clip, noise, tone

FORMATS = list(SoundFormat)


def write(source: AudioSource, folder: Path, spec: SoundSpec, name: str = "sound") -> Path:
    path = folder / f"{name}{spec.sound_format.suffix}"
    write_sound(source, path, spec, report=ignore, cancel=CancelToken())
    return path


def steps_of(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="int32", always_2d=True)[0].astype(np.int64) >> 8


@pytest.mark.parametrize("sound_format", FORMATS)
@pytest.mark.parametrize(("rate_hz", "n_channels"), [(8_000, 1), (44_100, 2), (192_000, 8)])
def test_length_rate_and_channels_are_kept(tmp_path, sound_format, rate_hz, n_channels):
    sound = clip(noise(0.05, rate_hz, n_channels), rate_hz)

    path = write(sound, tmp_path, SoundSpec(sound_format))

    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.frames) == (rate_hz, n_channels, sound.n_samples)


def test_float_is_written_to_the_last_bit_however_loud_it_is(tmp_path):
    sound = clip(noise(gain=3.0, n_channels=2))

    path = write(sound, tmp_path, SoundSpec(SoundFormat.WAV32F, gain=0.25))

    assert np.array_equal(soundfile.read(path, dtype="float32")[0].T, sound.samples)


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV24, SoundFormat.FLAC])
def test_24_bit_files_hold_the_nearest_step(tmp_path, sound_format):
    sound = clip(noise(gain=0.1))

    path = write(sound, tmp_path, SoundSpec(sound_format))

    assert np.abs(steps_of(path).T - sound.samples.astype(np.float64) * 2**23).max() <= 0.5


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV24, SoundFormat.FLAC])
@pytest.mark.parametrize("gain", [1.0, 0.371])
def test_24_bit_target_and_residual_add_up_to_the_mix_within_one_step(tmp_path, sound_format, gain):
    mix, target = clip(noise(gain=0.2)), clip(noise(gain=0.1, seed=1))
    parts = {"mix": mix, "target": target, "residual": Difference(mix, target)}
    spec = SoundSpec(sound_format, gain)

    mix_, target_, residual_ = (
        steps_of(write(part, tmp_path, spec, name)) for name, part in parts.items()
    )

    assert np.abs(target_ + residual_ - mix_).max() <= 1


def test_sound_is_written_in_pieces_that_fit_together(tmp_path):
    sound = clip(noise(BLOCK_SAMPLES * 2.5 / 16_000))

    path = write(sound, tmp_path, SoundSpec(SoundFormat.WAV32F))

    assert np.array_equal(soundfile.read(path, dtype="float32")[0], sound.samples[0])


def test_a_long_sound_is_never_read_at_once(tmp_path):
    class Wary(AudioClip):
        def read(self, start: int, stop: int) -> np.ndarray:
            assert stop - start <= BLOCK_SAMPLES
            return super().read(start, stop)

    write(Wary(noise(12.0), 16_000), tmp_path, SoundSpec(SoundFormat.FLAC))


def test_the_same_seed_gives_the_same_16_bit_file(tmp_path):
    sound = clip(tone(440))

    first, again, other = (
        soundfile.read(write(sound, tmp_path, SoundSpec(SoundFormat.WAV16, seed=seed)))[0]
        for seed in (3, 3, 4)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_beyond_four_gigabytes_the_file_becomes_rf64(tmp_path, monkeypatch):
    sound = clip(noise())
    assert size_bytes(sound, SoundFormat.WAV32F) == pytest.approx(64_000, abs=5000)

    monkeypatch.setattr(sound_file, "_WAV_LIMIT_BYTES", 60_000)

    assert soundfile.info(write(sound, tmp_path, SoundSpec(SoundFormat.WAV32F))).format == "RF64"
    assert soundfile.info(write(sound, tmp_path, SoundSpec(SoundFormat.WAV16))).format == "WAV"


@pytest.mark.parametrize(("n_channels", "rate_hz"), [(9, 48_000), (2, 700_000)])
def test_flac_says_what_it_cannot_hold(tmp_path, n_channels, rate_hz):
    with pytest.raises(ExportError) as caught:
        write(
            clip(noise(0.01, rate_hz, n_channels), rate_hz), tmp_path, SoundSpec(SoundFormat.FLAC)
        )

    assert "WAV" in caught.value.advice


def test_flac_refuses_a_sound_of_no_length_which_it_cannot_store(tmp_path):
    with pytest.raises(ExportError, match="no samples"):
        write(
            AudioClip(np.zeros((2, 0), np.float32), 48_000), tmp_path, SoundSpec(SoundFormat.FLAC)
        )


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV32F, SoundFormat.WAV24, SoundFormat.WAV16])
def test_an_empty_sound_gives_an_empty_file(tmp_path, sound_format):
    empty = AudioClip(np.zeros((2, 0), np.float32), 48_000)

    assert soundfile.info(write(empty, tmp_path, SoundSpec(sound_format))).frames == 0


def test_progress_ends_at_the_end(tmp_path):
    seen: list[Progress] = []
    path = tmp_path / "a.wav"

    write_sound(
        clip(noise(9.0)),
        path,
        SoundSpec(SoundFormat.WAV24),
        report=seen.append,
        cancel=CancelToken(),
    )

    assert len(seen) == 3
    assert seen[-1].fraction == 1.0


def test_writing_stops_when_it_is_cancelled(tmp_path):
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        write_sound(
            clip(noise(20.0)),
            tmp_path / "a.wav",
            SoundSpec(SoundFormat.WAV24),
            report=lambda _progress: cancel.cancel(),
            cancel=cancel,
        )

    assert (tmp_path / "a.wav").stat().st_size < 300_000


@pytest.mark.parametrize("sound_format", FORMATS)
def test_a_file_that_outgrows_the_disk_is_a_clear_error_and_leaves_nothing(tmp_path, sound_format):
    resource = pytest.importorskip("resource")  # not on Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def write_ten_seconds() -> None:
        with Delivery() as delivery:
            beside = delivery.beside(tmp_path / f"a{sound_format.suffix}")
            spec = SoundSpec(sound_format)
            write_sound(clip(noise(9.0)), beside, spec, report=ignore, cancel=CancelToken())

    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    try:
        with pytest.raises(ExportError) as caught:
            write_ten_seconds()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "larger than this disk allows" in caught.value.advice
    assert list(tmp_path.iterdir()) == []
