"""What a drag along the time axis means for a span: a new one, a moved edge, or a moved body."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from core.domain.prompts import SpanPrompt, TimeSpan

SHORTEST_SPAN_S = 1e-3
"""A shorter drag holds no sound that could be told from its surroundings."""


class GripKind(Enum):
    """The part of a span under the pointer."""

    START = auto()
    END = auto()
    BODY = auto()


@dataclass(frozen=True, slots=True)
class Grip:
    """A span under the pointer, and by which part it would be taken."""

    stem_id: str
    prompt: SpanPrompt
    kind: GripKind


@dataclass(frozen=True, slots=True)
class SpanDrag:
    """A drag that began at `press_s`; `grip` is None where it draws a new span."""

    stem_id: str
    press_s: float
    is_positive: bool = True
    grip: Grip | None = None

    def at(
        self, now_s: float, duration_s: float, snap: Callable[[float], float]
    ) -> SpanPrompt | None:
        """Return the span if the drag ended now, cut at the clip's ends; None where empty."""
        if self.grip is None:
            start_s, end_s = snap(self.press_s), snap(now_s)
        elif self.grip.kind is GripKind.BODY:
            start_s, end_s = self._moved_body(self.grip.prompt.span, now_s, duration_s, snap)
        else:
            start_s, end_s = self._moved_edge(self.grip, snap(now_s))
        start_s, end_s = sorted((start_s, end_s))
        start_s, end_s = max(0.0, start_s), min(duration_s, end_s)
        if end_s - start_s < SHORTEST_SPAN_S:
            return None
        return SpanPrompt(TimeSpan(start_s, end_s), self.is_positive)

    def _moved_body(
        self, span: TimeSpan, now_s: float, duration_s: float, snap: Callable[[float], float]
    ) -> tuple[float, float]:
        start_s = span.start_s + now_s - self.press_s
        snapped_start_s, snapped_end_s = snap(start_s), snap(start_s + span.length_s)
        if snapped_start_s != start_s:
            start_s = snapped_start_s
        elif snapped_end_s != start_s + span.length_s:
            start_s = snapped_end_s - span.length_s
        start_s = min(max(0.0, start_s), max(0.0, duration_s - span.length_s))
        return start_s, start_s + span.length_s

    def _moved_edge(self, grip: Grip, now_s: float) -> tuple[float, float]:
        span = grip.prompt.span
        kept_s = span.end_s if grip.kind is GripKind.START else span.start_s
        return kept_s, now_s


def find_grip(
    spans: Iterable[tuple[str, SpanPrompt]],
    time_s: float,
    edge_s: float,
    *,
    with_body: bool,
) -> Grip | None:
    """Return what lies under `time_s`: the nearest edge within `edge_s`, else the shortest body.

    Where two edges lie on each other the one is taken that can be pulled to this side.
    """
    edges: list[tuple[float, float, Grip]] = []
    bodies: list[tuple[float, Grip]] = []
    for stem_id, prompt in spans:
        span = prompt.span
        for kind, at_s, outward in (
            (GripKind.START, span.start_s, time_s - span.start_s),
            (GripKind.END, span.end_s, span.end_s - time_s),
        ):
            if abs(time_s - at_s) <= edge_s:
                edges.append((abs(time_s - at_s), -outward, Grip(stem_id, prompt, kind)))
        if with_body and span.start_s <= time_s < span.end_s:
            bodies.append((span.length_s, Grip(stem_id, prompt, GripKind.BODY)))
    if edges:
        return min(edges, key=lambda edge: edge[:2])[2]
    return min(bodies, key=lambda body: body[0])[1] if bodies else None


def snap_to(time_s: float, targets_s: Iterable[float], within_s: float) -> float:
    """Return the nearest of the targets within reach, else `time_s` itself."""
    near = min(targets_s, key=lambda target_s: abs(target_s - time_s), default=None)
    return near if near is not None and abs(near - time_s) <= within_s else time_s
