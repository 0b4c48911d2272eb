"""The model store's door for engines: is a model there, and if not, how does a person get it."""

from core.store.presence import installed, needs

__all__ = ["installed", "needs"]
