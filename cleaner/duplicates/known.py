"""New units against units that were kept before: who goes, and for whom. Old units are never decided again.

A unit goes for an old one that it matches directly, verified as in `verify`: equal keys, or exact Jaccard. What is left
is for `match` to decide. Arrays in, arrays out: others keep segments of old units on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.articles import EQUAL, NEAR, Free, alike_in_words, at_most_half
from cleaner.duplicates.careful import silent_pairs
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, PARAGRAPH, BandKeys, Ids, Units
from cleaner.duplicates.verify import Fetch, Removals, UnitTexts, prove_equal, prove_similar

MOST = 8  # units of one bucket that a later unit meets: the first ones. Copies in a crowd meet in other buckets as well

Rows: TypeAlias = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n units, m of them long enough to be near copies, in b bands. All may lie in files.

    units       document, kind, start, end of each, as in Units; uint32, shape (4, n)
    exact       their hashes, `by_kind`, in order; int64, shape (n, 2)
    exact_rows  whose they are; uint32, shape (n,)
    keys        their keys in each band, `by_kind`, in order of key, then row; int64, shape (b, m)
    rows        whose they are; uint32, shape (b, m)
    """

    units: Rows
    exact: Ids
    exact_rows: Rows
    keys: Ids
    rows: Rows

    def __len__(self) -> int:
        return len(self.exact_rows)

    def equal_to(self, hashes: Ids) -> tuple[Ids, Ids]:
        """Places in `hashes` (int64, shape (k, 2)) that a unit here has too, and the first such unit."""
        order = np.argsort(hashes[:, 0])  # in order, so that pages of a file are read once
        low = np.searchsorted(self.exact[:, 0], hashes[order, 0])
        (found,) = np.nonzero(low < len(self))
        found = found[(self.exact[low[found]] == hashes[order[found]]).all(axis=1)]
        return order[found], self.exact_rows[low[found]].astype(np.int64)

    def met(self, band: int, keys: Ids) -> tuple[Ids, Ids]:
        """Places in `keys` whose bucket has units here, and these units."""
        order = np.argsort(keys)
        low, high = (np.searchsorted(self.keys[band], keys[order], side) for side in ("left", "right"))
        count = np.minimum(high - low, MOST)
        found = np.repeat(np.arange(len(keys)), count)
        offset = np.arange(len(found)) - np.repeat(np.cumsum(count) - count, count)
        return order[found], self.rows[band][low[found] + offset].astype(np.int64)


class Lookup(NamedTuple):
    """New units and old ones.

    bands      of the new units
    fetch      row numbers of new units, ascending → their texts
    old_fetch  the same of old units, numbered through the segments
    free       row numbers of new paragraphs, ascending → how each may go where care is taken, as `articles.free_of` says;
               by default none may. `old_free`: the same of old ones
    """

    units: Units
    bands: BandKeys
    fetch: Fetch
    segments: Sequence[Segment]
    old_fetch: Fetch
    settings: Dedup
    free: Free | None = None
    old_free: Free | None = None

    def known(self) -> tuple[Removals, Ids]:
        """New units that go, in row order, and for each new unit (one or not) how many old ones it matches.

        The keeper is an old unit: of all that the new one matches the most similar one, then the first. A new unit that
        matches more than one ties together what was apart. Documents first; paragraphs of those that stay.
        """
        units, matches = self.units, np.zeros(len(self.units), dtype=np.int64)
        (rows,) = np.nonzero((units.kind == DOCUMENT) & (units.letters > 0))
        documents = self._known(rows, matches)
        left = (units.kind == PARAGRAPH) & (units.letters >= self.settings.paragraph_from)
        (rows,) = np.nonzero(left & ~np.isin(units.document, units.document[documents.unit]))
        paragraphs = at_most_half(self._known(rows, matches), units) if self._care else self._known(rows, matches)
        return Removals.join([documents, paragraphs]).by_unit(), matches

    @property
    def _care(self) -> bool:
        return self.settings.paragraphs == "careful"

    def _known(self, rows: Ids, matches: Ids) -> Removals:
        exact = self._exact(rows, matches)
        near = self._near(rows[self.units.near[rows] & ~np.isin(rows, exact.unit)], matches)
        return Removals.join([exact, near])

    def _exact(self, rows: Ids, matches: Ids) -> Removals:
        hashes = by_kind(self.units.exact[rows], self.units.kind[rows])
        place, old = self._numbered([segment.equal_to(hashes) for segment in self.segments])
        new = rows[place]
        texts, pairs = self._read(new, old)
        first, second = prove_equal(*pairs, texts)
        equal = Removals.equal(texts.rows[second], texts.rows[first] - len(self.units))
        equal = equal.where(self._may_go(equal, EQUAL))
        return _one_a_unit(equal.where(np.lexsort((equal.keeper, equal.unit))), matches)

    def _near(self, rows: Ids, matches: Ids) -> Removals:
        new, old, bands = self._candidates(rows)
        texts, pairs = self._read(new, old)
        near = prove_similar(*pairs, texts, self.settings.limit)
        near = near.where(self._says_nothing(near, texts))
        unit, keeper, count = texts.rows[near.unit], texts.rows[near.keeper] - len(self.units), max(self._count, 1)
        met = bands[np.searchsorted(new * count + old, unit * count + keeper)]
        near = replace(near, unit=unit, keeper=keeper, met=met)
        near, (unit, keeper) = (kept := near.where(self._may_go(near, NEAR))), (kept.unit, kept.keeper)
        return _one_a_unit(near.where(np.lexsort((keeper, -(near.common / np.maximum(near.union, 1)), unit))), matches)

    def _may_go(self, pairs: Removals, how: int) -> NDArray[np.bool_]:
        """Paragraphs where care is taken: both are such that may go so."""
        paragraphs = self.units.kind[pairs.unit] == PARAGRAPH
        if not self._care or not paragraphs.any():
            return np.ones(len(pairs), dtype=np.bool_)
        return _free(self.free, pairs.unit, how) & _free(self.old_free, pairs.keeper, how)

    def _says_nothing(self, pairs: Removals, texts: UnitTexts) -> NDArray[np.bool_]:
        """Documents where care is taken: the new one says nothing beside the old one. Paragraphs hold the same figures."""
        whole = self.units.kind[texts.rows[pairs.unit]] == DOCUMENT
        if not len(pairs) or not (self.settings.careful if whole[0] else self._care):
            return np.ones(len(pairs), dtype=np.bool_)
        return silent_pairs(pairs, texts, self.settings) if whole[0] else alike_in_words(pairs, texts, self.settings)

    def _candidates(self, rows: Ids) -> tuple[Ids, Ids, Ids]:
        """New and old units that share a bucket, by new unit, and in how many bands they do."""
        count = max(self._count, 1)
        met = [np.empty(0, dtype=np.int64)]
        for band in range(max((len(segment.keys) for segment in self.segments), default=0)):
            keys = by_kind(self.bands[rows, band], self.units.kind[rows])
            found = [segment.met(band, keys) for segment in self.segments]
            place, old = self._numbered(found)
            met.append(rows[place] * count + old)
        pairs, bands = np.unique(np.concatenate(met), return_counts=True)
        return pairs // count, pairs % count, bands

    def _numbered(self, found: Sequence[tuple[Ids, Ids]]) -> tuple[Ids, Ids]:
        """What each segment found, its units numbered through."""
        starts = np.cumsum([0, *map(len, self.segments)])
        none = np.empty(0, dtype=np.int64)
        place = np.concatenate([none, *(place for place, _ in found)])
        old = np.concatenate([none, *(old + start for (_, old), start in zip(found, starts, strict=False))])
        return place, old

    @property
    def _count(self) -> int:
        return sum(map(len, self.segments))

    def _read(self, new: Ids, old: Ids) -> tuple[UnitTexts, tuple[Ids, Ids]]:
        """The texts of these pairs, old ones numbered behind the new ones, and the places of both in them.

        By old unit, so that old texts are read once.
        """
        order, count = np.lexsort((new, old)), len(self.units)
        rows, behind = np.unique(new), np.unique(old)
        sizes = np.concatenate([self.units.end[rows] - self.units.start[rows], spans_of(self.segments, behind)[3]])

        def fetch(rows: NDArray[np.int64]) -> list[str]:
            cut = int(np.searchsorted(rows, count))
            return [*self.fetch(rows[:cut]), *self.old_fetch(rows[cut:] - count)]

        texts = UnitTexts(np.concatenate([rows, behind + count]), sizes, fetch)
        return texts, (np.searchsorted(texts.rows, old[order] + count), np.searchsorted(texts.rows, new[order]))


