"""Who may be like whom: groups of equal hashes, and pairs that met in a bucket. Nothing here is verified yet.

Units are numbered in keep order throughout, so the first of a group is the one that stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.graph import root
from cleaner.dedup.shuffle import Columns, Shuffle
from cleaner.dedup.threads import in_threads
from cleaner.text.machine_code import either

A_LINK = 50  # code points that are signed by numpy in the time that Python needs for a link
MANY = 1 << 22  # pairs
FILTER = 1 << 20  # slots of a byte each
CROWD = 200  # units in a bucket from which on it is told
ALL_PAIRS = 8  # units: up to here everyone meets everyone; a bigger bucket gets 2n links

Ids = NDArray[np.int64]


def exact_pairs(hashes: NDArray[np.int64], shuffle: Shuffle, parts: int) -> tuple[Ids, Ids]:
    """Each unit whose hash came before, and the first unit that had it.

    hashes   int64, shape (n, 2), in keep order
    returns  (firsts, copies), both int64, ordered by first, then copy
    """
    ids = np.arange(len(hashes))
    rows = {"hash": hashes[:, 0], "more": hashes[:, 1], "id": ids}
    return _as_pairs(_distinct([_as_codes(shuffle(rows, "hash", parts, equal_to_first), len(ids))]), len(ids))


@dataclass(slots=True)
class Crowds:
    """Buckets of over CROWD units, in which pairs are missed: their number over all bands, their units, the largest."""

    buckets: int = 0
    units: int = 0
    largest: int = 0


def near_pairs(
    ids: Ids, bands: Iterable[NDArray[np.int64]], shuffle: Shuffle, parts: int, crowds: Crowds, threads: int = 1
) -> tuple[Ids, Ids]:
    """Pairs of units that share a bucket in some band, each once.

    ids      int64, shape (n,): the numbers of the units
    bands    their keys in one band after the other, so that only a few are held; int64, shape (n,) each
    crowds   counts on
    returns  (firsts, seconds), first < second, ordered by first, then second
    """
    count = int(ids.max(initial=0)) + 1
    met: list[Ids] = []
    crowded = np.zeros(count, dtype=np.bool_)

    def links_of(bucket: NDArray[np.int64]) -> Columns:
        return shuffle({"key": bucket, "id": ids}, "key", parts, bucket_links)

    for links in in_threads(links_of, bands, threads):
        _note_crowds(links, crowded, crowds)
        met.append(_as_codes(links, count))
        if sum(map(len, met)) > 2 * len(met[0]) + MANY:  # most pairs meet in several bands
            met = [_distinct(met)]
    crowds.units += int(np.count_nonzero(crowded))
    return _as_pairs(_distinct(met), count)


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
    at = np.arange(len(keys))
    starts = _group_starts(keys)
    sizes = np.bincount(starts, minlength=len(keys))[starts]
    back = at - starts
    hubs = (sizes > ALL_PAIRS) & (back > 1)
    links = [(starts[hubs], at[hubs])]
    for distance in range(1, ALL_PAIRS):
        meets = (back >= distance) & ((distance == 1) | (sizes <= ALL_PAIRS))
        links.append((at[meets] - distance, at[meets]))
    first, second = (np.concatenate(side) for side in zip(*links, strict=True))
    return {"first": ids[first], "second": ids[second]}


def components(first: Ids, second: Ids, count: int) -> list[Ids]:
    """The units that links tie together, each component in keep order; one unit alone is none.

    count  of all units
    """
    parent = np.arange(count)
    either(root, len(first) * A_LINK)(first, second, parent)
    tied = np.unique(np.concatenate([first, second]))
    tied = tied[np.lexsort((tied, parent[tied]))]
    cuts = np.flatnonzero(np.diff(parent[tied])) + 1
    return np.split(tied, cuts) if len(tied) else []


def _in_groups(keys: NDArray[np.int64]) -> Ids:
    """The rows whose key another row has too, ascending.

    Sorted are the keys alone, three times as fast as an argsort and without rows to fetch from all over memory; the few
    keys that come again are then looked for by a filter that a cache holds.
    """
    ordered = np.sort(keys)
    again = _distinct_of(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return np.empty(0, dtype=np.int64)
    passes = np.zeros(FILTER, dtype=np.bool_)
    passes[again & (FILTER - 1)] = True
    rows = np.flatnonzero(passes[keys & (FILTER - 1)])
    found = keys[rows]
    found_rows: Ids = rows[again[np.minimum(np.searchsorted(again, found), len(again) - 1)] == found]
    return found_rows


def _group_starts(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row of sorted columns the place where its group of equal rows starts."""
    starts = np.arange(len(columns[0]))
    equal = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    starts[1:][equal] = 0
    return np.maximum.accumulate(starts)


def _as_codes(links: Columns, count: int) -> Ids:
    """Links as one number each, i * count + j."""
    codes: Ids = links["first"] * count + links["second"]
    return codes


def _distinct(codes: Sequence[Ids]) -> Ids:
    """All numbers in order, each once: whatever parts they came from."""
    return _distinct_of(np.sort(np.concatenate([np.empty(0, dtype=np.int64), *codes])))


def _distinct_of(ordered: Ids) -> Ids:
    """Sorted numbers, each once; np.unique would hash them first."""
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _as_pairs(codes: Ids, count: int) -> tuple[Ids, Ids]:
    return codes // max(count, 1), codes % max(count, 1)
