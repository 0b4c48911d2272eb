"""Prompts to JSON and back, for the project file and the manifest.

Floats are written with all their digits, so what is read equals what was written. Reading refuses
what is not of the expected kind with `ValueError`, `TypeError`, `KeyError` or `PromptError`: the
caller knows the file it came from and says so.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from core.domain.prompts import (
    Box,
    Click,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)

Json = bool | int | float | str | None | Sequence["Json"] | Mapping[str, "Json"]

Item = TypeVar("Item")


def prompts_to_json(prompts: PromptSet) -> dict[str, Json]:
    """Return a dictionary with one list for each kind of prompt."""
    return {
        "texts": [prompt.text for prompt in prompts.texts],
        "regions": [region_to_json(region) for region in prompts.regions],
        "spans": [
            {**_span_to_json(prompt.span), "is_positive": prompt.is_positive}
            for prompt in prompts.spans
        ],
        "spectral": [
            {
                **_span_to_json(prompt.span),
                "low_hz": float(prompt.low_hz),
                "high_hz": float(prompt.high_hz),
                "is_positive": prompt.is_positive,
            }
            for prompt in prompts.spectral
        ],
    }


def region_to_json(region: RegionPrompt) -> dict[str, Json]:
    # float() and int(): a position may have come from an array, whose numbers JSON does not know.
    return {
        "clicks": [
            {
                "x_px": float(click.x_px),
                "y_px": float(click.y_px),
                "pts": int(click.pts),
                "is_positive": click.is_positive,
            }
            for click in region.clicks
        ],
        "boxes": [
            {
                "x0_px": float(box.x0_px),
                "y0_px": float(box.y0_px),
                "x1_px": float(box.x1_px),
                "y1_px": float(box.y1_px),
                "pts": int(box.pts),
            }
            for box in region.boxes
        ],
    }


def prompts_from_json(value: Json) -> PromptSet:
    """Return the prompts that `prompts_to_json` wrote."""
    record = as_record(value)
    return PromptSet(
        texts=as_items(record["texts"], lambda text: TextPrompt(as_text(text))),
        regions=as_items(record["regions"], region_from_json),
        spans=as_items(record["spans"], _span_from_json),
        spectral=as_items(record["spectral"], _spectral_from_json),
    )


def region_from_json(value: Json) -> RegionPrompt:
    record = as_record(value)
    return RegionPrompt(
        clicks=as_items(record["clicks"], _click_from_json),
        boxes=as_items(record["boxes"], _box_from_json),
    )


def as_record(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError(f"expected an object, found {value!r:.60}")
    return value


def as_items(value: Json, read: Callable[[Json], Item]) -> tuple[Item, ...]:
    """Return what `read` makes of every item of a list."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"expected a list, found {value!r:.60}")
    return tuple(read(item) for item in value)


def as_text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r:.60}")
    return value


def as_number(value: Json) -> float:
    """Return `value` as it is, whole or not, so that a round trip changes nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, found {value!r:.60}")
    return value


def as_whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected a whole number, found {value!r:.60}")
    return value


def as_truth(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, found {value!r:.60}")
    return value


def _span_to_json(span: TimeSpan) -> dict[str, Json]:
    return {"start_s": float(span.start_s), "end_s": float(span.end_s)}


def _time_span(record: Mapping[str, Json]) -> TimeSpan:
    return TimeSpan(as_number(record["start_s"]), as_number(record["end_s"]))


def _span_from_json(value: Json) -> SpanPrompt:
    record = as_record(value)
    return SpanPrompt(_time_span(record), as_truth(record["is_positive"]))


def _spectral_from_json(value: Json) -> SpectralPrompt:
    record = as_record(value)
    low_hz, high_hz = as_number(record["low_hz"]), as_number(record["high_hz"])
    return SpectralPrompt(_time_span(record), low_hz, high_hz, as_truth(record["is_positive"]))


def _click_from_json(value: Json) -> Click:
    record = as_record(value)
    x_px, y_px = as_number(record["x_px"]), as_number(record["y_px"])
    return Click(x_px, y_px, as_whole(record["pts"]), as_truth(record["is_positive"]))


def _box_from_json(value: Json) -> Box:
    record = as_record(value)
    x0_px, y0_px, x1_px, y1_px = (
        as_number(record[name]) for name in ("x0_px", "y0_px", "x1_px", "y1_px")
    )
    return Box(x0_px, y0_px, x1_px, y1_px, as_whole(record["pts"]))
