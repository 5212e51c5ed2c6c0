"""Exact Jaccard similarity of shingle sets, as two whole numbers: no estimate and no rounding decides on a removal."""

from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.key import key
from cleaner.dedup.shingle import shingles

ShingleSet: TypeAlias = NDArray[np.uint64]  # sorted, each once; 64 bits, so that no collision decides


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
    ordered = np.sort(shingles(key(text)))  # np.unique hashes first and sorts then: twice the time
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


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


def may_reach(one: ShingleSet, other: ShingleSet, limit: Fraction) -> bool:
    """Whether sets of these sizes can be similar enough at all."""
    return Jaccard(min(len(one), len(other)), max(len(one), len(other))).reaches(limit)


def compared(one: ShingleSet, other: ShingleSet, limit: Fraction) -> Jaccard | None:
    """Their similarity where it reaches the limit."""
    if may_reach(one, other, limit) and (found := jaccard(one, other)).reaches(limit):
        return found
    return None
