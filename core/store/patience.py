"""How long to wait before a download is tried again, and when to give up."""

import time
from dataclasses import dataclass

from core.progress import CancelToken
from core.store.faults import DownloadError

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """Doubles its pauses; a server that names one is taken at its word, within reason."""

    n_tries: int = 5
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    longest_wait_s: float = 120.0
    """A server that wants to be left alone for longer ends the download."""

    def pause_s(self, error: DownloadError, n_failures: int) -> float | None:
        """Return the pause after so many failures in a row; None to give up."""
        if not error.is_passing or n_failures >= self.n_tries:
            return None
        if error.wait_s is not None:
            return error.wait_s if error.wait_s <= self.longest_wait_s else None
        return min(self.longest_pause_s, self.first_pause_s * 2.0 ** (n_failures - 1))


def pause(pause_s: float, cancel: CancelToken) -> None:
    """Wait, and look at `cancel` all the while: other work may run inside a waiting job."""
    until_s = time.monotonic() + pause_s
    while (left_s := until_s - time.monotonic()) > 0:
        cancel.raise_if_cancelled()
        time.sleep(min(left_s, _LOOK_S))
    cancel.raise_if_cancelled()
