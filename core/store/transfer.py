"""Reads one answer on a thread of its own, so that a cancel is heard even while a server is silent.

The thread only fetches: files are written and sums are made by the caller. Left alone, it ends with
the answer or with the patience of its socket.
"""

import contextlib
import http.client
import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from core.progress import CancelToken
from core.store import faults
from core.store.checksums import CHUNK_BYTES
from core.store.web import Answer, Wish, ask

_POLL_S = 0.1
_N_WAITING = 4
"""So many pieces are fetched ahead of the disk."""

_END = b""


class Transfer:
    """One wish on its way. A context manager: leaving it lets the thread go."""

    def __init__(self, wish: Wish, cancel: CancelToken) -> None:
        self._wish, self._cancel = wish, cancel
        self._is_left = threading.Event()
        self._arrived: queue.Queue[Answer | bytes | Exception] = queue.Queue(_N_WAITING)
        self.thread = threading.Thread(target=self._run, name="model download", daemon=True)
        self.thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_left.set()

    def answer(self) -> Answer:
        """Return the answer, its body still to come.

        Raises:
            DownloadError: see `ask`.
            Cancelled: the person asked to stop.
        """
        first = self._next()
        if not isinstance(first, Answer):
            raise ValueError("the answer was asked for twice")
        return first

    def chunks(self) -> Iterator[bytes]:
        """Yield the body piece by piece; it may end early, so count what comes.

        Raises:
            DownloadError: the server fell silent, or the connection broke.
            Cancelled: the person asked to stop.
        """
        while (chunk := self._next()) != _END:
            if isinstance(chunk, bytes):
                yield chunk

    def _next(self) -> Answer | bytes:
        while True:
            self._cancel.raise_if_cancelled()
            try:
                arrived = self._arrived.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(arrived, Exception):
                raise arrived
            return arrived

    def _run(self) -> None:
        try:
            answer = ask(self._wish)
        except Exception as error:  # noqa: BLE001 - raised again on the caller's thread
            self._put(error)
            return
        with contextlib.closing(answer.body):
            self._put(answer)
            try:
                while not self._is_left.is_set() and (chunk := answer.body.read1(CHUNK_BYTES)):
                    self._put(chunk)
                self._put(_END)
            except TimeoutError:
                self._put(faults.stalled(self._wish.name, answer.host, self._wish.stall_s))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._put(faults.unreachable(answer.host, error))
            except Exception as error:  # noqa: BLE001 - or the caller would wait for ever
                self._put(error)

    def _put(self, arrived: Answer | bytes | Exception) -> None:
        while not self._is_left.is_set():
            try:
                self._arrived.put(arrived, timeout=_POLL_S)
                return
            except queue.Full:
                continue
