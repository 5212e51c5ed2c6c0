"""Do two units belong together? Two rounds of the link model over all pairs, and the clusters that the links make.

Round one reads the pair and its page: words shared, rare words, vectors, marks, and how the two hold to all others.
Round two reads the links of round one: common neighbours, the weakest boundary between the two.
"""

import math
from typing import NamedTuple

import numpy as np

from cleaner.stages.splice.model import Flags, Floats, Ints
from cleaner.stages.splice.model.columns import FIRST, SECOND, UNIT, WIDTHS
from cleaner.stages.splice.model.features import Features
from cleaner.stages.splice.model.trees import shipped_trees
from cleaner.text.machine_code import tiered

STOPS = np.array([2.4, 1.6, 0.8, 0.0, -0.8])  # nats of the mean link at which merging stops, strictest first
STRICT, LOOSE = 1, 3  # the stop at 1.6; the one at 0: what is neither near nor far
TOUCH = 1.0  # nats for neighbours: articles come in stretches
PRODUCT, RARITY, RARE, UNSEEN, GAIN = range(5)  # of `Similarity.shared`
COSINE, MERGE, VECTOR = range(3)  # of `Similarity.near`
ON_COSINE, ON_RARITY, ON_VECTOR = range(3)  # of `Similarity.headline`
_FIRST, _SECOND = WIDTHS["first"], WIDTHS["second"]


class Similarity(NamedTuple):
    """What the units of a page share.

    shared    shape (5, units, units), first unit < second: Σ of products of weights, of rare idf, how many rare, how many
              unseen, gain; the diagonal of the first is the squared length of the unit
    near      shape (3, units, units), symmetric: cosine of the terms, merge score in nats, cosine of the vectors
    headline  shape (units, 3), against the headline: cosine of terms, rare idf shared, cosine of vectors
    """

    shared: Ints
    near: Floats
    headline: Floats

    def of(self, units: Ints) -> "Similarity":
        """The same of some of the units."""
        shared, near = self.shared.take(units, axis=1), self.near.take(units, axis=1)
        return Similarity(shared.take(units, axis=2), near.take(units, axis=2), self.headline.take(units, axis=0))


def links(page: Features, known: Similarity, cjk: bool) -> Floats:
    """Log-odds in nats that two units are of one article, shape (units, units)."""
    first = first_round(known, page.traits)
    again = second_round(shipped_trees("first", cjk).nats(first), first, page.traits)
    return square(shipped_trees("second", cjk).nats(again), len(page.traits))


@tiered
def similarity(page: Features) -> Similarity:
    """What the units of a page share; the headline is the unit behind the last."""
    count = len(page.traits)
    shared = term_overlap(page, count + 1)
    near = cosines(shared, page.vectors, np.append(page.traits[:, UNIT.terms], 0), page.scale.rising)
    headline = np.empty((count, 3))
    for i in range(count):
        headline[i, ON_COSINE], headline[i, ON_VECTOR] = near[COSINE, i, count], near[VECTOR, i, count]
        headline[i, ON_RARITY] = shared[RARITY, i, count] / 1000
    return Similarity(shared[:, :count, :count].copy(), near[:, :count, :count].copy(), headline)


def term_overlap(page: Features, count: int) -> Ints:
    """`Similarity.shared` of `count` units."""
    term, unit, times, level = page.term, page.unit, page.times, page.level
    weight, rare, gain = page.scale.weight, page.scale.rare, page.scale.gain
    shared = np.zeros((5, count, count), np.int64)
    start = 0
    while start < len(term):
        end = start
        while end < len(term) and term[end] == term[start]:
            end += 1
        at = level[term[start]]
        for one in range(start, end):
            i, n = unit[one], times[one]
            shared[PRODUCT, i, i] += weight[at, n] * weight[at, n]
            for other in range(one + 1, end):
                j, m = unit[other], times[other]
                shared[PRODUCT, i, j] += weight[at, n] * weight[at, m]
                if rare[at] > 0:
                    shared[RARITY, i, j] += rare[at]
                    shared[RARE, i, j] += 1
                    if at == 0:
                        shared[UNSEEN, i, j] += 1
                shared[GAIN, i, j] += gain[at, n + m] - gain[at, n] - gain[at, m]
        start = end
    return shared


def cosines(shared: Ints, vectors: Ints, sizes: Ints, rising: Ints) -> Floats:
    """`Similarity.near` of these units."""
    count = len(sizes)
    out = np.zeros((3, count, count))
    lengths = np.zeros(count)
    for i in range(count):
        lengths[i] = math.sqrt(max(_dot(vectors[i], vectors[i]), 1))
    for i in range(count):
        for j in range(i + 1, count):
            length = math.sqrt(max(shared[PRODUCT, i, i], 1)) * math.sqrt(max(shared[PRODUCT, j, j], 1))
            out[COSINE, i, j] = out[COSINE, j, i] = shared[PRODUCT, i, j] / length
            apart = rising[sizes[i]] + rising[sizes[j]] - rising[sizes[i] + sizes[j]]
            out[MERGE, i, j] = out[MERGE, j, i] = (shared[GAIN, i, j] + apart) / 1e6
            out[VECTOR, i, j] = out[VECTOR, j, i] = _dot(vectors[i], vectors[j]) / (lengths[i] * lengths[j])
    return out


