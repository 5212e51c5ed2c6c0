"""Who goes, and for whom: as columns, since a corpus may lose millions of units. Decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

_AT_A_TIME = 4096  # edges as Python objects


class Edge(NamedTuple):
    """A unit that goes, and the unit that stays for it. Both are row numbers.

    common    shingles that the two have in common; common / union is their exact Jaccard similarity
    union     shingles that either has; an exact copy says 1 / 1
    estimate  the similarity that their equal bands speak for, for show; 0 where they met only through a third unit,
              -1 for an exact copy
    exact     their comparison keys are equal
    """

    unit: int
    keeper: int
    common: int
    union: int
    estimate: float
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges as columns, each as in Edge; shape (n,)."""

    unit: Ids
    keeper: Ids
    common: Ids
    union: Ids
    estimate: NDArray[np.float64]
    exact: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.unit)

    def __iter__(self) -> Iterator[Edge]:
        for at in range(0, len(self), _AT_A_TIME):
            columns = [getattr(self, one.name)[at : at + _AT_A_TIME].tolist() for one in fields(self)]
            yield from map(Edge, *columns)

    def where(self, rows: Ids | NDArray[np.bool_]) -> "Edges":
        """These edges."""
        return Edges(*(getattr(self, one.name)[rows] for one in fields(self)))

    @classmethod
    def join(cls, parts: Sequence["Edges"]) -> "Edges":
        """All edges, by row number of the unit that goes."""
        parts = [_NONE, *parts]
        columns = [np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)]
        return cls(*columns).where(np.argsort(columns[0], kind="stable"))


_NO_IDS = np.empty(0, dtype=np.int64)
_NONE = Edges(_NO_IDS, _NO_IDS, _NO_IDS, _NO_IDS, np.empty(0, dtype=np.float64), np.empty(0, dtype=np.bool_))
