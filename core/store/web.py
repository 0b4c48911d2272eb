"""One request to one server: redirects followed by hand, the token kept from other hosts.

The standard library's client: it takes proxies from the environment, trusts what the system trusts,
and adds no password file. Blocks; `core.store.transfer` makes it stop when a person asks.
"""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from core.store import faults

_REDIRECTS = (301, 302, 303, 307, 308)
_N_HOPS = 8
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Wish:
    """What to ask for. The token is shown to nobody but the host of `url`, and never printed.

    Nor is it sent where others could read it on the way.
    """

    url: str
    name: str
    """Of the file, for people."""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)
    stall_s: float = 30.0
    """So long may the server be silent."""


@dataclass(slots=True)
class Answer:
    """What a server said; `body` still has to be read, and closed."""

    status: int
    url: str
    headers: Mapping[str, str]
    """With names in small letters."""
    own_headers: Mapping[str, str]
    """Of the last answer of the host that was asked, before it sent us elsewhere: the hub sends
    names that have changed on to itself, and tells sums there."""
    body: http.client.HTTPResponse

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class _AnswersAsTheyAre(urllib.request.HTTPErrorProcessor):
    """Hands back every status, redirects too, instead of raising or following."""

    def http_response(
        self, _request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        return response

    def https_response(
        self, _request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        return response


def ask(wish: Wish) -> Answer:
    """Return the answer after all redirects.

    Raises:
        DownloadError: the server cannot be reached or trusted, or sends us somewhere unsafe.
    """
    opener = urllib.request.build_opener(_AnswersAsTheyAre)
    url, own_headers = wish.url, None
    for _ in range(_N_HOPS):
        body = _open(opener, wish, url)
        headers = {name.lower(): value for name, value in body.getheaders()}
        if own_headers is None or _is_same_host(url, wish.url):
            own_headers = headers
        if body.status not in _REDIRECTS or "location" not in headers:
            return Answer(body.status, url, headers, own_headers, body)
        body.close()
        url = _next_url(url, headers["location"])
    raise faults.goes_in_circles(urlsplit(wish.url).netloc, _N_HOPS)


def _open(opener: urllib.request.OpenerDirector, wish: Wish, url: str) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, method=wish.method)
    request.add_header("User-Agent", "Soloist")
    for name, value in wish.headers.items():
        request.add_header(name, value)
    if wish.token and _is_same_host(url, wish.url) and _is_private(url):
        request.add_unredirected_header("Authorization", f"Bearer {wish.token}")
    host = urlsplit(url).netloc
    try:
        body: http.client.HTTPResponse = opener.open(request, timeout=wish.stall_s)
        return body
    except urllib.error.URLError as error:
        raise _why(host, error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _why(host, error) from error
    except ValueError:
        pass
    # Raised out here and without a cause: what was wrong with a header quotes it, token and all.
    raise faults.unreachable(host, "what was to be asked is no request")


def _why(host: str, reason: object) -> faults.DownloadError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return faults.untrusted(host, reason)
    if "Tunnel connection failed" in str(reason):
        return faults.proxy_refuses(host, reason)
    return faults.unreachable(host, reason)


def _next_url(url: str, location: str) -> str:
    before = urlsplit(url)
    try:
        there = urljoin(url, location)
        after = urlsplit(there)
        _ = after.port  # read, since only that finds a port that is none
    except ValueError as error:
        raise faults.bad_redirect(before.netloc, "to what is no address") from error
    if after.scheme not in ("http", "https") or (before.scheme, after.scheme) == ("https", "http"):
        raise faults.bad_redirect(before.netloc, f"from {before.scheme} to {after.scheme}")
    return there


def _is_private(url: str) -> bool:
    """Return whether nobody on the way can read what is sent there."""
    part = urlsplit(url)
    return part.scheme == "https" or part.hostname in _THIS_MACHINE


def _is_same_host(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    pairs = ((part.scheme, part.hostname, part.port) for part in (first, second))
    return next(pairs) == next(pairs)
