"""What is known of engines by name: the default, their words, and what they keep of settings."""

from dataclasses import replace

from app.engine_book import EngineBook
from core.separation.mini_info import MINI_INFO
from tests.helpers.words import KNOWER, PAINTER, WORDS

FAR = replace(PAINTER, name="far", needs={"weights": "a download of 12 GB"})


def test_the_default_is_the_best_engine_that_is_installed():
    assert EngineBook((FAR, KNOWER, PAINTER)).default == "knower"
    assert EngineBook((FAR,)).default == "far"


def test_only_an_engine_that_knows_words_takes_a_region_for_a_picture():
    book = EngineBook((KNOWER, PAINTER), {"knower": WORDS})

    assert book.sees("knower")
    assert not book.sees("painter")
    assert not book.sees("long gone")


def test_settings_are_kept_where_the_other_engine_has_the_same_choices():
    settings = {"passes": 80, "unmarked": "searched", "steps": 2}

    kept = EngineBook((KNOWER, PAINTER)).kept_settings("painter", settings)

    assert kept == {"unmarked": "searched"}


def test_the_bundled_engine_brings_the_words_that_it_completes():
    book = EngineBook((MINI_INFO, PAINTER))

    assert book.vocabulary("painter") is None
    vocabulary = book.vocabulary(MINI_INFO.name)
    assert vocabulary is not None
    assert all(vocabulary.find(word) for word in MINI_INFO.vocabulary)
