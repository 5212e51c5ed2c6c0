"""Which blocks of units may be another article, and how likely each is one: links, what is usual in main, marks, borders."""

import math
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from cleaner.stages.splice.model import Flags, Floats, Ints
from cleaner.stages.splice.model.columns import BLOCK, MARKS, UNIT, WIDTHS
from cleaner.stages.splice.model.features import Features
from cleaner.stages.splice.model.links import (
    COSINE,
    MERGE,
    PRODUCT,
    RARITY,
    STOPS,
    TOUCH,
    VECTOR,
    Similarity,
    clustered,
    links,
)
from cleaner.stages.splice.model.trees import shipped_trees
from cleaner.text.machine_code import tiered

FIRST = 1.15  # the article that holds the first unit is the main one, unless another is clearly larger
LARGEST = 0.7  # a block over this share of the page is never called foreign
WINDOWS = 24  # stretches of main looked at: bounds time
IN, MAIN = 1, 2
_COLUMNS, _MARKS = WIDTHS["block"], len(MARKS)


class Proposal(NamedTuple):
    """Units that may be another article.

    block, main  units of the block, and of the main article that it was held against
    nats         log-odds that the block is foreign, in documents like those of the training
    row          the columns of `columns.BLOCK`
    stop         number of the stop at which the clusters of the page held this block
    """

    block: tuple[int, ...]
    main: tuple[int, ...]
    nats: float
    row: Floats
    stop: int


class Proposals(NamedTuple):
    """All proposals of a page, and the cluster of each unit at each of `links.STOPS`."""

    blocks: list[Proposal]
    labels: Ints


def propose(
    page: Features, known: Similarity, cjk: bool, apart: Iterable[tuple[int, int]] = (), foreign: Iterable[int] = ()
) -> Proposals:
    """All that the model says about a page.

    apart    pairs of units that cannot be one article
    foreign  units that cannot be of the main article
    """
    labels, proposed, rows = proposed_rows(page, known, links(page, known, cjk), apart, foreign)
    odds, count = shipped_trees("block", cjk).nats(rows), len(page.traits)
    found = [
        Proposal(
            block=tuple([unit for unit, side in enumerate(sides[:count]) if side == IN]),
            main=tuple([unit for unit, side in enumerate(sides[:count]) if side == MAIN]),
            nats=nats,
            row=row,
            stop=sides[count],
        )
        for sides, nats, row in zip(proposed.tolist(), odds.tolist(), rows, strict=True)
    ]
    return Proposals(found, labels)


def proposed_rows(
    page: Features,
    known: Similarity,
    link: Floats,
    apart: Iterable[tuple[int, int]] = (),
    foreign: Iterable[int] = (),
) -> tuple[Ints, Ints, Floats]:
    """Clusters, proposals as `proposed_sides` gives them, and the rows of the block model; see `propose`."""
    traits, count = page.traits, len(page.traits)
    weight = np.sqrt(traits[:, UNIT.characters])
    barred, strange = np.zeros((count, count), np.bool_), np.zeros(count, np.bool_)
    for one, other in apart:
        barred[one, other] = barred[other, one] = True
    for unit in foreign:
        strange[unit] = True
    labels = clustered(link, weight, barred, STOPS, TOUCH)
    sides = proposed_sides(labels, traits[:, UNIT.characters].copy(), strange, FIRST, LARGEST)
    return labels, sides, block_rows(link, known, page.vectors, traits, weight, sides)


def rare_terms(page: Features, proposal: Proposal) -> tuple[int, tuple[int, float]]:
    """Rare terms that block and main share; the same for stretches of main, scaled to the block's length: lowest, mean."""
    block, main = page.origin.take(proposal.block), page.origin.take(proposal.main)
    length, sizes = _stretch(len(block), len(main)), page.traits[:, UNIT.terms].tolist()
    own, counts = rare_overlap(page.term, page.unit, page.level, page.scale.rare, block, main, length, page.total)
    size = sum(sizes[unit] for unit in proposal.block)
    before = list(accumulate((sizes[unit] for unit in proposal.main), initial=0))
    found = [round(both * size / max(before[at + length] - before[at], 1)) for at, both in enumerate(counts.tolist())]
    return int(own), (min(found), sum(found) / len(found))


