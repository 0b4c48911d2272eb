"""What can go wrong between a server and this disk, each as a sentence with advice.

All of them in one place, so that they sound alike and docs/model-store.md can list them.
"""

import errno
import math
import shutil
from pathlib import Path

from core.domain.models import ModelEntry
from core.errors import StoreError
from core.store.places import models_folder
from core.units import format_size


class DownloadError(StoreError):
    """One thing that went wrong; `is_passing` where it may go well at another try."""

    def __init__(
        self, message: str, *, advice: str, is_passing: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(message, advice=advice)
        self.is_passing = is_passing
        self.wait_s = wait_s
        """How long the server asks to be left alone."""


_GOES_ON = "What has arrived is kept: install it again to go on from there."


def unreachable(host: str, reason: object) -> DownloadError:
    return DownloadError(
        f"cannot reach {host}: {reason}",
        advice=f"{host} cannot be reached. Check the network, and the proxy if there is one. "
        f"{_GOES_ON}",
        is_passing=True,
    )


def untrusted(host: str, reason: object) -> DownloadError:
    return DownloadError(
        f"the certificate of {host} is not trusted: {reason}",
        advice=f"{host} could not prove that it is itself, so nothing was fetched. Check the clock "
        "of this computer, and whether a proxy looks into the traffic.",
    )


def proxy_refuses(host: str, reason: object) -> DownloadError:
    return DownloadError(
        f"the proxy does not let {host} through: {reason}",
        advice="The proxy refused. Put its name and password into HTTPS_PROXY, as in "
        "http://name:password@proxy:8080, and start Soloist again.",
    )


def stalled(name: str, host: str, stall_s: float) -> DownloadError:
    return DownloadError(
        f"{host} sent nothing of {name} for {stall_s:g} s",
        advice=f"{host} stopped sending. {_GOES_ON}",
        is_passing=True,
    )


def cut(name: str, got_bytes: int, wanted_bytes: int | None) -> DownloadError:
    of_all = f" of {wanted_bytes}" if wanted_bytes is not None else ""
    return DownloadError(
        f"the connection broke after {got_bytes}{of_all} bytes of {name}",
        advice=f"The connection broke while {name} was on its way. {_GOES_ON}",
        is_passing=True,
    )


def no_access(entry: ModelEntry, status: int, *, has_token: bool) -> DownloadError:
    """The server wants to know who asks (401), or knows and says no (403)."""
    message = f"the server of {entry.name} answers {status}"
    if not entry.is_gated and not has_token:
        return DownloadError(
            message,
            advice=f"The server asks for a sign-in, though “{entry.title}” used to be free. It may "
            f"have moved: see {entry.page}. It can also be imported from a folder.",
        )
    if not has_token:
        return DownloadError(
            message,
            advice=f"“{entry.title}” is only given to people its owner has let in. Ask for access "
            f"on {entry.page}, make an access token in the settings of your account there, and "
            "enter it in the model store (--token-stdin on the command line).",
        )
    if status == 401:
        return DownloadError(
            message,
            advice="The token was not accepted. It may be mistyped, expired or revoked: make a new "
            "one in the settings of your account, with leave to read, and enter that.",
        )
    return DownloadError(
        message,
        advice=f"Your account has not been let in to “{entry.title}”. Ask for access on "
        f"{entry.page} and wait for the answer; a token for chosen models must name this one.",
    )


def not_there(entry: ModelEntry, name: str) -> DownloadError:
    return DownloadError(
        f"the server of {entry.name} has no {name}",
        advice=f"{name} of “{entry.title}” is no longer where it was. See {entry.page}; "
        "a newer Soloist may know the new place. It can also be imported from a folder.",
    )


def too_many(host: str, wait_s: float | None) -> DownloadError:
    when = f"in {math.ceil(wait_s / 60)} min" if wait_s else "in some minutes"
    return DownloadError(
        f"{host} answers 429, wait {wait_s} s",
        advice=f"{host} has had too many requests from here. Try again {when}. {_GOES_ON}",
        is_passing=True,
        wait_s=wait_s,
    )


def server_fails(host: str, status: int, wait_s: float | None) -> DownloadError:
    return DownloadError(
        f"{host} answers {status}",
        advice=f"{host} is in trouble ({status}). Try again later. {_GOES_ON}",
        is_passing=True,
        wait_s=wait_s,
    )


def odd_answer(host: str, status: int) -> DownloadError:
    return DownloadError(
        f"{host} answers {status}",
        advice=f"{host} gave an answer that Soloist does not understand ({status}). "
        "Try again later, or import the model from a folder.",
    )


def not_a_file(host: str, name: str) -> DownloadError:
    return DownloadError(
        f"{host} sends a web page instead of {name}",
        advice="A web page came instead of the file. Perhaps this network wants a sign-in first: "
        "open any page in a browser, then try again.",
    )


def goes_in_circles(host: str, n_hops: int) -> DownloadError:
    return DownloadError(
        f"{host} sends the download elsewhere more than {n_hops} times",
        advice=f"{host} sends the download round in circles. Try again later, or import the model "
        "from a folder.",
    )


def bad_redirect(host: str, reason: str) -> DownloadError:
    return DownloadError(
        f"{host} sends the download elsewhere: {reason}",
        advice=f"{host} sends the download to a place that is not safe, so it was not followed. "
        "Try again later, or import the model from a folder.",
    )


def wrong_size(name: str, got_bytes: int, wanted_bytes: int) -> DownloadError:
    got, wanted = format_size(got_bytes), format_size(wanted_bytes)
    return DownloadError(
        f"{name} has {got_bytes} bytes instead of {wanted_bytes}",
        advice=f"{name} is {got} long instead of {wanted}, so it is not the file it should be, and "
        "it was thrown away. Try again later; if it stays so, the source has changed.",
    )


def wrong_bytes(name: str, kind: str) -> DownloadError:
    return DownloadError(
        f"the {kind} of {name} differs",
        advice=f"What came as {name} is damaged or another file: its checksum is wrong, and it was "
        "thrown away. Try again; if it stays so, the source has changed.",
    )


def changed(name: str) -> DownloadError:
    return DownloadError(
        f"{name} changed at its source during the download",
        advice=f"{name} was replaced at its source while it was fetched. Install it again.",
        is_passing=True,
    )


def no_space(needed_bytes: int, free_bytes: int) -> DownloadError:
    folder, needed, free = models_folder(), format_size(needed_bytes), format_size(free_bytes)
    return DownloadError(
        f"{folder} has {free_bytes} bytes free and needs {needed_bytes}",
        advice=f"There is no room: {needed} are needed, with some to spare, and {free} are free "
        f"where {folder} lies. Make room, then try again; what has been downloaded is kept.",
    )


def of_disk(path: Path, error: OSError) -> DownloadError:
    """The system refused to write: a full disk, or another reason."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_space(1, shutil.disk_usage(path.parent).free)
    return cannot_write(path, error)


def cannot_write(path: object, error: OSError) -> DownloadError:
    return DownloadError(
        f"cannot write {path}: {error}",
        advice=f"{path} cannot be written ({error.strerror or error}). Check the permissions of "
        "the folder.",
    )
