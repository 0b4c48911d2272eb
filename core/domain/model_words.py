"""What is known of a model in words, the same on the command line and in the window."""

from core.domain.models import Licence, ModelEntry, ModelStatus
from core.units import format_size

UNKNOWN = "not known"


def size_words(one: ModelStatus) -> str:
    """Return the size on this disk, or roughly what it would be."""
    if one.is_installed or one.size_bytes:
        return format_size(one.size_bytes)
    about = one.entry.about_bytes
    return f"about {format_size(about)}" if about else UNKNOWN


def memory_words(entry: ModelEntry) -> str:
    """Return what the weights take, by precision, and what else is told."""
    sizes = [f"{format_size(n)} in {name}" for name, n in entry.weights_memory_bytes.items()]
    weights = f"Weights alone: {', '.join(sizes)}." if sizes else ""
    return " ".join(filter(None, (weights, entry.memory_note))) or UNKNOWN


def access_words(entry: ModelEntry) -> str:
    """Return how a person gets it."""
    if not entry.is_downloadable:
        usual = "Download it with a browser, then import the folder"
        return f"Import only. {entry.import_note or usual}"
    return "Gated: ask its owner, then give a token" if entry.is_gated else "Free to download"


def commercial_words(licence: Licence) -> str:
    """Return whether money may be made with it."""
    if licence.allows_commercial is None:
        return "commercial use unclear, read it"
    return "commercial use allowed" if licence.allows_commercial else "no commercial use"
