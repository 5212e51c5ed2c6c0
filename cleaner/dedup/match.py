"""Rows → edges: which units go, and for which surviving copy. Reads texts only through `fetch`.

Order: exact documents, near documents, then exact and near paragraphs of the documents that stay. A paragraph never
disappears because its first copy sat in a document that was dropped. With scope "document" paragraphs meet in their own
document alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.bands import chosen, promised
from cleaner.dedup.candidates import Crowds, exact_pairs, near_pairs
from cleaner.dedup.edges import Edges
from cleaner.dedup.reading import Fetch, Reading
from cleaner.dedup.scope import scoped
from cleaner.dedup.settings import FIELD, Dedup, Keep
from cleaner.dedup.shuffle import Shuffle, shuffle
from cleaner.dedup.units import DOCUMENT, PARAGRAPH, BandKeys, Units
from cleaner.dedup.verify import Links, equal, similar, verdicts


def match(
    units: Units,
    fetch: Fetch,
    settings: Dedup,
    shuffle: Shuffle = shuffle,
    parts: int | None = None,
    values: NDArray[np.float64] | None = None,
    bands: BandKeys | None = None,
    crowds: Crowds | None = None,
    threads: int = 1,
) -> Edges:
    """Every unit to remove, in row order, one edge each; the keeper of every edge stays.

    units    the rows of all shards; `document` counts in source order over the whole corpus
    fetch    row numbers, ascending → the texts of these units; only rows that may go, or stay for another, are asked for
    parts    in how many parts a column is sorted; by default as many as `settings.memory` asks for
    values   one number a document for `keep = "field:NAME"`, -inf where it has none; float64, shape (documents,)
    bands    the band keys, where they do not lie in `units`
    crowds   counts large buckets, if given
    threads  that compare texts
    shuffle  how rows with equal keys are brought together; neither it nor `parts` nor `threads` changes the result
    """
    order = keep_order(units, settings.keep, values)
    bands = units.bands if bands is None else bands
    parts, crowds = parts or settings.parts(len(units)), crowds or Crowds()
    at_once = threads if settings.parts(len(units) * (threads + 1)) == 1 else 1  # one more may wait to be taken
    search = _Search(units, bands, fetch, settings, shuffle, parts, crowds, threads, at_once)
    may_go = (units.kind == DOCUMENT) & (units.letters > 0)
    documents = search.edges(order[may_go[order]])
    dropped = units.document[documents.unit]
    may_go = (units.kind == PARAGRAPH) & (units.letters >= settings.shortest) & ~np.isin(units.document, dropped)
    return Edges.join([documents, search.edges(order[may_go[order]])])


def keep_order(units: Units, keep: Keep, values: NDArray[np.float64] | None = None) -> NDArray[np.int64]:
    """Row numbers, the unit that is rather kept first; no two units are equal in it. Policy, source order, offset."""
    source = np.arange(len(units))
    if values is not None and keep.startswith(FIELD):
        return source[np.argsort(-values[units.document[source]], kind="stable")]
    if keep == "longest":
        return source[np.argsort(-units.letters[source], kind="stable")]
    return source[::-1] if keep == "last" else source


@dataclass(frozen=True, slots=True)
class _Search:
    """One corpus and how to search it; what is searched for is an argument of `edges`."""

    units: Units
    bands: BandKeys
    fetch: Fetch
    settings: Dedup
    shuffle: Shuffle
    parts: int
    crowds: Crowds
    threads: int
    at_once: int  # bands, as memory allows

    def edges(self, rows: NDArray[np.int64]) -> Edges:
        """Edges among units of one kind. Inside, a unit is its place in `rows`, the keep order."""
        reading = Reading(rows, self.units.end[rows] - self.units.start[rows], self.fetch)
        hashes = self._scoped(self.units.exact[rows], rows)
        first, copies = equal(*exact_pairs(hashes, self.shuffle, self.parts), reading, self.threads)
        near = self._near(rows, copies, reading)
        return Edges.join([self._near_edges(rows, near), *self._copies(rows, first, copies, near)])

    def _near(self, rows: NDArray[np.int64], copies: NDArray[np.int64], reading: Reading) -> Links:
        """Who goes as a near copy, among the units that are long enough and no exact copies."""
        enters = self.units.near[rows]
        enters[copies] = False
        ids = np.flatnonzero(enters)
        entered = rows[ids]
        bands = (self._scoped(self.bands[entered, band], entered) for band in range(self.bands.shape[1]))
        pairs = near_pairs(ids, bands, self.shuffle, self.parts, self.crowds, self.at_once)
        links = similar(*pairs, reading, self.settings.limit, self.threads)
        return verdicts(links, reading, self.settings.limit, self.threads)

    def _scoped(self, keys: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return scoped(keys, self.units.document[rows], self.settings.scope)

    def _copies(
        self, rows: NDArray[np.int64], first: NDArray[np.int64], copies: NDArray[np.int64], near: Links
    ) -> tuple[Edges, Edges]:
        """Exact copies. Where the unit that they equal goes itself, they follow it: equal keys, equal similarity."""
        moved = np.full(len(rows), -1, dtype=np.int64)
        moved[near.second] = np.arange(len(near.second))
        stays = moved[first] < 0
        count = np.count_nonzero(stays)
        once, exact = np.ones(count, dtype=np.int64), np.ones(count, dtype=np.bool_)
        equal_ones = Edges(rows[copies[stays]], rows[first[stays]], once, once, np.full(count, -1.0), exact)
        followers = near.where(moved[first[~stays]])._replace(second=copies[~stays])
        return equal_ones, self._near_edges(rows, followers)

    def _near_edges(self, rows: NDArray[np.int64], near: Links) -> Edges:
        units, keepers, keys = rows[near.second], rows[near.first], self.bands
        agreeing = np.zeros(len(units), dtype=np.int64)
        for band in range(keys.shape[1] if len(units) else 0):
            agreeing += np.equal(keys[units, band], keys[keepers, band])
        bands = chosen(self.settings.threshold, self.settings.recall)
        estimates = np.array([promised(count, bands) for count in range(keys.shape[1] + 1)])
        exact = np.zeros(len(units), dtype=np.bool_)
        return Edges(units, keepers, near.common, near.union, estimates[agreeing], exact)
