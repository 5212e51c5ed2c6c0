"""Units that were kept, sorted by what later units look them up by: exact hash, and band key in each band.

Arrays in, arrays out; `corpus/index.py` keeps them on disk. What is looked up here is a candidate and proves nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.units import PARAGRAPH

MOST = 8  # units of one bucket that a later unit meets: the first ones. Copies in a crowd meet in other buckets as well

Ids = NDArray[np.int64]
Rows = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n units, m of them long enough to be near copies, in b bands. All may lie in files.

    units       document, kind, start, end of each, as in Units; uint32, shape (4, n)
    exact       their hashes, `by_kind`, in order; int64, shape (n, 2)
    exact_rows  whose they are; uint32, shape (n,)
    keys        their keys in each band, `by_kind`, in order of key, then row; int64, shape (b, m)
    rows        whose they are; uint32, shape (b, m)
    """

    units: Rows
    exact: Ids
    exact_rows: Rows
    keys: Ids
    rows: Rows

    def __len__(self) -> int:
        return len(self.exact_rows)

    def equal_to(self, hashes: Ids) -> tuple[Ids, Ids]:
        """Places in `hashes` (int64, shape (k, 2)) that a unit here has too, and the first such unit."""
        order = np.argsort(hashes[:, 0])  # in order, so that pages of a file are read once
        low = np.searchsorted(self.exact[:, 0], hashes[order, 0])
        (found,) = np.nonzero(low < len(self))
        found = found[(self.exact[low[found]] == hashes[order[found]]).all(axis=1)]
        return order[found], self.exact_rows[low[found]].astype(np.int64)

    def met(self, band: int, keys: Ids) -> tuple[Ids, Ids]:
        """Places in `keys` whose bucket has units here, and these units."""
        order = np.argsort(keys)
        low, high = (np.searchsorted(self.keys[band], keys[order], side) for side in ("left", "right"))
        count = np.minimum(high - low, MOST)
        found = np.repeat(np.arange(len(keys)), count)
        offset = np.arange(len(found)) - np.repeat(np.cumsum(count) - count, count)
        return order[found], self.rows[band][low[found] + offset].astype(np.int64)


def by_kind(keys: Ids, kind: NDArray[Any]) -> Ids:
    """Keys or hashes (rows of one kind each) of which those of paragraphs never meet those of documents."""
    flip: Ids = np.where(kind == PARAGRAPH, -1, 0).astype(np.int64)
    return keys ^ flip.reshape(-1, *[1] * (keys.ndim - 1))


def sorted_exact(hashes: Ids, rows: Rows) -> tuple[Ids, Rows]:
    """Hashes in order, and their rows; of equal hashes the first row stands first."""
    order = np.lexsort((rows, hashes[:, 1], hashes[:, 0]))
    return hashes[order], rows[order]


def sorted_band(keys: Ids, rows: Rows) -> tuple[Ids, Rows]:
    """The keys of one band in order, and their rows, which ascend; of equal keys the first row stands first."""
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]
