"""What DAVIS and DAVIS-Flow say of themselves. Data only, so that looking them up loads no torch.

What is still missing on this machine is told by `core.separation.davis_files`.
"""

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind
from core.separation.davis_recipes import MUSIC

_LICENCE = "code: MIT (ours); official checkpoints: no licence stated, ask their authors"

_SILENCE = EngineSetting(
    name="silence_mask",
    default=True,
    help="Keeps to the mix where it is silent, instead of letting the network invent sound there.",
)


DAVIS_FLOW_INFO = EngineInfo(
    name="davis-flow",
    title="DAVIS-Flow",
    summary="Finds what you click or name, by flow matching. Any words; slow without a GPU.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION}),
    sample_rate_hz=MUSIC.sample_rate_hz,
    band_hz=MUSIC.band_hz,
    licence=_LICENCE,
    settings=(
        EngineSetting(
            name="steps",
            default=2,
            minimum=1,
            maximum=25,
            help="Steps from noise to the answer. Time grows with them.",
        ),
        EngineSetting(
            name="solver",
            default="euler",
            choices=("euler", "midpoint", "heun"),
            help="How a step is taken: “euler” as published; the others cost twice as much.",
        ),
        _SILENCE,
    ),
)

DAVIS_INFO = EngineInfo(
    name="davis",
    title="DAVIS",
    summary="Finds what you click or name, by diffusion. Any words; very slow without a GPU.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION}),
    sample_rate_hz=MUSIC.sample_rate_hz,
    band_hz=MUSIC.band_hz,
    licence=_LICENCE,
    settings=(
        EngineSetting(
            name="steps",
            default=15,
            minimum=2,
            maximum=100,
            help="Steps from noise to the answer. Time grows with them.",
        ),
        EngineSetting(
            name="eta",
            default=1.0,
            minimum=0.0,
            maximum=1.0,
            help="How much fresh noise each step adds: 1 as published, 0 none.",
        ),
        _SILENCE,
    ),
)
