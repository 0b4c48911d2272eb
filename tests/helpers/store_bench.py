"""The bench on which faults of the model store are tried: a server, a folder, a world to bend."""

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.domain.models import ModelEntry, ModelFile
from core.errors import ModelError
from core.store.places import models_folder
from core.store.presence import folder_of, status
from tests.helpers.model_server import Mishap, ModelServer, model_server
from tests.helpers.models import noise, served, tiny_entry

CONTENT = noise(50_000)


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


def leaves_all_or_nothing(one: Case) -> bool:
    """Return whether the model is whole where it went well, and not there at all where not."""
    entry = tiny_entry(ModelFile("weights.bin", None))
    file = folder_of(entry) / "weights.bin"
    if one.goes_well:
        return status(entry).is_installed and file.read_bytes() == CONTENT
    return not status(entry).is_installed and not file.exists()


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
