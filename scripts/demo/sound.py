"""The sounds of the demo clip, synthesised: a songbird, a bronze bell, a one-cylinder tractor."""

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from demo import score

SAMPLE_RATE_HZ = 48_000
Mono = npt.NDArray[np.float64]

# Strike tone 1, after the partials of cast church bells: hum, prime, tierce, quint, nominal, ...
_PARTIALS = (
    # ratio, level, decay in seconds
    (0.5, 0.55, 1.15),
    (1.0, 0.80, 0.85),
    (1.19, 0.75, 0.75),
    (1.505, 0.30, 0.55),
    (2.0, 1.00, 0.62),
    (2.51, 0.35, 0.40),
    (2.66, 0.30, 0.36),
    (3.01, 0.45, 0.34),
    (4.17, 0.46, 0.30),
    (5.43, 0.36, 0.23),
    (6.79, 0.28, 0.17),
    (8.21, 0.20, 0.12),
)
_STRIKE_TONE_HZ = 587.0
_PLACES = {"bird": -0.62, "bell": 0.0, "tractor": 0.58}
_LEVELS = {"bird": 0.30, "bell": 0.52, "tractor": 0.40}


def stems() -> dict[str, npt.NDArray[np.float32]]:
    """Return each sound alone, float32 (2, N), placed where its maker stands in the picture."""
    made = {"bird": _bird(), "bell": _bell(), "tractor": _tractor()}
    return {
        name: _placed(_LEVELS[name] * wave / np.abs(wave).max(), _PLACES[name])
        for name, wave in made.items()
    }


def wind() -> npt.NDArray[np.float32]:
    """Return a breath of air far below everything else, (2, N): no place is wholly silent."""
    random = np.random.default_rng(19)
    t = _times()
    gust = 0.7 + 0.3 * np.sin(2 * np.pi * t / 7.3)
    sides = [_band(random.standard_normal(t.size), 120, 900) * gust for _ in range(2)]
    return (0.0012 * np.stack(sides)).astype(np.float32)


