"""What each term of a page weighs, where its units stand among the subjects, how they begin and end. Compiled loops."""

from typing import TYPE_CHECKING

import numpy as np

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]


@compiled
def placed(
    hashed: "Hashes",
    term: "Ints",
    unit: "Ints",
    times: "Ints",
    levels: "NDArray[np.uint8]",
    rows: "NDArray[np.int8]",
    weight: "Ints",
    lowest: int,
    common: int,
    units: int,
) -> "tuple[Ints, Ints, Ints, Ints]":
    """What the levels of the terms say.

    hashed  of each term, see `terms.hashes`: its first bits are its place in `levels` and in `rows`
    lowest  level under which a term has no row
    common  level from which on a term is a common one

    Returns the level of each term; how often it counts in each unit; for each unit the weighted sum of the rows of its
    terms; how often common terms count in each unit, and all terms, shape (2, units).
    """
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
    sums, usual = np.zeros((units, rows.shape[1]), np.int64), np.zeros((2, units), np.int64)
    for at in range(len(term)):
        known = level[term[at]]
        counted[at] = min(times[at], weight.shape[1] - 1)
        usual[0, unit[at]] += counted[at] if known >= common else 0
        usual[1, unit[at]] += counted[at]
        if known >= lowest:
            total, row, factor = sums[unit[at]], near[term[at]], weight[known, counted[at]]
            for k in range(len(row)):
                total[k] += factor * row[k]
    return level, counted, sums, usual


@compiled
def edged(sequence: "Hashes", sizes: "Ints", table: "NDArray[np.int8]", reach: int) -> "Ints":
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


@compiled
def _shift(size: int) -> np.uint64:
    """How far a hash is shifted to be a place in a table of `size` rows, a power of two."""
    bits = 0
    while 1 << bits < size:
        bits += 1
    return np.uint64(64 - bits)
