"""Everything that was tried to go wrong with a model, and what a person then reads.

`python -m tests.helpers.store_faults` writes the table of docs/model-store.md; a test sees to it
that it stays true.
"""

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from core.domain.models import ModelEntry, ModelFile
from core.errors import ModelError
from core.nn.tensor_files import read_tensors, refuse_misfit
from core.progress import CancelToken, ignore
from core.store import downloading, tokens
from core.store.importing import import_model
from core.store.installing import Manner, install
from core.store.places import models_folder
from core.store.presence import folder_of, status
from core.store.staging import locked
from core.store.verifying import verify
from tests.helpers.model_server import Mishap, ModelServer, model_server
from tests.helpers.models import fetch, noise, served, sha256, tiny_entry

DOCS = Path(__file__).parents[2] / "docs" / "model-store.md"
START, END = "<!-- faults: begin -->", "<!-- faults: end -->"
CONTENT = noise(50_000)
GB = 10**9


@dataclass(frozen=True)
class Bench:
    """What a case works with: a server, a folder, and a way to bend the world."""

    server: ModelServer
    folder: Path
    patch: pytest.MonkeyPatch

    def entry(self, **known: object) -> ModelEntry:
        """A model of one file that the server has."""
        return tiny_entry(served(self.server, "weights.bin", CONTENT, **known))

    def always(self, **mishap: object) -> None:
        for method in ("HEAD", "GET") if "status" in mishap or "location" in mishap else ("GET",):
            one = Mishap(**{"method": method, **mishap})  # type: ignore[arg-type]
            self.server.mishaps["/weights.bin"] = [
                *self.server.mishaps.get("/weights.bin", []),
                *([one] * 10),
            ]

    def packed(self, content: dict[str, bytes]) -> Path:
        path = self.folder / "models.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, held in content.items():
                archive.writestr(name, held)
        return path


@dataclass(frozen=True)
class Case:
    group: str
    what: str
    run: Callable[[Bench], object]
    goes_well: str = ""
    """Why nobody has to read anything; empty where somebody does."""


CASES: list[Case] = []


def case(group: str, what: str, goes_well: str = "") -> Callable[[Callable[[Bench], object]], None]:
    def add(run: Callable[[Bench], object]) -> None:
        CASES.append(Case(group, what, run, goes_well))

    return add


GOES_ON = "Nothing: it goes on by itself, and the model is installed."
STARTS_OVER = "Nothing: it starts over by itself, and the model is installed."
DOWNLOAD, ACCESS, DISK, IMPORT, FILES = (
    "Downloading",
    "Access",
    "This computer",
    "Importing",
    "Checking and loading",
)


@case(DOWNLOAD, "the connection breaks, and comes back", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(cut_after=20_000)]
    fetch(bench.entry())
    assert bench.server.gets("/weights.bin")[-1].status == 206


@case(DOWNLOAD, "the connection breaks again and again")
def _(bench: Bench) -> None:
    bench.always(cut_after=0)
    fetch(bench.entry())


@case(DOWNLOAD, "the server falls silent in the middle")
def _(bench: Bench) -> None:
    bench.always(stall_after=0)
    fetch(bench.entry())


@case(DOWNLOAD, "the server knows no ranges when a download is resumed", STARTS_OVER)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [
        Mishap(cut_after=20_000),
        Mishap(ignores_range=True),
    ]
    fetch(bench.entry())


@case(DOWNLOAD, "the file changed at its source before a download is resumed", STARTS_OVER)
def _(bench: Bench) -> None:
    other = noise(50_000, seed=1)
    bench.server.mishaps["/weights.bin"] = [Mishap(cut_after=20_000, content=other)]
    folder = fetch(bench.entry())
    assert (folder / "weights.bin").read_bytes() == CONTENT


@case(DOWNLOAD, "the server sends another range than was asked for")
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [
        each
        for _ in range(5)
        for each in (
            Mishap(cut_after=100),
            Mishap(headers={"Content-Range": "bytes 7-9/50000"}),
        )
    ]
    fetch(bench.entry())


@case(DOWNLOAD, "the server says that the file is longer than what it sends")
def _(bench: Bench) -> None:
    for method in ("HEAD", "GET"):
        bench.server.mishaps.setdefault("/weights.bin", []).extend(
            [Mishap(told_bytes=60_000, method=method)] * 9
        )
    fetch(bench.entry())


@case(DOWNLOAD, "the server has a file of another size than the catalogue says")
def _(bench: Bench) -> None:
    fetch(bench.entry(size_bytes=40_000))


@case(DOWNLOAD, "the file is of another size than the server said a moment ago")
def _(bench: Bench) -> None:
    bench.always(content=CONTENT[:40_000])
    fetch(bench.entry())


@case(DOWNLOAD, "the bytes are others than published")
def _(bench: Bench) -> None:
    fetch(bench.entry(sha256=sha256(b"another")))