@tiered
def proposed_sides(labels: Ints, characters: Ints, foreign: Flags, first: float, largest: float) -> Ints:
    """The distinct clusters of all stops that are not their stop's main article.

    foreign  units that the page itself calls the rest of another article: their cluster is never the main one

    Returns int64, shape (blocks, units + 2): per unit 1 in the block, 2 in main, 0 in neither; number of the stop and
    of the clusters at that stop.
    """
    stops, count = labels.shape
    out = np.zeros((stops * count, count + 2), np.int64)
    found = 0
    for stop in range(stops):
        size = np.zeros(count)
        for i in range(count):
            size[labels[stop, i]] += characters[i]
        main = _main_article(labels[stop], size, foreign, first)
        if main < 0 or (labels[stop] == main).sum() < 2:
            continue
        for name in range(count):
            if size[name] <= 0 or name == main or size[name] > largest * characters.sum():
                continue
            for i in range(count):
                out[found, i] = IN if labels[stop, i] == name else MAIN if labels[stop, i] == main else 0
            out[found, count], out[found, count + 1] = stop, (size > 0).sum()
            found += not _seen(out, found, count)
    return out[:found]


def _seen(sides: Ints, at: int, count: int) -> bool:
    """Whether a row before holds the same block."""
    for before in range(at):
        same = True
        for i in range(count):
            if (sides[before, i] == IN) != (sides[at, i] == IN):
                same = False
                break
        if same:
            return True
    return False


def _main_article(labels: Ints, size: Floats, foreign: Flags, first: float) -> int:
    """The cluster that is the main article: the largest, but that of the first unit has an advantage; -1 for none."""
    barred = np.zeros(len(size), np.bool_)
    for i in range(len(labels)):
        barred[labels[i]] |= foreign[i]
    main, most = -1, -1.0
    for i in range(len(size)):
        value = size[i] * first if labels[0] == i else size[i]
        if size[i] > 0 and value > most and not barred[i]:
            most, main = value, i
    return main


@tiered
def block_rows(link: Floats, known: Similarity, vectors: Ints, traits: Ints, weight: Floats, sides: Ints) -> Floats:
    """The columns of each block, a row a block; `sides` are those of `proposed_sides`."""
    shared, near, headline, count = known.shared, known.near, known.headline, len(traits)
    rows = np.zeros((len(sides), _COLUMNS))
    for at in range(len(sides)):
        row, own = rows[at], sides[at, :count]
        inner, main = np.flatnonzero(own == IN), np.flatnonzero(own == MAIN)
        row[BLOCK.stop], row[BLOCK.clusters] = sides[at, count], sides[at, count + 1]
        _fill_sizes(row, own, traits)
        _fill_links(row, inner, main, link, weight)
        row[BLOCK.others] = _mean(link, weight, inner, np.flatnonzero(own != IN), 0.0)
        _fill_draw(row, own, link, weight)
        _fill_words(row, inner, main, shared, near)
        _fill_usual_words(row, inner, main, near, weight)
        _fill_subjects(row, inner, main, vectors, near[VECTOR])
        _fill_marks(row, own, traits)
        _fill_cuts(row, own, traits, near[COSINE])
        _fill_borders(row, own, traits)
        _fill_main_borders(row, own, traits)
        _fill_headline(row, own, headline, traits)
    return rows


def _fill_sizes(row: Floats, sides: Ints, traits: Ints) -> None:
    """How much block and main are, and where the block stands."""
    count = len(sides)
    units, chars, runs, first = np.zeros(3), np.zeros(3), 0, -1
    for i in range(count):
        units[sides[i]] += 1
        chars[sides[i]] += traits[i, UNIT.characters]
        if sides[i] == IN:
            runs += i == 0 or sides[i - 1] != IN
            first = i if first < 0 else first
    for at, side in ((0, IN), (1, MAIN)):
        row[BLOCK.characters + at], row[BLOCK.share + at] = chars[side], chars[side] / chars.sum()
        row[BLOCK.units + at] = units[side]
    row[BLOCK.page_units], row[BLOCK.runs], row[BLOCK.position] = count, runs, first / count
    row[BLOCK.at_start], row[BLOCK.at_end] = sides[0] == IN, sides[count - 1] == IN


def _fill_links(row: Floats, inner: Ints, main: Ints, link: Floats, weight: Floats) -> None:
    """How block and main hold together and to each other, against what is usual in main."""
    first, second, third, lead = -1e9, -1e9, -1e9, 0.0
    for i in inner:
        lead += link[i, main[0]]
        for j in main:
            value = link[i, j]
            if value > first:
                first, second, third = value, first, second
            elif value > second:
                second, third = value, second
            elif value > third:
                third = value
    second = first if second < -1e8 else second
    third = second if third < -1e8 else third
    row[BLOCK.strongest], row[BLOCK.strongest_three] = first, (first + second + third) / 3
    between, inside = _mean(link, weight, inner, main, 0.0), _mean(link, weight, inner, inner, 0.0)
    row[BLOCK.between], row[BLOCK.inside], row[BLOCK.gap] = between, inside, inside - between
    row[BLOCK.inside_main], row[BLOCK.lead] = _mean(link, weight, main, main, 0.0), lead / len(inner)
    mean, lowest, spread = usual(link, weight, main, _stretch(len(inner), len(main)))
    row[BLOCK.usual], row[BLOCK.usual_lowest], row[BLOCK.usual_spread] = mean, lowest, spread
    row[BLOCK.under_lowest], row[BLOCK.deviation] = between - lowest, (between - mean) / (spread + 0.7)
    row[BLOCK.across] = _mean(link, weight, main[main < inner[0]], main[main > inner[-1]], -9.0)


