"""What the model reads of a page: the terms of its units, their vectors, and how they are written. Arrays only."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cleaner.stages.splice.background import Section, background, frequency
from cleaner.stages.splice.model import edges, vectors
from cleaner.stages.splice.terms import buckets, hashes

if TYPE_CHECKING:
    import numpy as np
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


@dataclass(frozen=True, slots=True)
class Weights:
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """The units of a page.

    term, unit, times  int64: each term of each unit once, sorted by term; `term` counts from 0
    level              int64, shape (terms,): how common each is in the background
    sizes, characters  int64, shape (units,): terms and code points of a unit
    places             int64, shape (units, dimensions): the sum of the vectors of its terms
    marks              int64, shape (units, len(MARKS)): how many of each kind of mark it has
    closed             int64, shape (units,): 1 where it ends as a sentence ends
    headed             int64, shape (units,): 1 where a line like a heading stands right above
    edges              int64, shape (units, 2): how much its first terms are those of an opening, its last of an ending
    headline           float64, shape (units, 3): cosine of terms, rare idf shared, cosine of vectors with the headline
    common             share of all terms that are common ones: where it is low, the language is not the background's
    """

    term: "Ints"
    unit: "Ints"
    times: "Ints"
    level: "Ints"
    sizes: "Ints"
    characters: "Ints"
    places: "Ints"
    marks: "Ints"
    closed: "Ints"
    headed: "Ints"
    edges: "Ints"
    headline: "NDArray[np.float64]"
    common: float
    weights: Weights


def sheet(
    texts: Sequence[str], closed: Sequence[bool], *, cjk: bool, headed: Sequence[bool] = (), headline: str = ""
) -> Sheet:
    """The sheet of these units, under this headline."""
    import numpy as np

    from cleaner.stages.splice.counts import counts
    from cleaner.stages.splice.places import placed

    table, subjects, count = background(), vectors(cjk), len(texts)
    section = table.cjk if cjk else table.spaced
    weights = _weights(section.paragraphs, section.total, cjk)
    found = counts([*texts, headline], table.fold, _signs(), len(MARKS))
    usual = section.rare(COMMON[cjk])
    level, times, places, common = placed(
        *(hashes(found.keys), found.term, found.unit, found.times, section.levels),
        *(subjects.rows, weights.weight, subjects.lowest, usual, count + 1),
    )
    own = found.unit < count
    common -= int(times[~own & (level[found.term] >= usual)].sum())
    times_own = times[own]
    return Sheet(
        term=found.term[own],
        unit=found.unit[own],
        times=times_own,
        level=level,
        sizes=found.sizes[:count],
        characters=np.array([len(text) for text in texts]),
        places=places[:count],
        marks=found.marks[:count],
        closed=np.array(closed, np.int64),
        headed=np.array(headed if headed else [False] * count, np.int64),
        edges=_edges(found.sequence, found.sizes, edges(cjk))[:count],
        headline=_against(
            found.term, found.unit, weights.weight[level[found.term], times], weights.rare[level], places
        ),
        common=int(common) / max(int(times_own.sum()), 1),
        weights=weights,
    )


def _against(term: "Ints", unit: "Ints", weight: "Ints", rare: "Ints", places: "Ints") -> "NDArray[np.float64]":
    """Each unit against the last one, the headline."""
    import numpy as np

    count = len(places) - 1
    line = np.zeros(len(rare), np.int64)
    line[term[unit == count]] = weight[unit == count]
    both = line[term] > 0
    squares = np.bincount(unit, weight.astype(np.float64) ** 2, count + 1)
    dots = np.bincount(unit[both], (weight * line[term])[both].astype(np.float64), count + 1)[:count]
    scarce = np.bincount(unit[both], rare[term][both].astype(np.float64), count + 1)[:count]
    lengths = np.sqrt(np.maximum(squares, 1.0))
    flat = places.astype(np.float64)
    wide = np.sqrt(np.maximum((flat * flat).sum(axis=1), 1.0))
    near = (flat[:count] * flat[count]).sum(axis=1) / (wide[:count] * wide[count])
    return np.stack([dots / (lengths[:count] * lengths[count]), scarce / 1000, near], axis=1)


def _edges(keys: "NDArray[np.uint64]", sizes: "Ints", table: "NDArray[np.int8]") -> "Ints":
    """What the first terms of each unit say of an opening, and its last of an ending."""
    import numpy as np

    ends, units = np.cumsum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(units)) - (ends - sizes)[units]
    out = np.zeros((len(sizes), 2), np.int64)
    for side, near in enumerate((place < EDGE, sizes[units] - place <= EDGE)):
        row = table[buckets(keys[near], len(table).bit_length() - 1), side]
        out[:, side] = np.bincount(units[near], row.astype(np.float64), len(sizes))
    return out


@cache
def _signs() -> "NDArray[np.uint8]":
    """The row of MARKS that a code point belongs to; len(MARKS) where none."""
    import numpy as np

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
    import numpy as np

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
