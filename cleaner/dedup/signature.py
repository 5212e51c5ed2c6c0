"""MinHash signatures, bit for bit those of datasketch's scheme "affine32": they can be loaded there.

MinHash(hashvalues=row, permutations=permutations(seed), scheme="affine32", seed=seed)
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS = 128

Signatures = NDArray[np.uint32]


def signatures(hashes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64], seed: int) -> Signatures:
    """The signatures of spans of shingles; spans may nest, as paragraphs do in their document.

    hashes   the upper 32 bits of the shingles of a batch; uint32, shape (m,)
    starts   where spans start and end in `hashes`; int64, shape (n,), no span empty: no shingles, no signature
    returns  uint32, shape (n, 128); the share of equal columns of two rows estimates their Jaccard J, with a standard
             error of sqrt(J (1 - J) / 128): .035 at J = .8
    source   Broder 1997, On the resemblance and containment of documents; datasketch 2.0, minhash.py
    """
    out = np.empty((PERMUTATIONS, len(starts)), dtype=np.uint32)
    if not len(starts):
        return out.T
    mixed = _mix32(hashes)
    permuted = np.empty(len(hashes) + 1, dtype=np.uint32)  # one more: the last span may end behind the last shingle
    permuted[-1] = 0
    cuts = np.stack([starts, ends], axis=1).ravel()
    for row, (factor, shift) in enumerate(permutations(seed).T):
        np.multiply(mixed, factor, out=permuted[:-1])
        permuted[:-1] += shift
        out[row] = np.minimum.reduceat(permuted, cuts)[::2]
    return np.ascontiguousarray(out.T)


@cache
def permutations(seed: int) -> NDArray[np.uint32]:
    """datasketch's factors (row 0), odd so that each is a bijection, and shifts (row 1); uint32, shape (2, 128).

    Drawn as datasketch draws them, and held to it by a test: to import it takes .5 s, most of it scipy.
    """
    random = np.random.RandomState(seed)
    factors = random.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.array([factors, random.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)])


def _mix32(g: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's 32-bit finaliser, with which affine32 mixes what it is given."""
    g = (g ^ (g >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    g = (g ^ (g >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return g ^ (g >> np.uint32(16))
