"""Which term stands how often in which unit, and the marks of each unit: one pass over the code points, compiled.

`by_arrays` says the same in numpy: the definition, and what runs where nothing is compiled. Tests hold the two together.
"""

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cleaner.stages.splice.terms import CJK, CUT, DIGIT, LETTER, LONGEST, MIX, WORD, code_points, hashes, kinds, terms
from cleaner.text.machine_code import available, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Codes = NDArray[np.uint32]
    Bytes = NDArray[np.uint8]

_MIX, _WORD = np.uint64(MIX), np.uint64(WORD)
_EMPTY = np.uint64(0)


class Counts(NamedTuple):
    """The terms and marks of some units.

    hashes             of the distinct terms, see `terms.hashes`, by first appearance
    term, unit, times  each term of each unit once, sorted by term and unit; `term` is a place in `hashes`
    sizes              terms of each unit
    marks              how many signs of each kind a unit has, shape (units, kinds)
    sequence           the hash of every term, in order of appearance
    """

    hashes: "Keys"
    term: "Ints"
    unit: "Ints"
    times: "Ints"
    sizes: "Ints"
    marks: "Ints"
    sequence: "Keys"


def counts(texts: list[str], fold: "Codes", signs: "Bytes", rows: int) -> Counts:
    """The counts of these texts.

    fold   as for `terms`, of the whole basic plane
    signs  for each code point of the basic plane the kind of mark that it is, `rows` where it is none
    """
    if not available():
        return by_arrays(texts, fold, signs, rows)
    lowered, sizes = _lowered([text[:LONGEST] for text in texts])
    ends = np.array(list(accumulate(sizes)), np.int64)
    return Counts(*_counted(code_points(lowered), ends, fold, kinds(), signs, rows))


def _lowered(texts: list[str]) -> tuple[str, list[int]]:
    """Each text in small letters, joined, and their lengths."""
    whole = "".join(texts)
    lowered = whole.lower()
    if len(lowered) == len(whole) and "Σ" not in whole:  # what stands beside a sign makes no difference
        return lowered, [len(text) for text in texts]
    single = [text.lower() for text in texts]
    return "".join(single), [len(text) for text in single]


def by_arrays(texts: list[str], fold: "Codes", signs: "Bytes", rows: int) -> Counts:
    """The same, array by array."""
    found = terms(texts, fold)
    keys, first, term = np.unique(found.keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    pairs, times = np.unique(place[term] * len(texts) + found.units, return_counts=True)
    lowered = [text[:LONGEST].lower() for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in lowered])
    kind = signs[np.minimum(code_points("".join(lowered)), 0xFFFF)]
    marks = np.bincount(owners * (rows + 1) + kind, minlength=(rows + 1) * len(texts)).reshape(-1, rows + 1)
    return Counts(
        hashes(keys[order]),
        pairs // len(texts),
        pairs % len(texts),
        times,
        np.bincount(found.units, minlength=len(texts)),
        marks[:, :rows].astype(np.int64),
        hashes(found.keys),
    )


@compiled
def _counted(
    codes: "Codes", ends: "Ints", fold: "Codes", kinds: "Bytes", signs: "Bytes", rows: int
) -> "tuple[Keys, Ints, Ints, Ints, Ints, Ints, Keys]":
    marks = np.zeros((len(ends), rows + 1), np.int64)
    keys, sizes = _keys(codes, ends, fold, kinds, signs, marks)
    distinct, term, unit, times = _grouped(keys, sizes)
    return distinct, term, unit, times, sizes, marks[:, :rows].copy(), keys


@compiled
def _keys(
    codes: "Codes", ends: "Ints", fold: "Codes", kinds: "Bytes", signs: "Bytes", marks: "Ints"
) -> "tuple[Keys, Ints]":
    """The hash of the key of each term, in order; how many each unit has. Counts the marks on the way."""
    keys, sizes = np.empty(len(codes) + 1, np.uint64), np.zeros(len(ends), np.int64)
    found, at = 0, 0
    for unit in range(len(ends)):
        before, last, already = 0, _EMPTY, found
        key, letters, digits = _EMPTY, 0, 0
        while at < ends[unit]:
            code = codes[at]
            basic = code < 0x10000
            marks[unit, signs[code if basic else 0xFFFF]] += 1
            code = fold[code] if basic else code
            kind = kinds[code] if basic else CJK if code >= 0x20000 else 0
            here = np.uint64(code)
            if kind in (LETTER, DIGIT):
                digits += kind == DIGIT
                if letters < CUT:
                    key = _folded(key, here)
                letters += 1
            elif letters:
                found = _kept(keys, found, key, letters, digits)
                key, letters, digits = _EMPTY, 0, 0
            if kind == CJK and before == CJK:
                keys[found] = _mixed((last << np.uint64(21)) | here)
                found += 1
            before, last = kind, here
            at += 1
        if letters:
            found = _kept(keys, found, key, letters, digits)
        sizes[unit] = found - already
    return keys[:found], sizes


@compiled
def _folded(key: np.uint64, here: np.uint64) -> np.uint64:
    key = (key ^ here) * _MIX
    return key ^ (key >> np.uint64(32))


@compiled
def _mixed(key: np.uint64) -> np.uint64:
    """As `terms.hashes` does it."""
    return (key ^ (key >> np.uint64(29))) * _MIX


@compiled
def _kept(keys: "Keys", found: int, key: np.uint64, letters: int, digits: int) -> int:
    """Puts a word that is long enough among the keys: how many there are then."""
    if letters < 2 or (letters == 2 and digits == 0):
        return found
    for _ in range(letters, CUT):
        key = _folded(key, _EMPTY)
    keys[found] = _mixed(key | _WORD)
    return found + 1


@compiled
def _grouped(keys: "Keys", sizes: "Ints") -> "tuple[Keys, Ints, Ints, Ints]":
    """Each key of each unit once, sorted by first appearance of the key: a hash table, then places by counting."""
    count, bits = len(keys), 4
    while 1 << bits < 2 * count:
        bits += 1
    slots, inside = np.full(1 << bits, -1, np.int32), (1 << bits) - 1
    distinct, last, many = np.empty(count, np.uint64), np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    term, unit, times = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    known, found, first = 0, 0, 0
    for owner in range(len(sizes)):
        for at in range(first, first + sizes[owner]):
            key = keys[at]
            slot, step = np.int64(key >> np.uint64(64 - bits)), np.int64(key & np.uint64(inside)) | 1
            while slots[slot] >= 0 and distinct[slots[slot]] != key:
                slot = (slot + step) & inside
            own = np.int64(slots[slot])
            if own < 0:
                slots[slot], own = known, np.int64(known)
                distinct[known], last[known] = key, -1
                known += 1
            if last[own] >= 0 and unit[last[own]] == owner:
                times[last[own]] += 1
            else:
                last[own] = found
                term[found], unit[found], times[found] = own, owner, 1
                many[own + 1] += 1
                found += 1
        first += sizes[owner]
    starts = many.cumsum()
    order = np.empty(found, np.int64)
    for at in range(found):
        order[starts[term[at]]] = at
        starts[term[at]] += 1
    return distinct[:known].copy(), term[order], unit[order], times[order]
