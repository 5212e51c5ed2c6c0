"""Do two units belong together? What the two rounds of the link model read of each pair. Loops over arrays, compiled.

Round one reads the pair and its page: words shared, rare words, vectors, marks, and how the two hold to all others.
Round two reads the links of round one: common neighbours, the weakest boundary between the two.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PAIR = 39  # columns of round one
AGAIN = 16  # columns of round two


@compiled
def pairs(
    term: "Ints",
    unit: "Ints",
    times: "Ints",
    level: "Ints",
    weight: "Ints",
    rare: "Ints",
    gain: "Ints",
    places: "Ints",
    sizes: "Ints",
    rising: "Ints",
) -> "tuple[Ints, Floats, Floats]":
    """What units share, see `shared`; how near they are, see `cosines`; each against the headline, the unit behind the last.

    Against the headline: cosine of terms, rare idf shared, cosine of vectors.
    """
    count = len(sizes)
    found = shared(term, unit, times, level, weight, rare, gain, count + 1)
    near = cosines(found, places, np.append(sizes, 0), rising)
    headline = np.empty((count, 3))
    for i in range(count):
        headline[i, 0], headline[i, 1], headline[i, 2] = near[0, i, count], found[1, i, count] / 1000, near[2, i, count]
    return found[:, :count, :count].copy(), near[:, :count, :count].copy(), headline


@compiled
def shared(
    term: "Ints", unit: "Ints", times: "Ints", level: "Ints", weight: "Ints", rare: "Ints", gain: "Ints", count: int
) -> "Ints":
    """For each pair of units (first < second): Σ of products of weights, of rare idf, how many rare, how many unseen, gain.

    Returns int64, shape (5, count, count); the diagonal of the first is the squared length of the unit.
    """
    found = np.zeros((5, count, count), np.int64)
    start = 0
    while start < len(term):
        end = start
        while end < len(term) and term[end] == term[start]:
            end += 1
        at = level[term[start]]
        for one in range(start, end):
            i, n = unit[one], times[one]
            found[0, i, i] += weight[at, n] * weight[at, n]
            for other in range(one + 1, end):
                j, m = unit[other], times[other]
                found[0, i, j] += weight[at, n] * weight[at, m]
                if rare[at] > 0:
                    found[1, i, j] += rare[at]
                    found[2, i, j] += 1
                    if at == 0:
                        found[3, i, j] += 1
                found[4, i, j] += gain[at, n + m] - gain[at, n] - gain[at, m]
        start = end
    return found


@compiled
def cosines(found: "Ints", places: "Ints", sizes: "Ints", rising: "Ints") -> "Floats":
    """Three symmetric matrices: cosine of the terms, merge score in nats, cosine of the vectors."""
    count = len(sizes)
    out = np.zeros((3, count, count))
    lengths = np.zeros(count)
    for i in range(count):
        total = 0
        for k in range(places.shape[1]):
            total += places[i, k] * places[i, k]
        lengths[i] = math.sqrt(max(total, 1))
    for i in range(count):
        for j in range(i + 1, count):
            length = math.sqrt(max(found[0, i, i], 1)) * math.sqrt(max(found[0, j, j], 1))
            out[0, i, j] = out[0, j, i] = found[0, i, j] / length
            apart = rising[sizes[i]] + rising[sizes[j]] - rising[sizes[i] + sizes[j]]
            out[1, i, j] = out[1, j, i] = (found[4, i, j] + apart) / 1e6
            total = 0
            for k in range(places.shape[1]):
                total += places[i, k] * places[j, k]
            out[2, i, j] = out[2, j, i] = total / (lengths[i] * lengths[j])
    return out


@compiled
def held(matrix: "Floats") -> "Floats":
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


@compiled
def first_round(
    found: "Ints",
    near: "Floats",
    characters: "Ints",
    sizes: "Ints",
    marks: "Ints",
    closed: "Ints",
    headed: "Ints",
    edges: "Ints",
    headline: "Floats",
) -> "Floats":
    """The columns of round one, a row a pair (0, 1), (0, 2) … (1, 2) …"""
    count = len(sizes)
    rows = np.zeros((count * (count - 1) // 2, PAIR))
    cosine, merge, vector = near[0], near[1], near[2]
    hold, lean = held(cosine), held(vector)
    mean, slant = hold[:, 0].sum() / count, lean[:, 0].sum() / count
    at = 0
    for i in range(count):
        opening, ending, turn, heads = -1e6, -1e6, -1e6, 0
        for j in range(i + 1, count):
            opening, ending = max(opening, edges[j, 0]), max(ending, edges[j - 1, 1])
            turn, heads = max(turn, edges[j, 0] + edges[j - 1, 1]), heads + headed[j]
            best, total, bridge = 0.0, 0.0, -1.0
            for k in range(count):
                if k not in (i, j):
                    way = min(cosine[i, k], cosine[k, j])
                    total += way
                    best = max(best, way)
                    bridge = max(bridge, min(vector[i, k], vector[k, j]))
            rarity = found[1, i, j] / 1000
            row = rows[at]
            row[0] = cosine[i, j]
            row[1] = rarity
            row[2] = rarity / math.sqrt(characters[i] * characters[j])
            row[3] = merge[i, j]
            row[4] = 100 * merge[i, j] / max(min(sizes[i], sizes[j]), 1)
            row[5] = min(characters[i], characters[j])
            row[6] = max(characters[i], characters[j])
            row[7] = j - i
            row[8] = found[3, i, j]
            row[9] = min(hold[i, 0], hold[j, 0])
            row[10] = max(hold[i, 0], hold[j, 0])
            row[11] = mean
            row[12] = best
            row[13] = total / max(count - 2, 1)
            row[14] = count
            row[15] = min(hold[i, 1], hold[j, 1])
            row[16] = closed[i]
            row[17] = vector[i, j]
            row[18] = min(lean[i, 0], lean[j, 0])
            row[19] = max(lean[i, 0], lean[j, 0])
            row[20] = slant
            row[21] = bridge
            for k in range(2):
                row[22 + 2 * k] = min(headline[i, 1 + k], headline[j, 1 + k])
                row[23 + 2 * k] = max(headline[i, 1 + k], headline[j, 1 + k])
            row[26], row[27], row[28], row[29] = opening, ending, turn, heads
            row[30] = edges[j, 0]
            for k in range(marks.shape[1]):
                row[31 + k] = 100 * abs(marks[i, k] / characters[i] - marks[j, k] / characters[j])
            at += 1
    return rows


@compiled
def square(values: "Floats", count: int) -> "Floats":
    """A value a pair as a symmetric matrix."""
    out = np.zeros((count, count))
    at = 0
    for i in range(count):
        for j in range(i + 1, count):
            out[i, j] = out[j, i] = values[at]
            at += 1
    return out


@compiled
def boundary(link: "Floats", at: int, reach: int) -> float:
    """Mean link of pairs with one unit before `at`, one from `at` on, both within `reach` of it."""
    total, pairs = 0.0, 0
    for i in range(max(0, at - reach), at):
        for j in range(at, min(len(link), at + reach)):
            total += link[i, j]
            pairs += 1
    return total / pairs


@compiled
def second_round(link: "Floats", first: "Floats", characters: "Ints") -> "Floats":
    """The columns of round two, from the links of round one."""
    count = len(link)
    rows = np.zeros((count * (count - 1) // 2, AGAIN))
    close, wide = np.zeros(count), np.zeros(count)
    for at in range(1, count):
        close[at], wide[at] = boundary(link, at, 3), boundary(link, at, count)
    hold = held(link)[:, 0].copy()
    mean = hold.sum() / count
    at = 0
    for i in range(count):
        lowest, lowest_wide, passed = 1e9, 1e9, 0.0
        for j in range(i + 1, count):
            lowest, lowest_wide = min(lowest, close[j]), min(lowest_wide, wide[j])
            passed += close[j]
            best, total, apart, left, right, both = -1e9, 0.0, 0.0, 0.0, 0.0, 0.0
            for k in range(count):
                if k not in (i, j):
                    way = min(link[i, k], link[k, j])
                    total += way
                    best = max(best, way)
                    one, other = link[i, k] - hold[i], link[j, k] - hold[j]
                    left += one * one
                    right += other * other
                    both += one * other
                    apart += abs(link[i, k] - link[j, k])
            row = rows[at]
            row[0] = link[i, j]
            row[1] = best
            row[2] = total / max(count - 2, 1)
            row[3] = both / math.sqrt(left * right + 1e-9)
            row[4] = apart / max(count - 2, 1)
            row[5] = lowest
            row[6] = lowest_wide
            row[7] = passed / (j - i)
            row[8] = j - i
            row[9] = min(hold[i], hold[j])
            row[10] = max(hold[i], hold[j])
            row[11] = mean
            row[12] = count
            row[13] = min(characters[i], characters[j])
            row[14] = max(characters[i], characters[j])
            row[15] = first[at, 4]
            at += 1
    return rows
