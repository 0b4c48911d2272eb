"""What a benchmark of sounding segmenters found: a row for each method, tables of J and F."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.evaluation.mask_metrics import MaskScore
from core.evaluation.material import Material
from core.evaluation.tables import grid
from core.scenes.scene import SceneKind

Quantity = Callable[[MaskScore], float]

SEEN_KINDS = tuple(
    kind for kind in SceneKind if kind not in (SceneKind.OFF_SCREEN, SceneKind.SILENT)
)
"""In which something that is seen sounds."""

EMPTY_KINDS = (SceneKind.OFF_SCREEN, SceneKind.SILENT)
"""In which nothing does, so that everything that is claimed is claimed falsely."""


@dataclass(frozen=True, slots=True)
class SoundingPlan:
    """Which scenes are made."""

    n_scenes: int = 40
    """Of each kind."""
    n_frames: int = 1
    """In a scene, a second apart."""
    side_px: int = 224
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SoundingRow:
    """One method: J and F for kinds in which something sounds, else what it claims falsely."""

    name: str
    scores: Mapping[SceneKind, MaskScore]
    false_areas: Mapping[SceneKind, float]
    """Mean share of the frame."""


@dataclass(frozen=True, slots=True)
class SourcesScore:
    """How well the sources of scenes with several are kept apart."""

    j: float
    """Mean IoU of each true source with the source said that fits it best, each used once."""
    named: float
    """Share of true sources for which that one has the right name."""
    n_sources: int


@dataclass(frozen=True, slots=True)
class SoundingReport:
    """What came out, the engine's row first."""

    material: Material
    engine: str
    plan: SoundingPlan
    rows: tuple[SoundingRow, ...]
    sources: SourcesScore
    n_classes: int
    frame_s: float
    """Median seconds the engine took for a frame."""

    @property
    def text(self) -> str:
        """The tables, with all that is needed to make them again."""
        plan = self.plan
        lines = [
            f"{self.engine} on scenes made from {self.material.folder} ({self.material.part} "
            f"files, {self.n_classes} classes seen and heard): {plan.n_scenes} of each kind, "
            f"{plan.n_frames} frames, {plan.side_px} px, seed {plan.seed}. "
            f"{self.frame_s:.3f} s a frame.",
            "J&F in percent (J: mean IoU at 0.5; F: largest over thresholds, β² = 0.3; "
            "free of batches):",
            self._table(lambda score: score.j_and_f),
            "J:",
            self._table(lambda score: score.j),
            "F:",
            self._table(lambda score: score.f),
            "Claimed where nothing seen sounds, percent of the frame:",
            grid(
                [kind.value for kind in EMPTY_KINDS],
                [(row.name, [100 * row.false_areas[kind] for kind in EMPTY_KINDS])
                 for row in self.rows],
            ),
            f"Sources kept apart in scenes with several: J {100 * self.sources.j:.2f}, "
            f"named right {100 * self.sources.named:.2f} ({self.sources.n_sources} sources).",
        ]  # fmt: skip
        return "\n".join(lines)

    def _table(self, of: Quantity) -> str:
        kinds = [kind for kind in SEEN_KINDS if any(kind in row.scores for row in self.rows)]
        rows: Sequence[tuple[str, Sequence[float]]] = [
            (row.name, [100 * of(row.scores[kind]) for kind in kinds]) for row in self.rows
        ]
        return grid([kind.value for kind in kinds], rows)
