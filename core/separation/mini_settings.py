"""The knobs of the bundled engine as one checked value."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.engines import SettingValue
from core.separation.mini_info import MINI_INFO
from core.separation.spectral_settings import checked_settings


@dataclass(frozen=True, slots=True)
class MiniSettings:
    """See `MINI_INFO` for what each one means."""

    steps: int = 1
    unmarked: str = "silent"
    share: str = "parts"
    silence_mask: bool = False
    second_look: bool = True

    @classmethod
    def read(cls, given: Mapping[str, SettingValue]) -> "MiniSettings":
        """Return `given` ones in place of defaults; `PromptError` where one can't be."""
        values = checked_settings(MINI_INFO, given)
        return cls(
            steps=int(values["steps"]),
            unmarked=str(values["unmarked"]),
            share=str(values["share"]),
            silence_mask=bool(values["silence_mask"]),
            second_look=bool(values["second_look"]),
        )
