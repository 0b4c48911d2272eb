"""Which files of MMAudioSep are installed, and what to put where for those that are not.

    models/mmaudiosep-small/    mmaudiosep_small_44k.pth      or .safetensors; `-medium`, `-large`
    models/mmaudiosep-large/    mmaudiosep_large_44k_v2.pth   the second recipe, if it is there
    models/mmaudio-vae-44k, bigvgan-v2-44k, synchformer, dfn5b-clip      from the model store
    models/clip/                vocab.json  merges.txt        unless dfn5b-clip has its own

No weights of MMAudioSep are published. `main.py train mmaudiosep` makes them from MMAudio's; the
model store imports them.
"""

from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.store import installed, needs
from core.store.catalogue import entry
from core.store.places import models_folder
from core.store.presence import how_to_get

PARTS = ("mmaudio-vae-44k", "bigvgan-v2-44k", "synchformer", "dfn5b-clip")
"""What MMAudioSep needs beside its own network, as the model store calls it."""

SIZE_NAMES = {
    "mmaudiosep-small": ("small_44k",),
    "mmaudiosep-medium": ("medium_44k",),
    "mmaudiosep-large": ("large_44k_v2", "large_44k"),
}
"""By engine: the official names of its size, the preferred one first."""

_SUFFIXES = (".safetensors", ".pth")
_WORD_FILES = ("vocab.json", "merges.txt")
_WORD_FOLDERS = ("dfn5b-clip", "clip")
_WORDS_MODEL = "clip-vit-b32"

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MMAudioSepFiles:
    """Where the parts of one engine lie. Hashable, and another value once a file is replaced."""

    network: Path
    vae: Path
    vocoder: Path
    """Its `config.json` lies beside it."""
    eyes: Path
    clip: Path
    stamps: tuple[Stamp, ...]
    """Size and time of change of each."""


def find_mmaudiosep(engine: str) -> MMAudioSepFiles:
    """Return where `engine` lies in the person's folder of models.

    Raises:
        ModelError: a file is missing; the advice says which, and where it belongs.
    """
    network = network_file(engine)
    if network is None:
        raise _missing(f"no network of {engine}", mmaudiosep_needs(engine))
    folders = [installed(name) for name in PARTS]
    vae, vocoder, eyes, clip = folders
    if vae is None or vocoder is None or eyes is None or clip is None:
        raise _missing(f"parts of {engine} are missing", dict(needs(*PARTS)))
    paths = (
        network,
        vae / "v1-44.pth",
        vocoder / "bigvgan_generator.pt",
        eyes / "synchformer_state_dict.pth",
        clip / "open_clip_pytorch_model.bin",
    )
    return MMAudioSepFiles(*paths, stamps=tuple(_stamp(path) for path in paths))


def mmaudiosep_needs(engine: str) -> dict[str, str]:
    """Return what is still missing of `engine`, name to where."""
    missing = dict(needs(engine))
    if word_list() is None:
        missing["CLIP’s word list"] = how_to_get(entry(_WORDS_MODEL))
    return missing


def network_file(engine: str) -> Path | None:
    """Return the checkpoint of `engine`, None where there is none."""
    folder = models_folder() / engine
    for size in SIZE_NAMES[engine]:
        for suffix in _SUFFIXES:
            path = folder / f"mmaudiosep_{size}{suffix}"
            if path.is_file():
                return path
    return None


def word_list() -> tuple[Path, Path] | None:
    """Return `vocab.json` and `merges.txt`, None where they are not installed."""
    for name in _WORD_FOLDERS:
        words, merges = (models_folder() / name / file for file in _WORD_FILES)
        if words.is_file() and merges.is_file():
            return words, merges
    return None


def installed_words() -> tuple[Path, Path]:
    """Return `vocab.json` and `merges.txt`.

    Raises:
        ModelError: they are not installed.
    """
    found = word_list()
    if found is None:
        raise ModelError(
            f"{', '.join(_WORD_FILES)} missing in {models_folder() / 'clip'}",
            advice="MMAudioSep reads words with the word list of CLIP. Put vocab.json and "
            f"merges.txt of openai/clip-vit-base-patch32 into {models_folder() / 'clip'}.",
        )
    return found


def _missing(what: str, wanted: dict[str, str]) -> ModelError:
    told = "; ".join(f"{name}: {where}" for name, where in wanted.items())
    return ModelError(f"{what}: {told}", advice=f"Still to be installed: {told}.")


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns
