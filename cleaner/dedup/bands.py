"""Bands: which slices of two signatures must be equal for the two to meet, and how likely that is.

Bands are chosen for recall. What they bring together by chance, verification takes apart again.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.settings import Recall
from cleaner.dedup.signature import PERMUTATIONS, Signatures

PRICES = (0.05, 0.95)  # of a pair met in vain, of a pair missed; at datasketch's even prices .8 gives 9 x 13: .40 found
THOROUGH = 0.99  # of the pairs at the threshold itself


SETTLED = {  # threshold → what datasketch chooses at these prices (a test asks it): to import it takes .5 s
    0.6: (24, 4),
    0.7: (21, 6),
    0.75: (18, 7),
    0.8: (16, 8),
    0.85: (12, 10),
    0.9: (9, 14),
}


CHOICE_ENDS = 0.995  # from here on datasketch would take one band, which it refuses


class Bands(NamedTuple):
    """b bands of r signature values each."""

    b: int
    r: int


@cache
def chosen(threshold: float, recall: Recall = "normal") -> Bands:
    """The bands for a threshold: datasketch's optimum for prices that favour recall; `thorough`: the widest that find .99.

    >>> chosen(0.8), chosen(0.8, "thorough")
    (Bands(b=16, r=8), Bands(b=21, r=6))
    """
    if recall == "thorough":
        return next(bands for bands in _widest_first() if found(threshold, bands) >= THOROUGH)
    if threshold in SETTLED:
        return Bands(*SETTLED[threshold])
    if threshold > CHOICE_ENDS:
        return Bands(2, PERMUTATIONS // 2)
    from datasketch import MinHashLSH

    best = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, weights=PRICES)
    return Bands(best.b, best.r)


def found(jaccard: float, bands: Bands) -> float:
    """Probability that a pair of this similarity meets in some band.

    >>> round(found(0.8, Bands(16, 8)), 3), round(found(0.8, Bands(9, 13)), 3)
    (0.947, 0.399)
    """
    return float(1 - (1 - jaccard**bands.r) ** bands.b)


def promised(agreeing: int, bands: Bands) -> float:
    """The similarity that so many equal bands speak for: (share of equal bands)^(1 / r). For show, decides nothing.

    >>> promised(16, Bands(16, 8)), promised(3, Bands(16, 8))
    (1.0, 0.811)
    """
    return round(float((agreeing / bands.b) ** (1 / bands.r)), 3)


def band_keys(signatures: Signatures, bands: Bands) -> NDArray[np.int64]:
    """One key a band; units with an equal key in one band are candidates.

    signatures  uint32, shape (n, 128)
    returns     int64, shape (n, bands.b)
    """
    used = signatures[:, : bands.b * bands.r].reshape(-1, bands.b, bands.r).astype(np.uint64)
    keys = np.uint64(0x9E3779B97F4A7C15) + np.arange(bands.b, dtype=np.uint64)
    for row in range(bands.r):
        keys = (keys ^ used[:, :, row]) * np.uint64(0xFF51AFD7ED558CCD)
        keys ^= keys >> np.uint64(32)
    return keys.view(np.int64)


def _widest_first() -> list[Bands]:
    return [Bands(PERMUTATIONS // rows, rows) for rows in range(PERMUTATIONS, 0, -1)]
