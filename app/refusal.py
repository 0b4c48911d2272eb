"""A request that one engine cannot answer, with the engine that could."""

from core.domain.engines import EngineInfo
from core.errors import PromptError


class RefusalError(PromptError):
    """Said before anything runs; `helper` can be offered with one press."""

    def __init__(self, message: str, *, advice: str, helper: EngineInfo | None = None) -> None:
        super().__init__(message, advice=advice)
        self.helper = helper
