"""Keeps the newest pictures in memory, up to a number of bytes: whole ones and undecoded-to-RGB."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class ByteLimitedCache(Generic[Item]):
    """Items by pts; what was used longest ago leaves when `limit_bytes` is passed."""

    def __init__(self, limit_bytes: int, size_of: Callable[[Item], int]) -> None:
        self._limit_bytes = limit_bytes
        self._size_of = size_of
        self._items: OrderedDict[int, Item] = OrderedDict()
        self._n_bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def n_bytes(self) -> int:
        return self._n_bytes

    def get(self, pts: int) -> Item | None:
        """Return the item and count it as used just now, or None."""
        item = self._items.get(pts)
        if item is not None:
            self._items.move_to_end(pts)
        return item

    def put(self, pts: int, item: Item) -> None:
        """Keep `item`; the newest stays even where it alone is over the limit."""
        old = self._items.pop(pts, None)
        if old is not None:
            self._n_bytes -= self._size_of(old)
        self._items[pts] = item
        self._n_bytes += self._size_of(item)
        while self._n_bytes > self._limit_bytes and len(self._items) > 1:
            _, dropped = self._items.popitem(last=False)
            self._n_bytes -= self._size_of(dropped)

    def clear(self) -> None:
        self._items.clear()
        self._n_bytes = 0
