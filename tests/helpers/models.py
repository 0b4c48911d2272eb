"""Small models for the store: entries of their own, and files whose sums are known."""

import hashlib
import random

from core.domain.models import Licence, ModelEntry, ModelFile
from core.progress import CancelToken, ignore
from core.store.installing import Manner, install
from core.store.patience import Patience
from tests.helpers.model_server import STALL_S, ModelServer

LICENCE = Licence("Tiny Licence 1.0", "https://example.org/licence", "Do as you like.", True, True)
HURRIED = Patience(n_tries=3, first_pause_s=0.01, longest_pause_s=0.02, longest_wait_s=0.3)


def noise(n_bytes: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(n_bytes)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def tiny_entry(*files: ModelFile, name: str = "tiny", **changed: object) -> ModelEntry:
    told: dict[str, object] = {
        "name": name,
        "title": "Tiny model",
        "purpose": "Nothing.",
        "version": "1",
        "folder": name,
        "page": "https://example.org/tiny",
        "repository": None,
        "revision": None,
        "licence": LICENCE,
        "is_gated": False,
        "n_parameters": None,
        "download_bytes": None,
        "memory_note": "",
        "requires": (),
        "files": files,
        **changed,
    }
    return ModelEntry(**told)  # type: ignore[arg-type]


def served(server: ModelServer, path: str, content: bytes, **known: object) -> ModelFile:
    """Let `server` have a file, and return how a catalogue would name it."""
    server.files[f"/{path}"] = content
    return ModelFile(path=path, url=f"{server.url}/{path}", **known)  # type: ignore[arg-type]


def fetch(entry: ModelEntry, *, token: str | None = None, report=ignore, cancel=None):
    """Install `entry` as hurried people do who accept every licence."""
    manner = Manner(is_licence_accepted=True, token=token, stall_s=STALL_S, patience=HURRIED)
    return install(entry, manner, report, cancel or CancelToken())
