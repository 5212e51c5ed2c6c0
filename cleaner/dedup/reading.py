"""Texts of units, by their number in keep order, a bounded amount at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Fetch: TypeAlias = Callable[[NDArray[np.int64]], Sequence[str]]  # row numbers, ascending → the texts of these units
Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]

BUDGET = 1 << 20  # code points read at a time: their shingle sets take 8 MB


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

    def texts(self, units: NDArray[np.int64]) -> list[str]:
        """The texts of distinct units; asked for in row order, which is the order on disk."""
        order = np.argsort(self.rows[units])
        texts = [""] * len(units)
        for at, text in zip(order.tolist(), self.fetch(self.rows[units[order]]), strict=True):
            texts[at] = text
        return texts

    def pairs(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> Iterator[tuple[slice, Pairs, list[str]]]:
        """The pairs in portions, each as places in the texts of its units. Pairs with one first unit stand together."""
        again = np.zeros(len(first), dtype=np.bool_)
        again[1:] = first[1:] == first[:-1]  # its text is read once for all its pairs
        spent = np.cumsum(self.sizes[second] + np.where(again, 0, self.sizes[first]))
        for portion in _portions(spent):
            units, places = np.unique(np.concatenate([first[portion], second[portion]]), return_inverse=True)
            yield portion, (places[: len(places) // 2], places[len(places) // 2 :]), self.texts(units)

    def groups(
        self, groups: Sequence[NDArray[np.int64]]
    ) -> Iterator[tuple[Sequence[NDArray[np.int64]], NDArray[np.int64], list[str]]]:
        """The groups in portions, each with its units end to end and their texts. No unit is in two groups."""
        spent = np.cumsum([self.sizes[group].sum() for group in groups], dtype=np.int64)
        for portion in _portions(spent):
            units = np.concatenate(groups[portion])
            yield groups[portion], units, self.texts(units)


def _portions(spent: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of a running sum that spend about BUDGET each, and at least one item."""
    portion = spent // BUDGET
    cuts = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(spent)]
    yield from (slice(start, end) for start, end in pairwise(cuts) if start < end)
