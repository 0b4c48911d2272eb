"""Who sounds when in the demo clip, and how that moves them. Picture and sound both read it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DURATION_S = 12.0
WIDTH_PX, HEIGHT_PX, RATE_HZ = 960, 540, 30


@dataclass(frozen=True)
class Syllable:
    """One note of the bird: it glides from one frequency to another."""

    start_s: float
    length_s: float
    from_hz: float
    to_hz: float
    trill_hz: float = 0.0

    @property
    def end_s(self) -> float:
        return self.start_s + self.length_s


def _phrase(start_s: float, pitch: float, *, is_long: bool) -> list[Syllable]:
    """Two calls, an answer, and in the long one a trill and a last high note."""
    notes = [
        Syllable(start_s, 0.13, 2900 * pitch, 4300 * pitch),
        Syllable(start_s + 0.21, 0.13, 3000 * pitch, 4500 * pitch),
        Syllable(start_s + 0.44, 0.20, 4700 * pitch, 2700 * pitch),
    ]
    if is_long:
        notes.append(Syllable(start_s + 0.74, 0.42, 3500 * pitch, 3900 * pitch, trill_hz=24))
        notes.append(Syllable(start_s + 1.24, 0.16, 3800 * pitch, 5200 * pitch))
    return notes


SYLLABLES = (
    *_phrase(0.60, 1.0, is_long=True),
    *_phrase(4.30, 0.94, is_long=True),
    *_phrase(6.90, 1.07, is_long=False),
    *_phrase(9.20, 0.98, is_long=True),
)

STRIKES_S = ((1.60, 1.0), (2.35, 0.8), (3.10, 0.62), (8.00, 1.0), (8.75, 0.8), (9.50, 0.62))
"""When the clapper meets the bell, and how hard."""
SWING_S = 1.5
"""Period of the bell: it is struck at both ends of a swing."""

ENGINE_START_S, ENGINE_STOP_S = 3.50, 7.80


def bird_openness(time_s: float) -> float:
    """How wide the beak is open, 0 to 1."""
    for note in SYLLABLES:
        if note.start_s - 0.03 <= time_s <= note.end_s + 0.05:
            within = (time_s - note.start_s + 0.03) / (note.length_s + 0.08)
            wide = float(np.sin(np.pi * np.clip(within, 0, 1)) ** 0.6)
            if note.trill_hz:
                wide *= 0.75 + 0.25 * float(np.cos(2 * np.pi * note.trill_hz / 3 * time_s))
            return wide
    return 0.0


def bird_effort(time_s: float) -> float:
    """How far the bird leans into its song, 0 to 1: slower than the beak."""
    around = np.linspace(-0.16, 0.06, 12)
    return float(np.mean([bird_openness(time_s + float(shift)) for shift in around]))


def bell_swing(time_s: float) -> float:
    """How far the bell is swung, -1 to 1; at the ends of its swing the clapper strikes."""
    for first_s in (STRIKES_S[0][0], STRIKES_S[3][0]):
        since_s = time_s - first_s
        if -0.75 < since_s < 4.2:
            wide = np.clip((since_s + 0.75) / 0.6, 0, 1) * np.exp(-max(0.0, since_s - 1.5) / 0.85)
            fade = np.clip((4.2 - since_s) / 0.6, 0, 1)
            return float(wide * fade * np.cos(2 * np.pi * since_s / SWING_S))
    return 0.0


def bell_shock(time_s: float) -> float:
    """How freshly the bell was struck, 0 to 1."""
    fresh = [hard * np.exp(-(time_s - at) / 0.12) for at, hard in STRIKES_S if time_s >= at]
    return float(max(fresh, default=0.0))


def firing_times_s() -> npt.NDArray[np.float64]:
    """When the tractor's one cylinder fires: slow, quicker, and dying away."""
    times = []
    time_s = ENGINE_START_S
    while time_s < ENGINE_STOP_S - 0.05:
        times.append(time_s)
        since_s, left_s = time_s - ENGINE_START_S, ENGINE_STOP_S - time_s
        rate_hz = 4.5 + 5.0 * min(1.0, since_s / 1.1)
        rate_hz += 2.2 * float(np.exp(-(((since_s - 2.4) / 0.6) ** 2)))
        rate_hz *= 0.45 + 0.55 * min(1.0, left_s / 0.7)
        time_s += 1 / rate_hz
    return np.array(times)


def spans_s() -> dict[str, list[list[float]]]:
    """When each of the three can be heard."""
    phrases: list[list[float]] = []
    for note in SYLLABLES:
        if phrases and note.start_s - phrases[-1][1] < 0.4:
            phrases[-1][1] = round(note.end_s, 2)
        else:
            phrases.append([round(note.start_s, 2), round(note.end_s, 2)])
    return {
        "bird": phrases,
        "bell": [[1.6, 5.3], [8.0, 11.7]],
        "tractor": [[ENGINE_START_S, ENGINE_STOP_S + 0.15]],
    }
