import pytest

from core.domain.model_words import access_words
from core.domain.models import ModelState
from core.errors import ModelError
from core.store import installed, needs
from core.store.catalogue import catalogue, entry
from core.store.places import models_folder
from core.store.presence import how_to_get, missing_files, status, with_required


def put(name, *paths):
    """Lay empty files into the folder of model `name`, as a person does by hand."""
    folder = models_folder() / entry(name).folder
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")
    return folder


def needed(name):
    return [file.path for file in entry(name).files if not file.is_optional]


def test_nothing_is_there_at_first():
    assert installed("t5-base") is None
    assert status(entry("t5-base")).state is ModelState.ABSENT


def test_what_is_missing_says_how_a_person_gets_it():
    assert needs("t5-base") == {"T5 base": "install “t5-base” in the model store"}
    assert "asking its owner" in needs("sam-audio-base")["SAM Audio base"]
    assert needs("davis")["DAVIS checkpoints"] == "import “davis” in the model store"


def test_what_nobody_has_published_says_how_it_is_made():
    how = how_to_get(entry("mmaudiosep-small"))

    assert how.startswith("import “mmaudiosep-small” in the model store")
    assert "train mmaudiosep" in how
    assert "browser" not in access_words(entry("mmaudiosep-small"))


def test_what_a_model_requires_is_needed_too_and_comes_first():
    assert list(needs("sam-audio-base")) == ["T5 base", "SAM Audio base"]

    put("t5-base", *needed("t5-base"))

    assert list(needs("sam-audio-base")) == ["SAM Audio base"]


def test_what_two_models_require_is_named_once():
    names = [one.name for one in with_required("sam-audio-base", "sam-audio-large")]

    assert names == ["t5-base", "sam-audio-base", "sam-audio-large"]


def test_a_model_put_there_by_hand_is_there_but_not_checked():
    folder = put("t5-base", *needed("t5-base"))

    assert installed("t5-base") == folder
    assert status(entry("t5-base")).state is ModelState.UNCHECKED


def test_a_model_with_a_file_missing_is_not_there():
    put("t5-base", *needed("t5-base")[1:])

    assert installed("t5-base") is None
    now = status(entry("t5-base"))
    assert now.state is ModelState.INCOMPLETE
    assert now.missing == ("config.json",)


def test_a_file_of_another_name_does_where_the_catalogue_says_so():
    folder = put("davis", "unet_latest.pth", "frame_latest.pth")

    assert missing_files(entry("davis"), folder) == ()


def test_optional_files_are_never_missed():
    optional = [file.path for file in entry("t5-base").files if file.is_optional]

    assert optional
    assert not set(optional) & set(status(entry("t5-base")).missing)


def test_an_unknown_model_is_answered_with_the_closest():
    with pytest.raises(ModelError) as caught:
        installed("sam-audio-bse")

    assert "“sam-audio-base”" in caught.value.advice


def test_every_model_that_is_required_is_in_the_catalogue():
    names = {one.name for one in catalogue()}

    assert {other for one in catalogue() for other in one.requires} <= names