@case(DOWNLOAD, "a web page comes instead of the file")
def _(bench: Bench) -> None:
    bench.always(headers={"Content-Type": "text/html; charset=utf-8"})
    fetch(bench.entry())


@case(DOWNLOAD, "the server sends us on for ever")
def _(bench: Bench) -> None:
    bench.always(location=f"{bench.server.url}/weights.bin")
    fetch(bench.entry())


@case(DOWNLOAD, "the server sends us to something that is no web address")
def _(bench: Bench) -> None:
    bench.always(location="file:///etc/passwd")
    fetch(bench.entry())


@case(DOWNLOAD, "the file is not there any more (404)")
def _(bench: Bench) -> None:
    bench.always(status=404)
    fetch(bench.entry())


@case(DOWNLOAD, "too many requests (429), with a short wait", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(status=429, headers={"Retry-After": "0"})]
    fetch(bench.entry())


@case(DOWNLOAD, "too many requests (429), with a long wait")
def _(bench: Bench) -> None:
    bench.always(status=429, headers={"Retry-After": "900"})
    fetch(bench.entry())


@case(DOWNLOAD, "the server fails once (503)", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(status=503)]
    fetch(bench.entry())


@case(DOWNLOAD, "the server fails again and again (500)")
def _(bench: Bench) -> None:
    bench.always(status=500)
    fetch(bench.entry())


@case(DOWNLOAD, "an answer that makes no sense (418)")
def _(bench: Bench) -> None:
    bench.always(status=418)
    fetch(bench.entry())


@case(DOWNLOAD, "nobody answers")
def _(bench: Bench) -> None:
    entry = bench.entry()
    bench.server.stop()
    fetch(entry)


@case(DOWNLOAD, "the proxy refuses")
def _(bench: Bench) -> None:
    bench.patch.setenv("https_proxy", bench.server.url)
    bench.patch.setenv("no_proxy", "")
    fetch(tiny_entry(ModelFile("weights.bin", "https://models.example/weights.bin")))


@case(ACCESS, "the licence is declined")
def _(bench: Bench) -> None:
    install(bench.entry(), Manner(is_licence_accepted=False), ignore, CancelToken())


@case(ACCESS, "a gated model, and no token")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(replace(bench.entry(), is_gated=True))


@case(ACCESS, "a gated model, and a token that is not accepted (401)")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(replace(bench.entry(), is_gated=True), token="hf_x")


@case(ACCESS, "a gated model, and an account that was not let in (403)")
def _(bench: Bench) -> None:
    bench.always(status=403)
    fetch(replace(bench.entry(), is_gated=True), token="hf_x")


@case(ACCESS, "a free model that suddenly asks for a sign-in")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(bench.entry())


@case(ACCESS, "something typed as a token that cannot be one")
def _(_bench: Bench) -> None:
    tokens.checked_token("my password is secret")


@case(ACCESS, "no password store to keep the token in")
def _(_bench: Bench) -> None:
    tokens.keep_token("hf_x")


@case(ACCESS, "a model that no program can download")
def _(_bench: Bench) -> None:
    fetch(tiny_entry(ModelFile("weights.bin", None)))


@case(DISK, "no room before the download")
def _(bench: Bench) -> None:
    _with_room(bench, [0])
    fetch(bench.entry())


@case(DISK, "no room in the middle of the download")
def _(bench: Bench) -> None:
    _with_room(bench, [GB, 0])
    fetch(bench.entry())


@case(DISK, "the folder of models cannot be written to")
def _(bench: Bench) -> None:
    models_folder().parent.mkdir(parents=True, exist_ok=True)
    models_folder().write_text("a file in the way")
    fetch(bench.entry())


@case(DISK, "a second Soloist installs the same model")
def _(bench: Bench) -> None:
    with locked(bench.entry()):
        fetch(bench.entry())


@case(IMPORT, "nothing is there")
def _(bench: Bench) -> None:
    _import(bench.entry(), bench.folder / "nothing")


@case(IMPORT, "files are missing")
def _(bench: Bench) -> None:
    (bench.folder / "other.bin").write_bytes(b"")
    _import(bench.entry(), bench.folder)


@case(IMPORT, "a file is damaged or of another version")
def _(bench: Bench) -> None:
    (bench.folder / "weights.bin").write_bytes(noise(50_000, seed=2))
    _import(bench.entry(sha256=sha256(CONTENT)), bench.folder)


@case(IMPORT, "a file is only half there")
def _(bench: Bench) -> None:
    (bench.folder / "weights.bin").write_bytes(CONTENT[:20_000])
    _import(bench.entry(size_bytes=50_000), bench.folder)


