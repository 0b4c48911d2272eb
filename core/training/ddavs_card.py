"""Writes the model card of the sounding segmenter: every figure in it comes from the run itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.nn.ddavs.config import DdavsConfig

_CARD = """# The bundled sounding segmenter, `ddavs`

Says which pixels of a frame make the sound around it, source by source. It is the network of DDAVS
(arXiv 2512.20117) in a small shape: {n_queries} audio queries anchored to a bank of {n_prototypes}
prototypes, aligned with the picture before stages {injected}. It was trained by this project, on
scenes put together from cut-out pictures and recordings.

| | |
|---|---|
| parameters | {n_weights} |
| on disk | {megabytes:.1f} MB, safetensors, half precision (`ddavs.safetensors`) |
| sees | frames with a longer side of 224 px; taught on {side_px} px |
| claims | what the taught network gave {threshold} or more, best on validation |
| hears | one second around each frame, 16 kHz |
| words | {n_words} |
| trained for | {n_steps} steps of {n_frames} scenes, averaged weights, seed {seed} |
| hearing | a bundled separator's, after it had learnt to name sounds; frozen; `{hearing}` |
| first sight | the bundled picture network's; first stages frozen; `{seeing}` |

## What it reached

On scenes made of pictures and recordings held out for testing ({part} files, {n_classes} classes
that can be both seen and heard; {n_scenes} scenes of each kind, {test_side} px). In percent: J is
the mean IoU at 0.5, F the largest over thresholds (β² = 0.3), J&F their mean.

| J&F | {kinds} |
|---|{rules}|
{scores}

| J / F | {kinds} |
|---|{rules}|
{parts_of_scores}

Percent of the frame that is claimed where nothing that is seen sounds:

| | {empty_kinds} |
|---|{empty_rules}|
{claimed}

"Sound of another scene" is the same network with a sound that does not belong to the picture: how
far it is behind is how much the network listens. "Everything seen" is given the outlines of all
things perfectly. Two of a class both count as sounding, since a still cannot tell which one does.
Sources of scenes with several, each by itself: J {source_j}, named right {source_named}.

![Loss and scores over steps](curve.png)

## What it learnt from

| part | recordings | pictures |
|---|---|---|
{material}

Parts are dealt by origin, as for the other bundled networks. Of pictures in which no single thing
could be cut out for sure, nothing was used but blurred grounds. Each file with its author and
licence is in `ATTRIBUTIONS.csv` and `ATTRIBUTIONS_PICTURES.csv`; thanks to all of them.

| licence | recordings | pictures |
|---|---|---|
{licences}

## Limits

* It knows stills: motion tells it nothing. Of two dogs it cannot say which one barks.
* It was taught on things pasted before other grounds. In films, things are lit by their
  surroundings, cut off and blurred; it will be wrong more often there than the table says.
* One second of sound often does not tell what it is. Rare classes have few recordings and many
  have drawings alone.
* Loud sounds from off screen are at times claimed by what is seen.

## Once more

    main.py train composites DATA -o RUN
    main.py eval sounding DATA --part test --weights RUN/ddavs.safetensors --json RUN/test.json
    main.py train export RUN -o resources/ddavs

The choices are in `recipe.json`. The run can be stopped and gone on with.
"""


@dataclass(frozen=True, slots=True)
class DdavsFacts:
    """What the card tells of."""

    config: DdavsConfig
    words: tuple[str, ...]
    recipe: Mapping[str, Any]
    n_weights: int
    n_bytes: int
    run: Mapping[str, Any]
    """As `write_composite_files` writes it."""
    test: Mapping[str, Any]
    """As the benchmark of sounding segmenters writes it."""
    sound_licences: Mapping[str, int]
    picture_licences: Mapping[str, int]
    threshold: float
    """The likelihood of the taught network that is 0.5 in what ships."""


def ddavs_card(facts: DdavsFacts) -> str:
    """Return the card as Markdown."""
    test, training, rows = facts.test, facts.recipe["training"], facts.test["rows"]
    kinds, empty = list(rows[0]["scores"]), list(rows[0]["false_area"])
    begun_with = facts.run["begun_with"]
    return _CARD.format(
        n_queries=facts.config.n_queries,
        n_prototypes=facts.config.n_prototypes,
        injected=" and ".join(map(str, facts.config.injected)),
        n_weights=f"{facts.n_weights:,}",
        megabytes=facts.n_bytes / 1e6,
        side_px=facts.recipe["side_px"],
        threshold=facts.threshold,
        n_words=len(facts.words),
        n_steps=f"{training['n_steps']:,}",
        n_frames=facts.recipe["n_frames"],
        seed=training["seed"],
        hearing=begun_with["mini.safetensors"][:12],
        seeing=begun_with["seeing.safetensors"][:12],
        part=test["part"],
        n_classes=test["n_classes"],
        n_scenes=test["n_scenes_of_a_kind"],
        test_side=test["side_px"],
        kinds=" | ".join(kinds),
        rules="---|" * (len(kinds) - 1) + "---",
        scores=_rows((r["name"], *(_percent(r["scores"][k]["jf"]) for k in kinds)) for r in rows),
        parts_of_scores=_rows((r["name"], *(_both(r["scores"][k]) for k in kinds)) for r in rows),
        empty_kinds=" | ".join(empty),
        empty_rules="---|" * (len(empty) - 1) + "---",
        claimed=_rows((r["name"], *(_percent(r["false_area"][k]) for k in empty)) for r in rows),
        source_j=_percent(test["sources"]["j"]),
        source_named=_percent(test["sources"]["named"]),
        material=_side_by_side(facts.run["recordings"], facts.run["pictures"]),
        licences=_side_by_side(facts.sound_licences, facts.picture_licences),
    )


def _side_by_side(one: Mapping[str, int], other: Mapping[str, int]) -> str:
    names = dict.fromkeys((*one, *other))
    return _rows((name, str(one.get(name, 0)), str(other.get(name, 0))) for name in names)


def _both(score: Mapping[str, float]) -> str:
    return f"{_percent(score['j'])} / {_percent(score['f'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _rows(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
