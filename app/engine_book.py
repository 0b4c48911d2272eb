"""The engines there are: which of them is the default, and which words each of them knows."""

from collections.abc import Mapping

from core.domain.engines import EngineInfo, SettingValue
from core.domain.prompts import PromptKind
from core.domain.vocabulary import Vocabulary, read_vocabulary
from core.errors import ModelError
from core.separation.mini_info import MINI_INFO
from core.separation.mini_info import VOCABULARY as MINI_VOCABULARY

_FILES = {MINI_INFO.name: MINI_VOCABULARY}


def shipped_vocabularies(engines: tuple[EngineInfo, ...]) -> Mapping[str, Vocabulary]:
    """Return the vocabularies that ship, by the names of the `engines` that they belong to."""
    found = {}
    for engine in engines:
        if engine.vocabulary and engine.name in _FILES:
            try:
                found[engine.name] = read_vocabulary(_FILES[engine.name])
            except ModelError:
                continue  # building the engine tells the person what is wrong
    return found


class EngineBook:
    """Answers questions about engines by name. A stem may name one that is long gone."""

    def __init__(
        self, engines: tuple[EngineInfo, ...], vocabularies: Mapping[str, Vocabulary] | None = None
    ) -> None:
        """Know `engines`, best first, and their vocabularies: those that ship where not given."""
        self.set_engines(engines)
        self.vocabularies = (
            shipped_vocabularies(engines) if vocabularies is None else dict(vocabularies)
        )

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """Know these from now on: the same ones, of which others are installed."""
        self.engines = engines
        self._infos = {engine.name: engine for engine in engines}

    @property
    def default(self) -> str:
        """The engine of a new stem: the best that is installed."""
        ready = [engine for engine in self.engines if not engine.needs] or list(self.engines)
        return ready[0].name if ready else ""

    def info(self, name: str) -> EngineInfo | None:
        return self._infos.get(name)

    def vocabulary(self, name: str) -> Vocabulary | None:
        """The words that the engine knows; None where it takes any words, or none at all."""
        return self.vocabularies.get(name)

    def takes_words(self, name: str) -> bool:
        """Whether the engine looks for words, known ones or any."""
        engine = self.info(name)
        return engine is not None and PromptKind.TEXT in engine.understands

    def sees(self, name: str) -> bool:
        """Whether the engine takes a region for a picture of one of its words."""
        engine = self.info(name)
        is_region_read = engine is not None and PromptKind.REGION in engine.understands
        return is_region_read and self.vocabulary(name) is not None

    def kept_settings(
        self, name: str, settings: Mapping[str, SettingValue]
    ) -> dict[str, SettingValue]:
        """Return those of another engine's `settings` that `name` has too, by the same choices."""
        engine = self.info(name)
        kept = {}
        for knob in engine.settings if engine is not None else ():
            value = settings.get(knob.name, knob.default)
            is_choice = bool(knob.choices) and value in knob.choices
            if is_choice and value != knob.default:
                kept[knob.name] = value
        return kept
