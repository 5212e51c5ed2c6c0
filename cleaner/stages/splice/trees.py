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
    out = np.zeros(len(rows), np.int64)
    for at in range(len(rows)):
        total = bias[0]
        for tree in range(len(roots)):
            node = roots[tree]
            while left[node] >= 0:
                node = left[node] if rows[at, column[node]] <= threshold[node] else right[node]
            total += value[node]
        out[at] = total
    return out
