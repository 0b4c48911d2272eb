"""The one converter of units: seconds, samples, pts, decibels, hertz and mel.

Arrays are addressed by half-open integer samples, files by integer pts in a time base, people by
seconds of media time. Media time is zero where the earliest stream of the file starts.
"""

import math
from fractions import Fraction

SILENCE_DB = -180.0
"""What `gain_to_db` says of exact silence, so that meters need no infinity."""


def seconds_to_samples(time_s: float, sample_rate_hz: int) -> int:
    """Return the nearest sample index; touching spans in seconds touch in samples."""
    return round(time_s * sample_rate_hz)


def samples_to_seconds(n_samples: int, sample_rate_hz: int) -> float:
    return n_samples / sample_rate_hz


def pts_to_seconds(pts: int, time_base: Fraction, origin_s: Fraction = Fraction(0)) -> float:
    """Return media time of `pts`; `origin_s` is the file's own time of media time zero."""
    return float(pts * time_base - origin_s)


def seconds_to_pts(time_s: float, time_base: Fraction, origin_s: Fraction = Fraction(0)) -> int:
    """Return the nearest pts to media time `time_s`."""
    return round((Fraction(time_s) + origin_s) / time_base)


def db_to_gain(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))


def gain_to_db(gain: float) -> float:
    """Return 20 log10 of `gain`, and `SILENCE_DB` for zero and below."""
    return 20.0 * math.log10(gain) if gain > 1e-9 else SILENCE_DB


def hz_to_mel(frequency_hz: float) -> float:
    """Return mel after O'Shaughnessy (the HTK formula): 2595 log10(1 + f/700)."""
    return 2595.0 * math.log10(1.0 + frequency_hz / 700.0)


def mel_to_hz(mel: float) -> float:
    return float(700.0 * (10.0 ** (mel / 2595.0) - 1.0))


def format_time(time_s: float, *, decimals: int = 3) -> str:
    """Return `m:ss.mmm`, or `h:mm:ss.mmm` from one hour on; negative times keep their sign."""
    sign = "-" if time_s < 0 else ""
    scale = 10**decimals
    total = round(abs(time_s) * scale)
    whole_s, rest = divmod(total, scale)
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{sign}{clock}.{rest:0{decimals}d}" if decimals else f"{sign}{clock}"


def format_duration(duration_s: float) -> str:
    """Return a rough length for a person waiting: `3 s`, `2 min 10 s`, `1 h 5 min`."""
    whole_s = max(0, math.ceil(duration_s))
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {seconds} s"
    return f"{seconds} s"


def format_size(n_bytes: float) -> str:
    """Return a size as people write it, in steps of a thousand: `601 MB`, `3.9 GB`."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= step:
            number = n_bytes / step
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{n_bytes:.0f} bytes"


def format_frequency(frequency_hz: float) -> str:
    """Return `440 Hz` or `2.5 kHz`."""
    if frequency_hz < 1000:
        return f"{frequency_hz:.0f} Hz"
    return f"{frequency_hz / 1000:.3g} kHz"
