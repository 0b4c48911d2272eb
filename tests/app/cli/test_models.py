"""The commands as a person runs them, with a server on this machine in place of the hub."""

import io
import json

import pytest

from app.cli.root import run
from core.store import installed
from core.store.catalogue import entry
from core.store.presence import status
from tests.helpers.model_server import Mishap, model_server
from tests.helpers.models import noise

NAME = "t5-base"


def path_of(file):
    return "/" + file.url.split("/", 3)[3]


@pytest.fixture
def hub(monkeypatch):
    with model_server() as server:
        server.is_hub = True
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        for name in (NAME, "sam-audio-base"):
            for file in entry(name).files:
                server.files[path_of(file)] = noise(4_000, seed=len(file.path))
        yield server


def models(*arguments):
    return run(["models", *arguments])


def test_the_table_names_every_model_and_fits_a_terminal(capsys):
    assert models("list") == 0

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].split() == ["NAME", "STATE", "SIZE", "LICENCE"]
    [line] = [line for line in lines if line.startswith("sam-audio-large")]
    assert line.split() == [
        "sam-audio-large",
        "not",
        "installed",
        "about",
        "15",
        "GB",
        "SAM",
        "License",
        "gated",
    ]


def test_a_page_shows_what_is_known_with_the_licence(capsys):
    assert models("show", "mmaudio-small_44k") == 0

    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert "CC BY-NC 4.0: no commercial use" in shown
    assert "mmaudio-vae-44k, bigvgan-v2-44k, synchformer, dfn5b-clip" in shown
    assert "https://creativecommons.org/licenses/by-nc/4.0/legalcode" in shown


def test_without_a_yes_to_the_licence_nothing_is_downloaded(hub, capsys):
    assert models("install", NAME) == 2

    said = capsys.readouterr()
    assert "TERMS AND CONDITIONS FOR USE" in said.out
    assert "--accept-licence if you agree" in said.err
    assert hub.seen == []


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_a_person_at_a_terminal_is_asked(hub, monkeypatch, typed, code):
    answers = io.StringIO(typed)
    answers.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", answers)

    assert models("install", NAME) == code
    assert (installed(NAME) is not None) == (code == 0)


def test_a_model_is_installed_verified_and_removed(hub, capsys):
    assert models("install", NAME, "--accept-licence") == 0
    assert "Installed T5 base." in capsys.readouterr().out
    assert models("install", NAME) == 0
    assert "Installed already." in capsys.readouterr().out

    assert models("verify") == 0
    assert "T5 base is whole: 5 files as published." in capsys.readouterr().out

    assert models("remove", NAME) == 0
    assert "nobody to ask" in capsys.readouterr().out
    assert installed(NAME) is not None
    assert models("remove", NAME, "--yes") == 0
    assert installed(NAME) is None


def test_what_a_model_needs_comes_along_and_the_token_goes_where_it_is_needed(
    hub, monkeypatch, capsys
):
    monkeypatch.setattr("sys.stdin", io.StringIO("hf_secret\n"))

    assert models("install", "sam-audio-base", "--accept-licence", "--token-stdin") == 0

    assert installed(NAME) is not None
    assert installed("sam-audio-base") is not None
    with_token = {one.path for one in hub.seen if "authorization" in one.headers}
    assert with_token == {path_of(file) for file in entry("sam-audio-base").files}
    said = capsys.readouterr()
    assert "no password store" in said.err
    assert "hf_secret" not in said.out + said.err


def test_a_failure_is_a_sentence_and_an_exit_code(hub, capsys):
    hub.always[path_of(entry(NAME).files[0])] = Mishap(status=403, method="HEAD")

    assert models("install", NAME, "--accept-licence") == 2

    said = capsys.readouterr().err
    assert "asks for a sign-in" in said
    assert "Traceback" not in said


def test_what_can_only_be_imported_says_so_before_anything_is_downloaded(hub, capsys):
    assert models("install", "davis", "--accept-licence") == 2

    assert "main.py models import davis FOLDER" in capsys.readouterr().err
    assert hub.seen == []


def test_a_folder_is_imported(tmp_path, capsys):
    for file in entry("davis").files[:2]:
        (tmp_path / file.path).write_bytes(b"weights")
    (tmp_path / "notes.txt").write_text("")

    assert models("import", "davis", str(tmp_path)) == 0

    said = capsys.readouterr()
    assert "Imported DAVIS checkpoints." in said.out
    assert "One file in" in said.err
    assert "No checksum is published for 2 files" in said.err
    assert status(entry("davis")).is_installed


def test_a_damaged_model_is_told_with_an_exit_code(hub, capsys):
    models("install", NAME, "--accept-licence")
    (installed(NAME) / "config.json").write_text(json.dumps({"another": 1}))

    assert models("verify", NAME) == 2

    assert "config.json of “T5 base” is damaged, and was set aside" in capsys.readouterr().err
    assert installed(NAME) is None


def test_an_unknown_model_is_answered_with_the_closest(capsys):
    assert models("install", "sam-audio") == 2

    assert "Did you mean “sam-audio-" in capsys.readouterr().err


def test_nothing_to_verify_is_said(capsys):
    assert models("verify") == 0

    assert "No model is installed." in capsys.readouterr().out
