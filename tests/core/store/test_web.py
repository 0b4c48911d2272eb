import http.client
import ssl
import urllib.error
import urllib.request

import pytest

from core.store import faults
from core.store.web import Wish, ask


def failing(monkeypatch, error):
    def refuse(*_arguments, **_named):
        raise error

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)


def asked(url="https://models.example/w.bin"):
    with pytest.raises(faults.DownloadError) as caught:
        ask(Wish(url, "w.bin"))
    return caught.value


def test_a_host_that_cannot_prove_itself_is_not_trusted_and_not_asked_again(monkeypatch):
    failing(monkeypatch, urllib.error.URLError(ssl.SSLCertVerificationError("self-signed")))

    error = asked()

    assert "could not prove that it is itself" in error.advice
    assert not error.is_passing


@pytest.mark.parametrize(
    "error",
    [
        urllib.error.URLError(OSError("Name or service not known")),
        TimeoutError("timed out"),
        ConnectionResetError("reset"),
        http.client.RemoteDisconnected("gone"),
    ],
)
def test_what_may_pass_is_tried_again(monkeypatch, error):
    failing(monkeypatch, error)

    assert asked().is_passing


@pytest.mark.parametrize(
    "location",
    ["http://models.example/w.bin", "https://[::1/w.bin", "https://a.example:99999/w", "ftp://a/w"],
)
def test_no_one_is_sent_from_a_safe_place_to_an_open_one_or_to_none(monkeypatch, location):
    class Redirect:
        status = 302

        def getheaders(self):
            return [("Location", location)]

        def close(self):
            pass

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", lambda *_, **__: Redirect())

    assert "a place that is not safe" in asked().advice
