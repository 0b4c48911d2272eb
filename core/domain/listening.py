"""What a person may listen to: the mix, the target of the selected stem, or what remains."""

from enum import StrEnum


class Listen(StrEnum):
    """MIXER is the free mix of all stems by solo, mute and gain."""

    MIX = "mix"
    TARGET = "target"
    RESIDUAL = "residual"
    MIXER = "mixer"
