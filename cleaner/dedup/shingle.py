"""Shingles: every five code points of a key in a row, as 64-bit hashes; and the 128-bit hash of a whole key.

All units of a batch are spans of one array of code points, so one pass serves documents and their paragraphs alike.
"""

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.key import Codes

SIZE = 5  # code points: enough for long alphabetic texts as well; unrelated English has J = .22 at 100,000 characters
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SECOND_FACTOR = np.uint64(0xD6E8FEB86659FD93)

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]


def mix64(x: Hashes) -> Hashes:
    """The finaliser of MurmurHash3: every bit of the input moves every bit of the output."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


def shingles(codes: Codes) -> Hashes:
    """The shingles of a key in order, repeated ones again; a key of 1 to 4 code points is one, an empty key has none.

    codes    uint32, shape (m,)
    returns  uint64, shape (m - 4,), (1,) or (0,); `x >> 32` is all that signatures know of a shingle

    >>> [hex(x) for x in shingles(np.array([ord(char) for char in "abcde"], dtype=np.uint32)) >> 32]
    ['0x2bf54615']
    """
    width = min(SIZE, len(codes))
    x = np.zeros(len(codes) - width + 1 if width else 0, dtype=np.uint64)
    for offset in range(width):
        x *= _FACTOR
        x += codes[offset : offset + len(x)]
        x += np.uint64(1)
    return mix64(x)


def exact_hashes(codes: Codes, starts: Offsets, ends: Offsets) -> NDArray[np.int64]:
    """128-bit hashes of spans of `codes`. Not cryptographic: whoever acts on equality compares the keys.

    returns  int64, shape (spans, 2)
    """
    first = mix64(_polynomials(codes, starts, ends, _FACTOR))
    second = mix64(_polynomials(codes, starts, ends, _SECOND_FACTOR) ^ (ends - starts).astype(np.uint64))
    return np.stack([first, second], axis=1).view(np.int64)


def _polynomials(codes: Codes, starts: Offsets, ends: Offsets, factor: np.uint64) -> Hashes:
    """p = p * factor + code + 1 over each span, mod 2^64.

    One running sum of (code + 1) / factor^i serves all spans, nested ones too: an odd factor has an inverse mod 2^64.
    """
    inverse = np.uint64(pow(int(factor), -1, 1 << 64))
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes + np.uint64(1)) * _powers(inverse, len(codes)), out=sums[1:])
    raised = _powers(factor, len(codes) + 1)
    return (sums[ends] - sums[starts]) * raised[np.maximum(ends - 1, 0)]


def _powers(factor: np.uint64, count: int) -> Hashes:
    """factor^0, factor^1, … mod 2^64."""
    powers = np.full(count, factor, dtype=np.uint64)
    powers[:1] = 1
    return np.multiply.accumulate(powers)
