"""Who goes, and for whom. Never transitive: a unit goes only for one that stays and that it is like itself."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from cleaner.dedup.jaccard import Jaccard

Similarity: TypeAlias = Callable[[int, int], Jaccard | None]  # keeper, unit → how similar, None where not enough


class Verdict(NamedTuple):
    """A unit that goes, the one that stays for it, and how similar they are."""

    unit: int
    keeper: int
    jaccard: Jaccard


def decide(component: Iterable[int], similarity: Similarity) -> Iterator[Verdict]:
    """The first stays, what is like it goes, the rest decide among themselves.

    >>> like = {(1, 2), (2, 3)}  # a chain: 1 and 3 are not alike, so 3 stays
    >>> list(decide([1, 2, 3], lambda *pair: Jaccard(9, 10) if pair in like else None))
    [Verdict(unit=2, keeper=1, jaccard=Jaccard(common=9, union=10))]
    """
    kept: list[int] = []
    for unit in component:
        for keeper in kept:
            if found := similarity(keeper, unit):
                yield Verdict(unit, keeper, found)
                break
        else:
            kept.append(unit)
