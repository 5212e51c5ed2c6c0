"""Candidate pairs → proved pairs → who goes, as `Removals`. Texts are read in portions, and nothing is taken on trust."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.sets import equal_keys, sets_of
from cleaner.duplicates.units import Ids
from cleaner.text.machine_code import either
from cleaner.text.threads import in_threads

BUDGET = 1 << 20  # code points read at a time: their shingle sets take 8 MB
WIDEST = 1000  # units of a component in which everyone is compared; in a wider one only those that met are
A_LINK = 50  # code points that are signed by numpy in the time that Python needs for a link
EXACT, VERSION = -1, -2  # as `met`

Fetch: TypeAlias = Callable[[Ids], Sequence[str]]  # row numbers, ascending → the texts of these units
Pairs: TypeAlias = tuple[Ids, Ids]


@dataclass(frozen=True, slots=True, eq=False)
class Removals:
    """Units that go, and the units that stay for them, as columns; int64, shape (n,). Pairs that are proved, too.

    unit    row of the unit that goes
    keeper  row of the unit that stays for it (with `keep = "none"` it goes as well)
    common  shingles that the two have in common; common / union is their exact Jaccard similarity
    union   shingles that either has; an exact copy says 1 / 1
    met     bands in which the two met; 0 where they met only through a third unit, or where nobody has counted yet;
            EXACT where their comparison keys are equal; VERSION where the unit stays, since it is one of the other
    """

    unit: Ids
    keeper: Ids
    common: Ids
    union: Ids
    met: Ids

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Whether their comparison keys are equal; shape (n,)."""
        return np.equal(self.met, EXACT)

    def where(self, rows: Ids | NDArray[np.bool_]) -> "Removals":
        """These of them."""
        return Removals(*(getattr(self, one.name)[rows] for one in fields(self)))

    def of(self, rows: Ids) -> "Removals":
        """The same, where units are places in these rows."""
        return replace(self, unit=rows[self.unit], keeper=rows[self.keeper])

    def as_versions(self) -> "Removals":
        """The same as units that stay."""
        return replace(self, met=np.full_like(self.met, VERSION))

    def by_unit(self) -> "Removals":
        """The same, ordered by the unit that goes."""
        return self.where(np.argsort(self.unit, kind="stable"))

    @classmethod
    def join(cls, parts: Sequence["Removals"]) -> "Removals":
        """All of them, one part after the other."""
        none = np.empty(0, dtype=np.int64)
        return cls(*(np.concatenate([none, *(getattr(part, one.name) for part in parts)]) for one in fields(cls)))

    @classmethod
    def similar(cls, unit: Ids, keeper: Ids, common: Ids, union: Ids) -> "Removals":
        """Near copies whose bands nobody has counted yet."""
        return cls(unit, keeper, common, union, np.zeros(len(unit), dtype=np.int64))

    @classmethod
    def equal(cls, unit: Ids, keeper: Ids) -> "Removals":
        """Exact copies."""
        once = np.ones(len(unit), dtype=np.int64)
        return cls(unit, keeper, once, once, EXACT * once)