def _fill_draw(row: Floats, sides: Ints, link: Floats, weight: Floats) -> None:
    """Single units: how strongly the other side draws them, and how the block holds to what stands around it."""
    count = len(sides)
    drawn, torn, lent, edge, edges = -1e9, -1e9, 1e9, 0.0, 0
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
                for j in range(max(0, i - 2), min(count, i + 3)):
                    if sides[j] != IN:
                        edge += link[i, j]
                        edges += 1
            else:
                lent = min(lent, away - own)
    row[BLOCK.drawn], row[BLOCK.torn], row[BLOCK.lent], row[BLOCK.edge] = drawn, torn, lent, edge / max(edges, 1)


def _fill_words(row: Floats, inner: Ints, main: Ints, shared: Ints, near: Floats) -> None:
    """Words in common of block and main."""
    closest, merged, rarest, rarity, dot = 0.0, -1e9, 0, 0, 0
    for i in inner:
        for j in main:
            low, high = min(i, j), max(i, j)
            closest, merged = max(closest, near[COSINE, i, j]), max(merged, near[MERGE, i, j])
            rarest = max(rarest, shared[RARITY, low, high])
            rarity += shared[RARITY, low, high]
            dot += shared[PRODUCT, low, high]
    row[BLOCK.cosine_most], row[BLOCK.merge_most], row[BLOCK.rarest] = closest, merged, rarest / 1000
    squares = math.sqrt(max(_squared_length(shared[PRODUCT], inner), 1)) * math.sqrt(
        max(_squared_length(shared[PRODUCT], main), 1)
    )
    row[BLOCK.cosine_whole] = dot / squares
    row[BLOCK.rarity_rate] = rarity / 1000 / math.sqrt(row[BLOCK.characters] * row[BLOCK.characters + 1])


def _squared_length(product: Ints, units: Ints) -> int:
    """Squared length of these units as a whole."""
    total = 0
    for i in units:
        for j in units:
            total += product[min(i, j), max(i, j)]
    return total


def _fill_usual_words(row: Floats, inner: Ints, main: Ints, near: Floats, weight: Floats) -> None:
    """Cosines and merge scores of block and main against what is usual in main."""
    cosine, merge, length = near[COSINE], near[MERGE], _stretch(len(inner), len(main))
    value = _mean(cosine, weight, inner, main, 0.0)
    mean, lowest, spread = usual(cosine, weight, main, length)
    row[BLOCK.cosine], row[BLOCK.cosine_over_lowest] = value, value - lowest
    row[BLOCK.cosine_ratio], row[BLOCK.cosine_deviation] = value / (mean + 0.01), (value - mean) / (spread + 0.01)
    row[BLOCK.cosine_inside] = _mean(cosine, weight, inner, inner, 0.0)
    row[BLOCK.cosine_inside + 1] = _mean(cosine, weight, main, main, 0.0)
    value = _mean(merge, weight, inner, main, 0.0)
    mean, lowest, spread = usual(merge, weight, main, length)
    row[BLOCK.merge], row[BLOCK.merge_over_lowest], row[BLOCK.merge_over_usual] = value, value - lowest, value - mean
    row[BLOCK.merge_spread] = spread


def _fill_subjects(row: Floats, inner: Ints, main: Ints, vectors: Ints, vector: Floats) -> None:
    """How near the subjects of block and main are."""
    best, between, within = -1.0, 0.0, 0.0
    for i in inner:
        for j in main:
            best, between = max(best, vector[i, j]), between + vector[i, j]
    for i in main:
        for j in main:
            within += vector[i, j] if i != j else 1.0
    row[BLOCK.vector_most], row[BLOCK.vector_mean] = best, between / (len(inner) * len(main))
    row[BLOCK.vector_main] = within / (len(main) * len(main))
    both, left, right = 0.0, 0.0, 0.0
    for k in range(vectors.shape[1]):
        one, other = 0.0, 0.0
        for i in inner:
            one += vectors[i, k]
        for i in main:
            other += vectors[i, k]
        both += one * other
        left += one * one
        right += other * other
    row[BLOCK.vector] = both / (math.sqrt(max(left, 1.0)) * math.sqrt(max(right, 1.0)))


def _fill_marks(row: Floats, sides: Ints, traits: Ints) -> None:
    """How block and main are written."""
    for k in range(_MARKS):
        rate = np.zeros(3)
        for i in range(len(sides)):
            rate[sides[i]] += traits[i, UNIT.marks + k]
        at = BLOCK.marks + 2 * k
        row[at] = 100 * rate[IN] / row[BLOCK.characters]
        row[at + 1] = row[at] - 100 * rate[MAIN] / row[BLOCK.characters + 1]


