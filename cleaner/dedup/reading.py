"""Texts of units, by their number in keep order, a bounded amount at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Fetch: TypeAlias = Callable[[NDArray[np.int64]], Sequence[str]]  # row numbers, ascending → the texts of these units

BUDGET = 1 << 22  # code points read at a time: their shingle sets take 32 MB, sorted and unsorted


@dataclass(frozen=True, slots=True)
class Reading:
    """Some units in keep order, and where their texts come from.

    rows   their row numbers; int64, shape (n,)
    sizes  code points of each; int64, shape (n,)
    fetch  gives texts by row number
    """

    rows: NDArray[np.int64]
    sizes: NDArray[np.int64]
    fetch: Fetch

    def texts(self, ids: NDArray[np.int64]) -> dict[int, str]:
        """The texts of these units by unit; asked for once each and in row order, which is the order on disk."""
        wanted = np.unique(ids)
        wanted = wanted[np.argsort(self.rows[wanted])]
        return dict(zip(wanted.tolist(), self.fetch(self.rows[wanted]), strict=True))

    def pairs(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> Iterator[tuple[list[tuple[int, int]], dict[int, str]]]:
        """The pairs in portions, each with the texts of its units. Pairs with one first unit stand together."""
        again = np.zeros(len(first), dtype=np.bool_)
        again[1:] = first[1:] == first[:-1]  # its text is read once for all its pairs
        spent = np.cumsum(self.sizes[second] + np.where(again, 0, self.sizes[first]))
        for portion in _portions(spent):
            one, other = first[portion], second[portion]
            yield list(zip(one.tolist(), other.tolist(), strict=True)), self.texts(np.concatenate([one, other]))

    def groups(
        self, groups: Sequence[NDArray[np.int64]]
    ) -> Iterator[tuple[Sequence[NDArray[np.int64]], dict[int, str]]]:
        """The groups in portions, each with the texts of its units."""
        spent = np.cumsum([self.sizes[group].sum() for group in groups], dtype=np.int64)
        for portion in _portions(spent):
            yield groups[portion], self.texts(np.concatenate(groups[portion]))


def _portions(spent: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of a running sum that spend about BUDGET each, and at least one item."""
    portion = spent // BUDGET
    cuts = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(spent)]
    yield from (slice(start, end) for start, end in pairwise(cuts) if start < end)
