import logging
import urllib.request

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from core.errors import StoreError
from core.jobs.models import InstallJob
from core.progress import CancelToken, ignore
from core.store.catalogue import entry
from core.store.installing import Manner
from core.store.offers import Asker
from core.store.tokens import checked_token, forget_token, keep_token, known_token
from core.store.web import Wish, ask
from tests.helpers.model_server import Mishap
from tests.helpers.models import fetch, noise, served, tiny_entry

SECRET = "hf_SeCrEt"


class Memory(KeyringBackend):
    priority = 1

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not there")
        del self.kept[service, username]


class Locked(Memory):
    def get_password(self, service, username):
        raise KeyringLocked("locked")

    set_password = delete_password = lambda self, *_: self.get_password("", "")


class Broken(Memory):
    def get_password(self, service, username):
        raise RuntimeError("no bus to ask")


@pytest.fixture
def store():
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_a_token_is_kept_in_the_password_store_and_forgotten_there(store):
    assert known_token().token is None

    keep_token(SECRET)
    assert known_token().token == SECRET
    assert known_token().source == "password store"

    forget_token()
    assert known_token().token is None
    forget_token()


def test_the_environment_goes_before_the_password_store(store, monkeypatch):
    keep_token("hf_kept")
    monkeypatch.setenv("HF_TOKEN", f" {SECRET}\n")

    assert known_token().token == SECRET
    assert known_token().source == "environment"


def test_without_a_password_store_a_person_is_told_and_nothing_fails():
    known = known_token()

    assert known.token is None
    assert "no password store" in known.problem
    with pytest.raises(StoreError) as caught:
        keep_token(SECRET)
    assert "type it again next time" in caught.value.advice
    assert caught.value.__cause__ is None


def test_a_locked_password_store_is_no_end(store):
    keyring.set_keyring(Locked())

    assert "no password store" in known_token().problem
    with pytest.raises(StoreError):
        forget_token()


@pytest.mark.parametrize("typed", ["", "  ", "two words", "töken", "a\nb", "a\x00"])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(typed):
    with pytest.raises(StoreError) as caught:
        checked_token(typed)

    assert not typed.strip() or typed.strip() not in str(caught.value) + caught.value.advice


def test_an_environment_that_holds_no_token_is_told_and_not_sent(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", f"{SECRET}\nX-Other: 1")

    known = known_token()

    assert known.token is None
    assert "HF_TOKEN" in known.problem
    assert SECRET not in known.problem
    job = InstallJob((entry("sam-audio-base"),), frozenset({"sam-audio-base"}))
    with pytest.raises(StoreError) as caught:
        job(ignore, CancelToken())
    assert "HF_TOKEN" in caught.value.advice


def test_a_password_store_that_breaks_in_its_own_way_is_no_end(store):
    keyring.set_keyring(Broken())

    assert "no password store" in known_token().problem


def test_a_token_with_blanks_around_it_is_fine():
    assert checked_token(f" {SECRET}\n") == SECRET


def test_a_request_that_cannot_be_made_does_not_quote_the_token():
    with pytest.raises(StoreError) as caught:
        ask(Wish("https://localhost:9/w.bin", "w.bin", token=f"{SECRET}\n"))

    error, told = caught.value, []
    while error is not None:
        told += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    assert SECRET not in " ".join(told)


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://models.example/w.bin", True),
        ("http://localhost:8000/w.bin", True),
        ("http://models.example/w.bin", False),
    ],
)
def test_a_token_is_never_sent_in_the_open(monkeypatch, url, is_sent):
    sent = []

    def answer(_opener, request, **_named):
        sent.append(request.get_header("Authorization"))
        raise TimeoutError

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", answer)
    with pytest.raises(StoreError):
        ask(Wish(url, "w.bin", token=SECRET))

    assert sent == [f"Bearer {SECRET}" if is_sent else None]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_token_stands_in_no_error_and_no_log(server, caplog, status):
    caplog.set_level(logging.DEBUG)
    model = tiny_entry(served(server, "w.bin", noise(100)), is_gated=True)
    server.always["/w.bin"] = Mishap(status=status, method="HEAD")

    with pytest.raises(StoreError) as caught:
        fetch(model, token=SECRET)

    error, told = caught.value, []
    while error is not None:
        told += [str(error), repr(error), getattr(error, "advice", "")]
        error = error.__cause__ or error.__context__
    assert SECRET not in " ".join(told)
    assert SECRET not in caplog.text


def test_a_token_stands_in_nothing_that_is_printed():
    wish = Asker(entry("sam-audio-base"), SECRET).wish("https://example.org", "w.bin")

    told = f"{wish!r} {Manner(True, SECRET)!r} {Asker(entry('t5-base'), SECRET)!r}"

    assert SECRET not in told
