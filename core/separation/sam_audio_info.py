"""What the SAM Audio engines say of themselves. Data only, so that looking them up loads no torch.

What is still missing on this machine is told by `core.store`.
"""

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind
from core.separation.generated_info import RESULT

SAMPLE_RATE_HZ = 48_000
BAND_HZ = (0.0, 24_000.0)

MEMORY_GIB = {
    "sam-audio-small": (2.6, 1.7),
    "sam-audio-base": (5.0, 2.9),
    "sam-audio-large": (11.7, 6.2),
}
"""In float32 and bfloat16, for words and spans: the weights in use and the most that work takes
beside them, by arithmetic (`core.separation.sam_audio_memory`). The size of small is inferred."""

AUTO, FLOAT32, BFLOAT16 = "auto", "float32", "bfloat16"
OBJECT_BLACK, OBJECT_ALONE = "object black", "object alone"

_SETTINGS = (
    EngineSetting(
        name="steps",
        default=16,
        minimum=2,
        maximum=32,
        help="Steps from noise to the answer, two evaluations each: 16 as published. "
        "Time grows with them.",
    ),
    EngineSetting(
        name="candidates",
        default=1,
        minimum=1,
        maximum=8,
        help="So many answers are made and the one that fits best is kept. Time grows with them.",
    ),
    EngineSetting(
        name="predict_spans",
        default=False,
        help="Finds by the words when the sound is heard, where no span was marked. "
        "Needs the span predictor.",
    ),
    RESULT,
    EngineSetting(
        name="precision",
        default=AUTO,
        choices=(AUTO, FLOAT32, BFLOAT16),
        help="“auto” takes bfloat16 on a GPU, half the memory, and float32 on a CPU.",
    ),
    EngineSetting(
        name="mask",
        default=OBJECT_BLACK,
        choices=(OBJECT_BLACK, OBJECT_ALONE),
        help="How a region is shown: “object black” blacks it out as the official code does; "
        "“object alone” shows nothing else, as the paper writes.",
    ),
)


def _info(size: str, note: str) -> EngineInfo:
    name = f"sam-audio-{size}"
    wide_gib, narrow_gib = MEMORY_GIB[name]
    return EngineInfo(
        name=name,
        title=f"SAM Audio {size}",
        summary=f"Any sound by words, region and spans together, at 48 kHz. {note} "
        f"Takes about {narrow_gib:g} GiB of memory on a GPU, {wide_gib:g} GiB in float32.",
        understands=frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
        sample_rate_hz=SAMPLE_RATE_HZ,
        band_hz=BAND_HZ,
        licence="code: MIT (ours); weights: SAM License, gated, by their owner's leave",
        is_generative=True,
        settings=_SETTINGS,
    )


SAM_AUDIO_INFOS = (
    _info("small", "The quickest of three; very slow without a GPU."),
    _info("base", "The middle one of three; needs a GPU to be of use."),
    _info("large", "The best of three; needs a large GPU to be of use."),
)
