"""Finds out what a folder holds that DDAVS can be taught from, and opens it.

AVSBench's single-source, multi-source and semantic sets and VPO as they are published, or
`audio/<class>/*` with `images/<class>/*`, of which scenes are made.
"""

import dataclasses
from pathlib import Path

from core.progress import CancelToken, Report
from core.training.avs_scenes import AvsScenes, AvsSingles
from core.training.avs_sets import AvsPart, find_avs_set
from core.training.composites import BankedSounds, CompositeConfig, open_composites
from core.training.ddavs_run import DdavsMaterial
from core.training.recordings import Part, find_recordings, split
from core.training.sound_bank import open_bank
from core.training.variation import VariationConfig


def open_material(
    data: Path,
    cache: Path,
    *,
    side_px: int = 224,
    seed: int = 0,
    report: Report,
    cancel: CancelToken,
) -> DdavsMaterial:
    """Return what `data` holds for training, for scores while training, and for the bank.

    Args:
        data: a published set, or folders of classes.
        cache: for cut-outs and decoded recordings; made if it is not there.
        side_px: of pictures.
        seed: of made scenes.
        report: told of each file while the cache is filled.
        cancel: stops the filling.

    Raises:
        MediaError: `data` holds nothing of the kind, or a file can't be read.
        Cancelled: asked to stop.
    """
    published = find_avs_set(data)
    if published is not None:
        train = published.films(AvsPart.TRAIN)
        held_out = published.films(AvsPart.VALIDATION)
        return DdavsMaterial(
            AvsScenes(published, train, side_px, seed),
            AvsScenes(published, held_out, side_px, seed=1) if held_out else None,
            AvsSingles(train) if any(film.label for film in train) else None,
            has_classes=published.has_classes,
        )
    return _composites(data, cache, side_px, seed, report, cancel)


def _composites(
    data: Path, cache: Path, side_px: int, seed: int, report: Report, cancel: CancelToken
) -> DdavsMaterial:
    config = CompositeConfig()
    config = dataclasses.replace(config, scenes=dataclasses.replace(config.scenes, side_px=side_px))
    scenes, held_out = (
        open_composites(data, cache, part, config, seed=one, report=report, cancel=cancel)
        for part, one in ((Part.TRAIN, seed), (Part.VALIDATION, 1))
    )
    recordings = split(find_recordings(data))[Part.TRAIN]
    bank = open_bank(recordings, cache, report=report, cancel=cancel)
    return DdavsMaterial(scenes, held_out, BankedSounds(bank, VariationConfig()))
