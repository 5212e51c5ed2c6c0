"""What the model reads of a page: the terms of its units, their vectors, and how they are written. Arrays only."""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cleaner.stages.splice.background import Section, background, frequency
from cleaner.stages.splice.counts import counts
from cleaner.stages.splice.model import edges, vectors
from cleaner.stages.splice.places import edged, placed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SMOOTHING = 0.5  # paragraphs that a term not in the table is taken to stand in
ALPHA = {True: 5_000.0, False: 800.0}  # by script: the larger, the closer an article follows the background
RARE = 0.003  # a rare term stands in fewer of the background's paragraphs
COMMON = {True: 0.003, False: 0.01}  # by script: a common term stands in more of the background's paragraphs
MOST = 60  # a term counts at most so often in one unit
LARGEST = 1 << 13  # terms of a unit of LONGEST code points, and of two of them
EDGE = 8  # terms at either end of a unit that tell whether an article begins or ends there
SCALE = 100  # weights of terms are whole hundredths, so that their sums are the same everywhere
MARKS = (  # how a text is written: its house style parts it from others; each row is one rate
    "。！？!?",
    "，,、；;",
    '“”「」"『』',
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789０１２３４５６７８９",
    " \u3000",
    "()（）【】[]《》〈〉:：",
    "我你您們们",
)


class Weights(NamedTuple):
    """What a term is worth by its level in the background table.

    weight  int64, shape (256, MOST + 1): (1 + ln n) idf in hundredths, by level and n
    rare    int64, shape (256,): idf in thousandths of a nat where the level is rare, else 0
    gain    int64, shape (256, 2 MOST + 1): ln Γ(n + αq) - ln Γ(αq) in micronats, by level and n
    rising  int64, shape (LARGEST,): ln Γ(α + n) - ln Γ(α) in micronats, by n
    """

    weight: "Ints"
    rare: "Ints"
    gain: "Ints"
    rising: "Ints"


class Sheet(NamedTuple):
    """The units of a page.

    term, unit, times  int64: each term of each unit once, sorted by term; `term` counts from 0; the last unit is the headline
    origin             int64, shape (units,): the number that each unit has in `unit`
    units              how many there are in `unit`
    level              int64, shape (terms,): how common each is in the background
    sizes, characters  int64, shape (units,): terms and code points of a unit
    places             int64, shape (units or more, dimensions): the sum of the vectors of its terms; of the headline where it is needed
    marks              int64, shape (units, len(MARKS)): how many of each kind of mark it has
    closed             int64, shape (units,): 1 where it ends as a sentence ends
    headed             int64, shape (units,): 1 where a line like a heading stands right above
    edges              int64, shape (units, 2): how much its first terms are those of an opening, its last of an ending
    usual              int64, shape (2, units): how many of its terms are common ones, and how many count at all
    """

    term: "Ints"
    unit: "Ints"
    times: "Ints"
    origin: "Ints"
    units: int
    level: "Ints"
    sizes: "Ints"
    characters: "Ints"
    places: "Ints"
    marks: "Ints"
    closed: "Ints"
    headed: "Ints"
    edges: "Ints"
    usual: "Ints"
    weights: Weights

    @property
    def common(self) -> float:
        """Share of all terms that are common ones: where it is low, the language is not the background's."""
        common, counted = map(sum, self.usual.tolist())
        return float(common / max(counted, 1))


def sheet(
    texts: Sequence[str], closed: Sequence[bool], *, cjk: bool, headed: Sequence[bool] = (), headline: str = ""
) -> Sheet:
    """The sheet of these units, under this headline."""
    table, subjects, count = background(), vectors(cjk), len(texts)
    section = table.cjk if cjk else table.spaced
    weights = _weights(section.paragraphs, section.total, cjk)
    found = counts([*texts, headline], table.fold, _signs(), len(MARKS))
    level, times, places, usual = placed(
        *(found.hashes, found.term, found.unit, found.times, section.levels),
        *(subjects.rows, weights.weight, subjects.lowest, section.rare(COMMON[cjk]), count + 1),
    )
    return Sheet(
        term=found.term,
        unit=found.unit,
        times=times,
        origin=np.arange(count),
        units=count + 1,
        level=level,
        sizes=found.sizes[:count],
        characters=np.array([len(text) for text in texts]),
        places=places,
        marks=found.marks[:count],
        closed=np.array(closed, np.int64),
        headed=np.array(headed if headed else [False] * count, np.int64),
        edges=edged(found.sequence, found.sizes[:count], edges(cjk), EDGE),
        usual=usual[:, :count],
        weights=weights,
    )


@cache
def _signs() -> "NDArray[np.uint8]":
    """The row of MARKS that a code point belongs to; len(MARKS) where none."""
    found = np.full(0x10000, len(MARKS), np.uint8)
    for row, signs in enumerate(MARKS):
        for sign in signs:
            found[ord(sign)] = row
    return found


def idf(section: Section) -> list[float]:
    """ln (paragraphs / paragraphs with the term), by level."""
    return [math.log(section.paragraphs / max(frequency(level), 1.0)) for level in range(256)]


@cache
def _weights(paragraphs: int, total: int, cjk: bool) -> Weights:
    """The tables for a background of `total` occurrences in `paragraphs`.

    The table counts paragraphs, q counts occurrences: a term that stands in 98 % of them stands four times in each.
    """
    alpha = ALPHA[cjk]
    scarce = np.array([max(math.log(paragraphs / max(frequency(level), 1.0)), 0.0) for level in range(256)])
    times = np.concatenate(([0.0], 1 + np.log(np.arange(1, MOST + 1))))
    gain = []
    for level in range(256):
        share = min(frequency(level) / paragraphs, 0.995)
        pseudo = alpha * (-paragraphs * math.log1p(-share) + SMOOTHING) / total
        gain.append(np.concatenate(([0.0], np.cumsum(np.log(pseudo + np.arange(2 * MOST))))))
    rising = np.concatenate(([0.0], np.cumsum(np.log(alpha + np.arange(LARGEST - 1)))))
    rare = np.array([frequency(level) <= max(RARE * paragraphs, 1) for level in range(256)])
    return Weights(
        weight=np.rint(SCALE * scarce[:, None] * times).astype(np.int64),
        rare=np.where(rare, np.rint(1000 * scarce), 0).astype(np.int64),
        gain=np.rint(np.array(gain) * 1e6).astype(np.int64),
        rising=np.rint(rising * 1e6).astype(np.int64),
    )
