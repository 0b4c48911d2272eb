"""What is written about things that sound: names for people, and how sure one may be of them."""

from core.domain.soundings import SeenSource
from core.domain.vocabulary import spoken

SURE_FROM = 0.5

HEARD_OFF_SCREEN = "Heard off screen"
NO_SOUND = "No sound here"


def name_of(source: SeenSource) -> str:
    """Return its name in words; empty where it has none."""
    return spoken(source.label)


def label_of(source: SeenSource, key: int | None = None) -> str:
    """Return what stands beside it: `violin 78 %`, after the number of its key if it has one."""
    name = name_of(source)
    percent = f"{source.score:.0%}".replace("%", " %")
    if not name:
        words = "something"  # how sure one is of no name would say nothing
    elif source.score < SURE_FROM:
        words = f"perhaps {name} {percent}"
    else:
        words = f"{name} {percent}"
    return words if key is None else f"{key}   {words}"


def rate_words(rate_hz: float) -> str:
    """Return how often the picture is looked at."""
    return f"{rate_hz:g} pictures a second" if rate_hz != 1 else "1 picture a second"


def hint_of(source: SeenSource) -> str:
    """Return what a click on it would do."""
    name = name_of(source)
    return f"Click to hear only the {name}" if name else "Click to hear only this"
