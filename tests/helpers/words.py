"""An engine that knows three words, and what may be believed of pictures and sounds by them."""

from core.domain.beliefs import Belief, HeardWord
from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind, TimeSpan
from core.domain.vocabulary import Vocabulary, Word

WORDS = Vocabulary(
    (
        Word("dog", "Dog", ("dog", "dog barking", "hot dog stand")),
        Word("church_bell", "Church bell", ("bell", "church bell")),
        Word("xylophone", "Xylophone", ("xylophone", "marimba")),
    )
)
KNOWER = EngineInfo(
    name="knower",
    title="Knower",
    summary="Knows three words.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
    sample_rate_hz=16_000,
    band_hz=(0.0, 8_000.0),
    licence="MIT",
    settings=(
        EngineSetting("steps", 1, "More is slower.", 1, 8),
        EngineSetting("strength", 0.5, "How firmly.", 0.0, 1.0),
        EngineSetting("unmarked", "silent", "Outside the spans.", choices=("silent", "searched")),
        EngineSetting("is_gentle", True, "Keeps more of what is doubtful."),
    ),
    vocabulary=WORDS.completions,
)
PAINTER = EngineInfo(
    name="painter",
    title="Painter",
    summary="Reads paint.",
    understands=frozenset({PromptKind.REGION, PromptKind.SPAN, PromptKind.SPECTRAL}),
    sample_rate_hz=None,
    band_hz=None,
    licence="MIT",
    settings=(
        EngineSetting("passes", 40, "Rounds of learning.", 10, 400),
        EngineSetting("unmarked", "silent", "Outside the spans.", choices=("silent", "searched")),
    ),
)
ANYONE = EngineInfo(
    name="anyone",
    title="Anyone",
    summary="Takes any words, and nothing else.",
    understands=frozenset({PromptKind.TEXT}),
    sample_rate_hz=16_000,
    band_hz=None,
    licence="MIT",
)
SURE = Belief((("dog", 0.84), ("church_bell", 0.1), ("xylophone", 0.01)))
UNSURE = Belief((("dog", 0.2), ("church_bell", 0.1), ("xylophone", 0.1)))
BELL = HeardWord("church_bell", 0.9, (TimeSpan(0.5, 1.0), TimeSpan(1.5, 1.8)))
BARK = HeardWord("dog", 0.7, (TimeSpan(0.2, 0.4),))
