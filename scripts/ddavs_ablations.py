"""Teach small DDAVS networks with parts left out, beside tables 3 and 4 of its paper.

Everything but the part is the same: data, seed, steps. Scenes are made of eight classes that have
many pictures and recordings, small and for a short time, so that orderings can be seen on a
processor in an hour; they are no more than orderings. Each run is scored on the same scenes held
out, with their own sounds and with those of other scenes.

uv run python -m scripts.ddavs_ablations DATA OUT [STEPS [SEED]]
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.nn.ddavs.config import small_config
from core.progress import CancelToken, ignore
from core.training.ddavs_material import open_material
from core.training.ddavs_run import DdavsMaterial, DdavsPlace, DdavsRecipe, train_ddavs
from core.training.ddavs_start import BankRecipe, Pretrained
from core.training.ddavs_validation import held_out
from core.training.trainer import TrainingConfig
from scripts.benchmark.measuring import print_machine, print_table

CLASSES = (
    "speech",
    "big_cat",
    "bird",
    "piano",
    "dog",
    "helicopter",
    "electric_guitar",
    "clock",
)
SIDE_PX, N_FRAMES, N_HELD_OUT = 96, 16, 384

_BUNDLED = Path(__file__).resolve().parents[1] / "resources" / "mini"


@dataclass(frozen=True, slots=True)
class Variant:
    """A row of a table of the paper, and what it reached there (J&F on AVS-MS3)."""

    name: str
    paper: float | None
    has_queries: bool = True
    has_contrast: bool = True
    has_alignment: bool = True
    has_bank: bool = True
    injected: tuple[int, ...] = (3, 4)


def variants() -> Iterator[Variant]:
    """Yield the rows of table 3, one without a bank, and those of table 4."""
    yield Variant("baseline", 69.71, has_queries=False, has_contrast=False, has_alignment=False)
    yield Variant("+ AQM", 70.89, has_contrast=False, has_alignment=False)
    yield Variant("+ AQM + COM", 73.47, has_alignment=False)
    yield Variant("+ AVAM", 73.16, has_queries=False, has_contrast=False)
    yield Variant("DDAVS: all, before 3, 4", 75.08)
    yield Variant("all without the bank", None, has_bank=False)
    for injected, paper in (
        ((1,), 68.37),
        ((2,), 72.02),
        ((3,), 73.77),
        ((4,), 73.32),
        ((1, 2), 70.69),
        ((2, 3), 73.29),
        ((1, 2, 3), 72.07),
        ((2, 3, 4), 74.17),
        ((1, 2, 3, 4), 72.57),
    ):
        name = ", ".join(map(str, injected))
        yield Variant(f"before {name}", paper, injected=injected)


def main(data: Path, out: Path, n_steps: int, seed: int) -> None:
    """Teach each that isn't taught yet, and print the table."""
    print_machine()
    material = _material(data, out, seed)
    scenes = material.held_out
    assert scenes is not None
    validation = held_out(scenes, N_HELD_OUT // N_FRAMES, N_FRAMES)
    rows = []
    for number, variant in enumerate(variants()):
        kept = out / f"{number:02d}-{n_steps}-{seed}.json"
        if not kept.is_file():
            began_s = time.monotonic()
            network = train_ddavs(
                replace(material, held_out=None),
                out / kept.stem,
                _recipe(variant, n_steps, seed),
                DdavsPlace(pretrained=Pretrained(_BUNDLED)),
                report=ignore,
                cancel=CancelToken(),
            )
            found = {**validation.scores(network), "took_s": time.monotonic() - began_s}
            kept.write_text(json.dumps({"name": variant.name, **found}), encoding="utf-8")
        found = json.loads(kept.read_text(encoding="utf-8"))
        shares = [f"{100 * found[name]:.1f}" for name in ("iou", "iou_shuffled", "false_area")]
        paper = "" if variant.paper is None else f"{variant.paper:.2f}"
        rows.append((variant.name, paper, *shares))
        print(rows[-1], flush=True)
    print_table(("", "paper, J&F", "IoU", "sound of another", "falsely claimed"), rows)


def _material(data: Path, out: Path, seed: int) -> DdavsMaterial:
    """Return scenes of the chosen classes alone; links to them lie in `out`."""
    chosen = out / "data"
    for kind in ("audio", "images"):
        (chosen / kind).mkdir(parents=True, exist_ok=True)
        for name in (*CLASSES, "_background"):
            source, link = data / kind / name, chosen / kind / name
            if source.is_dir() and not link.exists():
                link.symlink_to(source.resolve(), target_is_directory=True)
    return open_material(
        chosen, out / "cache", side_px=SIDE_PX, seed=seed, report=ignore, cancel=CancelToken()
    )


def _recipe(variant: Variant, n_steps: int, seed: int) -> DdavsRecipe:
    network = replace(
        small_config(),
        has_queries=variant.has_queries,
        has_alignment=variant.has_alignment,
        injected=variant.injected,
    )
    training = TrainingConfig(
        n_steps=n_steps,
        learning_rate=6e-4,
        warm_up_steps=30,
        falling_steps=n_steps // 2,
        weight_decay=0.05,
        averaging=0.99,
        seed=seed,
    )
    usual = DdavsRecipe()
    has_contrast = variant.has_contrast and variant.has_queries
    return replace(
        usual,
        network=network,
        training=training,
        objective=replace(usual.objective, contrast=0.1 if has_contrast else 0.0),
        bank=BankRecipe() if variant.has_bank else BankRecipe(n_clusters=0),
        n_frames=N_FRAMES,
        side_px=SIDE_PX,
    )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    choices = [int(one) for one in sys.argv[3:]] or [600]
    main(Path(sys.argv[1]), Path(sys.argv[2]), choices[0], choices[1] if len(choices) > 1 else 0)