def _times() -> Mono:
    return np.arange(round(score.DURATION_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _bird() -> Mono:
    """Gliding whistles with a little vibrato and two overtones."""
    wave = np.zeros_like(_times())
    for number, note in enumerate(score.SYLLABLES):
        n_samples = round(note.length_s * SAMPLE_RATE_HZ)
        t = np.arange(n_samples) / SAMPLE_RATE_HZ
        part = t / note.length_s
        bend = part**1.6 if note.to_hz > note.from_hz else 1 - (1 - part) ** 1.6
        frequency_hz = note.from_hz + (note.to_hz - note.from_hz) * bend
        frequency_hz *= 1 + 0.012 * np.sin(2 * np.pi * 31 * t + number)
        loud = np.sin(np.pi * part) ** 0.55
        if note.trill_hz:
            beat = np.sin(2 * np.pi * note.trill_hz * t)
            frequency_hz *= 1 + 0.13 * beat
            loud *= 0.35 + 0.65 * (0.5 - 0.5 * np.cos(2 * np.pi * note.trill_hz * t))
        phase = 2 * np.pi * np.cumsum(frequency_hz) / SAMPLE_RATE_HZ
        tone = np.sin(phase) + 0.16 * np.sin(2 * phase + 0.4) + 0.05 * np.sin(3 * phase)
        start = round(note.start_s * SAMPLE_RATE_HZ)
        wave[start : start + n_samples] += loud * tone
    breath = _band(np.random.default_rng(3).standard_normal(wave.size), 2500, 7000)
    return wave + 0.03 * breath * np.abs(wave)


def _bell() -> Mono:
    """Inharmonic partials in slowly beating pairs, and the clapper's knock."""
    t = _times()
    random = np.random.default_rng(7)
    wave = np.zeros_like(t)
    for at_s, hard in score.STRIKES_S:
        start = round(at_s * SAMPLE_RATE_HZ)
        since = t[start:] - at_s
        for ratio, level, decay_s in _PARTIALS:
            frequency_hz = _STRIKE_TONE_HZ * ratio
            # A hard strike wakes the high partials, a soft one the low.
            level *= hard ** (1 + 0.12 * ratio)
            for side in (-1, 1):
                detuned_hz = frequency_hz * (1 + side * 0.0007) + side * 0.35
                phase = 2 * np.pi * detuned_hz * since + random.uniform(0, 0.6)
                wave[start:] += 0.5 * level * np.exp(-since / decay_s) * np.sin(phase)
        n_knock = round(0.03 * SAMPLE_RATE_HZ)
        knock = random.standard_normal(n_knock) * np.exp(-np.arange(n_knock) / 260)
        wave[start : start + n_knock] += 0.6 * hard * _band(knock, 900, 9000)
    return wave * _gate(t, score.spans_s()["bell"], fade_s=0.35)


def _tractor() -> Mono:
    """Each firing thumps, rings the exhaust pipe and blows through it; gears whine under it."""
    t = _times()
    random = np.random.default_rng(11)
    wave = np.zeros_like(t)
    firings_s = score.firing_times_s()
    n_puff = round(0.17 * SAMPLE_RATE_HZ)
    since = np.arange(n_puff) / SAMPLE_RATE_HZ
    for at_s in firings_s:
        hard = random.uniform(0.82, 1.0)
        thump = np.sin(2 * np.pi * (58 + 60 * np.exp(-since / 0.018)) * since)
        thump *= np.exp(-since / 0.055)
        pipe = sum(
            level * np.sin(2 * np.pi * frequency_hz * since) * np.exp(-since / decay_s)
            for frequency_hz, level, decay_s in (
                (233, 0.40, 0.040),
                (466, 0.26, 0.030),
                (905, 0.16, 0.022),
                (1740, 0.09, 0.014),
            )
        )
        blow = random.standard_normal(n_puff) * (1 - np.exp(-since / 0.003))
        blow = _band(blow * np.exp(-since / 0.034), 180, 4200)
        start = round(at_s * SAMPLE_RATE_HZ)
        n_room = min(n_puff, wave.size - start)
        wave[start : start + n_room] += (hard * (thump + pipe + 0.5 * blow))[:n_room]
    rate_hz = np.interp(t, (firings_s[1:] + firings_s[:-1]) / 2, 1 / np.diff(firings_s))
    phase = 2 * np.pi * np.cumsum(rate_hz * 12) / SAMPLE_RATE_HZ
    whine = sum(np.sin(n * phase) / n for n in (1, 2, 3, 5, 8)) * 0.07
    rattle = _band(random.standard_normal(t.size), 1500, 6500) * 0.035
    running = _gate(t, score.spans_s()["tractor"], fade_s=0.25)
    return wave + running * (whine + rattle * (1 + np.sin(phase / 12 * 2)))


def _gate(t: Mono, spans_s: list[list[float]], fade_s: float) -> Mono:
    """Return 1 inside the spans, 0 outside, with soft ends inside them."""
    gate = np.zeros_like(t)
    for start_s, end_s in spans_s:
        rise = np.clip((t - start_s) / 0.004, 0, 1)
        gate = np.maximum(gate, rise * np.clip((end_s - t) / fade_s, 0, 1))
    return gate**2 * (3 - 2 * gate)


def _band(wave: Mono, low_hz: float, high_hz: float) -> Mono:
    return sosfilt(butter(2, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE_HZ, output="sos"), wave)


def _placed(wave: Mono, place: float) -> npt.NDArray[np.float32]:
    """Pan from -1 to 1 by level and by a fraction of a millisecond, with two early echoes."""
    angle = (place + 1) * np.pi / 4
    late = round(abs(place) * 0.0004 * SAMPLE_RATE_HZ)
    left, right = np.cos(angle) * wave, np.sin(angle) * wave
    if place < 0:
        right = _delayed(right, late)
    else:
        left = _delayed(left, late)
    for delay_s, level in ((0.023, 0.10), (0.041, 0.06)):
        echo = _delayed(wave, round(delay_s * SAMPLE_RATE_HZ)) * level
        left, right = left + echo * np.sin(angle), right + echo * np.cos(angle)
    return np.stack([left, right]).astype(np.float32)


def _delayed(wave: Mono, n_samples: int) -> Mono:
    return np.concatenate([np.zeros(n_samples), wave[: wave.size - n_samples]])
