"""What was tried to go wrong on this machine. Importing it adds the cases."""

import os
import shutil
from pathlib import Path

import torch

from core.domain.models import ModelEntry
from core.nn.tensor_files import read_tensors, refuse_misfit
from core.progress import CancelToken, ignore
from core.store import downloading
from core.store.importing import import_model
from core.store.places import models_folder
from core.store.staging import locked
from core.store.verifying import verify
from tests.helpers.models import fetch, noise, sha256
from tests.helpers.store_bench import CONTENT, Bench, case

DISK, IMPORT, FILES = "This computer", "Importing", "Checking and loading"
GB = 10**9


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
