"""Who meets whom: units with equal hashes, in one bucket, documents that share sentences. Proves nothing, reads no text.

Rows with equal keys are brought together by `shuffle`, the one verb that grouping needs; an engine may bring its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import mix64
from cleaner.duplicates.sentences import Sentences
from cleaner.duplicates.sets import distinct
from cleaner.duplicates.settings import Dedup, Scope
from cleaner.duplicates.units import BandKeys, Ids, Units
from cleaner.text.threads import in_threads

MANY = 1 << 22  # pairs
FILTER = 1 << 20  # slots of a byte each
CROWD = 200  # units in a bucket from which on it is told
ALL_PAIRS = 8  # units: up to here everyone meets everyone; a bigger bucket gets 2n links
MOST_SHARING = 20  # documents: a sentence of more is furniture, and no evidence
SHARED_COLUMNS = "first", "second", "letters"

Columns: TypeAlias = Mapping[str, np.ndarray[Any, Any]]  # equally long arrays
Reduce: TypeAlias = Callable[[Columns], Columns]  # pure; sorts its rows itself, so that no order in front of it counts
Shuffle: TypeAlias = Callable[[Columns, str, int, Reduce], Columns]


class Meeting(Protocol):
    """How units meet that may be copies: from columns in memory, or from wherever an engine keeps them.

    order    the units that may meet now: their row numbers, int64, in keep order
    returns  pairs as places in `order`, both int64, ordered by the first, then the other; each pair once
    """

    def equal(self, order: Ids) -> tuple[Ids, Ids]:
        """(firsts, copies): each unit whose hash came before, and the first unit that had it."""

    def near(self, order: Ids) -> tuple[Ids, Ids]:
        """(firsts, seconds): pairs that share a bucket in some band, first < second."""

    def sharing(self, order: Ids) -> tuple[Ids, Ids, Ids]:
        """(firsts, seconds, letters): pairs of documents that share sentences, first < second, and letters of these."""


@dataclass(slots=True)
class Crowds:
    """Buckets of over CROWD units, in which pairs are missed: their number over all bands, their units, the largest."""

    buckets: int = 0
    units: int = 0
    largest: int = 0


def shuffle(rows: Columns, key: str, parts: int, reduce: Reduce) -> Columns:
    """What `reduce` makes of each part of the rows, laid end to end.

    key      the int64 column that decides on the part: rows with equal keys share one
    parts    1 or more; memory and parallel work depend on it, results must not
    """
    if parts == 1:
        return reduce(rows)
    part = (rows[key].view(np.uint64) % np.uint64(parts)).astype(np.uint16)
    reduced = [reduce({name: column[part == number] for name, column in rows.items()}) for number in range(parts)]
    return {name: np.concatenate([columns[name] for columns in reduced]) for name in reduced[0]}


@dataclass(frozen=True, slots=True)
class InMemory:
    """A meeting of units whose columns are here.

    bands    the band keys, where they do not lie in `units`
    shuffle  how rows with equal keys are brought together; neither it nor `parts` nor `threads` changes the result
    parts    in how many parts a column is sorted; by default as many as `settings.memory` asks for
    threads  for as many bands at once, as memory allows
    crowds   counts on
    sentences  of all documents, numbered as in `units`
    """

    units: Units
    settings: Dedup
    bands: BandKeys | None = None
    shuffle: Shuffle = shuffle
    parts: int | None = None
    threads: int = 1
    crowds: Crowds = field(default_factory=Crowds)
    sentences: Sentences | None = None

    def equal(self, order: Ids) -> tuple[Ids, Ids]:
        hashes = self._scoped(self.units.exact[order], order)
        columns = {"hash": hashes[:, 0], "more": hashes[:, 1], "id": np.arange(len(order))}
        return merged_pairs([self.shuffle(columns, "hash", self._parts, equal_to_first)], len(order))

    def near(self, order: Ids) -> tuple[Ids, Ids]:
        ids, bands = np.arange(len(order)), self.units.bands if self.bands is None else self.bands
        keys = (self._scoped(bands[order, band], order) for band in range(bands.shape[1]))

        def links_of(bucket: Ids) -> Columns:
            return self.shuffle({"key": bucket, "id": ids}, "key", self._parts, bucket_links)

        fits = self.settings.parts(len(self.units) * (self.threads + 1)) == 1  # one more may wait to be taken
        return merged_pairs(in_threads(links_of, keys, self.threads if fits else 1), len(order), self.crowds)

    def sharing(self, order: Ids) -> tuple[Ids, Ids, Ids]:
        if self.sentences is None:
            return merged_sharing([])
        place = np.full(int(self.units.document.max(initial=-1)) + 1, -1, dtype=np.int64)
        place[self.units.document[order]] = np.arange(len(order))
        ids = place[self.sentences.document]
        columns = {"key": self.sentences.key, "id": ids, "letters": self.sentences.letters}
        columns = {name: column[ids >= 0] for name, column in columns.items()}
        return merged_sharing([self.shuffle(columns, "key", self._parts, shared_sentences)])

    @property
    def _parts(self) -> int:
        return self.parts or self.settings.parts(len(self.units))

    def _scoped(self, keys: Ids, order: Ids) -> Ids:
        return scoped(keys, self.units.document[order], self.settings.scope)


def merged_pairs(links: Iterable[Columns], count: int, crowds: Crowds | None = None) -> tuple[Ids, Ids]:
    """The pairs of `equal_to_first`, or of `bucket_links` for one band after the other, in order and each once.

    count   of the units that met
    crowds  counts on, where links are those of bands
    """
    none, met = np.empty(0, dtype=np.int64), list[Ids]()
    crowded = np.zeros(count, dtype=np.bool_)
    for some in links:
        if crowds is not None:
            _note_crowds(some, crowded, crowds)
        met.append(some["first"] * count + some["second"])  # a pair as one number
        if sum(map(len, met)) > 2 * len(met[0]) + MANY:  # most pairs meet in several bands
            met = [distinct(np.sort(np.concatenate(met)))]
    if crowds is not None:
        crowds.units += int(np.count_nonzero(crowded))
    pairs = distinct(np.sort(np.concatenate([none, *met])))
    return pairs // max(count, 1), pairs % max(count, 1)


def _note_crowds(links: Columns, crowded: NDArray[np.bool_], crowds: Crowds) -> None:
    """Crowds among the links of one band: the first of a large bucket is linked to all others of it, no other unit is."""
    if len(links["first"]) < CROWD:
        return
    others = np.bincount(links["first"], minlength=len(crowded))
    firsts = others >= CROWD
    crowds.buckets += int(np.count_nonzero(firsts))
    crowds.largest = max(crowds.largest, int(others.max()) + 1 if firsts.any() else 0)
    crowded[firsts] = True
    crowded[links["second"][firsts[links["first"]]]] = True


def equal_to_first(rows: Columns) -> Columns:
    """Reduce hash, more, id to first, second: one link from the first of each group to each other one."""
    grouped = _in_groups(rows["hash"])
    hashes, more, ids = (rows[name][grouped] for name in ("hash", "more", "id"))
    order = np.lexsort((ids, more, hashes))
    ids = ids[order]
    starts = _group_starts(hashes[order], more[order])
    others = starts != np.arange(len(ids))
    return {"first": ids[starts[others]], "second": ids[others]}


def bucket_links(rows: Columns) -> Columns:
    """Reduce key, id to first, second.

    Up to ALL_PAIRS units all pairs; more: each with the first (star) and with its predecessor. On 20,000 documents that
    share three quarters of their text a star alone finds .984 of the pairs, with predecessors .991, all pairs no more.
    """
    grouped = _in_groups(rows["key"])
    keys, ids = rows["key"][grouped], rows["id"][grouped]
    order = np.lexsort((ids, keys))
    keys, ids = keys[order], ids[order]
    first, second = _links(_group_starts(keys))
    return {"first": ids[first], "second": ids[second]}


def _links(starts: Ids) -> tuple[Ids, Ids]:
    """Places that meet, the first before the second: in groups up to ALL_PAIRS all, in larger ones 2n links."""
    at = np.arange(len(starts))
    sizes = np.bincount(starts, minlength=len(starts))[starts]
    back = at - starts
    hubs = (sizes > ALL_PAIRS) & (back > 1)
    links = [(starts[hubs], at[hubs])]
    for distance in range(1, ALL_PAIRS):
        meets = (back >= distance) & ((distance == 1) | (sizes <= ALL_PAIRS))
        links.append((at[meets] - distance, at[meets]))
    first, second = (np.concatenate(side) for side in zip(*links, strict=True))
    return first, second


def shared_sentences(rows: Columns) -> Columns:
    """Reduce key, id, letters to first, second, letters: pairs of documents, and letters of the sentences that both have.

    Of a sentence of more than ALL_PAIRS documents each meets the first and its predecessor; of more than MOST_SHARING none.
    """
    grouped = _in_groups(rows["key"])
    keys, ids, letters = (rows[name][grouped] for name in ("key", "id", "letters"))
    order = np.lexsort((ids, keys))
    keys, ids, letters = keys[order], ids[order], letters[order]
    once = np.ones(len(keys), dtype=np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (ids[1:] != ids[:-1])
    keys, ids, letters = keys[once], ids[once], letters[once]
    starts = _group_starts(keys)
    few = np.bincount(starts, minlength=len(keys))[starts] <= MOST_SHARING
    keys, ids, letters = keys[few], ids[few], letters[few]
    first, second = _links(_group_starts(keys))
    return _summed(ids[first], ids[second], letters[second])


def merged_sharing(links: Iterable[Columns]) -> tuple[Ids, Ids, Ids]:
    """The pairs of `shared_sentences`, in order and each once, with their letters in all."""
    parts = [*links]
    columns = (
        np.concatenate([np.empty(0, dtype=np.int64), *(part[name] for part in parts)]) for name in SHARED_COLUMNS
    )
    summed = _summed(*columns)
    return summed["first"], summed["second"], summed["letters"]


def _summed(first: Ids, second: Ids, letters: Ids) -> Columns:
    """Pairs in order, each once."""
    order = np.lexsort((second, first))
    first, second, letters = first[order], second[order], letters[order]
    starts = np.unique(_group_starts(first, second))
    total = np.add.reduceat(letters, starts) if len(starts) else letters
    return {"first": first[starts], "second": second[starts], "letters": total}


def scoped(keys: Ids, documents: Ids, scope: Scope) -> Ids:
    """Keys or hashes (a row a unit) as they are, or such that equal ones of two documents differ, whatever they are.

    A number of each document's own is mixed in, so that whatever groups equal keys serves both, in the same time.

    >>> first, second, third = scoped(np.array([7, 7, 7]), np.array([0, 1, 1]), "document").tolist()
    >>> first == second, second == third
    (False, True)
    """
    if scope == "corpus":
        return keys
    salt = mix64(documents.astype(np.uint64)).view(np.int64)
    apart: Ids = keys ^ salt.reshape(-1, *[1] * (keys.ndim - 1))
    return apart


def _in_groups(keys: Ids) -> Ids:
    """The rows whose key another row has too, ascending.

    Sorted are the keys alone, three times as fast as an argsort and without rows to fetch from all over memory; the few
    keys that come again are then looked for by a filter that a cache holds.
    """
    ordered = np.sort(keys)
    again = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return np.empty(0, dtype=np.int64)
    passes = np.zeros(FILTER, dtype=np.bool_)
    passes[again & (FILTER - 1)] = True
    rows = np.flatnonzero(passes[keys & (FILTER - 1)])
    found = keys[rows]
    found_rows: Ids = rows[again[np.minimum(np.searchsorted(again, found), len(again) - 1)] == found]
    return found_rows


def _group_starts(*columns: Ids) -> Ids:
    """For each row of sorted columns the place where its group of equal rows starts."""
    starts = np.arange(len(columns[0]))
    equal = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    starts[1:][equal] = 0
    return np.maximum.accumulate(starts)
