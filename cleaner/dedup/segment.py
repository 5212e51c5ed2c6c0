"""Units that were kept, sorted by what later units look them up by: exact hash, and band key in each band.

Arrays in, arrays out; `corpus/index.py` keeps them on disk. What is looked up here is a candidate and proves nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.units import PARAGRAPH

MOST = 8  # units of one bucket that a later unit meets: of a larger one those with about as many letters

Ids = NDArray[np.int64]
Rows = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n units, m of them long enough to be near copies, in b bands. All may lie in files.

    units       document, kind, start, end, letters of each, as in Units; uint32, shape (5, n)
    exact       their hashes, `by_kind`, in order; int64, shape (n, 2)
    exact_rows  whose they are; uint32, shape (n,)
    keys        their keys in each band, `by_kind`, in order of key, letters, row; int64, shape (b, m)
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
        low = np.searchsorted(self.exact[:, 0], hashes[:, 0])
        (place,) = np.nonzero(low < len(self))
        place = place[(self.exact[low[place]] == hashes[place]).all(axis=1)]
        return place, self.exact_rows[low[place]].astype(np.int64)

    def met(self, band: int, keys: Ids, letters: Ids) -> tuple[Ids, Ids]:
        """Places in `keys` whose bucket has units here, and these units; `letters` belong to the keys."""
        low, high = (np.searchsorted(self.keys[band], keys, side) for side in ("left", "right"))
        (large,) = np.nonzero(high - low > MOST)
        if len(large):
            sizes = self.units[4][self.rows[band]]
            middle = _places(sizes, letters[large], low[large], high[large])
            low[large] = np.clip(middle - MOST // 2, low[large], high[large] - MOST)
            high[large] = low[large] + MOST
        place = np.repeat(np.arange(len(keys)), high - low)
        first = np.repeat(np.cumsum(high - low) - (high - low), high - low)
        return place, self.rows[band][low[place] + np.arange(len(place)) - first].astype(np.int64)


def by_kind(keys: Ids, kind: NDArray[Any]) -> Ids:
    """Keys or hashes (rows of one kind each) of which those of paragraphs never meet those of documents."""
    flip: Ids = np.where(kind == PARAGRAPH, -1, 0).astype(np.int64)
    return keys ^ flip.reshape(-1, *[1] * (keys.ndim - 1))


def sorted_exact(hashes: Ids, rows: Rows) -> tuple[Ids, Rows]:
    """Hashes in order, and their rows; of equal hashes the first row stands first."""
    order = np.lexsort((rows, hashes[:, 1], hashes[:, 0]))
    return hashes[order], rows[order]


def sorted_band(keys: Ids, rows: Rows, letters: Rows) -> tuple[Ids, Rows]:
    """The keys of one band in order of key, letters and row; `letters` of all units."""
    by_letters = np.lexsort((rows, letters[rows]))
    order = by_letters[np.argsort(keys[by_letters], kind="stable")]
    return keys[order], rows[order]


def _places(sizes: Rows, wanted: Ids, low: Ids, high: Ids) -> Ids:
    """Where each wanted size would stand among sizes[low:high], which ascend: bisection of all ranges at once."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = (low + high) // 2
        right = (low < high) & (sizes[np.minimum(middle, len(sizes) - 1)] < wanted)
        low, high = np.where(right, middle + 1, low), np.where(right, high, np.maximum(low, middle))
    return low
