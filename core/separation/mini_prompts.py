"""What the bundled engine is asked for: words and pictures become shares of the words it knows.

Words lead. A picture stands in for them where there are none, and chooses among them where one
thing may be several ("guitar" is two). What isn't understood is never guessed.

Several things are asked for one by one, since the network was taught to look for one at a time.

Letters in shapes: P things to look for, K words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.domain.beliefs import Belief
from core.domain.engines import EngineInfo, SettingValue
from core.domain.prompts import PromptKind, TextPrompt
from core.domain.vocabulary import Vocabulary, Word
from core.domain.wording import is_denial
from core.errors import PromptError

Weights = npt.NDArray[np.float32]

LEAST_SEEN = 0.25
"""Confidence, over all words together, from which a picture alone may say what to look for."""

LEAST_SHARE = 0.05
"""Words that a picture gives less than this are left out: they are the long tail of a guess."""


CHOOSING_FROM = 0.3
"""Share of a word in what is seen from which a picture chooses it among words of one meaning."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What to look for.

    Attributes:
        weights: (P, K) shares of words that add up to 1 for each thing; None where neither words
            nor pictures say.
        notes: worth keeping beside the answer.
        advice: sentences for the person.
    """

    weights: Weights | None
    notes: dict[str, SettingValue] = field(default_factory=dict)
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Turns prompts into `Wanted`.

    Attributes:
        vocabulary: the words of the network.
        others: engines that could be recommended for words that aren't in it.
    """

    vocabulary: Vocabulary
    others: tuple[EngineInfo, ...] = ()

    def wanted(
        self, texts: Sequence[TextPrompt], beliefs: Sequence[Belief], *, has_spans: bool = False
    ) -> Wanted:
        """Return what words and pictures ask for together.

        Args:
            texts: all that was typed.
            beliefs: one for each region.
            has_spans: whether spans are there to go by if a picture isn't understood.

        Raises:
            PromptError: a text isn't understood, or a picture that all depends on.
        """
        seen = self._seen(beliefs)
        if texts:
            return self._by_words(texts, seen)
        if not beliefs:
            return Wanted(None)
        return self._by_pictures(beliefs, seen, has_spans)

    def _by_words(self, texts: Sequence[TextPrompt], seen: Weights | None) -> Wanted:
        meant = [group for text in texts for group in self._understood(text.text)]
        groups = [self._chosen(group, seen) for group in meant]
        words = tuple(dict.fromkeys(word for group in groups for word in group))
        advice = [
            f"Nothing is known of “{part}”; the target is {_listed(words, 'and')} alone."
            for text in texts
            for part in self.vocabulary.misunderstood(text.text)
        ]
        if seen is not None and not any(self._share(word, seen) for word in words):
            best = self.vocabulary.words[int(seen.sum(0).argmax())]
            advice.append(
                f"The picture shows “{best.title}”, but the words say {_listed(words, 'and')}: "
                "the words count."
            )
        weights = np.eye(len(self.vocabulary.words), dtype=np.float32)[
            [self.vocabulary.place(word.name) for word in words]
        ]
        return Wanted(weights, {"words": ", ".join(word.name for word in words)}, tuple(advice))

    def _by_pictures(
        self, beliefs: Sequence[Belief], seen: Weights | None, has_spans: bool
    ) -> Wanted:
        known = max(belief.words[0][1] if belief.words else 0.0 for belief in beliefs)
        if seen is None:
            if not has_spans:
                raise PromptError(
                    f"nothing of the vocabulary is seen in the region (best {known:.2f})",
                    advice="The picture does not show clearly what this is. "
                    "Type a word for it, or mark where it sounds.",
                )
            advice = "The picture does not show clearly what this is: the spans alone were used."
            return Wanted(None, {"seen": ""}, (advice,))
        best = self.vocabulary.words[int(seen.sum(0).argmax())]
        notes: dict[str, SettingValue] = {"seen": best.name, "seen_confidence": round(known, 3)}
        if any(belief.is_sure for belief in beliefs):
            return Wanted(seen, notes)
        advice = f"This might be “{best.title}”, but the picture is not clear. Type a word to help."
        return Wanted(seen, notes, (advice,))

    def _understood(self, text: str) -> tuple[tuple[Word, ...], ...]:
        found = self.vocabulary.meanings(text)
        if not found:
            raise PromptError(f"no known sound is meant by {text!r}", advice=self._help(text))
        return found

    def _help(self, text: str) -> str:
        if is_denial(text):
            return "Say what you want to hear; everything else is left in the remaining sound."
        nearest = self.vocabulary.nearest(text)
        said = [f"“{text}” is not among the {len(self.vocabulary.words)} sounds known here."]
        if nearest:
            said.append(f"The nearest are {_listed(nearest, 'and')}.")
        else:
            said.append("Type a plainer word, such as “dog” or “piano”, or mark where it sounds.")
        free = [one for one in self.others if _takes_any_words(one)]
        if free:
            titles = (f"“{one.title}”{' (once installed)' if one.needs else ''}" for one in free)
            said.append(f"{' and '.join(titles)} can look for any words.")
        return " ".join(said)

    def _chosen(self, group: tuple[Word, ...], seen: Weights | None) -> tuple[Word, ...]:
        """Return those of the words one thing may mean that the pictures speak for, or all."""
        if seen is None or len(group) == 1:
            return group
        best = max(self._share(word, seen) for word in group)
        if best < CHOOSING_FROM:
            return group
        return tuple(word for word in group if self._share(word, seen) >= best / 2)

    def _share(self, word: Word, seen: Weights) -> float:
        return float(seen[:, self.vocabulary.place(word.name)].max())

    def _seen(self, beliefs: Sequence[Belief]) -> Weights | None:
        """Return (P, K), what each picture says that says anything of use; None where none does."""
        shares = []
        for belief in beliefs:
            weights = belief.weights(self.vocabulary)
            known = sum(part for name, part in belief.words if name in self.vocabulary.names)
            if known >= LEAST_SEEN:
                clear = np.where(weights * known >= LEAST_SHARE, weights, 0).astype(np.float32)
                shares.append(clear / clear.sum() if clear.any() else weights)
        return np.stack(shares) if shares else None


def _takes_any_words(engine: EngineInfo) -> bool:
    return PromptKind.TEXT in engine.understands and not engine.vocabulary


def _listed(words: Sequence[Word], joint: str) -> str:
    """Return “dog”, “cat” and “cow”."""
    said = [f"“{word.title.lower()}”" for word in words]
    return f" {joint} ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
