"""What the prompt bar says: counts of prompts, and why something cannot be asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from core.domain.beliefs import Belief
from core.domain.engines import EngineInfo
from core.domain.project import Stem
from core.domain.prompts import PromptKind, PromptSet, TextPrompt
from core.domain.understanding import Doubt, doubt_about, is_clear
from core.domain.vocabulary import Vocabulary, said_as, spoken

INVITATION = "or click an object, or drag a span"
SEPARATE_TIP = "Preview around the playhead, then the whole clip (Ctrl+Enter)"
FIND = "Find in the picture"
TAKE_A_WORD = "To separate this, take a word or type one."
SAY_MORE = "To separate this, type a word, or mark when it sounds."
UNCLEAR = "The picture does not show clearly what this is. Type a word, or mark when it sounds."
WISH = "Say what you want to hear: everything else stays in the residual."
_LONGEST = 40

_PLURALS = {
    PromptKind.TEXT: "words",
    PromptKind.REGION: "regions",
    PromptKind.SPAN: "spans",
    PromptKind.SPECTRAL: "painted areas",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of which engine, and what that knows of it before it runs."""

    stem: Stem | None = None
    engine: EngineInfo | None = None
    vocabulary: Vocabulary | None = None
    """The words of the engine; None where it takes any, or none."""
    belief: Belief | None = None
    """What the stem's region seems to show; None while it is not known."""
    seen: str = ""
    """What the region was called as it was picked from what sounds; empty where it was not."""

    def saying(self, text: str) -> "Asked":
        """Return the same with other words: those that are just being typed."""
        if self.stem is None or text == words_of(self.stem):
            return self
        texts = (TextPrompt(text),) if text else ()
        prompts = replace(self.stem.prompts, texts=texts)
        return replace(self, stem=replace(self.stem, prompts=prompts))

    @property
    def doubt(self) -> Doubt | None:
        """What the engine does not know of the words."""
        return doubt_about(words_of(self.stem), self.vocabulary) if self.vocabulary else None

    @property
    def seen_word(self) -> str:
        """What was picked, as a word that can be taken; empty where words are said or not known."""
        is_reader = self.engine is not None and PromptKind.TEXT in self.engine.understands
        if not self.seen or not is_reader or words_of(self.stem):
            return ""
        if self.vocabulary is None or self.seen in self.vocabulary.names:
            return said_as(self.seen, self.vocabulary)
        meant = self.vocabulary.find(spoken(self.seen))
        return meant[0].title.lower() if meant else ""

    @property
    def is_unclear(self) -> bool:
        """Whether all depends on a picture that does not say what to look for."""
        if self.stem is None or self.vocabulary is None or self.belief is None:
            return False
        says_more = self.stem.prompts.texts or self.stem.prompts.spans
        return not says_more and not is_clear(self.belief, self.vocabulary)


def find_tip(words: str) -> str:
    """Return what looking for `words` in the picture does."""
    return f"Look for “{words}” in the picture, and pick from what is found (Ctrl+F)"


def words_of(stem: Stem | None) -> str:
    return ", ".join(prompt.text for prompt in stem.prompts.texts) if stem else ""


def summary(kind: PromptKind, prompts: PromptSet) -> tuple[str, str]:
    """Return the few words on a chip, and the sentence in its tooltip."""
    if kind is PromptKind.TEXT:
        words = ", ".join(prompt.text for prompt in prompts.texts)
        return f"“{words}”", "The words for this sound"
    if kind is PromptKind.REGION:
        return _region(prompts)
    if kind is PromptKind.SPAN:
        n_plus, n_minus = len(prompts.positive_spans), len(prompts.negative_spans)
        counts = [f"+{n_plus}"] * bool(n_plus) + [f"−{n_minus}"] * bool(n_minus)
        tip = f"Heard during {counted(n_plus, 'span')}, silent during {n_minus}"
        return f"Spans {' '.join(counts)}", tip
    n_areas = len(prompts.spectral)
    return f"Painted {n_areas}", f"{counted(n_areas, 'area')} of the spectrogram painted"