@case(IMPORT, "half a zip archive")
def _(bench: Bench) -> None:
    path = bench.packed({"weights.bin": CONTENT})
    path.write_bytes(path.read_bytes()[:20_000])
    _import(bench.entry(), path)


@case(IMPORT, "a zip archive with damaged content")
def _(bench: Bench) -> None:
    path = bench.packed({"weights.bin": CONTENT})
    held = bytearray(path.read_bytes())
    held[20_000] ^= 255
    path.write_bytes(held)
    _import(bench.entry(), path)


@case(IMPORT, "a zip archive that leads out of its folder")
def _(bench: Bench) -> None:
    path = bench.packed({"weights.bin": CONTENT, "../evil.py": b""})
    _import(bench.entry(), path)


@case(IMPORT, "a zip archive with a password")
def _(bench: Bench) -> None:
    path = bench.packed({"weights.bin": CONTENT})
    held = path.read_bytes()
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = held.index(sign) + place
        held = held[:at] + b"\x01" + held[at + 1 :]
    path.write_bytes(held)
    _import(bench.entry(), path)


@case(FILES, "a check finds a damaged file")
def _(bench: Bench) -> None:
    entry = bench.entry()
    folder = fetch(entry)
    (folder / "weights.bin").write_bytes(CONTENT[:-1] + b"?")
    verify(entry, ignore, CancelToken()).refuse_damage()


@case(FILES, "a check finds nothing to check")
def _(bench: Bench) -> None:
    verify(bench.entry(), ignore, CancelToken())


class Trap:
    """What a checkpoint must not be able to run."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("exit 1",)


@case(FILES, "a checkpoint with program code in it")
def _(bench: Bench) -> None:
    torch.save({"weights": Trap()}, bench.folder / "weights.pth")
    read_tensors(bench.folder / "weights.pth")


@case(FILES, "a checkpoint cut short")
def _(bench: Bench) -> None:
    torch.save({"weights": torch.ones(100)}, bench.folder / "weights.pth")
    whole = (bench.folder / "weights.pth").read_bytes()
    (bench.folder / "weights.pth").write_bytes(whole[:400])
    read_tensors(bench.folder / "weights.pth")


@case(FILES, "a checkpoint of another network")
def _(bench: Bench) -> None:
    got, wanted = {"a.weight": torch.ones(2)}, {"b.weight": torch.ones(2)}
    refuse_misfit(bench.folder / "weights.pth", got, wanted, "the network")


@case(FILES, "a checkpoint that holds something else than tensors")
def _(bench: Bench) -> None:
    torch.save([1, 2, 3], bench.folder / "weights.pth")
    read_tensors(bench.folder / "weights.pth")


def _import(entry: ModelEntry, path: Path) -> None:
    import_model(entry, path, ignore, CancelToken())


def _with_room(bench: Bench, free: list[int]) -> None:
    """Let the disk have so much room at the first look, the second and so on."""
    usage = shutil.disk_usage(bench.folder)

    def look(_path: object) -> object:
        return usage._replace(free=free.pop(0) if len(free) > 1 else free[0])

    bench.patch.setattr(downloading.shutil, "disk_usage", look)


def sentence_of(one: Case, bench: Bench) -> str:
    """Run a case and return what a person reads, the same on every machine."""
    advice = _advice(one, bench)
    if bool(advice) == bool(one.goes_well):
        raise AssertionError(f"{one.what}: {advice or 'nothing went wrong'}")
    words = advice or one.goes_well
    for path in (bench.folder, models_folder().parent):
        words = words.replace(str(path), "FOLDER")
    return re.sub(r"127\.0\.0\.1:\d+", "models.example", words)


def _advice(one: Case, bench: Bench) -> str:
    try:
        one.run(bench)
    except ModelError as error:
        return error.advice
    return ""


def leaves_nothing_installed(one: Case) -> bool:
    entry = tiny_entry(ModelFile("weights.bin", None))
    return bool(one.goes_well) or (
        not status(entry).is_installed and not (folder_of(entry) / "weights.bin").exists()
    )


def table() -> str:
    """Return the table of docs/model-store.md."""
    lines = ["| what goes wrong | what a person reads |", "|---|---|"]
    group = ""
    for one in CASES:
        if one.group != group:
            group = one.group
            lines.append(f"| **{group}** | |")
        with bench() as made:
            lines.append(f"| {one.what} | {sentence_of(one, made)} |")
    return "\n".join(lines)


@contextmanager
def bench() -> Iterator[Bench]:
    """A fresh server, home and folder, gone afterwards."""
    with (
        model_server() as server,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        home, desk = Path(folder) / "home", Path(folder) / "desk"
        desk.mkdir()
        patch.setenv("SOLOIST_HOME", str(home))
        patch.setenv("HF_HOME", str(home / "huggingface"))
        yield Bench(server, desk, patch)


def write() -> None:
    """Put the table of today into the page."""
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(START)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    write()