class UnitTexts(NamedTuple):
    """Some units in keep order, and where their texts come from.

    rows   their row numbers; int64, shape (n,)
    sizes  code points of each; int64, shape (n,)
    fetch  gives texts by row number
    """

    rows: Ids
    sizes: Ids
    fetch: Fetch

    def texts(self, units: Ids) -> list[str]:
        """The texts of distinct units; asked for in row order, which is the order on disk."""
        order = np.argsort(self.rows[units])
        texts = [""] * len(units)
        for at, text in zip(order.tolist(), self.fetch(self.rows[units[order]]), strict=True):
            texts[at] = text
        return texts

    def pairs(self, first: Ids, second: Ids) -> Iterator[tuple[slice, Pairs, list[str]]]:
        """The pairs in portions, each as places in the texts of its units. Pairs with one first unit stand together."""
        again = np.zeros(len(first), dtype=np.bool_)
        again[1:] = first[1:] == first[:-1]  # its text is read once for all its pairs
        spent = np.cumsum(self.sizes[second] + np.where(again, 0, self.sizes[first]))
        for portion in _portions(spent):
            units, places = np.unique(np.concatenate([first[portion], second[portion]]), return_inverse=True)
            yield portion, (places[: len(places) // 2], places[len(places) // 2 :]), self.texts(units)

    def groups(self, groups: Sequence[Ids]) -> Iterator[tuple[Sequence[Ids], Ids, list[str]]]:
        """The groups in portions, each with its units end to end and their texts. No unit is in two groups."""
        spent = np.cumsum([self.sizes[group].sum() for group in groups], dtype=np.int64)
        for portion in _portions(spent):
            units = np.concatenate(groups[portion])
            yield groups[portion], units, self.texts(units)


def prove_similar(first: Ids, second: Ids, unit_texts: UnitTexts, limit: Fraction, threads: int = 1) -> Removals:
    """Those of the pairs that reach the limit, the first as keeper; pairs are sorted by it, and stay so."""
    work = int(unit_texts.sizes[second].sum())

    def compared(some: tuple[slice, Pairs, list[str]]) -> Removals:
        portion, (one, other), texts = some
        sets = sets_of(texts, work)
        common = sets.common(one, other, limit)
        union = sets.sizes[one] + sets.sizes[other] - common
        return Removals.similar(second[portion], first[portion], common, union).where(common > 0)

    return Removals.join(list(in_threads(compared, unit_texts.pairs(first, second), threads)))


def prove_equal(first: Ids, second: Ids, unit_texts: UnitTexts, threads: int = 1) -> tuple[Ids, Ids]:
    """Those of the pairs whose comparison keys are equal, which equal hashes only make likely."""
    work = int(unit_texts.sizes[second].sum())

    def compared(some: tuple[slice, Pairs, list[str]]) -> NDArray[np.bool_]:
        _, (one, other), texts = some
        same = np.array([texts[a] == texts[b] for a, b in zip(one.tolist(), other.tolist(), strict=True)])
        same[~same] = equal_keys(texts, one[~same], other[~same], work)
        return same

    none = np.empty(0, dtype=np.bool_)
    holds = np.concatenate([none, *in_threads(compared, unit_texts.pairs(first, second), threads)])
    return first[holds], second[holds]


def decided(pairs: Removals, unit_texts: UnitTexts, limit: Fraction, threads: int = 1) -> Removals:
    """Who goes, once each, and for whom, where these pairs are alike.

    Inside a component a keeper is compared with everyone, met or not, which resolves one pair in 2,000 more.
    """
    tied = components(pairs.keeper, pairs.unit, len(unit_texts.rows))
    narrow = [one for one in tied if 2 < len(one) <= WIDEST and unit_texts.sizes[one].sum() <= BUDGET]
    compared = np.zeros(len(unit_texts.rows), dtype=np.bool_)
    compared[np.concatenate([np.empty(0, dtype=np.int64), *narrow])] = True
    linked = decided_by_links(pairs.where(~compared[pairs.keeper]), unit_texts)
    return Removals.join([linked, *_by_comparison(narrow, unit_texts, limit, threads)])


def decided_by_links(pairs: Removals, unit_texts: UnitTexts) -> Removals:
    """The same by these pairs alone: whoever did not meet stays beside the other."""
    pairs = pairs.where(np.lexsort((pairs.keeper, pairs.unit)))
    used, gone = np.full(len(unit_texts.rows), -1, dtype=np.int64), np.zeros(len(unit_texts.rows), dtype=np.bool_)
    either(decide_by_links, len(pairs.keeper) * A_LINK)(pairs.keeper, pairs.unit, used, gone)
    return pairs.where(used[gone])


def _by_comparison(narrow: list[Ids], unit_texts: UnitTexts, limit: Fraction, threads: int) -> Iterator[Removals]:
    work = sum(len(one) * int(unit_texts.sizes[one].sum()) for one in narrow)

    def resolved(some: tuple[Sequence[Ids], Ids, list[str]]) -> Removals:
        portion, units, texts = some
        sets = sets_of(texts, work)
        keepers, common = sets.decided(np.cumsum([0, *map(len, portion)], dtype=np.int64), limit)
        (goes,) = np.nonzero(keepers >= 0)
        stays, common = keepers[goes], common[goes]
        return Removals.similar(units[goes], units[stays], common, sets.sizes[stays] + sets.sizes[goes] - common)

    return in_threads(resolved, unit_texts.groups(narrow), threads)


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


def root(first: Ids, second: Ids, parent: Ids) -> None:
    """Tie units together: `parent`, at first each unit itself, gets the first unit of its component.

    >>> parent = np.arange(6)
    >>> root(np.array([1, 2]), np.array([2, 5]), parent)
    >>> parent.tolist()
    [0, 1, 1, 3, 4, 1]
    """
    for link in range(len(first)):
        one, other = first[link], second[link]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        parent[max(one, other)] = min(one, other)
    for unit in range(len(parent)):
        parent[unit] = parent[parent[unit]]


def decide_by_links(first: Ids, second: Ids, used: Ids, gone: NDArray[np.bool_]) -> None:
    """A unit goes for the first unit that it is linked to and that stays; only linked units are alike.

    first, second  first < second, ordered by second, then first
    used           gets the link that each unit goes by, where it goes; `gone` gets whether
    """
    for link in range(len(first)):
        if not gone[second[link]] and not gone[first[link]]:
            gone[second[link]] = True
            used[second[link]] = link


def _portions(spent: Ids) -> Iterator[slice]:
    """Slices of a running sum that spend about BUDGET each, and at least one item."""
    portion = spent // BUDGET
    cuts = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(spent)]
    yield from (slice(start, end) for start, end in pairwise(cuts) if start < end)
