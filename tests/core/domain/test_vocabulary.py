from pathlib import Path

import pytest

from core.domain.vocabulary import Related, Vocabulary, Word, read_vocabulary, spoken
from core.errors import ModelError

SHIPPED = Path(__file__).resolve().parents[3] / "resources" / "mini" / "vocabulary.json"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(SHIPPED)


def _named(words: tuple[Word, ...]) -> list[str]:
    return [word.name for word in words]


def test_every_word_is_found_by_its_name_and_title_alone(vocabulary):
    for word in vocabulary.words:
        assert vocabulary.find(word.name) == (word,)
        assert vocabulary.find(word.name.replace("_", " ")) == (word,)
        assert vocabulary.find(word.title.upper()) == (word,)


def test_every_completion_that_is_offered_is_understood(vocabulary):
    assert len(vocabulary.completions) > 500
    assert list(vocabulary.completions) == sorted(set(vocabulary.completions))
    for text in vocabulary.completions:
        assert vocabulary.find(text), text


def test_no_related_phrase_means_a_word(vocabulary):
    for one in vocabulary.related:
        for phrase in one.phrases:
            assert not vocabulary.find(phrase), phrase
            assert _named(vocabulary.nearest(phrase)), phrase


def test_words_stand_in_the_order_of_their_names_and_know_their_place(vocabulary):
    assert list(vocabulary.names) == sorted(set(vocabulary.names))
    assert len(vocabulary.words) == 86
    assert [vocabulary.place(name) for name in vocabulary.names] == list(range(86))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a dog barking", ["dog"]),
        ("Dogs!", ["dog"]),
        ("the sound of a puppy", ["dog"]),
        ("the dog's bark", ["dog"]),
        ("SIREN", ["siren"]),
        ("wolves", ["wolf"]),
        ("children talking", ["speech"]),
        ("two people speaking", ["speech"]),
        ("lion", ["big_cat"]),
        ("a crying infant", ["baby"]),
        ("fiddle", ["violin"]),
        ("saxophone-player", ["saxophone"]),
        ("acoustic_guitar", ["acoustic_guitar"]),
    ],
)
def test_case_plurals_articles_and_synonyms_do_not_matter(vocabulary, text, meant):
    assert _named(vocabulary.find(text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("violins and a piano", ["violin", "piano"]),
        ("dog, cat & cow", ["dog", "cat", "cow"]),
        ("a man and a dog", ["speech", "dog"]),
        ("guitar", ["acoustic_guitar", "electric_guitar"]),
        ("strings", ["cello", "double_bass", "violin"]),
        ("dog and dogs", ["dog"]),
    ],
)
def test_several_words_are_found_once_each_as_they_are_said(vocabulary, text, meant):
    assert _named(vocabulary.find(text)) == meant


def test_each_thing_that_is_named_may_mean_several_words(vocabulary):
    groups = vocabulary.meanings("a guitar and a piano")

    assert [_named(group) for group in groups] == [
        ["acoustic_guitar", "electric_guitar"],
        ["piano"],
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("bird singing", ["bird"]),
        ("the singing of birds", ["bird"]),
        ("car horn", ["car_horn"]),
        ("doorbell", ["doorbell"]),
        ("electric guitar", ["electric_guitar"]),
        ("a train whistle", ["train"]),
        ("a glass of water", ["water"]),
    ],
)
def test_the_longest_phrase_counts(vocabulary, text, meant):
    assert _named(vocabulary.find(text)) == meant


@pytest.mark.parametrize(
    "text",
    ["bat", "carpet", "scar", "catalogue", "fire alarm", "hot dog", "sea lion", "monkey", "xyzzy"],
)
def test_nothing_is_guessed_from_a_part_of_a_word_or_of_another_phrase(vocabulary, text):
    assert vocabulary.find(text) == ()


@pytest.mark.parametrize("text", ["", "the", "  ", "...", "and, with"])
def test_words_that_say_nothing_mean_nothing(vocabulary, text):
    assert vocabulary.find(text) == ()
    assert vocabulary.nearest(text) == ()


def test_a_player_is_not_heard_beside_what_is_played(vocabulary):
    assert _named(vocabulary.find("a man playing the piano")) == ["piano"]
    assert _named(vocabulary.find("woman laughing")) == ["laughter"]
    assert _named(vocabulary.find("woman")) == ["speech"]


def test_a_deed_of_someone_unknown_is_not_taken_for_a_voice(vocabulary):
    assert vocabulary.find("whale singing") == ()
    assert vocabulary.find("a monkey laughing") == ()
    assert _named(vocabulary.nearest("whale singing"))[0] == "dolphin"


def test_the_place_where_it_happens_is_not_what_is_meant(vocabulary):
    assert _named(vocabulary.find("dog barking in the rain")) == ["dog"]
    assert _named(vocabulary.find("sounds from the rain")) == ["rain"]


@pytest.mark.parametrize("text", ["no drums", "everything but the dog", "piano without the violin"])
def test_what_is_not_wanted_is_never_taken_for_what_is(vocabulary, text):
    assert vocabulary.find(text) == ()


def test_a_part_that_was_not_understood_is_named(vocabulary):
    assert vocabulary.misunderstood("a cat and some monkeys") == ("monkey",)
    assert vocabulary.misunderstood("cats and dogs") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saxaphone", "saxophone"),
        ("giutar", "acoustic_guitar"),
        ("airplain", "airplane"),
        ("moew", "cat"),
        ("ukulele", "acoustic_guitar"),
        ("viola", "violin"),
        ("fire alarm", "siren"),
        ("lawnmower", "chainsaw"),
    ],
)
def test_slips_and_strangers_are_answered_with_the_nearest_word(vocabulary, text, expected):
    nearest = vocabulary.nearest(text)

    assert nearest[0].name == expected
    assert len(nearest) <= 3


def test_a_vocabulary_can_be_made_of_a_few_words():
    hum = Word("hum", "Hum", ("humming",), ("low",))
    few = Vocabulary((hum,), (Related(("buzz",), ("hum",)),))

    assert few.find("a low sound") == (hum,)
    assert few.find("low buzz") == ()
    assert few.nearest("buzz") == (hum,)
    assert few.completions == ("hum", "humming")


@pytest.mark.parametrize("content", ["{", "[]", '{"words": [{"name": "dog"}], "related": []}'])
def test_a_damaged_vocabulary_is_refused_with_advice(tmp_path, content):
    path = tmp_path / "vocabulary.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ModelError) as caught:
        read_vocabulary(path)

    assert caught.value.advice


def test_a_missing_vocabulary_is_refused_with_advice(tmp_path):
    with pytest.raises(ModelError):
        read_vocabulary(tmp_path / "nothing.json")


def test_a_class_is_named_as_a_person_would_type_it():
    assert spoken("big_cat") == "big cat"