def _region(prompts: PromptSet) -> tuple[str, str]:
    n_clicks = sum(len(region.clicks) for region in prompts.regions)
    n_boxes = sum(len(region.boxes) for region in prompts.regions)
    n_frames = len({pts for region in prompts.regions for pts in region.anchor_pts})
    marks = [counted(n_clicks, "click")] * bool(n_clicks) + [
        counted(n_boxes, "box", "boxes")
    ] * bool(n_boxes)
    n_regions = len(prompts.regions)
    text = "Region" if n_regions == 1 else f"Regions {n_regions}"
    return text, f"{' and '.join(marks)} on {counted(n_frames, 'frame')}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return `1 click`, `2 clicks`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def not_understood(kind: PromptKind, engine: EngineInfo) -> str:
    return (
        f"“{engine.title}” does not understand {_PLURALS[kind]}. "
        "Remove them, or choose another engine."
    )


def doubted(doubt: Doubt, engine: EngineInfo) -> str:
    """Return the sentence about words that are not known."""
    if doubt.is_denial:
        return WISH
    part = doubt.part if len(doubt.part) <= _LONGEST else doubt.part[: _LONGEST - 1] + "…"
    rest = "" if doubt.is_all else " and leaves it out"
    return f"{engine.title} doesn't know “{part}”{rest}."


def did_you_mean(doubt: Doubt, engine: EngineInfo, nearest: Iterable[str]) -> str:
    """Return the whole advice about words that are not known, the nearest that are included."""
    said, words = doubted(doubt, engine), list(nearest)
    if doubt.is_denial:
        return said
    if not words:
        return f"{said} Type a plainer word, such as “dog” or “piano”, or mark when it sounds."
    listed = " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    return f"{said} Did you mean {listed}?"


def missing(engine: EngineInfo) -> str:
    """Return what an engine needs before it can be used; empty where it is ready."""
    needs = "; ".join(f"{name}: {why}" for name, why in engine.needs.items())
    return f"Needs {needs}" if needs else ""


def why_no_words(stem: Stem | None, engine: EngineInfo | None) -> str:
    """Return why words cannot be typed, empty if they can."""
    if stem is None:
        return "Open a clip to describe a sound"
    if engine is not None and PromptKind.TEXT not in engine.understands:
        return f"“{engine.title}” does not read words: point at the sound or mark when it sounds"
    return ""


def why_not(asked: Asked, *, is_being_typed: bool = False) -> str:
    """Return why this cannot be separated, empty if it can.

    While words are being typed the nearest known ones are left out: they change with every key.
    """
    stem, engine = asked.stem, asked.engine
    if stem is None:
        return "Open a clip first"
    if engine is None:
        return "Choose an engine first"
    if engine.needs:
        return f"“{engine.title}” is not installed. {missing(engine)}"
    if stem.prompts.is_empty:
        is_reader = PromptKind.TEXT in engine.understands
        return f"{'Type a word, click' if is_reader else 'Click'} an object or drag a span first"
    unknown = sorted(stem.prompts.kinds - engine.understands)
    if unknown:
        return not_understood(unknown[0], engine)
    doubt, vocabulary = asked.doubt, asked.vocabulary
    if doubt is None or not doubt.is_all or vocabulary is None:
        return UNCLEAR if asked.is_unclear else ""
    if is_being_typed:
        return doubted(doubt, engine)
    return did_you_mean(doubt, engine, nearest_words(doubt, vocabulary))


@lru_cache(maxsize=16)
def nearest_words(doubt: Doubt, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the words that may have been meant, as people write them."""
    if doubt.is_denial:
        return ()
    return tuple(word.title.lower() for word in vocabulary.nearest(doubt.part))


def better_engine(asked: Asked, engines: Iterable[EngineInfo]) -> EngineInfo | None:
    """Return an installed engine that understands what `asked.engine` does not."""
    stem, engine = asked.stem, asked.engine
    if stem is None or engine is None:
        return None
    kinds = stem.prompts.kinds
    unknown = kinds - engine.understands
    is_word_unknown = not unknown and asked.doubt is not None and not asked.doubt.is_denial
    others = [one for one in engines if not one.needs and one.name != engine.name]
    if is_word_unknown:
        others = [one for one in others if not one.vocabulary and kinds <= one.understands]
        return others[0] if others else None
    helpful = [one for one in others if unknown and unknown <= one.understands]
    return next((one for one in helpful if kinds <= one.understands), next(iter(helpful), None))
