"""The segmenter a job asks: the wanted one, or the one that ships where that cannot be used."""

from core.segmentation import registry
from core.segmentation.fallback import WithFallback
from core.segmentation.protocol import Segmenter
from core.separation.gentle_import import import_gently


def segmenter_for(name: str, device: str) -> Segmenter:
    """Return segmenter `name`; what it needs is loaded when it is first asked.

    Raises:
        ModelError: there is none of that name.
    """
    info = registry.info(name)
    spare = registry.build(registry.DEFAULT)
    if name == registry.DEFAULT:
        return spare
    return WithFallback(info, lambda: registry.build(name, device, import_gently), spare)


def notice_of(segmenter: Segmenter) -> str:
    """Return what a person should know of how an object was found; mostly nothing."""
    return segmenter.notice if isinstance(segmenter, WithFallback) else ""
