"""A model that has to be installed before something can be done: news, not a failure."""

from collections.abc import Mapping

from core.errors import ModelError


class MissingModelError(ModelError):
    """Said before anything runs; the advice names what to get, and what works without it."""

    def __init__(self, title: str, needs: Mapping[str, str], *, without: str) -> None:
        """Tell of the model `title` what it `needs`, name to how, and what to do `without` it."""
        listed = "; ".join(f"{name} ({how})" for name, how in needs.items())
        super().__init__(f"{title} is not installed: {listed}", advice=f"Needs {listed}. {without}")
        self.title = title
