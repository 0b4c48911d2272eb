"""How well a picture network does on pictures it never saw, and how far its confidence is true.

Letters in shapes: M pictures, K words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as nnf

from core.domain.beliefs import SURE_FROM
from core.nn.seeing import SeeingNetwork
from core.separation.seen_words import confidences_of
from core.training.pictures_bank import BankedPicture

_N_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a network said of pictures."""

    words: tuple[str, ...]
    labels: tuple[str, ...]  # M
    is_drawing: npt.NDArray[np.bool_]  # (M,)
    answers: npt.NDArray[np.int64]  # (M,), 0 to K
    confidences: npt.NDArray[np.float64]  # (M, K + 1)

    @classmethod
    def by(cls, network: SeeingNetwork, bank: Sequence[BankedPicture]) -> "Seen":
        """Return what `network` says of the whole of each picture, as an engine would ask it."""
        words = network.config.words
        known = [one for one in bank if one.picture.is_of_nothing or one.picture.label in words]
        answers = [
            len(words) if one.picture.is_of_nothing else words.index(one.picture.label)
            for one in known
        ]
        said = [
            confidences_of(network, one.pixels, np.ones(one.pixels.shape[:2], np.bool_))
            for one in known
        ]
        return cls(
            words,
            tuple(one.picture.label for one in known),
            np.array([one.picture.is_drawing for one in known], np.bool_),
            np.array(answers, np.int64),
            np.array(said, np.float64).reshape(len(known), len(words) + 1),
        )

    @property
    def ranks(self) -> npt.NDArray[np.int64]:
        """(M,), how many answers were thought more likely than the right one."""
        right = np.take_along_axis(self.confidences, self.answers[:, None], 1)
        return np.asarray((self.confidences > right).sum(1), np.int64)

    def scores(self) -> dict[str, float]:
        """Return shares of right answers, and how far off the confidence is, all 0 to 1."""
        ranks = self.ranks
        nothing = self.answers == len(self.words)
        says_nothing = self.confidences.argmax(1) == len(self.words)
        groups = {
            "photographs": ~nothing & ~self.is_drawing,
            "drawings": ~nothing & self.is_drawing,
        }
        found = {}
        for name, group in groups.items():
            found[f"{name} top 1"] = _mean(ranks[group] < 1)
            found[f"{name} top 3"] = _mean(ranks[group] < 3)
        found["nothing found"] = _mean(says_nothing[nothing])
        found["nothing by mistake"] = _mean(says_nothing[~nothing])
        found["calibration error"] = self.calibration_error()
        return found | self._when_sure()

    def _when_sure(self) -> dict[str, float]:
        """Return how often a word is said without "perhaps", and how often it is right then."""
        words = self.confidences[:, :-1]
        is_sure = words.max(1) >= SURE_FROM
        is_right = words.argmax(1) == self.answers
        nothing = self.answers == len(self.words)
        found = {"nothing, yet sure": _mean(is_sure[nothing])}
        for name, kind in (("photographs", ~self.is_drawing), ("drawings", self.is_drawing)):
            group = kind & ~nothing
            found[f"{name} sure"] = _mean(is_sure[group])
            found[f"{name} right when sure"] = _mean(is_right[group & is_sure])
        return found

    def by_label(self) -> dict[str, dict[str, float]]:
        """Return for each class how many pictures there were, of each kind, and how many right."""
        table = {}
        for label in sorted(set(self.labels)):
            mine = np.array([one == label for one in self.labels])
            row: dict[str, float] = {}
            for kind, group in (("photographs", ~self.is_drawing), ("drawings", self.is_drawing)):
                ranks = self.ranks[mine & group]
                if len(ranks):
                    row |= {kind: len(ranks), f"{kind} top 1": _mean(ranks < 1)}
                    row[f"{kind} top 3"] = _mean(ranks < 3)
            table[label] = row
        return table

    def calibration_error(self) -> float:
        """Return the mean gap between confidence and truth over ten bins of confidence."""
        best = self.confidences.max(1)
        is_right = self.ranks < 1
        bins = np.minimum((best * _N_BINS).astype(np.int64), _N_BINS - 1)
        gaps = [
            np.count_nonzero(bins == k) * abs(_mean(is_right[bins == k]) - best[bins == k].mean())
            for k in range(_N_BINS)
            if (bins == k).any()
        ]
        return float(sum(gaps) / max(1, len(best)))


def best_temperature(seen: Seen) -> float:
    """Return by how much more the log odds should be divided to make the answers most likely."""
    logits = torch.from_numpy(np.log(np.maximum(seen.confidences, 1e-12)))
    answers = torch.from_numpy(seen.answers)
    tried = np.geomspace(0.3, 4.0, 80)
    losses = [float(nnf.cross_entropy(logits / one, answers)) for one in tried]
    return float(tried[int(np.argmin(losses))])


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0
