"""Candidate pairs → proved pairs → verdicts. Texts are read in portions, and nothing is taken on trust."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.candidates import A_LINK, components
from cleaner.dedup.equal import equal_keys
from cleaner.dedup.graph import decide_by_links
from cleaner.dedup.reading import BUDGET, Pairs, Reading
from cleaner.dedup.sets import sets_of
from cleaner.dedup.threads import in_threads
from cleaner.text.machine_code import either

WIDEST = 1000  # units of a component in which everyone is compared; in a wider one only those that met are

Ids = NDArray[np.int64]


class Links(NamedTuple):
    """Proved pairs as columns, int64, shape (n,): two units, the shingles that both have, and that either has."""

    first: Ids
    second: Ids
    common: Ids
    union: Ids

    def where(self, rows: Ids | NDArray[np.bool_]) -> "Links":
        """These rows."""
        return Links(*(column[rows] for column in self))

    @classmethod
    def join(cls, parts: "list[Links]") -> "Links":
        """All rows, one part after the other."""
        none = np.empty(0, dtype=np.int64)
        return (
            cls(*(np.concatenate([none, *columns]) for columns in zip(*parts, strict=True)))
            if parts
            else cls(*[none] * 4)
        )


def similar(first: Ids, second: Ids, reading: Reading, limit: Fraction, threads: int = 1) -> Links:
    """Those of the pairs that reach the limit; pairs are sorted by their first unit, and stay so."""
    work = int(reading.sizes[second].sum())

    def compared(some: tuple[slice, Pairs, list[str]]) -> Links:
        portion, (one, other), texts = some
        sets = sets_of(texts, work)
        common = sets.common(one, other, limit)
        union = sets.sizes[one] + sets.sizes[other] - common
        return Links(first[portion], second[portion], common, union).where(common > 0)

    return Links.join(list(in_threads(compared, reading.pairs(first, second), threads)))


def equal(first: Ids, second: Ids, reading: Reading, threads: int = 1) -> tuple[Ids, Ids]:
    """Those of the pairs whose comparison keys are equal, which equal hashes only make likely."""
    work = int(reading.sizes[second].sum())

    def compared(some: tuple[slice, Pairs, list[str]]) -> NDArray[np.bool_]:
        _, (one, other), texts = some
        same = np.array([texts[a] == texts[b] for a, b in zip(one.tolist(), other.tolist(), strict=True)])
        same[~same] = equal_keys(texts, one[~same], other[~same], work)
        return same

    none = np.empty(0, dtype=np.bool_)
    holds = np.concatenate([none, *in_threads(compared, reading.pairs(first, second), threads)])
    return first[holds], second[holds]


def verdicts(links: Links, reading: Reading, limit: Fraction, threads: int = 1) -> Links:
    """Who goes: each unit that does as `second`, once, and as `first` the unit that stays for it.

    Inside a component a keeper is compared with everyone, met or not, which resolves one pair in 2,000 more.
    """
    tied = components(links.first, links.second, len(reading.rows))
    narrow = [one for one in tied if 2 < len(one) <= WIDEST and reading.sizes[one].sum() <= BUDGET]
    compared = np.zeros(len(reading.rows), dtype=np.bool_)
    compared[np.concatenate([np.empty(0, dtype=np.int64), *narrow])] = True
    return Links.join(
        [_by_links(links.where(~compared[links.first]), reading), *_by_comparison(narrow, reading, limit, threads)]
    )


def _by_links(links: Links, reading: Reading) -> Links:
    links = links.where(np.lexsort((links.first, links.second)))
    used, gone = np.full(len(reading.rows), -1, dtype=np.int64), np.zeros(len(reading.rows), dtype=np.bool_)
    either(decide_by_links, len(links.first) * A_LINK)(links.first, links.second, used, gone)
    return links.where(used[gone])


def _by_comparison(narrow: list[Ids], reading: Reading, limit: Fraction, threads: int) -> Iterator[Links]:
    work = sum(len(one) * int(reading.sizes[one].sum()) for one in narrow)

    def decided(some: tuple[Sequence[Ids], Ids, list[str]]) -> Links:
        portion, units, texts = some
        sets = sets_of(texts, work)
        keepers, common = sets.decided(np.cumsum([0, *map(len, portion)], dtype=np.int64), limit)
        (goes,) = np.nonzero(keepers >= 0)
        stays, common = keepers[goes], common[goes]
        return Links(units[stays], units[goes], common, sets.sizes[stays] + sets.sizes[goes] - common)

    return in_threads(decided, reading.groups(narrow), threads)
