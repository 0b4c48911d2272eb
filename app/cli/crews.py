"""Who teaches together: the processes that a launcher started, or this one alone."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.training.crew import Crew


def started_crew(*, is_on_cpu: bool) -> "Crew":
    """Return the processes that were started together, as the launcher says in the environment."""
    from core.training.crew import Accelerated, Alone

    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        return Accelerated(is_on_cpu=is_on_cpu)
    return Alone()