def _fill_cuts(row: Floats, sides: Ints, traits: Ints, cosine: Floats) -> None:
    """Units that end inside a sentence, and copies."""
    cut_before, double, opened, count = 0.0, 0.0, np.zeros(3), len(sides)
    for i in range(count):
        opened[sides[i]] += 1 - traits[i, UNIT.closed]
        if sides[i] == IN:
            if i > 0 and sides[i - 1] == MAIN:
                cut_before = max(cut_before, 1.0 - traits[i - 1, UNIT.closed])
            for j in range(count):
                if i != j:
                    double = max(double, cosine[i, j])
    row[BLOCK.cut], row[BLOCK.cut_before], row[BLOCK.double] = min(opened[IN], 1.0), cut_before, double
    row[BLOCK.open], row[BLOCK.open + 1] = opened[IN] / row[BLOCK.units], opened[MAIN] / row[BLOCK.units + 1]


def _fill_borders(row: Floats, sides: Ints, traits: Ints) -> None:
    """How the stretches of the block begin and end."""
    count, runs, most = len(sides), row[BLOCK.runs], -1e6
    opening, before, ending, behind, headings, turn_in, turn_out = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(count):
        begins, ends = traits[i, UNIT.opening], traits[i, UNIT.ending]
        if sides[i] != IN:
            continue
        most = max(most, begins)
        if i == 0 or sides[i - 1] != IN:
            opening += begins
            headings += traits[i, UNIT.headed]
            if i > 0:
                before += traits[i - 1, UNIT.ending]
                turn_in += begins + traits[i - 1, UNIT.ending]
        if i == count - 1 or sides[i + 1] != IN:
            ending += ends
            if i < count - 1:
                behind += traits[i + 1, UNIT.opening]
                turn_out += ends + traits[i + 1, UNIT.opening]
    row[BLOCK.opening], row[BLOCK.opening_most], row[BLOCK.headings] = opening / runs, most, headings / runs
    row[BLOCK.ending_before], row[BLOCK.ending], row[BLOCK.opening_behind] = before / runs, ending / runs, behind / runs
    row[BLOCK.turn_in], row[BLOCK.turn_out] = turn_in / runs, turn_out / runs


def _fill_main_borders(row: Floats, sides: Ints, traits: Ints) -> None:
    """Whether main is like one article, with one beginning and one end."""
    opening, ending, last, headings, first = -1e6, -1e6, 0.0, 0.0, True
    for i in range(len(sides)):
        if sides[i] == MAIN:
            last = traits[i, UNIT.ending]
            if not first:
                opening = max(opening, traits[i, UNIT.opening])
                headings += traits[i, UNIT.headed]
            if i < len(sides) - 1 and sides[i + 1] == MAIN:
                ending = max(ending, last)
            first = False
    row[BLOCK.main_opening], row[BLOCK.main_ending], row[BLOCK.main_last] = opening, ending, last
    row[BLOCK.main_headings] = headings / max(row[BLOCK.units + 1], 1.0)


def _fill_headline(row: Floats, sides: Ints, headline: Floats, traits: Ints) -> None:
    """Who holds to the headline, by each of the three columns of `headline`."""
    for k in range(3):
        holds, most = np.zeros(3), np.zeros(3)
        for i in range(len(sides)):
            holds[sides[i]] += headline[i, k] * traits[i, UNIT.characters]
            most[sides[i]] = max(most[sides[i]], headline[i, k])
        at = BLOCK.headline_cosine + 3 * k
        row[at], row[at + 2] = holds[IN] / max(row[BLOCK.characters], 1.0), most[IN]
        row[at + 1] = holds[MAIN] / max(row[BLOCK.characters + 1], 1.0)


def _mean(link: Floats, weight: Floats, one: Ints, other: Ints, none: float) -> float:
    """Mean link of some units with others, weighted; `none` where there are no two."""
    top, bottom = 0.0, 0.0
    for i in one:
        for j in other:
            if i != j:
                top += weight[i] * weight[j] * link[i, j]
                bottom += weight[i] * weight[j]
    return top / bottom if bottom > 0 else none


def _stretch(block: int, main: int) -> int:
    """Units of the stretches of main that a block is held against."""
    return min(block, max(main // 2, 1))


def usual(link: Floats, weight: Floats, main: Ints, length: int) -> tuple[float, float, float]:
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
    return mean, lowest, math.sqrt(max(squares / count - mean * mean, 0.0))


@tiered
def rare_overlap(
    term: Ints, unit: Ints, level: Ints, rare: Ints, block: Ints, main: Ints, length: int, units: int
) -> tuple[int, Ints]:
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
