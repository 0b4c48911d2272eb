"""Writes the model card of the small separator: every figure in it comes from the run itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.training.mini_validation import VALIDATION_CLIPS

LITTLE_MINUTES = 1.0
"""A class with less sound to learn from is named among the limits."""

_CARD = """# The bundled separator, `mini`

A small version of the flow-based separation network of DAVIS, which takes words, what is seen in a
picture, and marked spans as prompts, each of them or all together, and answers with target and
residual at once. It hears in mono at 16 kHz; its answer is laid on the clip's own sound at the
clip's own rate and channels.

| | |
|---|---|
| parameters | {n_weights} |
| on disk | {megabytes:.1f} MB, safetensors, half precision (`mini.safetensors`) |
| words | {n_words}, in the order of `vocabulary.json` |
| trained for | {n_steps} steps, averaged weights |
| seed | {seed} |

## What it reached while it was trained

Median gain in SI-SDR over the untouched mixture, in dB, after step {score_step}, one step of the
flow: {n_scored} clips of two recordings of different classes at −5 to 5 dB, all from recordings
held out for validation.

| prompt | gain |
|---|---|
{gains}

The word with the most evidence really sounds at {tags} of the moments in which anything does.
The weights are those of the last step, whatever these figures said. `main.py eval separation`
measures what counts, on the test part, with everything that the engine does around the network.

![Loss and gains over steps](curve.png)

The same as numbers: `curve.json`.

## What it learnt from

| part | recordings | originals | minutes |
|---|---|---|---|
{parts}

| from step | clips a step | lasting | one sound alone | absent | more mixtures for names |
|---|---|---|---|---|---|
{stages}

{beginning}
Recordings of {n_words} classes, mixed at random while training: two to four at a time, with random
levels, offsets, silences, speeds and colours. Parts are dealt by original (`origin_id`), so that no
part of a recording that was learnt from is ever tested on. Each file with its author and licence is
in `ATTRIBUTIONS.csv`; thanks to all of them.

| licence | files learnt from |
|---|---|
{licences}

## Limits

* It knows {n_words} classes of sound and nothing else. Other words are refused, not guessed.
* Two sounds of one class are one sound to it: it can't tell two speakers apart by a word.
* Above 8 kHz it hears nothing; there the sound is shared out as just below.
* Labels come from the names of files and from source documents. Nobody listened to every file.
{little}* Recordings differ in how they were made, and a class with few originals may be known by
  its microphone as much as by its sound.

## How to repeat it

{commands}
    uv run main.py train export FOLDER -o resources/mini

`DATA` holds `audio/<class>/<recording>` as named in `ATTRIBUTIONS.csv`. All other choices are the
defaults, and are written down in `recipe.json`. A run that is stopped goes on by the same command.
Another machine rounds differently, so the weights will be others of the same kind.
"""

_PROMPTS = {
    "text": "a word",
    "span": "spans",
    "both": "a word and spans",
    "wrong": "a wrong word",
    "none": "none at all",
}

_BEGINNING = """The run began with the weights of an earlier one, whose recipe and curve are in
`first/`. Where a step has no clips, names alone are learnt, by the hearing network, from sounds
that are varied strongly and of which parts are hidden.

"""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card tells."""

    recipe: Mapping[str, Any]
    """As `recipe.json` holds it."""
    n_steps: int
    n_weights: int
    n_bytes: int
    """Of the file of weights."""
    words: Sequence[str]
    scores: Sequence[Mapping[str, float]]
    """As in `curve.json`."""
    data: Mapping[str, Any]
    """As `data.json` holds it."""
    licences: Mapping[str, int]


def model_card(facts: CardFacts) -> str:
    """Return the card as Markdown."""
    recipe = facts.recipe
    last = facts.scores[-1] if facts.scores else {}
    return _CARD.format(
        n_weights=f"{facts.n_weights:,}",
        megabytes=facts.n_bytes / 1e6,
        n_words=len(facts.words),
        n_steps=facts.n_steps,
        stages=_table(_stage_row(stage) for stage in recipe["stages"]),
        seed=recipe["training"]["seed"],
        score_step=last.get("step", "none"),
        n_scored=recipe["n_validation_batches"] * VALIDATION_CLIPS,
        gains=_table((title, _gain(last.get(name))) for name, title in _PROMPTS.items()),
        tags=f"{last['tags']:.0%}" if "tags" in last else "an unknown share",
        parts=_table(_part_row(name, facts.data) for name in ("train", "validation", "test")),
        beginning=_BEGINNING if recipe.get("begun_with") else "",
        commands=_commands(recipe, facts.n_steps),
        licences=_table((name, str(count)) for name, count in facts.licences.items()),
        little=_little(facts.data),
    )


def _commands(recipe: Mapping[str, Any], n_steps: int) -> str:
    seed = recipe["training"]["seed"]
    if not recipe.get("begun_with"):
        return f"    uv run main.py train mini DATA -o FOLDER --steps {n_steps} --seed {seed}"
    return (
        "    uv run main.py train mini DATA -o FIRST\n"
        "    uv run main.py train export FIRST -o FIRST/ready\n"
        "    uv run main.py train mini DATA -o FOLDER --begin FIRST/ready/mini.safetensors "
        f"--steps {n_steps} --seed {seed}"
    )


def _stage_row(stage: Mapping[str, Any]) -> tuple[str, ...]:
    mixing = stage["mixing"]
    return (
        str(stage["from_step"]),
        str(stage["n_clips"]),
        f"{mixing['n_samples'] / 16_000:.2f} s",
        f"{mixing['alone_share']:.0%}",
        f"{mixing['absent_share']:.0%}",
        str(stage["n_more_mixtures"]),
    )


def _gain(gain_db: float | None) -> str:
    return "not measured" if gain_db is None else f"{gain_db:.1f}".replace("-", "−")


def _part_row(name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    part = data[name]
    return name, str(part["recordings"]), str(part["originals"]), str(part.get("minutes", "–"))


def _little(data: Mapping[str, Any]) -> str:
    little = [
        label.replace("_", " ")
        for label, minutes in data["minutes_by_class"].items()
        if minutes < LITTLE_MINUTES
    ]
    if not little:
        return ""
    return f"* Of these there was less than a minute to learn from: {', '.join(little)}.\n"


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
