"""The texts of a corpus in memory as long as they are few, for those who compare them; else they are read from files."""

from sys import getsizeof

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.units import Laid

Ids = NDArray[np.int64]


class HeldTexts:
    """Texts by shard; a shard that comes again replaces what came before.

    memory  bytes; where there are more, all are let go and none are taken any more
    """

    def __init__(self, memory: int) -> None:
        self._memory, self._size = memory, 0
        self._shards: dict[int, list[Laid]] | None = {}

    def put(self, shard: int, texts: list[Laid]) -> None:
        """The texts of a shard."""
        if self._shards is None:
            return
        self._size += _size(texts) - _size(self._shards.get(shard, []))
        self._shards[shard] = texts
        if self._size > self._memory:
            self.let_go()

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._shards = None

    def reader(self) -> "HeldReader | None":
        """All texts, documents numbered through; None where they are held no more."""
        if self._shards is None:
            return None
        return HeldReader([some for shard in sorted(self._shards) for some in self._shards[shard]])


def _size(texts: list[Laid]) -> int:
    return sum(getsizeof(some.together) for some in texts)


class HeldReader:
    """Gives spans of texts that are held."""

    def __init__(self, laid: list[Laid]) -> None:
        self._parts = [some.together for some in laid]
        self._part = np.repeat(np.arange(len(laid)), [len(some.ends) for some in laid])
        starts = [np.concatenate([[0], some.ends])[:-1] for some in laid]
        self._start = np.concatenate([np.empty(0, dtype=np.int64), *starts])

    def spans(self, document: Ids, start: Ids, end: Ids) -> list[str]:
        """What stands in [start, end) of each of these documents, code points."""
        at = self._start[document]
        places = zip(self._part[document].tolist(), (at + start).tolist(), (at + end).tolist(), strict=True)
        return [self._parts[part][left:right] for part, left, right in places]
