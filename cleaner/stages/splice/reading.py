"""From a sheet to proposals with their odds: two rounds of links, partitions, blocks. Knows no text and no cues."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cleaner.stages.splice import blocks, links, partitions
from cleaner.stages.splice.model import trees
from cleaner.stages.splice.sheet import Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


_STOPS = np.array(partitions.STOPS)


class Proposal(NamedTuple):
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


class Reading(NamedTuple):
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
    terms, weights = (page.term, page.unit, page.times, page.level), page.weights
    worth = (weights.weight, weights.rare, weights.gain, page.places, page.sizes, weights.rising)
    return Pairs(*links.pairs(*terms, *worth))


def first_rows(page: Sheet, known: Pairs) -> "Floats":
    """The rows of round one."""
    how = (page.characters, page.sizes, page.marks, page.closed, page.headed, page.edges, known.headline)
    return links.first_round(known.found, known.near, *how)


def second_rows(page: Sheet, first: "Floats", cjk: bool) -> "Floats":
    """The rows of round two."""
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
    count = len(page.sizes)
    weight = np.sqrt(page.characters)
    barred = np.zeros((count, count), np.bool_)
    for one, other in apart:
        barred[one, other] = barred[other, one] = True
    strange = np.zeros(count, np.bool_)
    for unit in foreign:
        strange[unit] = True
    labels = partitions.partitions(link, weight, barred, _STOPS, partitions.TOUCH)
    proposed = partitions.proposals(labels, page.characters, strange, partitions.FIRST, partitions.LARGEST)
    how = (page.places, page.marks, page.characters, page.closed, weight, page.headed, page.edges, known.headline)
    return labels, proposed, blocks.all_measured(link, known.near, known.found, *how, proposed)


def read(
    page: Sheet, known: Pairs, cjk: bool, apart: Sequence[tuple[int, int]] = (), foreign: frozenset[int] = frozenset()
) -> Reading:
    """All that the model says about a page."""
    count = len(page.sizes)
    again = second_rows(page, first_rows(page, known), cjk)
    link = links.square(trees("second", cjk).nats(again), count)
    labels, proposed, rows = block_rows(page, known, link, apart, foreign)
    odds = trees("block", cjk).nats(rows)
    return Reading(
        [
            Proposal(
                block=tuple([unit for unit, side in enumerate(sides[:count]) if side == blocks.IN]),
                main=tuple([unit for unit, side in enumerate(sides[:count]) if side == blocks.MAIN]),
                nats=nats,
                measures=row,
                clusters=sides[count + 1],
                stop=sides[count],
            )
            for sides, nats, row in zip(proposed.tolist(), odds.tolist(), rows, strict=True)
        ],
        labels,
    )
