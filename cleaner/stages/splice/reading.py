"""From a sheet to proposals with their odds: two rounds of links, partitions, blocks. Knows no text and no cues."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cleaner.stages.splice.model import trees
from cleaner.stages.splice.sheet import Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Units that may be another article.

    block, main  units of the block, and of the main article that it was held against
    nats         log-odds that the block is foreign, in documents like those of the training
    measures     the columns of `blocks.measured`
    clusters     how many clusters the page has at the stop that proposed this block
    stop         the number of that stop
    """

    block: tuple[int, ...]
    main: tuple[int, ...]
    nats: float
    measures: "Floats"
    clusters: int
    stop: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All proposals, and the cluster of each unit at the stops of `partitions.STOPS`."""

    proposals: list[Proposal]
    labels: "Ints"


class Pairs(NamedTuple):
    """What the units of a page share, how near they are to each other and to the headline, see `links.pairs`."""

    found: "Ints"
    near: "Floats"
    headline: "Floats"


def pairs(page: Sheet) -> Pairs:
    """The pairs of a page."""
    from cleaner.stages.splice import links

    terms, weights = (page.term, page.unit, page.times, page.level), page.weights
    worth = (weights.weight, weights.rare, weights.gain, page.places, page.sizes, weights.rising)
    return Pairs(*links.pairs(*terms, *worth))


def first_rows(page: Sheet, known: Pairs) -> "Floats":
    """The rows of round one."""
    from cleaner.stages.splice import links

    how = (page.characters, page.sizes, page.marks, page.closed, page.headed, page.edges, known.headline)
    return links.first_round(known.found, known.near, *how)


def second_rows(page: Sheet, first: "Floats", cjk: bool) -> "Floats":
    """The rows of round two."""
    from cleaner.stages.splice import links

    link = links.square(trees("first", cjk).nats(first), len(page.sizes))
    return links.second_round(link, first, page.characters)


def block_rows(
    page: Sheet,
    known: Pairs,
    link: "Floats",
    apart: Sequence[tuple[int, int]] = (),
    foreign: frozenset[int] = frozenset(),
) -> tuple["Ints", "Ints", "Floats"]:
    """Labels of the partitions, proposals, and the rows of the block model.

    apart    pairs of units that cannot be one article
    foreign  units that cannot be of the main article
    """
    import numpy as np

    from cleaner.stages.splice import blocks, partitions

    count = len(page.sizes)
    weight = np.sqrt(page.characters.astype(np.float64))
    barred = np.zeros((count, count), np.bool_)
    for one, other in apart:
        barred[one, other] = barred[other, one] = True
    strange = np.zeros(count, np.bool_)
    strange[list(foreign)] = True
    labels = partitions.partitions(link, weight, barred, np.array(partitions.STOPS), partitions.TOUCH)
    proposed = partitions.proposals(labels, page.characters, strange, partitions.FIRST, partitions.LARGEST)
    rows = blocks.all_measured(
        link, known.near, known.found, page.places, page.marks, page.characters, page.closed, weight, proposed
    )
    for row, proposal in zip(rows, proposed, strict=True):
        blocks.bordered(row, page.headed, page.edges, known.headline, page.characters, proposal)
    return labels, proposed, rows


def read(
    page: Sheet, cjk: bool, apart: Sequence[tuple[int, int]] = (), foreign: frozenset[int] = frozenset()
) -> Reading:
    """All that the model says about a page."""
    from cleaner.stages.splice import blocks, links

    count = len(page.sizes)
    known = pairs(page)
    again = second_rows(page, first_rows(page, known), cjk)
    link = links.square(trees("second", cjk).nats(again), count)
    labels, proposed, rows = block_rows(page, known, link, apart, foreign)
    odds = trees("block", cjk).nats(rows)
    return Reading(
        [
            Proposal(
                block=tuple([unit for unit in range(count) if sides[unit] == blocks.IN]),
                main=tuple([unit for unit in range(count) if sides[unit] == blocks.MAIN]),
                nats=nats,
                measures=row,
                clusters=sides[count + 1],
                stop=sides[count],
            )
            for sides, nats, row in zip(proposed.tolist(), odds.tolist(), rows, strict=True)
        ],
        labels,
    )
