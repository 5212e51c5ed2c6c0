"""New units against segments of units that were kept before: who goes, and for whom. Old units are never decided again.

A unit goes for an old one that it matches directly, verified as in `verify`: equal keys, or exact Jaccard. What is left
is for `match` to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.reading import Fetch, Reading
from cleaner.dedup.segment import Ids, Segment, by_kind
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import DOCUMENT, PARAGRAPH, BandKeys, Units
from cleaner.dedup.verify import equal, similar


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """New units that go, as columns in row order; int64, shape (n,).

    unit      row of the unit
    keeper    the old unit that stays for it: of all that it matches the most similar one, then the first; old units
              are numbered through the segments
    common    shingles that the two have in common; 1 / 1 for an exact copy
    union     shingles that either has
    agreeing  bands in which they met, -1 for an exact copy
    matches   old units that it matches; more than one: it ties together what was apart
    """

    unit: Ids
    keeper: Ids
    common: Ids
    union: Ids
    agreeing: Ids
    matches: Ids

    def __len__(self) -> int:
        return len(self.unit)

    def where(self, rows: Ids | NDArray[np.bool_]) -> "Known":
        """These of them."""
        return Known(*(getattr(self, one.name)[rows] for one in fields(self)))

    @classmethod
    def join(cls, parts: Sequence["Known"]) -> "Known":
        """All of them in row order."""
        columns = [np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)]
        return cls(*columns).where(np.argsort(columns[0], kind="stable"))


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """New units and old ones.

    bands      of the new units
    fetch      row numbers of new units, ascending → their texts
    old_fetch  the same of old units, numbered through the segments
    """

    units: Units
    bands: BandKeys
    fetch: Fetch
    segments: Sequence[Segment]
    old_fetch: Fetch
    settings: Dedup

    def known(self) -> Known:
        """Documents first; paragraphs of those that stay."""
        units = self.units
        (rows,) = np.nonzero((units.kind == DOCUMENT) & (units.letters > 0))
        documents = self._known(rows)
        left = (units.kind == PARAGRAPH) & (units.letters >= self.settings.shortest)
        (rows,) = np.nonzero(left & ~np.isin(units.document, units.document[documents.unit]))
        return Known.join([documents, self._known(rows)])

    def _known(self, rows: Ids) -> Known:
        exact = self._exact(rows)
        return Known.join([exact, self._near(rows[self.units.near[rows] & ~np.isin(rows, exact.unit)])])

    def _exact(self, rows: Ids) -> Known:
        hashes = by_kind(self.units.exact[rows], self.units.kind[rows])
        place, old = self._numbered([segment.equal_to(hashes) for segment in self.segments])
        new = rows[place]
        order = np.lexsort((new, old))  # by old unit, so that old texts are read once
        reading = self._reading(new, old)
        links = equal(*self._places(reading, old[order], new[order]), reading)
        keeper, unit = reading.rows[links[0]] - len(self.units), reading.rows[links[1]]
        order = np.lexsort((keeper, unit))
        unit, first, matches = np.unique(unit[order], return_index=True, return_counts=True)
        once = np.ones(len(unit), dtype=np.int64)
        return Known(unit, keeper[order][first], once, once, -once, matches)

    def _near(self, rows: Ids) -> Known:
        new, old, agreeing = self._candidates(rows)
        order = np.lexsort((new, old))
        reading = self._reading(new, old)
        links = similar(*self._places(reading, old[order], new[order]), reading, self.settings.limit)
        unit, keeper = reading.rows[links.second], reading.rows[links.first] - len(self.units)
        met = np.searchsorted(new * max(self._count, 1) + old, unit * max(self._count, 1) + keeper)
        order = np.lexsort((keeper, -(links.common / np.maximum(links.union, 1)), unit))
        _, first, matches = np.unique(unit[order], return_index=True, return_counts=True)
        best = order[first]
        return Known(unit[best], keeper[best], links.common[best], links.union[best], agreeing[met[best]], matches)

    def _candidates(self, rows: Ids) -> tuple[Ids, Ids, Ids]:
        """New and old units that share a bucket, by new unit, and in how many bands they do."""
        count = max(self._count, 1)
        met = [np.empty(0, dtype=np.int64)]
        for band in range(max((len(segment.keys) for segment in self.segments), default=0)):
            keys = by_kind(self.bands[rows, band], self.units.kind[rows])
            found = [segment.met(band, keys) for segment in self.segments]
            place, old = self._numbered(found)
            met.append(rows[place] * count + old)
        pairs, agreeing = np.unique(np.concatenate(met), return_counts=True)
        return pairs // count, pairs % count, agreeing

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

    def _reading(self, new: Ids, old: Ids) -> Reading:
        """The texts of these units; old ones are numbered behind the new ones."""
        new, old, count = np.unique(new), np.unique(old), len(self.units)
        sizes = np.concatenate([self.units.end[new] - self.units.start[new], spans_of(self.segments, old)[3]])

        def fetch(rows: NDArray[np.int64]) -> list[str]:
            cut = int(np.searchsorted(rows, count))
            return [*self.fetch(rows[:cut]), *self.old_fetch(rows[cut:] - count)]

        return Reading(np.concatenate([new, old + count]), sizes, fetch)

    def _places(self, reading: Reading, old: Ids, new: Ids) -> tuple[Ids, Ids]:
        return np.searchsorted(reading.rows, old + len(self.units)), np.searchsorted(reading.rows, new)


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


def without(units: Units, known: Known) -> Units:
    """The same rows, of which those that went, and the paragraphs of documents that went, match nothing any more."""
    gone = np.zeros(len(units), dtype=np.bool_)
    gone[known.unit] = True
    gone |= np.isin(units.document, units.document[known.unit[units.kind[known.unit] == DOCUMENT]])
    return replace(units, letters=np.where(gone, 0, units.letters), near=units.near & ~gone)
