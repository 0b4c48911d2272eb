"""What the ZeroSep engines say of themselves. Data only, so that looking them up loads no torch.

What is still missing on this machine is told by `core.separation.zerosep_files`.
"""

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind
from core.separation.generated_info import RESULT

_AUDIOLDM_LICENCE = (
    "code: MIT (ours); weights: CC BY-NC-SA 4.0, not for commercial use (AudioLDM, University of "
    "Surrey)"
)
_TANGO_LICENCE = (
    "code: MIT (ours); weights: CC BY-NC-SA 4.0, not for commercial use (Tango, DeCLaRe Lab, SUTD; "
    "with the autoencoder of AudioLDM, University of Surrey)"
)
_STABLE_LICENCE = (
    "code: MIT (ours); weights: Stability AI Community License, commercial use only under its terms"
)

GUIDANCE_ADVICE = (
    "Guidance above 1 makes ZeroSep invent sound that is not in the clip. 1 separates best."
)
"""papers/001 section 3.3 and figure 3a: beyond 1 it is worse than the mix itself."""


def _settings(steps: int) -> tuple[EngineSetting, ...]:
    return (
        EngineSetting(
            name="inversion",
            default="ddpm",
            choices=("ddpm", "ddim"),
            help="How the mix is taken apart: “ddpm” is exact and steadier, “ddim” leaves no noise "
            "to chance.",
        ),
        EngineSetting(
            name="steps",
            default=steps,
            minimum=10,
            maximum=200,
            help="Steps into the noise, and as many back. Time grows with them.",
        ),
        EngineSetting(
            name="start",
            default=1.0,
            minimum=0.05,
            maximum=1.0,
            help="How deep into the noise it goes: 1 all the way; less keeps more of the mix.",
        ),
        EngineSetting(
            name="guidance",
            default=1.0,
            minimum=0.0,
            maximum=15.0,
            help="How much the words count: 1 separates; more than 1 invents sound.",
        ),
        EngineSetting(
            name="highlight",
            default=1.0,
            minimum=0.0,
            maximum=1.0,
            help="From the whole mix (0) to the target alone (1).",
        ),
        EngineSetting(
            name="other_sounds",
            default="",
            help="Words for the other sounds in the mix, if you know them. May be empty.",
        ),
        EngineSetting(
            name="passes",
            default=1,
            minimum=1,
            maximum=4,
            help="How often the answer is separated again, for loud sounds that stay behind.",
        ),
        EngineSetting(
            name="last_step",
            default="exact",
            choices=("exact", "published"),
            help="For “ddpm”: “exact” keeps the finest detail, so that highlight 0 is the mix; "
            "“published” leaves it out, as the published code does.",
        ),
        RESULT,
    )


def _audioldm(
    name: str, title: str, summary: str, steps: int, licence: str = _AUDIOLDM_LICENCE
) -> EngineInfo:
    return EngineInfo(
        name=name,
        title=title,
        summary=f"{summary} Any words, nothing trained to separate; very slow without a GPU.",
        understands=frozenset({PromptKind.TEXT}),
        sample_rate_hz=16_000,
        band_hz=(20.0, 7_800.0),
        licence=licence,
        is_generative=True,
        settings=_settings(steps),
    )


# The published demo takes 200 steps with AudioLDM 2, 100 with AudioLDM; Tango makes sounds in 100.
ZEROSEP_INFOS = (
    _audioldm("zerosep-audioldm2", "ZeroSep · AudioLDM 2", "Separates by generating.", 200),
    _audioldm(
        "zerosep-audioldm2-large",
        "ZeroSep · AudioLDM 2 large",
        "Separates by generating; the best of the family in the paper.",
        200,
    ),
    _audioldm(
        "zerosep-audioldm2-music",
        "ZeroSep · AudioLDM 2 music",
        "Separates music by generating.",
        200,
    ),
    _audioldm(
        "zerosep-audioldm-s", "ZeroSep · AudioLDM small", "Separates by generating, small.", 100
    ),
    _audioldm(
        "zerosep-audioldm-l", "ZeroSep · AudioLDM large", "Separates by generating, large.", 100
    ),
    _audioldm("zerosep-tango", "ZeroSep · Tango", "Separates by generating.", 100, _TANGO_LICENCE),
    _audioldm(
        "zerosep-tango-full",
        "ZeroSep · Tango full",
        "Separates by generating, taught with more sounds.",
        100,
        _TANGO_LICENCE,
    ),
    _audioldm(
        "zerosep-tango-music",
        "ZeroSep · Tango music",
        "Separates by generating, taught with music too.",
        100,
        _TANGO_LICENCE,
    ),
    EngineInfo(
        name="zerosep-stable-audio",
        title="ZeroSep · Stable Audio Open",
        summary="Separates by generating, in stereo at 44.1 kHz. Any words; needs a GPU.",
        understands=frozenset({PromptKind.TEXT}),
        sample_rate_hz=44_100,
        band_hz=(20.0, 19_845.0),
        licence=_STABLE_LICENCE,
        is_generative=True,
        settings=_settings(100),
    ),
)

ZEROSEP_BUILDERS = {
    info.name: "core.separation.zerosep:" + info.name.replace("zerosep", "build").replace("-", "_")
    for info in ZEROSEP_INFOS
}
"""Engine to the function that makes one, as "module:function"."""
