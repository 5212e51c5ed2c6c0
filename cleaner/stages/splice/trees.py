"""Walk trees by masks of leaves: each node that is not passed to the left strikes leaves out, the first that is left counts.

So no step waits for the one before. Few rows go one by one; of many, 32 or more take each node together, and numbers that
only have to be compared with thresholds are told by how many of these they pass: 8 bits in place of 64.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Nodes = NDArray[np.int32]
    Bytes = NDArray[np.uint8]
    Leaves = NDArray[np.uint16]

FEW = 3  # rows that go one by one sooner
TOGETHER = 256  # rows whose columns fit into the fast memory
LANES = 32  # rows of one step of the loops below, so that none are left over
LEAVES = 16  # of a tree, at most: one bit each


class Masks(NamedTuple):
    """Trees as masks, in pairs; the last one may be empty.

    starts             first node of each tree, without leaves, and their number
    column, threshold  a row passes a node where row[column] <= threshold
    rank               how many smaller thresholds its column has
    mask               leaves that are left where a row does not pass
    value              micronats of each leaf, shape (trees, LEAVES)
    cuts               the thresholds of each column once, rising; `firsts` says where those of a column start
    bias               micronats before the first tree
    """

    starts: "Ints"
    column: "Bytes"
    threshold: "Singles"
    rank: "Bytes"
    mask: "Leaves"
    value: "Ints"
    cuts: "Singles"
    firsts: "Ints"
    bias: "Ints"


def masked(
    column: "Nodes", threshold: "Singles", left: "Nodes", right: "Nodes", value: "Nodes", roots: "Nodes", bias: "Ints"
) -> Masks:
    """The trees of a model, see `model.Trees`, as masks."""
    leaves, first = _places(left, right, roots)
    if leaves.max() > LEAVES:
        raise ValueError(f"a tree of splice has {leaves.max()} leaves, more than the {LEAVES} that a mask holds")
    inner, ends = np.flatnonzero(left >= 0), np.flatnonzero(left < 0)
    tree = np.searchsorted(roots, np.arange(len(left)), side="right") - 1
    values = np.zeros((len(roots) + len(roots) % 2, LEAVES), np.int64)
    values[tree[ends], first[ends]] = value[ends]
    starts = np.searchsorted(tree[inner], np.arange(len(values) + 1))
    struck = ((1 << leaves[left[inner]]) - 1) << first[inner]
    cuts, firsts, rank = _ranked(column[inner], threshold[inner])
    own = column[inner].astype(np.uint8)
    mask = (~struck & (1 << LEAVES) - 1).astype(np.uint16)
    return Masks(starts, own, threshold[inner], rank, mask, values, cuts, firsts, bias)


def _places(left: "Nodes", right: "Nodes", roots: "Nodes") -> "tuple[Ints, Ints]":
    """For each node how many leaves it has, and the place of its first one in its tree."""
    leaves, first = np.ones(len(left), np.int64), np.zeros(len(left), np.int64)
    levels, here = [], roots[left[roots] >= 0]
    while len(here):
        levels.append(here)
        here = np.concatenate((left[here], right[here]))
        here = here[left[here] >= 0]
    for here in reversed(levels):
        leaves[here] = leaves[left[here]] + leaves[right[here]]
    for here in levels:
        first[left[here]] = first[here]
        first[right[here]] = first[here] + leaves[left[here]]
    return leaves, first


def _ranked(column: "Nodes", threshold: "Singles") -> "tuple[Singles, Ints, Bytes]":
    """The distinct thresholds column by column; where those of each column start; the place of each one in its column."""
    order = np.lexsort((threshold, column))
    columns, cuts = column[order], threshold[order]
    new = np.append(True, (columns[1:] != columns[:-1]) | (cuts[1:] != cuts[:-1]))[: len(order)]
    firsts = np.searchsorted(columns[new], np.arange(column.max(initial=-1) + 2))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(new) - 1 - firsts[columns]
    return cuts[new], firsts, rank.astype(np.uint8)


@compiled
def summed(
    rows: "Floats",
    starts: "Ints",
    column: "Bytes",
    threshold: "Singles",
    rank: "Bytes",
    mask: "Leaves",
    value: "Ints",
    cuts: "Singles",
    firsts: "Ints",
    bias: "Ints",
) -> "Ints":
    """For each row the sum of the leaves it ends in, in micronats; row by row."""
    out = np.empty(len(rows), np.int64)
    for at in range(len(rows)):
        row, total = rows[at], bias[0]
        for tree in range(len(value)):
            own = np.int64((1 << LEAVES) - 1)
            for node in range(starts[tree], starts[tree + 1]):
                own &= np.int64(mask[node]) | -np.int64(row[column[node]] <= threshold[node])
            leaf = np.int64(0)
            for half in (8, 4, 2, 1):
                step = half * np.int64(own & ((1 << half) - 1) == 0)
                own >>= step
                leaf += step
            total += value[tree, leaf]
        out[at] = total
    return out


@compiled
def summed_together(
    rows: "Floats",
    starts: "Ints",
    column: "Bytes",
    threshold: "Singles",
    rank: "Bytes",
    mask: "Leaves",
    value: "Ints",
    cuts: "Singles",
    firsts: "Ints",
    bias: "Ints",
) -> "Ints":
    """The same, all rows node by node."""
    out = np.full(len(rows), bias[0])
    for first in range(0, len(rows), TOGETHER):
        passed = _passed(rows[first : first + TOGETHER], cuts, firsts)
        wide, sums = passed.shape[1], out[first : first + TOGETHER]
        own, single, leaf = np.empty(wide, np.uint16), np.empty(wide, np.float32), np.empty((2, wide), np.uint8)
        bits = single.view(np.uint32)
        for tree in range(0, len(value), 2):  # two at once: sums are fetched and stored half as often
            for side in range(2):
                own[:] = (1 << LEAVES) - 1
                for node in range(starts[tree + side], starts[tree + side + 1]):
                    here, most, kept = passed[column[node]], rank[node], mask[node]
                    for at in range(wide):
                        own[at] &= np.uint16((1 << LEAVES) - 1) if here[at] <= most else kept
                for at in range(wide):
                    left = np.int32(own[at])
                    single[at] = np.float32(left & -left)
                places = leaf[side]
                for at in range(wide):  # the exponent of a power of two says which one it is
                    places[at] = np.uint8((bits[at] >> np.uint32(23)) - np.uint32(127))
            one, other, ones, others = leaf[0], leaf[1], value[tree], value[tree + 1]
            for at in range(len(sums)):
                sums[at] += ones[one[at]] + others[other[at]]
    return out


def summed_by_arrays(
    rows: "Floats",
    column: "Nodes",
    threshold: "Singles",
    left: "Nodes",
    right: "Nodes",
    value: "Nodes",
    roots: "Nodes",
    bias: "Ints",
) -> "Ints":
    """The same where nothing is compiled: a step a node for all rows, in numpy."""
    out, columns = np.full(len(rows), bias[0]), rows.T.copy()
    given: list[Any] = value.tolist()
    low, high = left.tolist(), right.tolist()
    for root, end in pairwise([*roots.tolist(), len(low)]):
        for node in range(end - 1, root - 1, -1):
            if low[node] >= 0:
                under = columns[column[node]] <= threshold[node]
                given[node] = np.where(under, given[low[node]], given[high[node]])
        out += given[root]
    return out


@compiled
def _passed(rows: "Floats", cuts: "Singles", firsts: "Ints") -> "Bytes":
    """For each column and row how many thresholds of the column are smaller; padded to whole LANES.

    Numbers are rounded up to half their length, as long as thresholds are: what is above one stays above it.
    """
    count, wide = len(rows), -(-len(rows) // LANES) * LANES
    exact = rows.ravel()
    near = np.empty(len(exact), np.float32)
    for at in range(len(exact)):
        near[at] = np.float32(exact[at])
    bits = near.view(np.int32)
    for at in range(len(exact)):  # one more is the next number away from 0
        bits[at] += np.int32((1 | (bits[at] >> 31)) * (near[at] < exact[at]))
    out, values = np.zeros((len(firsts) - 1, wide), np.uint8), np.zeros(wide, np.float32)
    for column in range(len(out)):
        for at in range(count):
            values[at] = near[at * rows.shape[1] + column]
        own = out[column]
        for place in range(firsts[column], firsts[column + 1]):
            cut = cuts[place]
            for at in range(wide):
                own[at] += 0 if values[at] <= cut else 1
    return out
