"""What the block model reads of a block and the main article: links, the article's own usual links, marks. Compiled loops."""

import math
from typing import TYPE_CHECKING

import numpy as np

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

FIRST_OF_PAGE = 71  # columns before those of `bordered`
COLUMNS = 92
BETWEEN, INSIDE, USUAL, LOWEST = 0, 3, 13, 14  # columns that the evidence quotes
WINDOWS = 24  # stretches of main looked at: bounds time
IN, MAIN = 1, 2


@compiled
def mean_link(link: "Floats", weight: "Floats", sides: "Ints", one: int, other: int) -> float:
    """Mean link of the units on side `one` with those on side `other`, weighted; `other` under 0: with all not on `one`."""
    top, bottom = 0.0, 0.0
    for i in range(len(sides)):
        if sides[i] == one:
            for j in range(len(sides)):
                if i != j and (sides[j] == other or (other < 0 and sides[j] != one)):
                    top += weight[i] * weight[j] * link[i, j]
                    bottom += weight[i] * weight[j]
    return top / bottom if bottom > 0 else 0.0


@compiled
def usual(link: "Floats", weight: "Floats", main: "Ints", length: int) -> "Floats":
    """How stretches of main of this many units hold to the rest of main: mean, lowest, spread."""
    last = len(main) - length
    step = max(1, (last + WINDOWS) // WINDOWS)
    lowest, total, squares, count = 1e9, 0.0, 0.0, 0
    for start in range(0, last + 1, step):
        top, bottom = 0.0, 0.0
        for i in range(start, start + length):
            for j in range(len(main)):
                if j < start or j >= start + length:
                    w = weight[main[i]] * weight[main[j]]
                    top += w * link[main[i], main[j]]
                    bottom += w
        value = top / bottom if bottom > 0 else 0.0
        lowest = min(lowest, value)
        total += value
        squares += value * value
        count += 1
    mean = total / count
    return np.array([mean, lowest, math.sqrt(max(squares / count - mean * mean, 0.0))])


@compiled
def stretch(block: int, main: int) -> int:
    """Units of the stretches of main that a block is held against."""
    return min(block, max(main // 2, 1))


@compiled
def all_measured(
    link: "Floats",
    near: "Floats",
    found: "Ints",
    places: "Ints",
    marks: "Ints",
    characters: "Ints",
    closed: "Ints",
    weight: "Floats",
    headed: "Ints",
    edges: "Ints",
    headline: "Floats",
    proposed: "Ints",
) -> "Floats":
    """The columns of each block, a row a block."""
    rows = np.zeros((len(proposed), COLUMNS))
    for at in range(len(proposed)):
        rows[at] = measured(link, near, found, places, marks, characters, closed, weight, proposed[at])
        bordered(rows[at], headed, edges, headline, characters, proposed[at])
    return rows


@compiled
def measured(
    link: "Floats",
    near: "Floats",
    found: "Ints",
    places: "Ints",
    marks: "Ints",
    characters: "Ints",
    closed: "Ints",
    weight: "Floats",
    proposal: "Ints",
) -> "Floats":
    """The columns of one block; `proposal` is a row of `partitions.proposals`."""
    count = len(characters)
    sides = proposal[:count]
    row = np.zeros(COLUMNS)
    cosine, merge, vector = near[0], near[1], near[2]
    units, chars, runs = np.zeros(3), np.zeros(3), 0
    main = np.flatnonzero(sides == MAIN)
    for i in range(count):
        units[sides[i]] += 1
        chars[sides[i]] += characters[i]
        runs += sides[i] == IN and (i == 0 or sides[i - 1] != IN)
    strongest = np.full(3, -1e9)
    closest, merged, rarest, rarity, dot, lead = 0.0, -1e9, 0, 0, 0, 0.0
    vectors_best, vectors_sum, vectors_main = -1.0, 0.0, 0.0
    square_in, square_main = 0, 0
    for i in range(count):
        for j in range(count):
            low, high = min(i, j), max(i, j)
            if sides[i] == IN and sides[j] == MAIN:
                value = link[i, j]
                if value > strongest[0]:
                    strongest[0], strongest[1], strongest[2] = value, strongest[0], strongest[1]
                elif value > strongest[1]:
                    strongest[1], strongest[2] = value, strongest[1]
                elif value > strongest[2]:
                    strongest[2] = value
                closest, merged = max(closest, cosine[i, j]), max(merged, merge[i, j])
                rarest = max(rarest, found[1, low, high])
                rarity += found[1, low, high]
                dot += found[0, low, high]
                vectors_best, vectors_sum = max(vectors_best, vector[i, j]), vectors_sum + vector[i, j]
            elif sides[i] == IN and sides[j] == IN:
                square_in += found[0, low, high]
            elif sides[i] == MAIN and sides[j] == MAIN:
                square_main += found[0, low, high]
                vectors_main += vector[i, j] if i != j else 1.0
        if sides[i] == IN:
            lead += link[i, main[0]]
    for k in (1, 2):
        if strongest[k] < -1e8:
            strongest[k] = strongest[k - 1]
    between = mean_link(link, weight, sides, IN, MAIN)
    inside = mean_link(link, weight, sides, IN, IN)
    length = stretch(int(units[IN]), len(main))
    null = usual(link, weight, main, length)
    row[0], row[1], row[2] = between, strongest[0], strongest.sum() / 3
    row[3], row[4] = inside, mean_link(link, weight, sides, MAIN, MAIN)
    row[5], row[6], row[7], row[8] = chars[IN], chars[MAIN], chars[IN] / chars.sum(), chars[MAIN] / chars.sum()
    row[9], row[10], row[11] = units[IN], units[MAIN], proposal[count + 1]
    row[12] = dot / (math.sqrt(max(square_in, 1)) * math.sqrt(max(square_main, 1)))
    row[13], row[14], row[15] = null[0], null[1], null[2]
    row[16], row[17] = between - null[1], (between - null[0]) / (null[2] + 0.7)
    row[18], row[19], row[20], row[21] = runs, sides[0] == IN, sides[count - 1] == IN, lead / units[IN]
    cut, cut_before, double, edge, edges = 0.0, 0.0, 0.0, 0.0, 0
    for i in range(count):
        if sides[i] == IN:
            cut = max(cut, 1.0 - closed[i])
            if i > 0 and sides[i - 1] == MAIN:
                cut_before = max(cut_before, 1.0 - closed[i - 1])
            for j in range(count):
                if i != j:
                    double = max(double, cosine[i, j])
            for j in range(max(0, i - 2), min(count, i + 3)):
                if sides[j] != IN:
                    edge += link[i, j]
                    edges += 1
    row[22], row[23], row[24] = cut, cut_before, double
    row[25] = mean_link(link, weight, sides, IN, -1)
    row[26], row[27] = mean_link(merge, weight, sides, IN, MAIN), merged
    row[28] = rarity / 1000 / math.sqrt(chars[IN] * chars[MAIN])
    row[29], row[30], row[31] = rarest / 1000, count, closest
    row[32], row[33] = edge / max(edges, 1), inside - between
    drawn, torn, lent = -1e9, -1e9, 1e9
    for i in range(count):
        if sides[i] > 0:
            top, bottom = np.zeros(3), np.zeros(3)
            for j in range(count):
                if i != j:
                    top[sides[j]] += weight[j] * link[i, j]
                    bottom[sides[j]] += weight[j]
            own = top[IN] / bottom[IN] if bottom[IN] > 0 else 0.0
            away = top[MAIN] / bottom[MAIN] if bottom[MAIN] > 0 else 0.0
            if sides[i] == IN:
                drawn, torn = max(drawn, away), max(torn, away - own)
            else:
                lent = min(lent, away - own)
    row[34], row[35], row[36] = drawn, torn, lent
    value = mean_link(cosine, weight, sides, IN, MAIN)
    null = usual(cosine, weight, main, length)
    row[37], row[38] = value, value - null[1]
    row[39], row[40] = value / (null[0] + 0.01), (value - null[0]) / (null[2] + 0.01)
    null = usual(merge, weight, main, length)
    row[41], row[42] = row[26] - null[1], row[26] - null[0]
    row[43], row[44] = mean_link(cosine, weight, sides, IN, IN), mean_link(cosine, weight, sides, MAIN, MAIN)
    inner = np.flatnonzero(sides == IN)
    top_left, bottom_left = 0.0, 0.0
    for i in range(inner[0]):
        for j in range(inner[-1] + 1, count):
            if sides[i] == MAIN and sides[j] == MAIN:
                top_left += weight[i] * weight[j] * link[i, j]
                bottom_left += weight[i] * weight[j]
    row[45] = top_left / bottom_left if bottom_left > 0 else -9.0
    row[46], row[47], row[48] = inner[0] / count, null[2], proposal[count]
    at = 49
    for k in range(marks.shape[1]):
        rate = np.zeros(3)
        for i in range(count):
            rate[sides[i]] += marks[i, k]
        row[at] = 100 * rate[IN] / chars[IN]
        row[at + 1] = row[at] - 100 * rate[MAIN] / chars[MAIN]
        at += 2
    opened = np.zeros(3)
    for i in range(count):
        opened[sides[i]] += 1 - closed[i]
    row[at], row[at + 1] = opened[IN] / units[IN], opened[MAIN] / units[MAIN]
    both, left, right = 0.0, 0.0, 0.0
    for k in range(places.shape[1]):
        one, other = 0.0, 0.0
        for i in range(count):
            if sides[i] == IN:
                one += places[i, k]
            elif sides[i] == MAIN:
                other += places[i, k]
        both += one * other
        left += one * one
        right += other * other
    row[at + 2] = both / (math.sqrt(max(left, 1.0)) * math.sqrt(max(right, 1.0)))
    row[at + 3] = vectors_best
    row[at + 4] = vectors_sum / (units[IN] * units[MAIN])
    row[at + 5] = vectors_main / (units[MAIN] * units[MAIN])
    return row


@compiled
def bordered(
    row: "Floats", headed: "Ints", edges: "Ints", headline: "Floats", characters: "Ints", proposal: "Ints"
) -> None:
    """The columns that tell how the block begins and ends, and who holds to the headline; written into `row`."""
    count = len(characters)
    at = FIRST_OF_PAGE
    open_first, open_most, end_before, end_last, open_after, heads, runs = 0.0, -1e6, 0.0, 0.0, 0.0, 0.0, 0.0
    turn_in, turn_out, main_open, main_end, main_heads = 0.0, 0.0, -1e6, -1e6, 0.0
    holds, weights = np.zeros((3, 3)), np.zeros(3)
    most, first_main, units = np.zeros((3, 3)), True, np.zeros(3)
    last_main = 0.0
    for i in range(count):
        side = proposal[i]
        units[side] += 1
        weights[side] += characters[i]
        for k in range(3):
            holds[side, k] += headline[i, k] * characters[i]
            most[side, k] = max(most[side, k], headline[i, k])
        if side == IN:
            open_most = max(open_most, edges[i, 0])
            if i == 0 or proposal[i - 1] != IN:
                runs += 1
                open_first += edges[i, 0]
                heads += headed[i]
                if i > 0:
                    end_before += edges[i - 1, 1]
                    turn_in += edges[i, 0] + edges[i - 1, 1]
            if i == count - 1 or proposal[i + 1] != IN:
                end_last += edges[i, 1]
                if i < count - 1:
                    open_after += edges[i + 1, 0]
                    turn_out += edges[i, 1] + edges[i + 1, 0]
        elif side == MAIN:
            last_main = edges[i, 1]
            if not first_main:
                main_open = max(main_open, edges[i, 0])
                main_heads += headed[i]
            if i < count - 1 and proposal[i + 1] == MAIN:
                main_end = max(main_end, edges[i, 1])
            first_main = False
    row[at], row[at + 1], row[at + 2], row[at + 3] = open_first / runs, open_most, end_before / runs, end_last / runs
    row[at + 4], row[at + 5], row[at + 6] = open_after / runs, turn_in / runs, turn_out / runs
    row[at + 7], row[at + 8], row[at + 9] = main_open, main_end, last_main
    row[at + 10], row[at + 11] = heads / runs, main_heads / max(units[MAIN], 1.0)
    for k in range(3):
        mine = holds[IN, k] / max(weights[IN], 1.0)
        its = holds[MAIN, k] / max(weights[MAIN], 1.0)
        row[at + 12 + 3 * k], row[at + 13 + 3 * k], row[at + 14 + 3 * k] = mine, its, most[IN, k]
