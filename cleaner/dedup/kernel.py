"""Code points → rows of units, compiled: spans, key, hashes, signatures and band keys of a batch in one call.

Bit for bit what `key`, `shingle`, `signature` and `bands` compute with numpy; those are the definition, this is the speed.
One call, since between two a thread would wait for the interpreter. Importing this module loads numba. Products of 32-bit numbers must be cut back by `U32`: numba widens them to 64 bits.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.text.machine_code import compiled

U32, U64 = np.uint32, np.uint64
Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.int32]  # into one batch, which never has 2^31 code points

DOCUMENT, PARAGRAPH = 0, 1
SIZE = 5  # code points of a shingle
PORTION = 1 << 17  # code points whose arrays a second-level cache holds
LINE_FEED, SPACE, TAB, WIDE_SPACE = 10, 32, 9, 0x3000


@compiled
def spans(
    points: Words, ends: Ints, first: int, stop: int, base: int, documents: bool, paragraphs: bool, out: Ints
) -> int:
    """The units of the texts from `first` to before `stop`: how many there are.

    points  code points of all texts, end to end; uint32, shape (m,)
    ends    where each text ends in `points`; int64, shape (texts,); `base` is where the first one starts
    out     gets document, kind, start, end (in its text), start of its text; int64, shape (5, 1 a text and 1 a line)
    """
    count = 0
    for text in range(first, stop):
        if documents:
            out[0, count], out[1, count], out[2, count], out[3, count] = text, DOCUMENT, 0, ends[text] - base
            out[4, count] = base
            count += 1
        start = stop = -1  # of the paragraph; start is -1 outside of one
        for at in range(base, ends[text] + 1):
            point = points[at] if at < ends[text] else U32(LINE_FEED)  # a text ends its last line
            if point == LINE_FEED:
                if start >= 0 and paragraphs:
                    out[0, count], out[1, count], out[2, count], out[3, count] = text, PARAGRAPH, start, stop
                    out[4, count] = base
                    count += 1
                start = -1
            elif point != SPACE and point != TAB and point != WIDE_SPACE:
                start, stop = at - base if start < 0 else start, at - base + 1
        base = ends[text]
    return count


@compiled
def fold(points: Words, table: Words, codes: Words, places: Places, letters: Places) -> int:
    """Texts into their key: how many code points it has.

    codes    gets the key; uint32, shape (m,)
    places   gets where in the key each code point went, and where the key ends; int32, shape (m + 1,)
    letters  gets how many letters and digits stand in front of each code point; int32, shape (m + 1,)
    """
    size = count = 0
    for at in range(len(points)):
        row = table[points[at]]
        places[at], letters[at] = size, count
        if row != 0:
            codes[size] = row & U32(0x1FFFFF)
            size += 1
            count += row >> U32(31)
    places[len(points)], letters[len(points)] = size, count
    return size


@compiled
def mix64(x: np.uint64) -> np.uint64:
    """The finaliser of MurmurHash3."""
    x = (x ^ (x >> U64(33))) * U64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> U64(33))) * U64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> U64(33))


@compiled
def premixed(codes: Words, out: Words) -> None:
    """The shingle that starts at each code point, as the permutations take it: fmix32 of its upper half."""
    factor, one = U64(0x9E3779B97F4A7C15), U64(1)
    for at in range(len(out)):
        x = U64(0)
        for offset in range(SIZE):
            x = x * factor + U64(codes[at + offset]) + one
        g = U32(mix64(x) >> U64(32))
        g = U32(U32(g ^ (g >> U32(16))) * U32(0x85EBCA6B))
        g = U32(U32(g ^ (g >> U32(13))) * U32(0xC2B2AE35))
        out[at] = g ^ (g >> U32(16))


@compiled
def exact_hashes(codes: Words, first: Ints, last: Ints, out: NDArray[np.uint64]) -> None:
    """The 128-bit hash of each span; uint64, shape (n, 2)."""
    for unit in range(len(first)):
        p = q = U64(0)
        for at in range(first[unit], last[unit]):
            code = U64(codes[at]) + U64(1)
            p = p * U64(0x9E3779B97F4A7C15) + code
            q = q * U64(0xD6E8FEB86659FD93) + code
        out[unit, 0] = mix64(p)
        out[unit, 1] = mix64(q ^ U64(last[unit] - first[unit]))


@compiled
def lower(signature: Words, g: Words, start: int, end: int, a: Words, b: Words) -> None:
    """Bring a signature down to what these shingles allow. Eight at a time, so that it is read and written less."""
    at = start
    while at + 8 <= end:
        g0, g1, g2, g3 = g[at], g[at + 1], g[at + 2], g[at + 3]
        g4, g5, g6, g7 = g[at + 4], g[at + 5], g[at + 6], g[at + 7]
        for k in range(len(a)):
            m = min(U32(U32(a[k] * g0) + b[k]), U32(U32(a[k] * g1) + b[k]))
            n = min(U32(U32(a[k] * g2) + b[k]), U32(U32(a[k] * g3) + b[k]))
            m = min(m, min(U32(U32(a[k] * g4) + b[k]), U32(U32(a[k] * g5) + b[k])))
            n = min(n, min(U32(U32(a[k] * g6) + b[k]), U32(U32(a[k] * g7) + b[k])))
            signature[k] = min(signature[k], min(m, n))
        at += 8
    while at < end:
        for k in range(len(a)):
            signature[k] = min(signature[k], U32(U32(a[k] * g[at]) + b[k]))
        at += 1


@compiled
def band_keys(signature: Words, rows: int, out: NDArray[np.uint64]) -> None:
    """The band keys of one signature; uint64, shape (bands,)."""
    for band in range(len(out)):
        x = U64(0x9E3779B97F4A7C15) + U64(band)
        for row in range(rows):
            x = (x ^ U64(signature[band * rows + row])) * U64(0xFF51AFD7ED558CCD)
            x ^= x >> U64(32)
        out[band] = x


@compiled
def sign(
    g: Words,
    kind: Ints,
    first: Ints,
    last: Ints,
    near: NDArray[np.bool_],
    a: Words,
    b: Words,
    rows: int,
    out: NDArray[np.uint64],
) -> None:
    """The band keys of all units that are `near`; uint64, shape (n, bands).

    A document's minima are those of its paragraphs and of what lies between them, so its text is signed only once.
    """
    row = np.empty(len(a), dtype=np.uint32)
    whole = np.empty(len(a), dtype=np.uint32)
    document, done = -1, 0  # the document that is being signed, and how far
    for unit in range(len(kind) + 1):
        if unit == len(kind) or kind[unit] == DOCUMENT:
            if document >= 0:
                lower(whole, g, done, last[document] - (SIZE - 1), a, b)
                band_keys(whole, rows, out[document])
            document = -1
            if unit < len(kind) and near[unit]:
                document, done = unit, first[unit]
                whole[:] = U32(0xFFFFFFFF)
        elif near[unit]:
            row[:] = U32(0xFFFFFFFF)
            lower(row, g, first[unit], last[unit] - (SIZE - 1), a, b)
            band_keys(row, rows, out[unit])
            if document >= 0:
                lower(whole, g, done, first[unit], a, b)
                for k in range(len(a)):
                    whole[k] = min(whole[k], row[k])
                done = last[unit] - (SIZE - 1)


@compiled
def rows(
    points: Words,
    ends: Ints,
    table: Words,
    documents: bool,
    paragraphs: bool,
    least: tuple[int, int],
    a: Words,
    b: Words,
    r: int,
    units: Ints,
    letters: Ints,
    exact: NDArray[np.uint64],
    near: NDArray[np.bool_],
    bands: NDArray[np.uint64],
) -> int:
    """All that is known of the units of texts, portion by portion: how many there are.

    points, ends  as for `spans`
    least         letters of a document, and of a paragraph, that is matched near
    units         as `out` of `spans`; the rest has a row for each column of it
    """
    room = PORTION
    for text in range(len(ends)):
        room = max(room, ends[text] - (ends[text - 1] if text else 0))
    codes, g = np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.uint32)
    places, counts = np.empty(room + 1, dtype=np.int32), np.empty(room + 1, dtype=np.int32)
    first, last = np.empty(units.shape[1], dtype=np.int64), np.empty(units.shape[1], dtype=np.int64)
    done = text = base = 0
    while text < len(ends):
        stop = text + 1
        while stop < len(ends) and ends[stop] - base <= room:
            stop += 1
        end = done + spans(points, ends, text, stop, base, documents, paragraphs, units[:, done:])
        size = fold(points[base : ends[stop - 1]], table, codes, places, counts)
        for unit in range(done, end):
            start, close = units[2, unit] + units[4, unit] - base, units[3, unit] + units[4, unit] - base
            first[unit], last[unit] = places[start], places[close]
            letters[unit] = counts[close] - counts[start]
            near[unit] = letters[unit] >= least[units[1, unit]] and last[unit] - first[unit] >= SIZE
        premixed(codes, g[: max(size - (SIZE - 1), 0)])
        its = slice(done, end)
        sign(g, units[1, its], first[its], last[its], near[its], a, b, r, bands[its])
        exact_hashes(codes, first[its], last[its], exact[its])
        done, text, base = end, stop, ends[stop - 1]
    return done
