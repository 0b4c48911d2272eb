"""What the model store says of a model that can be installed: values, read from a catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_BYTES_A_NUMBER = {"float32": 4, "bfloat16": 2}


@dataclass(frozen=True, slots=True)
class Licence:
    """What a person agrees to before a model is downloaded."""

    name: str
    url: str
    text: str
    """Its own words where they may be passed on, else what it says in ours."""
    is_whole: bool
    """True where `text` is the licence itself, False where it is a summary."""
    allows_commercial: bool | None
    """None where nobody has said so."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; what is not publicly known of it is None and is never guessed."""

    path: str
    """Where it lies in the folder of the model, with forward slashes."""
    url: str | None
    """Where it is downloaded from; None for what can only be imported."""
    size_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    also: tuple[str, ...] = ()
    """Patterns of paths that do as well."""
    is_optional: bool = False
    """True where a model does without it: taken along where it is, never missed."""

    @property
    def has_checksum(self) -> bool:
        return self.sha256 is not None or self.md5 is not None


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue."""

    name: str
    title: str
    purpose: str
    version: str
    folder: str
    """Name of its folder in the folder of models."""
    page: str
    """Where a person reads about it, and asks for access where it is gated."""
    repository: str | None
    """On the Hugging Face hub; None where it lies elsewhere."""
    revision: str | None
    licence: Licence
    is_gated: bool
    """True where its owner gives access to those who ask, so that a token is needed."""
    n_parameters: int | None
    download_bytes: int | None
    """Roughly, as published; None where nobody says."""
    memory_note: str
    """What was published or measured of the memory a run needs; may be empty."""
    requires: tuple[str, ...]
    """Names of models that it cannot do without."""
    files: tuple[ModelFile, ...]
    import_note: str = ""
    """Where the files come from that are imported, as a sentence; empty where `page` has them."""

    @property
    def is_downloadable(self) -> bool:
        """False where it can only be imported from a folder."""
        return all(file.url is not None for file in self.files)

    @property
    def how_to_import(self) -> str:
        """Where a person gets the files of what can only be imported, as a sentence."""
        return self.import_note or f"Download it with a browser from {self.page}."

    @property
    def about_bytes(self) -> int | None:
        """How much room it takes, roughly; None where nothing is known to tell it by."""
        sizes = [file.size_bytes for file in self.files if not file.is_optional]
        if sizes and None not in sizes:
            return sum(size for size in sizes if size is not None)
        # Most are published in float32.
        return self.download_bytes or self.weights_memory_bytes.get("float32")

    @property
    def weights_memory_bytes(self) -> Mapping[str, int]:
        """What the weights alone take, by precision; empty where their number is not known."""
        n = self.n_parameters
        return {} if n is None else {name: n * size for name, size in _BYTES_A_NUMBER.items()}


class ModelState(StrEnum):
    """How much of a model is there."""

    ABSENT = "not installed"
    PARTIAL = "partly downloaded"
    INCOMPLETE = "incomplete"
    UNCHECKED = "put here by hand"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model and what lies of it on this machine."""

    entry: ModelEntry
    state: ModelState
    folder: Path
    size_bytes: int
    """On this disk, of what is installed or waits to be completed."""
    missing: tuple[str, ...] = ()
    """Paths of the files that are not in the folder."""

    @property
    def is_installed(self) -> bool:
        return self.state in (ModelState.INSTALLED, ModelState.UNCHECKED)

    @property
    def is_begun(self) -> bool:
        """Whether a download waits to be gone on with."""
        return self.state is ModelState.PARTIAL
