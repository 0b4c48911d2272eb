"""A folder of made recordings: tones, noise bursts and sweeps, in the layout of the benchmark."""

from pathlib import Path

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
