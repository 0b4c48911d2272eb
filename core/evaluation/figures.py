"""The figures of a benchmark as JSON, for model cards, documents and drawings."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from core.evaluation.material import Material
from core.evaluation.scenes import ScenesReport
from core.evaluation.separation_report import Outcome, SeparationPlan, SeparationReport
from core.evaluation.sounding_report import SoundingReport, SoundingRow
from core.evaluation.sweep import SweepReport, VariantRow
from core.evaluation.tables import QUANTITIES, Row, Score
from core.evaluation.trial import Bench
from core.files.atomic import write_text

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | int | bool | None"

AnyReport: TypeAlias = SeparationReport | ScenesReport | SweepReport | SoundingReport


def write_figures(
    path: Path,
    reports: Sequence[AnyReport],
    *,
    may_overwrite: bool = False,
) -> None:
    """Write the figures of `reports`, a list in their order, whole or not at all.

    Raises:
        ExportError: the file exists already or cannot be written.
    """
    text = json.dumps([figures(one) for one in reports], ensure_ascii=False, indent=1)
    write_text(path, text + "\n", may_overwrite=may_overwrite)


def figures(report: AnyReport) -> Json:
    """Return what `report` found; null stands where there is no number."""
    if isinstance(report, SeparationReport):
        return {
            "benchmark": "separation",
            **_bench(report.bench),
            **_mixing(report.material, report.plan),
            "rows": [_row(row) for row in report.rows],
            "classes": [
                {
                    "name": row.name,
                    "n_mixtures": row.n_mixtures,
                    "median_si_sdr_improvement_db": {
                        way.value: _number(db) for way, db in row.median_db.items()
                    },
                }
                for row in report.classes
            ],
            "mixtures": [_outcome(one) for one in report.outcomes],
        }
    if isinstance(report, ScenesReport):
        return {
            "benchmark": "scenes",
            **_bench(report.bench),
            "folder": report.folder.name,
            "n_scenes": report.n_scenes,
            "rows": [_row(row) for row in report.rows],
        }
    if isinstance(report, SoundingReport):
        return _sounding(report)
    return {
        "benchmark": "sweep",
        **_bench(report.bench),
        **_mixing(report.material, report.plan),
        "variants": [_variant(row) for row in report.rows],
    }


def _sounding(report: SoundingReport) -> Json:
    plan = report.plan
    return {
        "benchmark": "sounding",
        "engine": report.engine,
        "seed": plan.seed,
        "folder": report.material.folder.resolve().name,
        "part": report.material.part,
        "n_classes": report.n_classes,
        "n_scenes_of_a_kind": plan.n_scenes,
        "n_frames": plan.n_frames,
        "side_px": plan.side_px,
        "frame_s": _number(report.frame_s),
        "sources": {"j": _number(report.sources.j), "named": _number(report.sources.named)},
        "rows": [_sounding_row(row) for row in report.rows],
    }


def _sounding_row(row: SoundingRow) -> dict[str, Json]:
    return {
        "name": row.name,
        "scores": {
            kind.value: {"j": _number(one.j), "f": _number(one.f), "jf": _number(one.j_and_f)}
            for kind, one in row.scores.items()
        },
        "false_area": {kind.value: _number(area) for kind, area in row.false_areas.items()},
    }


def _bench(bench: Bench) -> dict[str, Json]:
    return {
        "engine": bench.engine,
        "seed": bench.seed,
        "device": bench.device,
        "settings": dict(bench.settings),
        "n_processors": os.cpu_count(),
    }


def _mixing(material: Material, plan: SeparationPlan) -> dict[str, Json]:
    return {
        # Not the whole path, which tells of somebody's machine.
        "folder": material.folder.resolve().name,
        "part": material.part,
        "n_classes": len(material.sounds),
        "classes_left_out": list(material.left_out),
        "n_mixtures": plan.n_mixtures,
        "overlap": plan.overlap.value,
    }


def _row(row: Row) -> dict[str, Json]:
    return {
        "name": row.name,
        "n": len(row.scores),
        "n_refused": len(row.refusals),
        "refused_because": row.commonest_reason,
        "median_db": {name: _number(row.median(name)) for name in QUANTITIES},
        "mean_db": {name: _number(row.mean(name)) for name in QUANTITIES},
        "cost_s_per_s": _number(row.cost),
    }


def _variant(row: VariantRow) -> dict[str, Json]:
    return {
        "name": row.variant.name,
        "settings": dict(row.variant.settings),
        "cost_s_per_s": _number(row.cost),
        "ways": {way.value: _row(one) for way, one in row.rows.items()},
    }


def _outcome(outcome: Outcome) -> dict[str, Json]:
    return {
        "name": outcome.name,
        "target": outcome.target_class,
        "background": outcome.background_class,
        "level_db": _number(outcome.level_db),
        "length_s": _number(outcome.length_s),
        "si_sdr_improvement_db": {
            name: _number(answer.improvement_db) if isinstance(answer, Score) else None
            for name, answer in outcome.answers.items()
        },
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
