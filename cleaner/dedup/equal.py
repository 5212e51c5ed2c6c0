"""Which pairs of texts have equal comparison keys: by numpy pair by pair, or by compiled code all at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.key import code_points, key, table
from cleaner.text.machine_code import pays

Ids = NDArray[np.int64]


def equal_keys(texts: Sequence[str], one: Ids, other: Ids, work: int) -> NDArray[np.bool_]:
    """For each pair of texts, given by their numbers, whether their keys are equal; `work`: code points to compare in all.

    >>> equal_keys(["Ａ b", "ab.", "AB"], np.array([0, 0]), np.array([1, 2]), 9).tolist()
    [False, True]
    """
    return (by_compiler if pays(work) else by_numpy)(texts, one, other)


def by_numpy(texts: Sequence[str], one: Ids, other: Ids) -> NDArray[np.bool_]:
    """Pair by pair: the definition."""
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    return np.array([np.array_equal(key(texts[a]), key(texts[b])) for a, b in pairs], dtype=np.bool_)


def by_compiler(texts: Sequence[str], one: Ids, other: Ids) -> NDArray[np.bool_]:
    """The same, all at once."""
    from cleaner.dedup import overlap

    at = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    same = np.empty(len(one), dtype=np.bool_)
    overlap.equal(code_points("".join(texts)), at, table(), one, other, same)
    return same
