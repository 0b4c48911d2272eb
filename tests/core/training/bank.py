"""A few made-up recordings on disk: tones for one class, noise for another."""

import csv
from pathlib import Path

import numpy as np
import soundfile

from tests.helpers.sounds import noise, tone

SAMPLE_RATE_HZ = 16_000


def write_recordings(folder: Path) -> Path:
    """Write `audio/<class>/<name>.wav` for three classes, with a table of their originals."""
    sounds = {
        "flute/long_a": tone(660, 3.0),
        "flute/long_b": tone(880, 3.0),
        "flute/short": tone(990, 0.5),
        "rain/one": noise(4.0, seed=1),
        "rain/two": noise(4.0, seed=2),
        "bell/only": tone(1500, 1.0),
    }
    rows = ["file,origin_id"]
    for name, sound in sounds.items():
        path = folder / "audio" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, sound[0].astype(np.float32), SAMPLE_RATE_HZ)
        origin = "flute:long" if "long" in name else name
        rows.append(f"train/audio/{name}.wav,{origin}")
    (folder / "SOURCES.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def write_data(folder: Path) -> Path:
    """Write ten recordings, enough for all three parts of a split, with a table of licences."""
    write_recordings(folder)
    rows = list(csv.DictReader((folder / "SOURCES.csv").read_text("utf-8").splitlines()))
    for label in ("flute", "rain"):
        for n in range(2):
            sound = noise(1.0, seed=n) if label == "rain" else tone(700 + 50 * n, 1.0)
            soundfile.write(folder / "audio" / label / f"more{n}.wav", sound[0], SAMPLE_RATE_HZ)
            name = f"train/audio/{label}/more{n}.wav"
            rows.append({"file": name, "origin_id": f"{label}:{n}"})
    with (folder / "SOURCES.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["file", "origin_id", "licence", "attribution"])
        table.writeheader()
        for row in rows:
            table.writerow({**row, "licence": "CC0-1.0", "attribution": "Nobody, 2020"})
    return folder
