"""Rows → edges: which units go, and for which surviving copy. Reads texts only through `fetch`.

Order: exact documents, near documents, then exact and near paragraphs of the documents that stay. A paragraph never
disappears because its first copy sat in a document that was dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.bands import chosen, promised
from cleaner.dedup.candidates import exact_pairs, near_pairs
from cleaner.dedup.reading import Fetch, Reading
from cleaner.dedup.settings import FIELD, Dedup, Keep
from cleaner.dedup.shuffle import Shuffle, shuffle
from cleaner.dedup.units import DOCUMENT, PARAGRAPH, Units
from cleaner.dedup.verify import Links, equal, similar, verdicts


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


def match(
    units: Units,
    fetch: Fetch,
    settings: Dedup,
    shuffle: Shuffle = shuffle,
    parts: int = 1,
    values: NDArray[np.float64] | None = None,
) -> list[Edge]:
    """Every unit to remove, in row order, one edge each; the keeper of every edge stays.

    units    the rows of all shards; `document` counts in source order over the whole corpus
    fetch    row numbers, ascending → the texts of these units; only rows that may go, or stay for another, are asked for
    values   one number a document for `keep = "field:NAME"`, -inf where it has none; float64, shape (documents,)
    shuffle  how rows with equal keys are brought together; neither it nor `parts` changes the result
    """
    order = keep_order(units, settings.keep, values)
    search = _Search(units, fetch, settings, shuffle, parts)
    may_go = (units.kind == DOCUMENT) & (units.letters > 0)
    edges = search.edges(order[may_go[order]])
    dropped = units.document[[edge.unit for edge in edges]]
    may_go = (units.kind == PARAGRAPH) & (units.letters >= settings.shortest) & ~np.isin(units.document, dropped)
    edges += search.edges(order[may_go[order]])
    return sorted(edges)


def keep_order(units: Units, keep: Keep, values: NDArray[np.float64] | None = None) -> NDArray[np.int64]:
    """Row numbers, the unit that is rather kept first; no two units are equal in it. Policy, source order, offset."""
    source = np.lexsort((units.start, units.kind, units.document))
    if values is not None and keep.startswith(FIELD):
        return source[np.argsort(-values[units.document[source]], kind="stable")]
    if keep == "longest":
        return source[np.argsort(-units.letters[source], kind="stable")]
    return source[::-1] if keep == "last" else source


@dataclass(frozen=True, slots=True)
class _Search:
    """One corpus and how to search it; what is searched for is an argument of `edges`."""

    units: Units
    fetch: Fetch
    settings: Dedup
    shuffle: Shuffle
    parts: int

    def edges(self, rows: NDArray[np.int64]) -> list[Edge]:
        """Edges among units of one kind. Inside, a unit is its place in `rows`, the keep order."""
        reading = Reading(rows, self.units.end[rows] - self.units.start[rows], self.fetch)
        first, copies = equal(*exact_pairs(self.units.exact[rows], self.shuffle, self.parts), reading)
        near = self._near(rows, copies, reading)
        return [*self._near_edges(rows, near), *self._copies(rows, first, copies, near)]

    def _near(self, rows: NDArray[np.int64], copies: NDArray[np.int64], reading: Reading) -> Links:
        """Who goes as a near copy, among the units that are long enough and no exact copies."""
        enters = self.units.near[rows]
        enters[copies] = False
        ids = np.flatnonzero(enters)
        bands = (self.units.bands[rows[ids], band] for band in range(self.units.bands.shape[1]))
        pairs = near_pairs(ids, bands, self.shuffle, self.parts)
        return verdicts(similar(*pairs, reading, self.settings.limit), reading, self.settings.limit)

    def _copies(
        self, rows: NDArray[np.int64], first: NDArray[np.int64], copies: NDArray[np.int64], near: Links
    ) -> Iterator[Edge]:
        """Exact copies. Where the unit that they equal goes itself, they follow it: equal keys, equal similarity."""
        moved = np.full(len(rows), -1, dtype=np.int64)
        moved[near.second] = np.arange(len(near.second))
        stays = moved[first] < 0
        for copy, keeper in zip(rows[copies[stays]].tolist(), rows[first[stays]].tolist(), strict=True):
            yield Edge(copy, keeper, 1, 1, -1, exact=True)
        yield from self._near_edges(rows, near.where(moved[first[~stays]])._replace(second=copies[~stays]))

    def _near_edges(self, rows: NDArray[np.int64], near: Links) -> Iterator[Edge]:
        units, keepers = rows[near.second], rows[near.first]
        agreeing = np.count_nonzero(self.units.bands[units] == self.units.bands[keepers], axis=1)
        bands = chosen(self.settings.threshold, self.settings.recall)
        columns = (column.tolist() for column in (units, keepers, near.common, near.union, agreeing))
        for unit, keeper, common, union, agree in zip(*columns, strict=True):
            yield Edge(unit, keeper, common, union, promised(agree, bands), exact=False)
