"""Read a folder of golden numbers and compare ours with them by the tolerances it gives."""

import fnmatch
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.golden.formulas import made_input

Entry = dict[str, Any]  # one case of index.json

_MOST = re.compile(
    r"(?P<percent>[\d.]+) % of values within (?P<limit>\S+), all within (?P<all>\S+)"
)


class Case:
    """One golden case: its configuration, its inputs made again, its outputs."""

    def __init__(self, folder: Path, entry: Entry) -> None:
        self.folder, self.entry = folder, entry
        self.name = f"{entry['system']}/{entry['case']}"
        self.config: dict[str, Any] = entry["config"]

    def input(self, name: str) -> Tensor:
        """Return an input, having checked that it is the one the official code was given."""
        rule = self.entry["inputs"][name]
        made = made_input(rule["key"], rule["shape"], rule["expr"])
        head = np.asarray(rule["head"], np.float32)
        np.testing.assert_allclose(made.flatten()[: len(head)].numpy(), head, rtol=1e-6, atol=1e-7)
        return made

    @property
    def weight_prefix(self) -> str:
        return str(self.entry["weights"]["hash_prefix"])

    def check(self, ours: Mapping[str, Tensor | float | list[float]]) -> None:
        """Compare everything the case holds; nothing may be missing, or too far away."""
        golden = np.load(self.folder / self.entry["file"])
        wanted = {*self.entry["outputs"], *self.entry["scalars"]}
        assert wanted <= set(ours), f"not computed: {sorted(wanted - set(ours))}"
        for name, rule in self.entry["outputs"].items():
            self._check_array(name, rule, _numpy(ours[name]), golden)
        for name, value in self.entry["scalars"].items():
            self._check_scalar(name, np.asarray(ours[name]), np.asarray(value))

    def _check_array(self, name: str, rule: Entry, ours: Any, golden: Any) -> None:
        assert list(ours.shape) == rule["shape"], f"{name} has shape {ours.shape}"
        picked = ours[tuple(slice(None, None, step) for step in rule["stride"])]
        theirs = golden[name]
        if np.issubdtype(theirs.dtype, np.integer):
            np.testing.assert_array_equal(picked, theirs, err_msg=name)
            return
        share = _share(np.abs(picked.astype(np.float64) - theirs), rule["absmax"])
        assert share.max() <= self._tolerance(name), f"{name} is off by {share.max():.2e}"
        self._check_most(name, share)
        allowed_mean = self.entry["tolerance"].get("mean of |difference|", np.inf)
        assert share.mean() <= allowed_mean, f"{name} is off by {share.mean():.2e} on average"
        if "integer" not in rule["dtype"]:
            self._check_statistics(name, rule, ours, golden[name + "__stats"])

    def _check_most(self, name: str, share: Any) -> None:
        """Where a rule allows a few values more, nearly all of them keep to less."""
        found = _MOST.match(str(self._rule(name)))
        if found is not None:
            percent, limit = float(found["percent"]), float(found["limit"])
            n_near = (share <= limit).mean() * 100
            assert n_near >= percent, f"only {n_near:.2f} % of {name} are within {limit}"

    def _check_statistics(self, name: str, rule: Entry, ours: Any, theirs: Any) -> None:
        """Mean, deviation and largest magnitude are of the full output, not of the strided one."""
        whole = ours.astype(np.float64)
        stats = np.array([whole.mean(), whole.std(), np.abs(whole).max()])
        share = _share(np.abs(stats - theirs), rule["absmax"]).max()
        assert share <= self._tolerance(name), f"statistics of {name} are off by {share:.2e}"

    def _check_scalar(self, name: str, ours: Any, theirs: Any) -> None:
        assert ours.shape == theirs.shape
        tolerance = self._rule(name)
        if isinstance(tolerance, str) and tolerance.endswith("dB absolute"):
            assert np.abs(ours - theirs).max() <= float(tolerance.split()[0]), name
        elif name.endswith("_max_abs_error"):
            # The size of a rounding error is chance; that it is one is the claim.
            assert ours.max() <= 10 * theirs.max(), name
        else:
            share = _share(np.abs(ours - theirs), np.abs(theirs))
            assert share.max() <= self._tolerance(name), name

    def _rule(self, name: str) -> float | str:
        rules: dict[str, float | str] = self.entry["tolerance"]
        for patterns, tolerance in rules.items():
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split("|")):
                return tolerance
        return rules["default"]

    def _tolerance(self, name: str) -> float:
        rule = self._rule(name)
        found = _MOST.match(str(rule))
        if found is not None:
            return float(found["all"])
        return float(rule.split()[0]) if isinstance(rule, str) else rule


def read_cases(folder: Path) -> list[Case]:
    """Return all cases of a folder with `index.json` and the arrays beside it."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return [Case(folder, entry) for entry in index["cases"]]


def _share(distance: Any, scale: Any) -> Any:
    """Return distance / scale; of what is 0 in the golden numbers nothing but 0 is near."""
    scale = np.broadcast_to(np.asarray(scale, np.float64), distance.shape)
    far = np.where(distance > 0, np.inf, 0.0)
    return np.divide(distance, scale, out=far, where=scale > 0)


def _numpy(value: Tensor | float | list[float]) -> Any:
    return value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
