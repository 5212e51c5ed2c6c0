"""Who goes, and for whom. Never transitive: a unit goes only for one that stays and that it is like itself."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.candidates import components
from cleaner.dedup.jaccard import Jaccard, ShingleSet, compared, shingle_set
from cleaner.dedup.reading import BUDGET, Reading

WIDEST = 1000  # units of a component in which everyone is compared; in a wider one only those that met are

Links: TypeAlias = dict[int, dict[int, Jaccard]]  # unit → earlier units that it is like, and how much
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


def decide_by_links(component: Iterable[int], links: Links) -> Iterator[Verdict]:
    """The same, where only linked units are alike: linear in the links, for components too wide to compare."""
    gone: set[int] = set()
    for unit in component:
        near = links.get(unit, {})
        if (keeper := min(near.keys() - gone, default=None)) is not None:
            gone.add(unit)
            yield Verdict(unit, keeper, near[keeper])


def verdicts(links: Links, reading: Reading, limit: Fraction) -> Iterator[Verdict]:
    """Decide on all units that have links, component by component.

    Inside a component a keeper is compared with everyone, met or not, which resolves one pair in 2,000 more.
    """
    narrow: list[NDArray[np.int64]] = []
    for component in _tied(links):
        if 2 < len(component) <= WIDEST and reading.sizes[component].sum() <= BUDGET:
            narrow.append(component)
        else:
            yield from decide_by_links(component.tolist(), links)
    for portion, texts in reading.groups(narrow):
        sets = {unit: shingle_set(text) for unit, text in texts.items()}
        for component in portion:
            yield from decide(component.tolist(), _comparison(links, sets, limit))


def _tied(links: Links) -> list[NDArray[np.int64]]:
    pairs = [(earlier, unit) for unit, near in links.items() for earlier in near]
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return components(first, second)


def _comparison(links: Links, sets: dict[int, ShingleSet], limit: Fraction) -> Similarity:
    """Similarity as verified before, or computed now."""

    def similarity(keeper: int, unit: int) -> Jaccard | None:
        known = links.get(unit, {}).get(keeper)
        return known or compared(sets[keeper], sets[unit], limit)

    return similarity
