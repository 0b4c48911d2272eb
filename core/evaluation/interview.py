"""Asks one engine about mixtures, in every way it understands."""

from collections.abc import Mapping, Sequence

from core.domain.audio import AudioClip
from core.domain.engines import SettingValue
from core.domain.prompts import PromptSet
from core.evaluation.asking import Asker, Question, Way
from core.evaluation.material import Material
from core.evaluation.mixtures import Mixture
from core.evaluation.tables import Refusal, Score
from core.evaluation.trial import Bench, Judge, estimate
from core.evaluation.unprompted import build_unprompted
from core.separation import registry
from core.separation.protocol import SeparationRequest

Answers = dict[Way, Score | Refusal]
"""By way, where the mixture could be asked for that way."""


class Interviewer:
    """Holds a built engine. `ways` are those of the wanted ones that it understands."""

    def __init__(self, bench: Bench, material: Material, ways: Sequence[Way]) -> None:
        """Build the engine.

        Raises:
            ModelError: there is no such engine or device, or its weights do not load.
        """
        self._bench = bench
        self._separator = bench.build()
        self._unprompted = self._separator
        self._asker = Asker(material, registry.info(bench.engine).understands, bench.seed)
        self.ways = tuple(way for way in ways if self._asker.can(way))
        if Way.NONE in self.ways:
            self._unprompted = build_unprompted(bench.engine, bench.device, self._separator)

    def answers(
        self,
        mixture: Mixture,
        judge: Judge,
        settings: Mapping[str, SettingValue] | None = None,
    ) -> Answers:
        """Return a score, or why it was refused, for each way of asking for the target.

        Args:
            mixture: what is separated.
            judge: of this mixture.
            settings: of the engine; those of the bench if not given.

        Raises:
            Cancelled: the bench's token was raised.
        """
        settings = self._bench.settings if settings is None else settings
        # Where a class has no picture, two ways say the same: it's asked once.
        known: dict[PromptSet, Score | Refusal] = {}
        answers: Answers = {}
        for way in self.ways:
            self._bench.cancel.raise_if_cancelled()
            question = self._asker.question(way, mixture)
            if question is None:
                continue
            if question.prompts not in known:
                known[question.prompts] = self._ask(question, mixture, judge, settings)
            answers[way] = known[question.prompts]
        return answers

    def _ask(
        self,
        question: Question,
        mixture: Mixture,
        judge: Judge,
        settings: Mapping[str, SettingValue],
    ) -> Score | Refusal:
        separator = self._unprompted if question.prompts.is_empty else self._separator
        request = SeparationRequest(
            mix=AudioClip(mixture.mix[None], mixture.sample_rate_hz),
            prompts=question.prompts,
            tracks=question.tracks,
            picture=question.picture,
            seed=self._bench.seed,
            settings=settings,
            device=self._bench.device,
        )
        cancel = self._bench.cancel
        return judge.hear(lambda: estimate(separator, request, cancel), mixture.sample_rate_hz)
