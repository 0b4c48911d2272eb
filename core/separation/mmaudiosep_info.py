"""What the three sizes of MMAudioSep say of themselves. Data only: looking up loads no torch.

What is still missing on this machine is told by `core.separation.mmaudiosep_files`.
"""

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind
from core.separation.generated_info import RESULT

TRAINED = "as trained"
OFFICIAL = "as in the official separate()"
WITH_REGION, ALWAYS, NEVER = "with a region", "always", "never"

SAMPLE_RATE_HZ = 44_100
BAND_HZ = (0.0, 22_050.0)

_LICENCE = (
    "code: MIT (ours); MMAudio’s weights and all that is taught from them: CC BY-NC 4.0, not for "
    "commercial use; CLIP DFN5B: Apple’s sample code licence; BigVGAN and Synchformer: MIT"
)

SETTINGS = (
    EngineSetting(
        name="steps",
        default=25,
        minimum=1,
        maximum=25,
        help="Steps from noise to the answer, 25 as published. Time grows with them.",
    ),
    EngineSetting(
        name="guidance",
        default=4.5,
        minimum=0.0,
        maximum=10.0,
        help="How strongly the answer is pulled to the prompt: 4.5 as published, up to 1 not.",
    ),
    EngineSetting(
        name="negative_words",
        default="",
        help="Words for what must not sound in the answer. Only with guidance above 1.",
    ),
    EngineSetting(
        name="watch",
        default=WITH_REGION,
        choices=(WITH_REGION, ALWAYS, NEVER),
        help="When the picture is watched: with a region (all else in it turned grey), always "
        "(beside words the whole picture), or never.",
    ),
    EngineSetting(
        name="mixture_scale",
        default=TRAINED,
        choices=(TRAINED, OFFICIAL),
        help="The official code teaches with the mixture’s latent scaled, and separates with it "
        "unscaled. “As trained” scales it; networks taught here need that.",
    ),
    RESULT,
)


def _info(size: str, n_parameters: str) -> EngineInfo:
    return EngineInfo(
        name=f"mmaudiosep-{size}",
        title=f"MMAudioSep {size}",
        summary="Makes the sound of words or of what the picture shows anew, from the mix. "
        f"{n_parameters} parameters; needs a GPU for more than seconds. No weights are published: "
        "teach it from MMAudio, or import your own.",
        understands=frozenset({PromptKind.TEXT, PromptKind.REGION}),
        sample_rate_hz=SAMPLE_RATE_HZ,
        band_hz=BAND_HZ,
        licence=_LICENCE,
        is_generative=True,
        settings=SETTINGS,
    )


MMAUDIOSEP_INFOS = (
    _info("small", "157 million"),
    _info("medium", "622 million"),
    _info("large", "1030 million"),
)
