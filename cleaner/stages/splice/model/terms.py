"""The terms of texts as 64-bit keys: bigrams of CJK runs, words and numbers elsewhere; and how often each stands where.

Knows letters, not languages. Python's own `hash` differs from run to run, so the keys are made here: the two code
points of a bigram side by side, up to six letters of a word folded by a multiplication.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple, TypeVar

import numpy as np

from cleaner.stages.splice.model import Bytes, Codes, Ints, Keys
from cleaner.stages.splice.page import CJK_RANGES, LETTER_RANGES
from cleaner.text.machine_code import tiered

LONGEST = 2_000  # code points read of one unit: what a paragraph is about shows in them, and time stays bounded
CUT = 6  # letters of a word that count: a stemmer for everybody
OTHER, LETTER, DIGIT, CJK = range(4)
DIGIT_RANGES = ((0x0030, 0x0039),)
WORD = 1 << 63  # sets words apart from bigrams
MIX = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio, odd: Fibonacci hashing
Key = TypeVar("Key", Keys, np.uint64)
_MIX, _WORD, _EMPTY = np.uint64(MIX), np.uint64(WORD), np.uint64(0)


class Terms(NamedTuple):
    """All terms of some units, in order of appearance: the key of each and the number of its unit."""

    keys: Keys
    units: Ints


class TermCounts(NamedTuple):
    """The terms and marks of some units.

    hashes             of the distinct terms, by first appearance
    term, unit, times  each term of each unit once, sorted by term and unit; `term` is a place in `hashes`
    sizes              terms of each unit
    marks              how many signs of each kind a unit has, shape (units, kinds)
    sequence           the hash of every term, in order of appearance
    """

    hashes: Keys
    term: Ints
    unit: Ints
    times: Ints
    sizes: Ints
    marks: Ints
    sequence: Keys


def terms(texts: Sequence[str], fold: Codes) -> Terms:
    """The terms of these texts.

    fold  for each code point of the basic plane the one that stands for it (traditional → simplified)

    >>> found = terms(["深圳会展", "Meetings in Shenzhen"], np.arange(0x10000, dtype=np.uint32))
    >>> found.units.tolist()
    [0, 0, 0, 1, 1]
    """
    return _found_terms(*_lowered(texts), fold, letter_kinds())


def count_terms(texts: Sequence[str], fold: Codes, signs: Bytes, rows: int) -> TermCounts:
    """The counts of these texts.

    fold   as for `terms`
    signs  for each code point of the basic plane the kind of mark that it is, `rows` where it is none
    """
    return counted_at_once(*_lowered(texts), fold, letter_kinds(), signs, rows)


def buckets(keys: Keys, bits: int) -> Ints:
    """The row of each key in a table of 2**bits rows."""
    return (_hashed(keys) >> np.uint64(64 - bits)).astype(np.int64)


def _hashed(keys: Key) -> Key:
    """Keys, or one key, mixed so that their first bits tell them apart."""
    return (keys ^ (keys >> np.uint64(29))) * _MIX


def _longer(keys: Key, letters: Key) -> Key:
    """Keys, or one key, of words that are one letter longer."""
    keys = (keys ^ letters) * _MIX
    return keys ^ (keys >> np.uint64(32))


def _lowered(texts: Sequence[str]) -> tuple[Codes, Ints]:
    """The texts in small letters, cut and joined, as numbers; and the end of each."""
    cut = [text[:LONGEST] for text in texts]
    whole = "".join(cut)
    lowered = whole.lower()
    if len(lowered) != len(whole) or "Σ" in whole:  # what stands beside a sign makes a difference
        cut = [text.lower() for text in cut]
        lowered = "".join(cut)
    units = lowered.encode("utf-16-le", "surrogatepass")  # twice as fast as UTF-32
    if len(units) == 2 * len(lowered):
        codes = np.frombuffer(units, np.uint16).astype(np.uint32)
    else:
        codes = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    return codes, np.array(list(accumulate(map(len, cut))), np.int64)


@cache
def letter_kinds() -> Bytes:
    """What each code point of the basic plane is."""
    found = np.zeros(0x10000, np.uint8)
    for kind, ranges in ((LETTER, LETTER_RANGES), (DIGIT, DIGIT_RANGES), (CJK, CJK_RANGES)):
        for first, last in ranges:
            found[first : last + 1] = kind
    return found


def counted_by_arrays(codes: Codes, ends: Ints, fold: Codes, kinds: Bytes, signs: Bytes, rows: int) -> TermCounts:
    """What `counted_at_once` is, array by array: the definition, and what runs until machine code pays."""
    count, found = len(ends), _found_terms(codes, ends, fold, kinds)
    keys, first, term = np.unique(found.keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    pairs, times = np.unique(place[term] * count + found.units, return_counts=True)
    owners = np.repeat(np.arange(count), np.diff(ends, prepend=0))
    marks = np.bincount(owners * (rows + 1) + signs[np.minimum(codes, 0xFFFF)], minlength=(rows + 1) * count)
    counted = marks.reshape(-1, rows + 1)[:, :rows].astype(np.int64)
    sizes, sequence = np.bincount(found.units, minlength=count), _hashed(found.keys)
    return TermCounts(_hashed(keys[order]), pairs // count, pairs % count, times, sizes, counted, sequence)


def _found_terms(codes: Codes, ends: Ints, fold: Codes, kinds: Bytes) -> Terms:
    codes = np.insert(codes, ends, ord("\n"))  # no term goes on in the next text
    codes = np.where(codes < len(fold), fold[np.minimum(codes, len(fold) - 1)], codes)
    kind = kinds[np.minimum(codes, 0xFFFF)]
    kind[codes >= 0x20000] = CJK
    at_bigram = np.flatnonzero((kind[:-1] == CJK) & (kind[1:] == CJK))
    bigrams = (codes[at_bigram].astype(np.uint64) << np.uint64(21)) | codes[at_bigram + 1].astype(np.uint64)
    at_word, words = _spaced_words(codes, kind)
    keys, at = np.concatenate((bigrams, words)), np.concatenate((at_bigram, at_word))
    units = np.searchsorted(ends + np.arange(1, len(ends) + 1), at, side="right")
    order = np.argsort(at, kind="stable")
    return Terms(keys[order], units[order])


def _spaced_words(codes: Codes, kind: Bytes) -> tuple[Ints, Keys]:
    """Runs of letters and digits: three or more, or two with a digit in them (5G, 37)."""
    inside = np.zeros(len(kind) + 1, np.int8)
    inside[:-1] = (kind == LETTER) | (kind == DIGIT)
    steps = np.diff(inside, prepend=np.int8(0))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    digits = np.concatenate(([0], np.cumsum(kind == DIGIT)))
    long = (ends - starts >= 3) | ((ends - starts == 2) & (digits[ends] > digits[starts]))
    starts, ends = starts[long], ends[long]
    keys = np.zeros(len(starts), np.uint64)
    for letter in range(CUT):
        at = starts + letter
        keys = _longer(keys, np.where(at < ends, codes[np.minimum(at, len(codes) - 1)], 0).astype(np.uint64))
    return starts, keys | _WORD


def _one_pass(codes: Codes, ends: Ints, fold: Codes, kinds: Bytes, signs: Bytes, rows: int) -> TermCounts:
    """The same from one pass over the code points."""
    marks = np.zeros((len(ends), rows + 1), np.int64)
    keys, sizes = _keys(codes, ends, fold, kinds, signs, marks)
    distinct, term, unit, times = _grouped(keys, sizes)
    return TermCounts(distinct, term, unit, times, sizes, marks[:, :rows].copy(), keys)


counted_at_once = tiered(_one_pass, counted_by_arrays)


def _keys(codes: Codes, ends: Ints, fold: Codes, kinds: Bytes, signs: Bytes, marks: Ints) -> tuple[Keys, Ints]:
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
                    key = _longer(key, here)
                letters += 1
            elif letters:
                found = _put_word(keys, found, key, letters, digits)
                key, letters, digits = _EMPTY, 0, 0
            if kind == CJK and before == CJK:
                keys[found] = _hashed((last << np.uint64(21)) | here)
                found += 1
            before, last = kind, here
            at += 1
        if letters:
            found = _put_word(keys, found, key, letters, digits)
        sizes[unit] = found - already
    return keys[:found], sizes


def _put_word(keys: Keys, found: int, key: np.uint64, letters: int, digits: int) -> int:
    """Puts a word that is long enough among the keys: how many there are then."""
    if letters < 2 or (letters == 2 and digits == 0):
        return found
    for _ in range(letters, CUT):
        key = _longer(key, _EMPTY)
    keys[found] = _hashed(key | _WORD)
    return found + 1


def _grouped(keys: Keys, sizes: Ints) -> tuple[Keys, Ints, Ints, Ints]:
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
