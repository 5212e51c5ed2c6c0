"""The main article, and what can be measured of a block against it. Decides nothing about a block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleaner.stages.splice.evidence import NAT, Bag

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

FIRST = 1.15  # the article that holds the first paragraph is the main one, unless another is clearly larger
CLOSE = 0.9  # two articles this near in size, and no first paragraph to decide: no main article
WINDOWS = 24  # stretches of main looked at: bounds time
PER = 100  # scores are given for a hundred terms, so that long and short blocks compare


@dataclass(frozen=True, slots=True)
class Measures:
    """A block against the main article; scores in nats for a hundred of its terms.

    link          how it holds to the main article
    usual         the same for stretches of main of as many units against the rest of main: lowest and mean
    closest       its link to the one unit of main that is closest to it
    gap           how much better its units hold to each other than to main, in nats, mean over units; 0 for one unit
    rare_shared   rare terms it shares with main
    usual_shared  the same for the stretches of main, scaled to the block's length: lowest and mean
    """

    link: float
    usual: tuple[float, float]
    closest: float
    gap: float
    rare_shared: int
    usual_shared: tuple[int, float]

    @property
    def score(self) -> float:
        """How far its link lies above the weakest stretch of the main article; negative: below all of them."""
        return self.link - self.usual[0]


def main_article(
    groups: Mapping[int, Sequence[int]], characters: Sequence[int], foreign: frozenset[int]
) -> tuple[int | None, bool]:
    """The cluster of the main article, and whether that is beyond doubt.

    foreign  units that the page itself calls the rest of another article
    """
    sizes = {
        label: sum(characters[unit] for unit in units) * (FIRST if units[0] == 0 else 1.0)
        for label, units in groups.items()
        if not foreign.intersection(units)
    }
    if not sizes:
        return None, False
    first, *others = sorted(sizes, key=lambda label: (-sizes[label], label))
    sure = groups[first][0] == 0 or not others or sizes[others[0]] < CLOSE * sizes[first]
    return first, sure


def measure(bag: Bag, block: Sequence[int], main: Sequence[int]) -> Measures:
    """All measures of a block, given as its units and those of the main article (two or more)."""
    import numpy as np

    inside, size = _sum(bag, block)
    whole, whole_size = _sum(bag, main)
    per = NAT * max(size, 1) / PER
    to_units = bag.rows(inside, size, bag.counts[main], bag.sizes[main])
    links, shared = [], []
    for window in windows(main, len(block)):
        counts, length = _sum(bag, window)
        links.append(bag.score(counts, whole - counts, length, whole_size - length) * PER / NAT / max(length, 1))
        shared.append(round(bag.shared_rare(counts, whole - counts) * size / max(length, 1)))
    return Measures(
        link=bag.score(inside, whole, size, whole_size) / per,
        usual=(min(links), float(np.mean(links))),
        closest=int(to_units.max()) / per,
        gap=_gap(bag, block, inside, size, whole, whole_size),
        rare_shared=bag.shared_rare(inside, whole),
        usual_shared=(min(shared), float(np.mean(shared))),
    )


def windows(main: Sequence[int], length: int) -> list[Sequence[int]]:
    """Stretches of main of this many units, at most half of it, at most WINDOWS of them, evenly spread.

    >>> windows([0, 1, 2, 5], 2)
    [[0, 1], [1, 2], [2, 5]]
    """
    length = length if length < len(main) else max(len(main) // 2, 1)
    length = min(length, max(len(main) - 1, 1))
    last = len(main) - length
    step = max(1, -(-(last + 1) // WINDOWS))
    return [main[start : start + length] for start in range(0, last + 1, step)]


def _gap(bag: Bag, block: Sequence[int], inside: "Ints", size: int, whole: "Ints", whole_size: int) -> float:
    if len(block) == 1:
        return 0.0
    total = 0
    for unit in block:
        own, counts = int(bag.sizes[unit]), bag.counts[unit]
        total += bag.score(inside - counts, counts, size - own, own) - bag.score(whole, counts, whole_size, own)
    return total / NAT / len(block)


def _sum(bag: Bag, units: Sequence[int]) -> tuple["Ints", int]:
    return bag.counts[units].sum(axis=0), int(bag.sizes[units].sum())
