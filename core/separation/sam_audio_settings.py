"""The knobs of the SAM Audio engines as one checked value."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from core.domain.engines import EngineInfo, SettingValue
from core.nn.sam_audio.pictures import MaskPolarity
from core.separation.memory_ladder import Rung, rungs
from core.separation.sam_audio_info import AUTO, BFLOAT16
from core.separation.spectral_settings import checked_settings

WINDOW_S = 20.0
SHORTEST_WINDOW_S = 10.0


@dataclass(frozen=True, slots=True)
class SamAudioSettings:
    """See `core.separation.sam_audio_info` for what each one means."""

    n_steps: int
    n_candidates: int
    predict_spans: bool
    result: str
    precision: str
    polarity: MaskPolarity

    @classmethod
    def read(cls, info: EngineInfo, given: Mapping[str, SettingValue]) -> "SamAudioSettings":
        """Return what `given` settings say; `PromptError` where one can't be."""
        values = checked_settings(info, given)
        return cls(
            n_steps=int(values["steps"]),
            n_candidates=int(values["candidates"]),
            predict_spans=bool(values["predict_spans"]),
            result=str(values["result"]),
            precision=str(values["precision"]),
            polarity=MaskPolarity(str(values["mask"])),
        )

    def rungs(self, device: torch.device) -> tuple[Rung, ...]:
        """Return the ladder for a device, the way that was asked for first."""
        is_half = self.precision == BFLOAT16 or (self.precision == AUTO and device.type == "cuda")
        dtype = torch.bfloat16 if is_half else torch.float32
        return rungs(Rung(device, dtype, WINDOW_S), SHORTEST_WINDOW_S)
