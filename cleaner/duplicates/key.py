"""The comparison key of texts, and the shingles, hashes, signatures and band keys of its spans: the definition, by numpy.

The key is what counts of a text when texts are compared: not its layout, width, case or script. One table, code point → code
point or nothing, so that a span of the key is a span of the text. Keys are arrays of code points, compared and hashed, never
written out. `scripts/build_key_table.py` makes the table; nothing here normalises.

All units of a batch are spans of one array of code points, so one pass serves documents and their paragraphs alike.
Signatures are bit for bit those of datasketch's scheme "affine32" and can be loaded there:
MinHash(hashvalues=row, permutations=permutations(seed), scheme="affine32", seed=seed)
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key_rows import key_rows, source
from cleaner.duplicates.settings import PERMUTATIONS, Bands

LETTER = np.uint32(1 << 31)  # set in a table row where the character is a letter or digit
CODE_POINT = np.uint32(0x1FFFFF)

# Code points of a shingle: enough for long alphabetic texts; unrelated English has J = .22 at 100,000 characters.
SIZE = 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SECOND_FACTOR = np.uint64(0xD6E8FEB86659FD93)

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]
Signatures = NDArray[np.uint32]
Hash = TypeVar("Hash", np.uint64, NDArray[np.uint64])


class Keyed(NamedTuple):
    """The keys of texts laid end to end.

    codes    code points of the keys; uint32, shape (m,)
    at       offset in the texts laid end to end → offset in `codes`; int64, shape (all code points + 1,)
    letters  letters and digits in front of an offset in `codes`; int64, shape (m + 1,)
    """

    codes: Codes
    at: NDArray[np.int64]
    letters: NDArray[np.int64]


def keyed(texts: Iterable[str]) -> Keyed:
    """The keys of texts, and where in them each character went.

    >>> keyed(["你 好！", "ＯＫ"]).at.tolist()
    [0, 1, 1, 2, 3, 4, 5]
    """
    rows = key_table()[codes_of("".join(texts))]
    stays = rows != 0
    kept = rows[stays]
    return Keyed(kept & CODE_POINT, running_count(stays), running_count(kept >= LETTER))


def comparison_key(text: str) -> Codes:
    """The comparison key of one text; uint32, shape (m,).

    >>> bytes(comparison_key("　　《紅樓夢》，Ａ 1")).decode("utf-32-le")
    '"红楼梦",a1'
    """
    rows = key_table()[codes_of(text)]
    codes: Codes = rows[rows != 0] & CODE_POINT
    return codes


@cache
def key_table() -> Codes:
    """Code point → code point of the key with the LETTER bit, 0 for none; uint32, shape (0x110000,)."""
    letters, nothing, folded = key_rows()
    rows = np.arange(0x110000, dtype=np.uint32)
    for start, end in nothing:
        rows[start:end] = 0
    rows[list(folded)] = list(folded.values())
    is_letter = np.zeros(len(rows), dtype=np.bool_)
    for start, end in letters:
        is_letter[start:end] = True
    rows[is_letter[rows]] |= LETTER
    rows.flags.writeable = False  # everyone shares it
    return rows


@cache
def key_table_digest() -> str:
    """sha256 of the table: part of a configuration's digest, since another table finds other duplicates."""
    return sha256(source().encode("ascii")).hexdigest()


def codes_of(text: str) -> Codes:
    """The code points of a text, lone surrogates too; uint32, shape (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def running_count(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of these hold in front of each place; int64, shape (n + 1,)."""
    counts = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=counts[1:])
    return counts


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
    first = short_hashes(codes, starts, ends).view(np.uint64)
    second = mix64(_polynomials(codes, starts, ends, _SECOND_FACTOR) ^ (ends - starts).astype(np.uint64))
    return np.stack([first, second], axis=1).view(np.int64)


def short_hashes(codes: Codes, starts: Offsets, ends: Offsets) -> NDArray[np.int64]:
    """The first half of each; int64, shape (spans,)."""
    return mix64(_polynomials(codes, starts, ends, _FACTOR)).view(np.int64)


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


def mix64(x: Hash) -> Hash:
    """The finaliser of MurmurHash3: every bit of the input moves every bit of the output."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


def _mix32(g: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's 32-bit finaliser, with which affine32 mixes what it is given."""
    g = (g ^ (g >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    g = (g ^ (g >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return g ^ (g >> np.uint32(16))


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
