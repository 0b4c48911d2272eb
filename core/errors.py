"""Everything the core can fail with, as one small tree.

    CoreError
      MediaError      the file cannot be read as media, or holds nothing of the wanted kind
      PromptError     the request does not describe a sound or a region to look for
      ModelError      an engine is unknown, or its weights are missing, corrupt or do not fit
        StoreError    a model could not be downloaded, imported, checked or removed
      EngineError     an engine ran and could not give a usable answer (not finite, out of memory)
      ProjectError    the project file is damaged, or comes from a newer Soloist
      ExportError     the result could not be written (folder, space, a file in the way)

`str(error)` is for the log and names the offending values; `error.advice` is for the person and
says what to do next. Programming mistakes stay `ValueError` and `TypeError`. A cancelled job is an
outcome, not an error: see `core.progress.Cancelled`.
"""


class CoreError(Exception):
    """Root of everything Soloist expects to go wrong."""

    def __init__(self, message: str, *, advice: str) -> None:
        """Keep `message` for the log and `advice`, one or two plain sentences, for the person."""
        super().__init__(message)
        self.advice = advice


class MediaError(CoreError):
    """The file cannot be read as media, or holds nothing of the wanted kind."""


class PromptError(CoreError):
    """The request does not describe a sound or a region to look for."""


class ModelError(CoreError):
    """An engine is unknown, or its weights are missing, corrupt or do not fit."""


class StoreError(ModelError):
    """A model could not be downloaded, imported, checked or removed."""


class EngineError(CoreError):
    """An engine ran and could not give a usable answer."""


class ProjectError(CoreError):
    """The project file is damaged, or comes from a newer Soloist."""


class ExportError(CoreError):
    """The result could not be written."""
