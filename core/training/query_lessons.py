"""Teaches the queries of a DDAVS on sound alone: each names something that is heard, all of it.

A lesson costs a fiftieth of one with pictures, since the sound encoder is frozen and hears each
mixture once. Ours; the paper teaches everything at once, for which there was no machine here.

Letters in shapes: M mixtures, L tokens, D their width, n queries, K words, N samples.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.nn.ddavs.network import Ddavs
from core.progress import CancelToken, Progress, Report
from core.scenes.likeness import alike
from core.scenes.sounds import mixed
from core.training.sounding_batch import CLIP_S, SAMPLE_RATE_HZ, SingleSounds

_HEARD_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class QueryLessons:
    """How queries are taught."""

    n_mixtures: int = 6_000
    source_shares: tuple[float, ...] = (0.4, 0.4, 0.2)
    """How often a mixture has one, two, three sources."""
    n_steps: int = 600
    n_clips: int = 48
    """In a batch."""
    learning_rate: float = 1e-3
    seed: int = 0


def teach_queries(
    network: Ddavs,
    singles: SingleSounds,
    words: tuple[str, ...],
    lessons: QueryLessons,
    *,
    report: Report,
    cancel: CancelToken,
) -> float:
    """Teach the queries and their names, leave all else alone, and return the last loss.

    Args:
        network: with queries and words.
        singles: sounds of one class each.
        words: what numbers of classes mean.
        lessons: how.
        report: told of each step.
        cancel: stops between two.

    Raises:
        ValueError: the network has no queries, or names nothing.
        Cancelled: asked to stop.
    """
    if network.queries is None or network.words is None:
        raise ValueError("only queries that name their sources can be taught by names")
    waves, present = _mixtures(singles, words, lessons, report, cancel)
    tokens = _heard(network, waves, report, cancel)
    learnt = [*network.queries.parameters(), *network.words.parameters()]
    optimizer = torch.optim.AdamW(learnt, lr=lessons.learning_rate, weight_decay=0.05)
    chance = torch.Generator().manual_seed(lessons.seed)
    network.train()
    loss = torch.zeros(())
    for step in range(lessons.n_steps):
        cancel.raise_if_cancelled()
        report(Progress("Teaching the queries", step, lessons.n_steps))
        for group in optimizer.param_groups:
            group["lr"] = lessons.learning_rate * _rate(step, lessons.n_steps)
        chosen = torch.randint(len(tokens), (lessons.n_clips,), generator=chance)
        queries, _ = network.ask(tokens[chosen].float())
        loss = presence_loss(network.words(queries), present[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(learnt, 5.0)
        optimizer.step()
    network.zero_grad(set_to_none=True)
    network.eval()
    return float(loss.detach())


def presence_loss(words: Tensor, present: Tensor) -> Tensor:
    """Return how badly queries name what is heard: each of them something, all of them all.

    Args:
        words: logits (B, n, K).
        present: (B, K) bool, at least one True in each row.
    """
    likely = words.log_softmax(-1)
    something = likely.masked_fill(~present[:, None], -torch.inf).logsumexp(-1)  # (B, n)
    best = likely.amax(1).masked_fill(~present, 0.0)  # (B, K)
    return -something.mean() - (best.sum(1) / present.sum(1)).mean()


def _mixtures(
    singles: SingleSounds,
    words: tuple[str, ...],
    lessons: QueryLessons,
    report: Report,
    cancel: CancelToken,
) -> tuple[Tensor, Tensor]:
    """Return mixtures (M, N), and which words are heard in each, (M, K)."""
    known = [label for label in singles.classes if label in words]
    waves: list[Tensor] = []
    present = torch.zeros(lessons.n_mixtures, len(words), dtype=torch.bool)
    for number in range(lessons.n_mixtures):
        cancel.raise_if_cancelled()
        report(Progress("Mixing sounds", number, lessons.n_mixtures))
        random = np.random.default_rng((lessons.seed, number, 2))
        n_sources = 1 + int(random.choice(len(lessons.source_shares), p=lessons.source_shares))
        labels = _unlike(known, n_sources, random)
        n_samples = round(CLIP_S * SAMPLE_RATE_HZ)
        sources = [singles.excerpt(label, n_samples, random) for label in labels]
        waves.append(torch.from_numpy(mixed(sources, 1, random)[0]))
        present[number, [words.index(label) for label in labels]] = True
    return torch.stack(waves), present


def _unlike(labels: list[str], n: int, random: np.random.Generator) -> list[str]:
    """Return up to `n` labels of which none is like another."""
    chosen: list[str] = []
    for _ in range(n):
        taken = frozenset().union(*(alike(one) for one in chosen))
        free = [label for label in labels if label not in taken]
        if free:
            chosen.append(free[int(random.integers(len(free)))])
    return chosen


@torch.no_grad()
def _heard(network: Ddavs, waves: Tensor, report: Report, cancel: CancelToken) -> Tensor:
    """Return the tokens (M, L, D) in half precision."""
    network.eval()
    found = []
    for done, some in enumerate(torch.split(waves, _HEARD_AT_ONCE)):
        cancel.raise_if_cancelled()
        report(Progress("Listening", done * _HEARD_AT_ONCE, len(waves)))
        with torch.autocast(some.device.type, torch.bfloat16):
            found.append(network.listen(some).half())
    return torch.cat(found)


def _rate(step: int, n_steps: int) -> float:
    """Return the part of the learning rate: up in 50 steps, down over the second half."""
    return min(1.0, (step + 1) / 50) * max(0.02, min(1.0, 2 * (n_steps - step) / n_steps))