def _free(free: Free | None, rows: Ids, how: int) -> NDArray[np.bool_]:
    """Which of these may go so."""
    if free is None:
        return np.zeros(len(rows), dtype=np.bool_)
    every, which = np.unique(rows, return_inverse=True)
    may: NDArray[np.bool_] = free(every)[which] >= how
    return may


def _one_a_unit(found: Removals, matches: Ids) -> Removals:
    """The first of each unit, where those of one unit stand together; counts them in `matches`."""
    unit, first, counts = np.unique(found.unit, return_index=True, return_counts=True)
    matches[unit] = counts
    return found.where(first)


def spans_of(segments: Sequence[Segment], rows: Ids) -> Ids:
    """Segment, document in it, start, length and kind of old units; int64, shape (5, n)."""
    starts = np.cumsum([0, *map(len, segments)])
    number = np.searchsorted(starts, rows, side="right") - 1
    out = np.zeros((5, len(rows)), dtype=np.int64)
    for at, segment in enumerate(segments):
        mine = number == at
        document, kind, start, end = segment.units[:, rows[mine] - starts[at]].astype(np.int64)
        out[:, mine] = np.full(len(document), at), document, start, end - start, kind
    return out


def units_left(units: Units, known: Removals) -> Units:
    """The same rows, of which those that went, and the paragraphs of documents that went, match nothing any more."""
    gone = np.zeros(len(units), dtype=np.bool_)
    gone[known.unit] = True
    gone |= np.isin(units.document, units.document[known.unit[units.kind[known.unit] == DOCUMENT]])
    return replace(units, letters=np.where(gone, 0, units.letters), near=units.near & ~gone)


def by_kind(keys: Ids, kind: NDArray[Any]) -> Ids:
    """Keys or hashes (rows of one kind each) of which those of paragraphs never meet those of documents."""
    flip: Ids = np.where(kind == PARAGRAPH, -1, 0).astype(np.int64)
    return keys ^ flip.reshape(-1, *[1] * (keys.ndim - 1))


def sorted_exact(hashes: Ids, rows: Rows) -> tuple[Ids, Rows]:
    """Hashes in order, and their rows; of equal hashes the first row stands first."""
    order = np.lexsort((rows, hashes[:, 1], hashes[:, 0]))
    return hashes[order], rows[order]


def sorted_band(keys: Ids, rows: Rows) -> tuple[Ids, Rows]:
    """The keys of one band in order, and their rows, which ascend; of equal keys the first row stands first."""
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]
