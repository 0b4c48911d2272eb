from dataclasses import replace

import pytest

from app.cli.engine_choice import choose_engine, read_settings
from core.domain.engines import EngineInfo, EngineSetting
from core.domain.prompts import PromptKind, PromptSet, SpanPrompt, TextPrompt, TimeSpan
from core.errors import ModelError, PromptError
from core.separation import registry

SPANS = PromptSet(spans=(SpanPrompt(TimeSpan(1, 2)),))
WORDS = PromptSet(texts=(TextPrompt("a dog"),))
PLAIN = EngineInfo(
    name="plain",
    title="Plain",
    summary="",
    understands=frozenset({PromptKind.SPAN}),
    sample_rate_hz=None,
    band_hz=None,
    licence="MIT",
    settings=(
        EngineSetting("passes", 40, "Rounds.", minimum=10, maximum=400),
        EngineSetting("sharpness", 2.0, "How firmly.", minimum=0.5, maximum=4.0),
        EngineSetting("kind", "kl", "Which.", choices=("kl", "is")),
        EngineSetting("is_loud", False, "Whether."),
    ),
)
READER = replace(PLAIN, name="reader", understands=frozenset(PromptKind))
ABSENT = replace(READER, name="absent", needs={"weights": "to work at all"})


@pytest.fixture
def _three_engines(monkeypatch):
    engines = (ABSENT, PLAIN, READER)
    monkeypatch.setattr(registry, "engines", lambda: engines)


@pytest.mark.usefixtures("_three_engines")
def test_the_best_engine_that_is_ready_and_understands_everything_is_chosen():
    assert choose_engine(None, SPANS) is PLAIN
    assert choose_engine(None, WORDS) is READER


def test_words_are_refused_with_advice_where_no_engine_reads_them(monkeypatch):
    monkeypatch.setattr(registry, "engines", lambda: (PLAIN,))

    with pytest.raises(PromptError) as caught:
        choose_engine(None, WORDS)

    assert "understands span prompts" in caught.value.advice


def test_an_unknown_engine_is_answered_with_the_closest():
    with pytest.raises(ModelError) as caught:
        choose_engine("spectrall", SPANS)

    assert "spectral" in caught.value.advice


def test_all_settings_are_told_changed_or_not():
    assert read_settings(PLAIN, None) == {
        "passes": 40,
        "sharpness": 2.0,
        "kind": "kl",
        "is_loud": False,
    }
    changed = read_settings(PLAIN, ["passes=80", "sharpness=3", "kind=is", "is_loud=TRUE"])
    assert changed == {"passes": 80, "sharpness": 3.0, "kind": "is", "is_loud": True}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pases=80", "passes"),
        ("passes=9", "10 to 400"),
        ("passes=many", "10 to 400"),
        ("passes", "10 to 400"),
        ("sharpness=nan", "0.5 to 4"),
        ("kind=em", "kl, is"),
        ("is_loud=maybe", "true or false"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_can(text, words):
    with pytest.raises(ModelError) as caught:
        read_settings(PLAIN, [text])

    assert words in caught.value.advice
