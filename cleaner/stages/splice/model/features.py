"""What the model reads of the units of a page: their terms, what these are about, how the units are written."""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from cleaner.stages.splice.model import Bytes, Ints, Keys, Weights
from cleaner.stages.splice.model.background import background, frequency, level_over
from cleaner.stages.splice.model.columns import MARKS, UNIT, Unit, columns
from cleaner.stages.splice.model.terms import TermCounts, count_terms
from cleaner.stages.splice.model.trees import Vectors, shipped_edges, shipped_vectors
from cleaner.text.machine_code import tiered

SMOOTHING = 0.5  # paragraphs that a term not in the table is taken to stand in
ALPHA = {True: 5_000.0, False: 800.0}  # by script: the larger, the closer an article follows the background
RARE = 0.003  # a rare term stands in fewer of the background's paragraphs
COMMON = {True: 0.003, False: 0.01}  # by script: a common term stands in more of the background's paragraphs
MOST = 60  # a term counts at most so often in one unit
LARGEST = 1 << 13  # terms of a unit of LONGEST code points, and of two of them
EDGE = 8  # terms at either end of a unit that tell whether an article begins or ends there
_WIDTH = len(list(columns(Unit)))
SCALE = 100  # weights of terms are whole hundredths, so that their sums are the same everywhere


class Features(NamedTuple):
    """The units of a page.

    term, unit, times  each term of each unit once, sorted by term; `term` counts from 0; the last unit is the headline
    origin             shape (units,): the number that each unit has in `unit`
    total              how many there are in `unit`
    level              shape (terms,): how common each is in the background
    vectors            shape (units or more, dimensions): the sum of the vectors of its terms; of the headline where it is needed
    traits             shape (units, columns of `columns.Unit`)
    """

    term: Ints
    unit: Ints
    times: Ints
    origin: Ints
    total: int
    level: Ints
    vectors: Ints
    traits: Ints
    scale: "Scale"

    @property
    def common(self) -> float:
        """Share of all terms that are common ones: where it is low, the language is not the background's."""
        common, counted = (sum(self.traits[:, column].tolist()) for column in (UNIT.common, UNIT.counted))
        return float(common / max(counted, 1))

    def of(self, units: Ints, headed: Sequence[bool]) -> "Features":
        """The same of some of the units. What is above them may have changed."""
        traits = self.traits.take(units, axis=0)
        traits[:, UNIT.headed] = headed
        origin, vectors = self.origin.take(units), self.vectors.take(units, axis=0)
        return self._replace(origin=origin, vectors=vectors, traits=traits)


class Scale(NamedTuple):
    """What a term is worth by its level in the background table.

    weight  shape (256, MOST + 1): (1 + ln n) idf in hundredths, by level and n
    rare    shape (256,): idf in thousandths of a nat where the level is rare, else 0
    gain    shape (256, 2 MOST + 1): ln Γ(n + αq) - ln Γ(αq) in micronats, by level and n
    rising  shape (LARGEST,): ln Γ(α + n) - ln Γ(α) in micronats, by n
    common  level from which on a term is a common one
    """

    weight: Ints
    rare: Ints
    gain: Ints
    rising: Ints
    common: int


def features(
    texts: Sequence[str], closed: Sequence[bool], *, cjk: bool, headed: Sequence[bool] = (), headline: str = ""
) -> Features:
    """The features of these units, under this headline."""
    table, count = background(), len(texts)
    section = table.cjk if cjk else table.spaced
    scale = _scale(section.paragraphs, section.total, cjk)
    found = count_terms([*texts, headline], table.fold, _mark_kinds(), len(MARKS))
    level, times, vectors, usual = weighed_terms(found, section.levels, shipped_vectors(cjk), scale)
    traits = np.empty((count, _WIDTH), np.int64)
    traits[:, UNIT.characters] = [len(text) for text in texts]
    traits[:, UNIT.terms] = found.sizes[:count]
    traits[:, UNIT.closed] = closed
    traits[:, UNIT.headed] = headed or False
    traits[:, UNIT.opening : UNIT.ending + 1] = edge_terms(
        found.sequence, found.sizes[:count], shipped_edges(cjk), EDGE
    )
    traits[:, UNIT.common : UNIT.counted + 1] = usual[:count]
    traits[:, UNIT.marks :] = found.marks[:count]
    origin = np.arange(count)
    return Features(found.term, found.unit, times, origin, count + 1, level, vectors, traits, scale)


