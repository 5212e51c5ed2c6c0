"""Bring rows with equal keys together: the one verb that grouping needs, here in memory. An engine may bring its own."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

Columns: TypeAlias = Mapping[str, np.ndarray[Any, Any]]  # equally long arrays
Reduce: TypeAlias = Callable[[Columns], Columns]  # pure; sorts its rows itself, so that no order in front of it counts
Shuffle: TypeAlias = Callable[[Columns, str, int, Reduce], Columns]


def shuffle(rows: Columns, key: str, parts: int, reduce: Reduce) -> Columns:
    """What `reduce` makes of each part of the rows, laid end to end.

    key      the int64 column that decides on the part: rows with equal keys share one
    parts    1 or more; memory and parallel work depend on it, results must not
    """
    if parts == 1:
        return reduce(rows)
    part = (rows[key].view(np.uint64) % np.uint64(parts)).astype(np.uint16)
    reduced = [reduce({name: column[part == number] for name, column in rows.items()}) for number in range(parts)]
    return {name: np.concatenate([columns[name] for columns in reduced]) for name in reduced[0]}
