import json
import re

import pytest

from core.errors import ModelError
from core.store.catalogue import catalogue, entry, read_catalogue


def test_every_model_says_what_it_is_for_and_under_which_licence():
    for one in catalogue():
        assert one.title
        assert one.purpose.endswith(".")
        assert one.version
        assert one.page.startswith("https://")
        assert one.licence.name
        assert one.licence.url.startswith("https://")
        assert len(one.licence.text) > 100
        assert one.files


def test_names_and_folders_are_each_used_once():
    names = [one.name for one in catalogue()]
    folders = [one.folder for one in catalogue()]

    assert len(set(names)) == len(names)
    assert len(set(folders)) == len(folders)


def test_files_stay_inside_the_folder_of_their_model():
    paths = [file.path for one in catalogue() for file in one.files]

    assert not [path for path in paths if path.startswith("/") or ".." in path or "\\" in path]


def test_sums_have_the_length_of_sums():
    for file in (file for one in catalogue() for file in one.files):
        assert file.md5 is None or re.fullmatch(r"[0-9a-f]{32}", file.md5)
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_everything_is_fetched_from_a_safe_address_or_not_at_all():
    urls = [file.url for one in catalogue() for file in one.files if file.url is not None]

    assert urls
    assert all(url.startswith("https://") for url in urls)


@pytest.mark.parametrize("named", ["https://mirror.example/", "mirror.example"])
def test_a_mirror_of_the_hub_is_used_where_the_environment_names_one(monkeypatch, named):
    monkeypatch.setenv("HF_ENDPOINT", named)

    url = entry("t5-base").files[0].url

    assert url == "https://mirror.example/google-t5/t5-base/resolve/main/config.json"


def test_memory_is_told_by_precision_and_only_where_the_size_is_known():
    memory = entry("sam-audio-base").weights_memory_bytes

    assert memory["float32"] == 2 * memory["bfloat16"]
    assert entry("sam-audio-small").weights_memory_bytes == {}


@pytest.mark.parametrize("text", ["{", "{}", '{"licences": {}, "models": [{}]}', "[]"])
def test_a_damaged_catalogue_is_told(tmp_path, text):
    (tmp_path / "catalogue.json").write_text(text)

    with pytest.raises(ModelError) as caught:
        read_catalogue(tmp_path / "catalogue.json", "https://hub.example")

    assert "Install Soloist again" in caught.value.advice


def test_the_catalogue_holds_no_field_that_nothing_reads(tmp_path):
    known = {
        "name", "title", "purpose", "version", "folder", "page", "repository", "revision",
        "licence", "gated", "parameters", "download_bytes", "memory", "requires", "files",
        "import",
    }  # fmt: skip
    from core.store import catalogue as module

    held = json.loads((module._FOLDER / "catalogue.json").read_text(encoding="utf-8"))

    assert {name for one in held["models"] for name in one} <= known
