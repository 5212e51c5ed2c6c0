"""The shingle sets of some texts, and questions to them: by numpy set by set, or by compiled code all at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.decide import decide
from cleaner.dedup.jaccard import Jaccard, ShingleSet, compared, shingle_set
from cleaner.dedup.key import code_points, table
from cleaner.text.machine_code import pays

Ids = NDArray[np.int64]

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

        cuts  where components start and end; inside, texts stand in keep order
        """


def sets_of(texts: Sequence[str], work: int) -> Sets:
    """The sets of these texts; `work` is how many code points there are to compare in all."""
    return Together.of(texts) if pays(work) else Alone([shingle_set(text) for text in texts])


@dataclass(frozen=True, slots=True)
class Alone:
    """Each set an array of its own: the definition."""

    sets: list[ShingleSet]

    @property
    def sizes(self) -> Ids:
        return np.array([len(one) for one in self.sets], dtype=np.int64)

    def common(self, first: Ids, second: Ids, limit: Fraction) -> Ids:
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        found = (compared(self.sets[one], self.sets[other], limit) for one, other in pairs)
        return np.array([one.common if one else 0 for one in found], dtype=np.int64)

    def decided(self, cuts: Ids, limit: Fraction) -> tuple[Ids, Ids]:
        keepers, common = np.full(len(self.sets), -1, dtype=np.int64), np.zeros(len(self.sets), dtype=np.int64)

        def similarity(keeper: int, unit: int) -> Jaccard | None:
            return compared(self.sets[keeper], self.sets[unit], limit)

        for start, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            for unit, keeper, found in decide(range(start, end), similarity):
                keepers[unit], common[unit] = keeper, found.common
        return keepers, common


@dataclass(frozen=True, slots=True)
class Together:
    """All sets in one array.

    shingles  uint64; those of set i stand from starts[i] on and are sizes[i]
    """

    shingles: NDArray[np.uint64]
    starts: Ids
    sizes: Ids

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Together":
        from cleaner.dedup import overlap

        points = code_points("".join(texts))
        ends = np.cumsum(list(map(len, texts)), dtype=np.int64)
        shingles = np.empty(len(points), dtype=np.uint64)
        starts, sizes = np.empty((2, len(texts)), dtype=np.int64)
        count = overlap.sets(points, ends, table(), SALT, shingles, starts, sizes)
        return cls(shingles[:count], starts, sizes)

    def common(self, first: Ids, second: Ids, limit: Fraction) -> Ids:
        from cleaner.dedup import overlap

        common = np.zeros(len(first), dtype=np.int64)
        overlap.overlaps(self.shingles, self.starts, self.sizes, first, second, in_63_bits(limit), SALT, common)
        return common

    def decided(self, cuts: Ids, limit: Fraction) -> tuple[Ids, Ids]:
        from cleaner.dedup import overlap

        keepers, common = np.empty(len(self.sizes), dtype=np.int64), np.zeros(len(self.sizes), dtype=np.int64)
        overlap.decide(self.shingles, self.starts, self.sizes, cuts, in_63_bits(limit), SALT, keepers, common)
        return keepers, common


def in_63_bits(limit: Fraction) -> tuple[int, int, bool]:
    """A limit that no two sets can tell from this one: a numerator, a denominator, and whether it must be exceeded.

    No fraction of smaller counts lies between a limit and the fraction of such counts that is nearest to it.

    >>> in_63_bits(Fraction(4, 5)), in_63_bits(Fraction("0.8000000000000001"))
    ((4, 5, False), (4, 5, True))
    """
    near = limit.limit_denominator(LARGEST)
    return near.numerator, near.denominator, near < limit
