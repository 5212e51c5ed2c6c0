"""What a block and main share: their links, and their rare terms, against those of each stretch of main and its rest."""

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from cleaner.stages.splice import blocks
from cleaner.stages.splice.measures import Measures
from cleaner.stages.splice.reading import Proposal
from cleaner.stages.splice.sheet import Sheet
from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def measures(proposal: Proposal) -> Measures:
    """The links of one proposal; the words are counted later."""
    row = proposal.measures.tolist()
    return Measures(row[blocks.BETWEEN], (row[blocks.LOWEST], row[blocks.USUAL]), row[blocks.INSIDE])


def shared_words(page: Sheet, proposal: Proposal) -> tuple[int, tuple[int, float]]:
    """Rare terms that block and main share; the same for the stretches of main: lowest and mean."""
    block, main = page.origin.take(proposal.block), page.origin.take(proposal.main)
    length, sizes = blocks.stretch(len(block), len(main)), page.sizes.tolist()
    own, counts = shared(page.term, page.unit, page.level, page.weights.rare, block, main, length, page.units)
    size = sum(sizes[unit] for unit in proposal.block)
    before = list(accumulate((sizes[unit] for unit in proposal.main), initial=0))
    found = [round(both * size / max(before[at + length] - before[at], 1)) for at, both in enumerate(counts.tolist())]
    return int(own), (min(found), sum(found) / len(found))


@compiled
def shared(
    term: "Ints", unit: "Ints", level: "Ints", rare: "Ints", block: "Ints", main: "Ints", length: int, units: int
) -> "tuple[int, Ints]":
    """How many rare terms block and main share; the same for each stretch of `length` units of main and its rest.

    A term of main counts for the stretches that hold it, but for those that hold all of it.
    """
    place, foreign = np.full(units, -1, np.int64), np.zeros(units, np.bool_)
    place[main] = np.arange(len(main))
    foreign[block] = True
    last = len(main) - length
    steps, own = np.zeros(last + 2, np.int64), 0  # of the counts, from each stretch to the next
    start = 0
    while start < len(term):
        end = start
        first, latest, after, outside = -1, -1, 0, False
        while end < len(term) and term[end] == term[start]:
            here = place[unit[end]]
            outside |= foreign[unit[end]]
            end += 1
            if here >= 0 and rare[level[term[start]]] > 0:
                first, latest = here if first < 0 else first, here
                low, high = max(here - length + 1, after), min(here, last)
                if low <= high:
                    steps[low] += 1
                    steps[high + 1] -= 1
                    after = high + 1
        if first >= 0:
            own += outside
            low, high = max(latest - length + 1, 0), min(first, last)
            if low <= high:
                steps[low] -= 1
                steps[high + 1] += 1
        start = end
    return own, steps[: last + 1].cumsum()