def idf(paragraphs: int) -> list[float]:
    """ln (paragraphs / paragraphs with the term), by level, for a background of so many paragraphs."""
    return [math.log(paragraphs / max(frequency(level), 1.0)) for level in range(256)]


@cache
def _mark_kinds() -> Bytes:
    """The kind of mark that a code point is, a place in MARKS; len(MARKS) where none."""
    found = np.full(0x10000, len(MARKS), np.uint8)
    for row, signs in enumerate(MARKS.values()):
        found[list(map(ord, signs))] = row
    return found


@cache
def _scale(paragraphs: int, total: int, cjk: bool) -> Scale:
    """The scale for a background of `total` occurrences in `paragraphs`.

    The table counts paragraphs, q counts occurrences: a term that stands in 98 % of them stands four times in each.
    """
    alpha = ALPHA[cjk]
    scarce = np.maximum(idf(paragraphs), 0.0)
    times = np.concatenate(([0.0], 1 + np.log(np.arange(1, MOST + 1))))
    gain = []
    for level in range(256):
        share = min(frequency(level) / paragraphs, 0.995)
        pseudo = alpha * (-paragraphs * math.log1p(-share) + SMOOTHING) / total
        gain.append(np.concatenate(([0.0], np.cumsum(np.log(pseudo + np.arange(2 * MOST))))))
    rising = np.concatenate(([0.0], np.cumsum(np.log(alpha + np.arange(LARGEST - 1)))))
    rare = np.array([frequency(level) <= max(RARE * paragraphs, 1) for level in range(256)])
    return Scale(
        weight=np.rint(SCALE * scarce[:, None] * times).astype(np.int64),
        rare=np.where(rare, np.rint(1000 * scarce), 0).astype(np.int64),
        gain=np.rint(np.array(gain) * 1e6).astype(np.int64),
        rising=np.rint(rising * 1e6).astype(np.int64),
        common=level_over(COMMON[cjk] * paragraphs),
    )


@tiered
def weighed_terms(found: TermCounts, levels: Bytes, subjects: Vectors, scale: Scale) -> tuple[Ints, Ints, Ints, Ints]:
    """What the levels of the terms say; the first bits of a hash are its place in `levels` and in `subjects.rows`.

    Returns the level of each term; how often it counts in each unit; for each unit the weighted sum of the rows of its
    terms; how often common terms count in each unit, and all terms, shape (units, 2).
    """
    hashed, term, unit, times, weight, rows = found[0], found[1], found[2], found[3], scale.weight, subjects.rows
    level, near = np.empty(len(hashed), np.int64), np.empty((len(hashed), rows.shape[1]), np.int8)
    shift = _shift(len(levels))
    for at in range(len(hashed)):
        level[at] = levels[hashed[at] >> shift]
    shift = _shift(len(rows))
    for at in range(len(hashed)):  # all rows first: memory answers to many such questions at once
        own, row = near[at], rows[hashed[at] >> shift]
        for k in range(len(row)):
            own[k] = row[k]
    counted = np.empty(len(times), np.int64)
    sums, usual = np.zeros((len(found.sizes), rows.shape[1]), np.int64), np.zeros((len(found.sizes), 2), np.int64)
    for at in range(len(term)):
        known = level[term[at]]
        counted[at] = min(times[at], weight.shape[1] - 1)
        usual[unit[at], 0] += counted[at] if known >= scale.common else 0
        usual[unit[at], 1] += counted[at]
        if known >= subjects.lowest:
            total, row, factor = sums[unit[at]], near[term[at]], weight[known, counted[at]]
            for k in range(len(row)):
                total[k] += factor * row[k]
    return level, counted, sums, usual


@tiered
def edge_terms(sequence: Keys, sizes: Ints, table: Weights, reach: int) -> Ints:
    """What the first `reach` terms of each unit say of an opening, and its last of an ending: shape (units, 2).

    sequence  the hash of every term, unit by unit
    """
    out, shift, start = np.zeros((len(sizes), 2), np.int64), _shift(len(table)), 0
    for unit in range(len(sizes)):
        end = start + sizes[unit]
        for at in range(start, min(start + reach, end)):
            out[unit, 0] += table[sequence[at] >> shift, 0]
        for at in range(max(end - reach, start), end):
            out[unit, 1] += table[sequence[at] >> shift, 1]
        start = end
    return out


def _shift(size: int) -> np.uint64:
    """How far a hash is shifted to be a place in a table of `size` rows, a power of two."""
    bits = 0
    while 1 << bits < size:
        bits += 1
    return np.uint64(64 - bits)
