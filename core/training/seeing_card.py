"""Writes the model card of the picture network: every figure in it comes from the run itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.beliefs import SURE_FROM
from core.nn.seeing import SeeingConfig

_CARD = """# The bundled picture network, `seeing`

Says which of {n_words} words is seen in a clicked region, or that none of them is, with a
confidence that is meant to come true as often as it says. It is a small residual network that sees
a square crop around the region's mask, and the mask itself, which says which of several things is
meant. It was trained from scratch: no weights from elsewhere.

| | |
|---|---|
| parameters | {n_weights} |
| on disk | {megabytes:.1f} MB, safetensors, half precision (`seeing.safetensors`) |
| sees | {side_px} x {side_px} px, RGB and mask; four views of each frame, averaged |
| words | {n_words}, and "none of these" |
| trained for | {n_steps} steps of {n_crops} crops, averaged weights, seed {seed} |
| temperature | {temperature:.2f}, fitted on the validation pictures |

## What it reached

On {n_test} pictures held out for testing, whole, as if all of each had been clicked:

| | photographs | drawings |
|---|---|---|
{kinds}

A word is said without "perhaps" from a confidence of {sure_from:g} on. Of pictures that show none
of the words, {nothing_found} are taken for that, and of {nothing_sure} a word is said without
"perhaps". Of pictures that show one of the words, {nothing_mistaken} are taken for none. The mean
gap between confidence and truth (ten bins) is {gap}.

![Loss and scores over steps](seeing_curve.png)

The same as numbers: `seeing_curve.json` (scores there are of validation pictures, before the
temperature was fitted).

## Class by class

Right among the test pictures, by the most likely answer, and by the first three.

| class | photographs | first | first three | drawings | first | first three |
|---|---|---|---|---|---|---|
{classes}

## What it learnt from

| part | pictures |
|---|---|
{parts}

Parts are dealt by origin: drawings of one design by one house, crops of one photograph, and near
neighbours in a numbered series are on one side. Classes with too few origins are only trained on.
Each file with its author and licence is in `ATTRIBUTIONS_PICTURES.csv`; thanks to all of them.

| licence | files |
|---|---|
{licences}

## Limits

* Most classes are known from drawings alone (no photographs in the table above): in a video they
  are recognised by luck. Photographs are of few kinds: the dogs are dalmatians, the birds are
  pigeons, ibises and flamingos, the cars are seen from the side, the people look at the camera.
* It has no notion of what it never saw: a bear may be taken for a big cat. Type a word then; words
  always count more than the picture.
* It sees what an object is, not whether it sounds.

## Once more

{commands}
    main.py train export RUN -o resources/mini

The choices are in `seeing_recipe.json`. The run can be stopped and gone on with.
"""

_COMMANDS = "    main.py train pictures DATA -o RUN"
_FURTHER_COMMANDS = """    main.py train pictures DATA -o FIRST
    main.py train pictures DATA -o RUN --begin FIRST/seeing.safetensors"""

_KINDS = (
    ("right", "top 1"),
    ("among the first three", "top 3"),
    ('said without "perhaps"', "sure"),
    ("right where that is said", "right when sure"),
)


@dataclass(frozen=True, slots=True)
class SeeingFacts:
    """What the card tells of."""

    config: SeeingConfig
    recipe: Mapping[str, Any]
    n_weights: int
    n_bytes: int
    scores: Mapping[str, Any]
    """As `train_seeing` writes them: "pictures", "test" and "by_class"."""
    licences: Mapping[str, int]


def seeing_card(facts: SeeingFacts) -> str:
    """Return the card as Markdown."""
    test, training = facts.scores["test"], facts.recipe["training"]
    has_begun = bool(facts.recipe.get("begun_with"))
    return _CARD.format(
        commands=_FURTHER_COMMANDS if has_begun else _COMMANDS,
        n_words=len(facts.config.words),
        n_weights=f"{facts.n_weights:,}",
        megabytes=facts.n_bytes / 1e6,
        side_px=facts.config.side_px,
        n_steps=f"{training['n_steps']:,}",
        n_crops=facts.recipe["n_crops"],
        seed=training["seed"],
        temperature=facts.config.temperature,
        n_test=facts.scores["pictures"]["test"],
        kinds=_rows((name, *_both(test, figure)) for name, figure in _KINDS),
        sure_from=SURE_FROM,
        nothing_found=_percent(test["nothing found"]),
        nothing_sure=_percent(test["nothing, yet sure"]),
        nothing_mistaken=_percent(test["nothing by mistake"]),
        gap=_percent(test["calibration error"]),
        classes=_rows(_class_row(*one) for one in sorted(facts.scores["by_class"].items())),
        parts=_rows((name, str(count)) for name, count in facts.scores["pictures"].items()),
        licences=_rows((name, str(count)) for name, count in facts.licences.items()),
    )


def _both(test: Mapping[str, float], figure: str) -> tuple[str, str]:
    return _percent(test[f"photographs {figure}"]), _percent(test[f"drawings {figure}"])


def _class_row(label: str, row: Mapping[str, float]) -> tuple[str, ...]:
    cells = [label.strip("_")]
    for kind in ("photographs", "drawings"):
        cells.append(str(int(row.get(kind, 0)) or "–"))
        for figure in ("top 1", "top 3"):
            name = f"{kind} {figure}"
            cells.append(_percent(row[name]) if name in row else "–")
    return tuple(cells)


def _rows(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
