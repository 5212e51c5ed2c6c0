"""The shingle sets of some texts, what they have in common, and which texts have equal keys. Exact: nothing is estimated.

Each question is answered in two ways: by numpy text by text, the definition, or by compiled code all at once. Similarity is
two whole numbers; no rounding decides on a removal.
"""

import secrets
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import codes_of, comparison_key, key_table, shingles
from cleaner.duplicates.units import Ids
from cleaner.text.machine_code import pays

ShingleSet: TypeAlias = NDArray[np.uint64]  # sorted, each once; 64 bits, so that no collision decides
Number = TypeVar("Number", bound=np.generic)

LARGEST = 1 << 30  # shingles of a set, so that products of counts fit into 63 bits
SALT = np.uint64(secrets.randbits(64) | 1)


class Sets(Protocol):
    """Shingle sets of texts, numbered as the texts are.

    sizes  shingles of each; int64, shape (n,)
    """

    @property
    def sizes(self) -> Ids: ...

    def common(self, first: Ids, second: Ids, limit: Fraction) -> Ids:
        """For each pair the shingles that it has in common, 0 where it does not reach the limit. Sorted by `first`."""

    def decided(self, cuts: Ids, limit: Fraction) -> tuple[Ids, Ids]:
        """For each text the one that stays for it (-1: it stays) and what the two have in common.

        The first of a component stays, what is like it goes, the rest decide among themselves: never transitive, a text
        goes only for one that stays and that it is like itself.

        cuts  where components start and end; inside, texts stand in keep order
        """


def sets_of(texts: Sequence[str], work: int) -> Sets:
    """The sets of these texts; `work` is how many code points there are to compare in all."""
    return Together.of(texts) if pays(work) else Alone([shingle_set(text) for text in texts])


def equal_keys(texts: Sequence[str], one: Ids, other: Ids, work: int) -> NDArray[np.bool_]:
    """For each pair of texts, given by their numbers, whether their keys are equal; `work`: code points to compare in all.

    >>> equal_keys(["Ａ b", "ab.", "AB"], np.array([0, 0]), np.array([1, 2]), 9).tolist()
    [False, True]
    """
    return (equal_together if pays(work) else equal_alone)(texts, one, other)


class Alone(NamedTuple):
    """Each set an array of its own: the definition."""

    sets: list[ShingleSet]

    @property
    def sizes(self) -> Ids:
        return np.array([len(one) for one in self.sets], dtype=np.int64)

    def common(self, first: Ids, second: Ids, limit: Fraction) -> Ids:
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        return np.array([self._common(one, other, limit) for one, other in pairs], dtype=np.int64)

    def decided(self, cuts: Ids, limit: Fraction) -> tuple[Ids, Ids]:
        keepers, common = np.full(len(self.sets), -1, dtype=np.int64), np.zeros(len(self.sets), dtype=np.int64)
        for start, end in pairwise(cuts.tolist()):
            for unit in range(start, end):
                for keeper in range(start, unit):
                    if keepers[keeper] < 0 and (found := self._common(keeper, unit, limit)):
                        keepers[unit], common[unit] = keeper, found
                        break
        return keepers, common

    def _common(self, one: int, other: int, limit: Fraction) -> int:
        sizes = len(self.sets[one]), len(self.sets[other])
        if not Jaccard(min(sizes), max(sizes)).reaches(limit):  # whatever they hold
            return 0
        found = jaccard(self.sets[one], self.sets[other])
        return found.common if found.reaches(limit) else 0


class Together(NamedTuple):
    """All sets in one array.

    shingles  uint64; those of set i stand from starts[i] on and are sizes[i]
    """

    shingles: NDArray[np.uint64]
    starts: Ids
    sizes: Ids

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Together":
        from cleaner.duplicates import kernel

        points = codes_of("".join(texts))
        ends = np.cumsum(list(map(len, texts)), dtype=np.int64)
        shingles = np.empty(len(points), dtype=np.uint64)
        starts, sizes = np.empty((2, len(texts)), dtype=np.int64)
        count = kernel.fill_sets(points, ends, key_table(), SALT, shingles, starts, sizes)
        return cls(shingles[:count], starts, sizes)

    def common(self, first: Ids, second: Ids, limit: Fraction) -> Ids:
        from cleaner.duplicates import kernel

        common = np.zeros(len(first), dtype=np.int64)
        kernel.fill_common(self.shingles, self.starts, self.sizes, first, second, in_63_bits(limit), SALT, common)
        return common

    def decided(self, cuts: Ids, limit: Fraction) -> tuple[Ids, Ids]:
        from cleaner.duplicates import kernel

        keepers, common = np.empty(len(self.sizes), dtype=np.int64), np.zeros(len(self.sizes), dtype=np.int64)
        its = self.shingles, self.starts, self.sizes
        kernel.decide_components(*its, cuts, in_63_bits(limit), SALT, keepers, common)
        return keepers, common


def equal_alone(texts: Sequence[str], one: Ids, other: Ids) -> NDArray[np.bool_]:
    """Pair by pair: the definition."""
    keys = ((comparison_key(texts[a]), comparison_key(texts[b])) for a, b in zip(one, other, strict=True))
    return np.array([np.array_equal(*pair) for pair in keys], dtype=np.bool_)


def equal_together(texts: Sequence[str], one: Ids, other: Ids) -> NDArray[np.bool_]:
    """The same, all at once."""
    from cleaner.duplicates import kernel

    at = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    same = np.empty(len(one), dtype=np.bool_)
    kernel.compare_keys(codes_of("".join(texts)), at, key_table(), one, other, same)
    return same


class Jaccard(NamedTuple):
    """Shingles that two units have in common, and shingles that either has."""

    common: int
    union: int

    def reaches(self, limit: Fraction) -> bool:
        """Whether common / union is at least the limit.

        >>> Jaccard(4, 5).reaches(Fraction(4, 5)), Jaccard(0, 0).reaches(Fraction(4, 5))
        (True, False)
        """
        return self.union > 0 and self.common * limit.denominator >= limit.numerator * self.union


def shingle_set(text: str) -> ShingleSet:
    """The distinct shingles of a text's key; uint64, shape (n,), n = 0 for an empty key."""
    return distinct(np.sort(shingles(comparison_key(text))))


def jaccard(one: ShingleSet, other: ShingleSet) -> Jaccard:
    """The similarity of two sets.

    >>> jaccard(shingle_set("一二三四五六"), shingle_set("一二三四五七"))
    Jaccard(common=1, union=3)
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    at = np.searchsorted(many, few)
    at[at == len(many)] = 0  # beyond the last: compared with anything, it is not equal
    common = int(np.count_nonzero(many[at] == few)) if len(many) else 0
    return Jaccard(common, len(one) + len(other) - common)


def distinct(ordered: NDArray[Number]) -> NDArray[Number]:
    """Sorted numbers, each once; np.unique would hash them first: twice the time."""
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def in_63_bits(limit: Fraction) -> tuple[int, int, bool]:
    """A limit that no two sets can tell from this one: a numerator, a denominator, and whether it must be exceeded.

    No fraction of smaller counts lies between a limit and the fraction of such counts that is nearest to it.

    >>> in_63_bits(Fraction(4, 5)), in_63_bits(Fraction("0.8000000000000001"))
    ((4, 5, False), (4, 5, True))
    """
    near = limit.limit_denominator(LARGEST)
    return near.numerator, near.denominator, near < limit
