"""What a drag on the spectrogram does."""

from enum import Enum


class TimelineTool(Enum):
    """SPAN marks stretches of time; PAINT marks regions of time and frequency."""

    SPAN = "span"
    PAINT = "paint"
