"""Folders of made recordings and pictures, in the layout of the benchmark."""

from pathlib import Path

import cv2
import numpy as np
import soundfile

from tests.helpers.sounds import noise, only_during, tone

RATE_HZ = 8_000


def write_recordings(folder: Path, n_each: int = 3, length_s: float = 5.0) -> Path:
    for number in range(n_each):
        sounds = {
            "horn": tone(300 + 70 * number, length_s, RATE_HZ),
            "hiss": noise(length_s, RATE_HZ, seed=number),
            "beep": only_during(tone(1_500 + 90 * number, length_s, RATE_HZ), RATE_HZ, (1.0, 2.5)),
        }
        for name, samples in sounds.items():
            place = folder / "audio" / name
            place.mkdir(parents=True, exist_ok=True)
            soundfile.write(place / f"{name}_{number}.wav", np.asarray(samples).T, RATE_HZ)
    return folder


def write_pictures(folder: Path, colours: dict[str, tuple[int, int, int]], n_each: int = 1) -> Path:
    """Write plain pictures of an RGB colour for each class."""
    for name, colour in colours.items():
        place = folder / "images" / name
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.full((24, 32, 3), colour[::-1], np.uint8)  # OpenCV writes BGR
        for number in range(n_each):
            (place / f"{name}_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return folder
