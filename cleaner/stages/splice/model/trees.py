"""The trained part: vectors and edges of terms, and three sets of small trees for each script. `scripts/train_splice.py` makes them.

A score is a sum of whole micronats over the trees: the same on every machine. Nothing here is pickled.

Trees are walked by masks of leaves: each node that is not passed to the left strikes leaves out, the first that is left
counts. So no step waits for the one before. 32 rows or more take each node together, and numbers that only have to be
compared with thresholds are told by how many of these they pass: 8 bits in place of 64.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.stages.splice.model import Bytes, Floats, Ints, Weights
from cleaner.text.machine_code import tiered

Singles = NDArray[np.float32]
Nodes = NDArray[np.int32]
Leaves = NDArray[np.uint16]

NAT = 1_000_000  # micronats
SCRIPTS = {True: "cjk", False: "spaced"}
TOGETHER = 256  # rows whose columns fit into the fast memory
LANES = 32  # rows of one step of the loops below, so that none are left over
LEAVES = 16  # of a tree, at most: one bit each
ALL = (1 << LEAVES) - 1  # no leaf is struck out


class Vectors(NamedTuple):
    """What a term is about: a row of whole numbers for each bucket of terms.

    rows    shape (2**bits, dimensions)
    lowest  level in the background table from which on a term has a place at all
    """

    rows: Weights
    lowest: int


@dataclass(frozen=True)
class Trees:
    """Regression trees in one array each; a leaf has `left` = -1. The nodes of a tree stand together, children last.

    column, threshold  go left where row[column] <= threshold
    left, right        numbers of nodes
    value              of a leaf: micronats
    roots              first node of each tree
    bias               shape (1,): micronats before the first tree
    """

    column: NDArray[np.int16]
    threshold: Singles
    left: Nodes
    right: Nodes
    value: Nodes
    roots: Nodes
    bias: Ints

    def nats(self, rows: Floats) -> Floats:
        """Log-odds of each row."""
        return summed(rows, self.masks) / NAT

    @cached_property
    def masks(self) -> "Masks":
        """The same trees, as they are walked."""
        left, roots = self.left, self.roots
        leaves, first = _leaf_places(left, self.right, roots)
        if leaves.max() > LEAVES:
            raise ValueError(f"a tree of splice has {leaves.max()} leaves, more than the {LEAVES} that a mask holds")
        inner, ends = np.flatnonzero(left >= 0), np.flatnonzero(left < 0)
        tree = np.searchsorted(roots, np.arange(len(left)), side="right") - 1
        values = np.zeros((len(roots) + len(roots) % 2, LEAVES), np.int64)
        values[tree[ends], first[ends]] = self.value[ends]
        starts = np.searchsorted(tree[inner], np.arange(len(values) + 1))
        struck = ((1 << leaves[left[inner]]) - 1) << first[inner]
        column, threshold = self.column[inner], self.threshold[inner]
        cuts, firsts, rank = _ranked(column, threshold)
        mask = (~struck & ALL).astype(np.uint16)
        return Masks(starts, column.astype(np.uint8), threshold, rank, mask, values, cuts, firsts, self.bias)


@cache
def shipped_vectors(cjk: bool) -> Vectors:
    """The vectors for a text of this script."""
    name = SCRIPTS[cjk]
    return Vectors(_arrays()[f"{name}.vectors"], int(_arrays()[f"{name}.lowest"][0]))


def shipped_edges(cjk: bool) -> Weights:
    """For each bucket of terms what it says in an opening, and in an ending, of an article: shape (2**bits, 2)."""
    return _arrays()[f"{SCRIPTS[cjk]}.edges"]


@cache
def shipped_trees(model: str, cjk: bool) -> Trees:
    """The trees of a round of links, `first` or `second`, or of `block`, for a text of this script."""
    stored = (_arrays()[f"{SCRIPTS[cjk]}.{model}.{field.name}"] for field in fields(Trees))
    return Trees(*(array.astype(array.dtype.newbyteorder("=")) for array in stored))


@cache
def _arrays() -> Mapping[str, NDArray[Any]]:
    """The file that is shipped, read once a process."""
    data = (resources.files("cleaner.stages.splice.model") / "model.npz").read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return dict(stored)


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

    starts: Ints
    column: Bytes
    threshold: Singles
    rank: Bytes
    mask: Leaves
    value: Ints
    cuts: Singles
    firsts: Ints
    bias: Ints


def _leaf_places(left: Nodes, right: Nodes, roots: Nodes) -> tuple[Ints, Ints]:
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


def _ranked(column: NDArray[np.int16], threshold: Singles) -> tuple[Singles, Ints, Bytes]:
    """The distinct thresholds column by column; where those of each column start; the place of each one in its column."""
    order = np.lexsort((threshold, column))
    columns, cuts = column[order], threshold[order]
    new = np.append(True, (columns[1:] != columns[:-1]) | (cuts[1:] != cuts[:-1]))[: len(order)]
    firsts = np.searchsorted(columns[new], np.arange(column.max(initial=-1) + 2))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(new) - 1 - firsts[columns]
    return cuts[new], firsts, rank.astype(np.uint8)


def summed_by_arrays(rows: Floats, masks: Masks) -> Ints:
    """For each row the sum of the leaves it ends in, in micronats. All nodes at once."""
    starts, value = masks.starts, masks.value
    out, empty = np.full(len(rows), masks.bias[0]), np.flatnonzero(starts[1:] == starts[:-1])
    column, mask = np.append(masks.column, 0), np.append(masks.mask, ALL)  # no start is outside
    threshold = np.append(masks.threshold, np.inf)
    for first in range(0, len(rows), TOGETHER):
        struck = np.where(rows[first : first + TOGETHER, column] <= threshold, np.uint16(ALL), mask)
        left = np.bitwise_and.reduceat(struck, starts[:-1], axis=1).astype(np.int64)
        left[:, empty] = 1  # what stands at its start is another tree's
        leaf = np.frexp(left & -left)[1] - 1
        out[first : first + TOGETHER] += value[np.arange(len(value)), leaf].sum(axis=1)
    return out


def _node_by_node(rows: Floats, masks: Masks) -> Ints:
    """The same, all rows of a part node by node."""
    starts, column, _, rank, mask, value, cuts, firsts, bias = masks
    out = np.full(len(rows), bias[0])
    for first in range(0, len(rows), TOGETHER):
        passed = _cuts_passed(rows[first : first + TOGETHER], cuts, firsts)
        wide, sums = passed.shape[1], out[first : first + TOGETHER]
        own, single, leaf = np.empty(wide, np.uint16), np.empty(wide, np.float32), np.empty((2, wide), np.uint8)
        bits = single.view(np.uint32)
        for tree in range(0, len(value), 2):  # two at once: sums are fetched and stored half as often
            for side in range(2):
                own[:] = ALL
                for node in range(starts[tree + side], starts[tree + side + 1]):
                    here, most, kept = passed[column[node]], rank[node], mask[node]
                    for at in range(wide):
                        own[at] &= np.uint16(ALL) if here[at] <= most else kept
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


def _cuts_passed(rows: Floats, cuts: Singles, firsts: Ints) -> Bytes:
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


summed = tiered(_node_by_node, summed_by_arrays)
