"""A few made-up recordings on disk: tones for one class, noise for another."""

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
