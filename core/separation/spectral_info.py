"""What the weight-free engine says of itself. Data only, so that looking it up loads no torch."""

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind

SPECTRAL_INFO = EngineInfo(
    name="spectral",
    title="Spectral",
    summary="Learns both sounds from your marks alone. Needs no model; quick on any machine.",
    understands=frozenset({PromptKind.SPAN, PromptKind.REGION, PromptKind.SPECTRAL}),
    sample_rate_hz=None,
    band_hz=None,
    licence="MIT",
    settings=(
        EngineSetting(
            name="divergence",
            default="kl",
            choices=("kl", "is"),
            help="How fit is measured: “kl” weighs loud parts, “is” hears quiet ones as well.",
        ),
        EngineSetting(
            name="target_parts",
            default=12,
            minimum=1,
            maximum=64,
            help="How many spectral shapes the target may have. More for melodies and speech.",
        ),
        EngineSetting(
            name="background_parts",
            default=48,
            minimum=1,
            maximum=128,
            help="How many spectral shapes everything else may have.",
        ),
        EngineSetting(
            name="passes",
            default=40,
            minimum=10,
            maximum=400,
            help="Rounds of learning. More is slower and fits closer.",
        ),
        EngineSetting(
            name="sharpness",
            default=2.0,
            minimum=0.5,
            maximum=4.0,
            help="How firmly each moment of each pitch is given to the louder sound.",
        ),
        EngineSetting(
            name="unmarked",
            default="silent",
            choices=("silent", "searched"),
            help="What happens outside + spans: nothing is heard, or the sound is looked for too.",
        ),
    ),
)