def _dot(one: Ints, other: Ints) -> int:
    total = 0
    for k in range(len(one)):
        total += one[k] * other[k]
    return total


@tiered
def first_round(known: Similarity, traits: Ints) -> Floats:
    """The columns of round one, a row a pair: (0, 1), (0, 2) … (1, 2) …"""
    shared, near, headline, count = known.shared, known.near, known.headline, len(traits)
    rows = np.zeros((count * (count - 1) // 2, _FIRST))
    cosine, vector = near[COSINE], near[VECTOR]
    hold, lean = _held(cosine), _held(vector)
    hold_page, lean_page = _in_order(hold[:, 0]) / count, _in_order(lean[:, 0]) / count
    at = 0
    for i in range(count):
        opening, ending, turn, headings = -1e6, -1e6, -1e6, 0
        for j in range(i + 1, count):
            begins, ends = traits[j, UNIT.opening], traits[j - 1, UNIT.ending]
            opening, ending, turn = max(opening, begins), max(ending, ends), max(turn, begins + ends)
            headings += traits[j, UNIT.headed]
            row = rows[at]
            _fill_shared(row, i, j, shared, near, traits)
            _fill_ways(row, i, j, cosine, vector)
            _fill_both(row, FIRST.hold, hold[i, 0], hold[j, 0])
            row[FIRST.hold_page], row[FIRST.strongest] = hold_page, min(hold[i, 1], hold[j, 1])
            _fill_both(row, FIRST.lean, lean[i, 0], lean[j, 0])
            row[FIRST.lean_page] = lean_page
            _fill_both(row, FIRST.headline_rarity, headline[i, ON_RARITY], headline[j, ON_RARITY])
            _fill_both(row, FIRST.headline_vector, headline[i, ON_VECTOR], headline[j, ON_VECTOR])
            row[FIRST.opening], row[FIRST.ending], row[FIRST.turn] = opening, ending, turn
            row[FIRST.headings], row[FIRST.lower_opening] = headings, begins
            at += 1
    return rows


def _fill_both(row: Floats, at: int, one: float, other: float) -> None:
    """Two columns: the lower value of two units, and the higher one."""
    row[at], row[at + 1] = min(one, other), max(one, other)


def _fill_shared(row: Floats, i: int, j: int, shared: Ints, near: Floats, traits: Ints) -> None:
    """What the two units share, and how they are written."""
    one, other = traits[i, UNIT.characters], traits[j, UNIT.characters]
    rarity = shared[RARITY, i, j] / 1000
    row[FIRST.cosine], row[FIRST.merge], row[FIRST.vector] = near[COSINE, i, j], near[MERGE, i, j], near[VECTOR, i, j]
    row[FIRST.rarity], row[FIRST.rarity_rate] = rarity, rarity / math.sqrt(one * other)
    row[FIRST.merge_rate] = 100 * near[MERGE, i, j] / max(min(traits[i, UNIT.terms], traits[j, UNIT.terms]), 1)
    _fill_both(row, FIRST.characters, one, other)
    row[FIRST.distance], row[FIRST.unseen], row[FIRST.units] = j - i, shared[UNSEEN, i, j], len(traits)
    row[FIRST.closed] = traits[i, UNIT.closed]
    for k in range(_FIRST - FIRST.marks):
        row[FIRST.marks + k] = 100 * abs(traits[i, UNIT.marks + k] / one - traits[j, UNIT.marks + k] / other)


def _fill_ways(row: Floats, i: int, j: int, cosine: Floats, vector: Floats) -> None:
    """Ways from one unit to the other over a third one."""
    best, total, bridge = 0.0, 0.0, -1.0
    for k in range(len(cosine)):
        if k not in (i, j):
            way = min(cosine[i, k], cosine[k, j])
            total += way
            best = max(best, way)
            bridge = max(bridge, min(vector[i, k], vector[k, j]))
    row[FIRST.way], row[FIRST.ways], row[FIRST.bridge] = best, total / max(len(cosine) - 2, 1), bridge


def _held(matrix: Floats) -> Floats:
    """How each unit holds to the others: mean, strongest. Shape (units, 2)."""
    count = len(matrix)
    out = np.zeros((count, 2))
    for i in range(count):
        for j in range(count):
            if i != j:
                out[i, 0] += matrix[i, j]
                out[i, 1] = max(out[i, 1], matrix[i, j])
        out[i, 0] /= max(count - 1, 1)
    return out


def _in_order(values: Floats) -> float:
    """Their sum, one by one: numpy adds many up in another order, which gives other bits."""
    total = 0.0
    for value in values:
        total += value
    return total


@tiered
def square(values: Floats, count: int) -> Floats:
    """A value a pair as a symmetric matrix."""
    out = np.zeros((count, count))
    at = 0
    for i in range(count):
        for j in range(i + 1, count):
            out[i, j] = out[j, i] = values[at]
            at += 1
    return out


@tiered
def second_round(nats: Floats, first: Floats, traits: Ints) -> Floats:
    """The columns of round two, from the links of round one, one a pair, and its rows."""
    link, count = square(nats, len(traits)), len(traits)
    rows = np.zeros((count * (count - 1) // 2, _SECOND))
    close, wide = np.zeros(count), np.zeros(count)
    for at in range(1, count):
        close[at], wide[at] = _boundary(link, at, 3), _boundary(link, at, count)
    hold = _held(link)[:, 0].copy()
    mean = _in_order(hold) / count
    at = 0
    for i in range(count):
        lowest, lowest_wide, passed = 1e9, 1e9, 0.0
        for j in range(i + 1, count):
            lowest, lowest_wide = min(lowest, close[j]), min(lowest_wide, wide[j])
            passed += close[j]
            row = rows[at]
            _fill_neighbours(row, i, j, link, hold)
            row[SECOND.link], row[SECOND.merge_rate] = link[i, j], first[at, FIRST.merge_rate]
            row[SECOND.boundary], row[SECOND.boundary_wide] = lowest, lowest_wide
            row[SECOND.boundaries], row[SECOND.distance] = passed / (j - i), j - i
            _fill_both(row, SECOND.hold, hold[i], hold[j])
            row[SECOND.hold_page], row[SECOND.units] = mean, count
            _fill_both(row, SECOND.characters, traits[i, UNIT.characters], traits[j, UNIT.characters])
            at += 1
    return rows


def _fill_neighbours(row: Floats, i: int, j: int, link: Floats, hold: Floats) -> None:
    """How alike the two are linked to all others."""
    best, total, apart, left, right, both = -1e9, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(len(link)):
        if k not in (i, j):
            way = min(link[i, k], link[k, j])
            total += way
            best = max(best, way)
            one, other = link[i, k] - hold[i], link[j, k] - hold[j]
            left += one * one
            right += other * other
            both += one * other
            apart += abs(link[i, k] - link[j, k])
    others = max(len(link) - 2, 1)
    row[SECOND.way], row[SECOND.ways], row[SECOND.difference] = best, total / others, apart / others
    row[SECOND.correlation] = both / math.sqrt(left * right + 1e-9)


def _boundary(link: Floats, at: int, reach: int) -> float:
    """Mean link of pairs with one unit before `at`, one from `at` on, both within `reach` of it."""
    total, pairs = 0.0, 0
    for i in range(max(0, at - reach), at):
        for j in range(at, min(len(link), at + reach)):
            total += link[i, j]
            pairs += 1
    return total / pairs


@tiered
def clustered(link: Floats, weight: Floats, apart: Flags, stops: Floats, touch: float) -> Ints:
    """For each stop the cluster of each unit: the number of its first unit. Shape (stops, units).

    The pair of clusters with the highest mean link, weighted by the lengths of the units, merges; of equal ones the first.

    apart  pairs of units that cannot be one article, by what the page itself says
    """
    count = len(link)
    out = np.zeros((len(stops), count), np.int64)
    top, bottom = np.zeros((count, count)), np.zeros((count, count))
    touching, barred = np.zeros((count, count), np.bool_), apart.copy()
    label, alive = np.arange(count), np.ones(count, np.bool_)
    for i in range(count):
        for j in range(count):
            bottom[i, j] = weight[i] * weight[j]
            top[i, j] = bottom[i, j] * link[i, j]
            touching[i, j] = abs(i - j) == 1
    stop = 0
    while stop < len(stops):
        best, one, other = -1e18, -1, -1
        for i in range(count):
            if alive[i]:
                for j in range(i + 1, count):
                    if alive[j] and not barred[i, j]:
                        value = top[i, j] / bottom[i, j]
                        if touching[i, j]:
                            value += touch
                        if value > best:
                            best, one, other = value, i, j
        while stop < len(stops) and best <= stops[stop]:
            out[stop] = label
            stop += 1
        if stop == len(stops):
            break
        for k in range(count):
            if alive[k]:
                top[one, k] += top[other, k]
                bottom[one, k] += bottom[other, k]
                top[k, one], bottom[k, one] = top[one, k], bottom[one, k]
                touching[one, k] = touching[k, one] = touching[one, k] or touching[other, k]
                barred[one, k] = barred[k, one] = barred[one, k] or barred[other, k]
            if label[k] == other:
                label[k] = one
        alive[other] = False
    return out
