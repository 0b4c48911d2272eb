"""How much memory a network needs, counted tensor by tensor while it runs, or only seems to.

On the device "meta" tensors have shapes and no content, so that networks of any size can be asked
what they would need on a machine that doesn't have it.
"""

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class MemoryMeter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all tensors made inside it and still alive, and remembers the most.

    Storages are counted, so that views cost nothing. What was there before is not counted; nor is
    what an operation holds for itself while it runs.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.live_bytes = 0
        self.peak_bytes = 0
        self._seen: set[int] = set()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        before = {self._key(leaf) for leaf in tree_leaves((args, kwargs)) if _is_tensor(leaf)}
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if _is_tensor(leaf) and self._key(leaf) not in before | self._seen:
                self._count(leaf)
        return out

    @staticmethod
    def _key(tensor: Tensor) -> int:
        return int(tensor.untyped_storage()._cdata)

    def _count(self, tensor: Tensor) -> None:
        storage, key = tensor.untyped_storage(), self._key(tensor)
        n_bytes = storage.nbytes()
        self._seen.add(key)
        self.live_bytes += n_bytes
        self.peak_bytes = max(self.peak_bytes, self.live_bytes)
        weakref.finalize(storage, self._forget, key, n_bytes)

    def _forget(self, key: int, n_bytes: int) -> None:
        self._seen.discard(key)
        self.live_bytes -= n_bytes


def peak_bytes(work: Callable[[], object]) -> int:
    """Return the most bytes that tensors made by `work` had at one time."""
    with torch.inference_mode(), MemoryMeter() as meter:
        work()
    return int(meter.peak_bytes)


def weight_bytes(network: nn.Module, dtype: torch.dtype) -> int:
    """Return what the weights of `network` take in `dtype`."""
    return sum(weight.numel() for weight in network.parameters()) * dtype.itemsize


def _is_tensor(leaf: object) -> bool:
    return isinstance(leaf, Tensor)
