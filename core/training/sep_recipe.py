"""The choices of a run of MMAudioSep: the official ones, and those of networks taught in minutes.

Facts: papers/003, sony/mmaudiosep.
"""

from dataclasses import dataclass, field, replace

from core.training.sep_objective import SepObjective
from core.training.trainer import TrainingConfig


def _schedule() -> TrainingConfig:
    return TrainingConfig(
        n_steps=300_000,
        learning_rate=1e-4,
        warm_up_steps=1_000,
        falling_steps=60_000,
        weight_decay=1e-6,
        largest_gradient=1.0,
        averaging=0.9999,
    )


def tiny_schedule(*, is_separating: bool) -> TrainingConfig:
    """Return a schedule for networks that are taught in minutes: MMAudio, or MMAudioSep.

    With a third of the steps the first does not make the sounds of words yet, and with a tenth the
    second does not hear the mixture yet: docs/mmaudiosep.md has the figures.
    """
    if is_separating:
        steps = TrainingConfig(n_steps=4000, learning_rate=1e-3, falling_steps=2000)
    else:
        steps = TrainingConfig(n_steps=1200, learning_rate=2e-3, falling_steps=400)
    return replace(
        steps,
        warm_up_steps=50,
        weight_decay=1e-6,
        largest_gradient=1.0,
        averaging=0.995 if is_separating else 0.99,
    )


@dataclass(frozen=True, slots=True)
class SepRecipe:
    """All choices of a run. The defaults are the official ones where there are any."""

    training: TrainingConfig = field(default_factory=_schedule)
    objective: SepObjective = field(default_factory=SepObjective)
    is_whole: bool = False
    """Whether everything is taught, not the joint blocks and the input of the sound alone."""
    keeps_input: bool = False
    """Whether it begins with MMAudio's own input of the sound: see `separator_from`."""
    classes: tuple[str, ...] = ()
    """Taught ones; all of the data if none are named."""
    n_clips: int = 512
    """In a batch, of each process."""
    validate_every_steps: int = 2000
    n_validation_clips: int = 32
    split_seed: int = 0
