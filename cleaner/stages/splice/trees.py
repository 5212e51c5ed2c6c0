"""Walk trees. One compiled loop."""

from typing import TYPE_CHECKING

import numpy as np

from cleaner.stages.splice.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@compiled
def summed(
    rows: "Floats",
    column: "Ints",
    threshold: "Floats",
    left: "Ints",
    right: "Ints",
    value: "Ints",
    roots: "Ints",
    bias: "Ints",
) -> "Ints":
    """For each row the sum of the leaves it ends in, in micronats."""
    out = np.full(len(rows), bias[0])
    for tree in range(len(roots)):  # tree by tree: its nodes stay in the fastest memory
        for at in range(len(rows)):
            node = roots[tree]
            while left[node] >= 0:
                node = left[node] if rows[at, column[node]] <= threshold[node] else right[node]
            out[at] += value[node]
    return out
