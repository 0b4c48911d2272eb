"""What the bundled engine says of itself. Data only, so that looking it up loads no torch."""

from pathlib import Path

from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind
from core.domain.vocabulary import read_vocabulary
from core.errors import ModelError

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "mini"
VOCABULARY = FOLDER / "vocabulary.json"
WEIGHTS = FOLDER / "mini.safetensors"

SAMPLE_RATE_HZ = 16_000
"""Of the network; `core.nn.mini` says the same, but knowing it must not load torch."""


def _completions() -> tuple[str, ...]:
    try:
        return read_vocabulary(VOCABULARY).completions
    except ModelError:
        return ()  # building the engine says what is wrong; the others are to work all the same


MINI_INFO = EngineInfo(
    name="mini",
    title="Mini",
    summary="Takes words, clicks and spans, all at once. Comes with Soloist; quick on any machine.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
    sample_rate_hz=SAMPLE_RATE_HZ,
    band_hz=(0.0, SAMPLE_RATE_HZ / 2),
    licence="MIT; trained on free recordings and pictures, listed in resources/mini",
    settings=(
        EngineSetting(
            name="steps",
            default=1,
            minimum=1,
            maximum=8,
            help="Steps from the mix to the answer. More is slower, and seldom much better.",
        ),
        EngineSetting(
            name="unmarked",
            default="silent",
            choices=("silent", "searched"),
            help="What happens outside + spans: nothing is heard, or the sound is looked for too.",
        ),
        EngineSetting(
            name="share",
            default="parts",
            choices=("parts", "mix"),
            help="What the target is weighed against: “parts” the rest as it was heard, “mix” all.",
        ),
        EngineSetting(
            name="second_look",
            default=True,
            help="Without spans: find out when it sounds, then ask again. Takes twice as long.",
        ),
        EngineSetting(
            name="silence_mask",
            default=False,
            help="Gives cells where the mix is silent to both alike, without asking the network.",
        ),
    ),
    vocabulary=_completions(),
)
