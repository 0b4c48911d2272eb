"""A server of models on this machine that can be told to cut, stall, lie and refuse."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STALL_S = 0.4
"""How long clients of these tests wait for a silent server."""


@dataclass(frozen=True)
class Mishap:
    """What goes wrong with one request; what is left out goes well."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Close the connection after so many bytes of the body."""
    stall_after: int | None = None
    """Fall silent after so many bytes of the body."""
    content: bytes | None = None
    """Send this instead."""
    told_bytes: int | None = None
    """Say that the body is so long."""
    ignores_range: bool = False
    location: str = ""
    method: str = "GET"
    """Which requests it happens to."""
    drops_etag: bool = False


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    status: int = 0


class ModelServer:
    """Serves `files` by their paths; `mishaps` of a path happen one after the other."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.mishaps: dict[str, list[Mishap]] = {}
        self.always: dict[str, Mishap] = {}
        self.seen: list[Seen] = []
        self.is_hub = False
        """Tells sums and a commit as the hub does."""
        self.commit = "c" * 40
        self.token = ""
        """If set, asked for in every request."""
        self.slice_pause_s = 0.0
        """Between two slices of a body, to have a download that takes time."""
        self._is_over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.models = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def gets(self, path: str) -> list[Seen]:
        """The requests for the content at `path`, in their order."""
        return [one for one in self.seen if one.method == "GET" and one.path == path]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, pause_s: float) -> None:
        self._is_over.wait(pause_s)

    def mishap_of(self, path: str, method: str) -> Mishap:
        waiting = self.mishaps.get(path, [])
        for place, mishap in enumerate(waiting):
            if mishap.method == method:
                return waiting.pop(place)
        always = self.always.get(path)
        return always if always is not None and always.method == method else Mishap()


@contextmanager
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    models: ModelServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_words: object) -> None:
        """Tests are quiet."""

    @property
    def models(self) -> ModelServer:
        assert isinstance(self.server, _Server)
        return self.server.models

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def _answer(self, *, has_body: bool) -> None:
        path = self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, path, headers)
        self.models.seen.append(seen)
        mishap = self.models.mishap_of(path, self.command)
        with contextlib.suppress(ConnectionError):
            seen.status = self._send(path, headers, mishap, has_body)

    def _send(self, path: str, headers: dict[str, str], mishap: Mishap, has_body: bool) -> int:
        if self.models.token and headers.get("authorization") != f"Bearer {self.models.token}":
            return self._refuse(401 if "authorization" not in headers else 403, {})
        if mishap.location:
            return self._refuse(302, {"Location": mishap.location, **mishap.headers})
        if mishap.status is not None:
            return self._refuse(mishap.status, mishap.headers)
        content = self.models.files.get(path) if mishap.content is None else mishap.content
        if content is None:
            return self._refuse(404, {})
        etag = f'"{git_sha1(content)}"'
        start, status = self._start(headers, etag, mishap), 200
        told = {} if mishap.drops_etag else {"ETag": etag}
        if self.models.is_hub:
            told["X-Repo-Commit"] = self.models.commit
        if start >= len(content) and start:
            return self._refuse(416, {})
        if start:
            status = 206
            told["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body = content[start:]
        n_told = len(body) if mishap.told_bytes is None else mishap.told_bytes
        told = {"Content-Length": str(n_told), **told, **mishap.headers}
        self._begin(status, told)
        if has_body:
            self._send_body(body, mishap)
        return status

    def _start(self, headers: dict[str, str], etag: str, mishap: Mishap) -> int:
        wanted = headers.get("range", "").removeprefix("bytes=").partition("-")[0]
        is_same = headers.get("if-range", etag) == etag
        return int(wanted) if wanted and is_same and not mishap.ignores_range else 0

    def _send_body(self, body: bytes, mishap: Mishap) -> None:
        for end in (mishap.cut_after, mishap.stall_after):
            body = body if end is None else body[:end]
        is_slow = self.models.slice_pause_s > 0 and len(body) >= 20_000
        step = max(1, len(body) // 20 if is_slow else len(body))
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            if is_slow:
                self.wfile.flush()
                self.models.wait(self.models.slice_pause_s)
        self.wfile.flush()
        if mishap.stall_after is not None:
            self.models.wait(STALL_S * 5)

    def _refuse(self, status: int, headers: dict[str, str]) -> int:
        self._begin(status, {"Content-Length": "0", **headers})
        return status

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def wait_until(is_so: object, timeout_s: float = 5.0) -> None:
    """Wait until the function `is_so` says yes."""
    end_s = time.monotonic() + timeout_s
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)
