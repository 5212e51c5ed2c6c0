"""Compiled code of the room, over code points: rows of units, shingle sets and what they have in common, equal keys.

Bit for bit what `key`, `units` and `sets` compute by numpy; those are the definition, this is the speed. The
rows of a batch are one call, since between two a thread would wait for the interpreter. Importing this module loads numba.
Products of 32-bit numbers must be cut back by `U32`: numba widens them to 64 bits.

A set is a hash table that is emptied by counting its stamp up. `salt` moves the slots; it is drawn anew in each process,
so that no text can be written to crowd them, and it changes no result.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import SIZE, mix64
from cleaner.text.machine_code import compiled

U32, U64 = np.uint32, np.uint64
Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint32]
Hashes: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]
Limit: TypeAlias = tuple[int, int, bool]  # as `sets.in_63_bits` gives it
Places: TypeAlias = NDArray[np.int32]  # into one batch, which never has 2^31 code points

DOCUMENT, PARAGRAPH = 0, 1
PORTION = 1 << 17  # code points whose arrays a second-level cache holds
LINE_FEED, SPACE, TAB, FULL_STOP, WIDE_SPACE = 10, 32, 9, 46, 0x3000

mixed = compiled(mix64)


class Table(NamedTuple):
    """A set as a hash table.

    held    a shingle in each slot that counts
    stamps  the set that a slot was filled for: to empty the table takes one more
    salt    moves the slots
    """

    held: Hashes
    stamps: Words
    salt: np.uint64


class Signing(NamedTuple):
    """How units are signed.

    table       of the key
    documents   they are units, and so are `paragraphs`
    least       letters of a document, and of a paragraph, that is matched near
    a, b, rows  factors and shifts of the permutations; rows of a band
    """

    table: Words
    documents: bool
    paragraphs: bool
    least: tuple[int, int]
    a: Words
    b: Words
    rows: int


@compiled
def sign_texts(
    points: Words,
    ends: Ints,
    spans: Ints,
    whose: Ints,
    how: Signing,
    units: Ints,
    letters: Ints,
    exact: Hashes,
    near: Flags,
    bands: Hashes,
) -> int:
    """All that is known of the units of texts, portion by portion: how many there are.

    points, ends, spans, whose  as for `find_spans`
    units         as `out` of `find_spans`; the rest has a row for each column of it
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
        its_units = units[:, done:]
        end = done + find_spans(points, ends, spans, whose, text, stop, base, how, its_units)
        size = fold_texts(points[base : ends[stop - 1]], how.table, codes, places, counts)
        for unit in range(done, end):
            start, close = units[2, unit] + units[4, unit] - base, units[3, unit] + units[4, unit] - base
            first[unit], last[unit] = places[start], places[close]
            letters[unit] = counts[close] - counts[start]
            near[unit] = letters[unit] >= how.least[units[1, unit]] and last[unit] - first[unit] >= SIZE
        premixed(codes, g[: max(size - (SIZE - 1), 0)])
        its = slice(done, end)
        sign_units(g, units[1, its], first[its], last[its], near[its], how, bands[its])
        hash_spans(codes, first[its], last[its], exact[its])
        done, text, base = end, stop, ends[stop - 1]
    return done


@compiled
def find_spans(
    points: Words, ends: Ints, spans: Ints, whose: Ints, first: int, stop: int, base: int, how: Signing, out: Ints
) -> int:
    """The units of the texts from `first` to before `stop`: how many there are.

    points  code points of all texts, end to end; uint32, shape (m,)
    ends    where each text ends in `points`; int64, shape (texts,); `base` is where the first one starts
    spans   paragraphs that are told, `whose`: which of them are those of each text, as in `Laid.spans`
    out     gets document, kind, start, end (in its text), start of its text; int64, shape (5, 1 a text and 1 a line)
    """
    count = 0
    for text in range(first, stop):
        if how.documents:
            out[0, count], out[1, count], out[2, count], out[3, count] = text, DOCUMENT, 0, ends[text] - base
            out[4, count] = base
            count += 1
        if how.paragraphs and whose[0, text] < 0:
            count += find_lines(points[base : ends[text]], text, base, out[:, count:])
        elif how.paragraphs:
            for at in range(whose[0, text], whose[1, text]):
                out[0, count], out[1, count], out[2, count], out[3, count] = text, PARAGRAPH, spans[0, at], spans[1, at]
                out[4, count] = base
                count += 1
        base = ends[text]
    return count


@compiled
def find_lines(points: Words, text: int, base: int, out: Ints) -> int:
    """The lines of one text that are not blank, each a paragraph: how many there are."""
    count, start, stop = 0, -1, -1  # of the line; start is -1 outside of one
    for at in range(len(points) + 1):
        point = points[at] if at < len(points) else U32(LINE_FEED)  # a text ends its last line
        if point == LINE_FEED:
            if start >= 0:
                out[0, count], out[1, count], out[2, count], out[3, count] = text, PARAGRAPH, start, stop
                out[4, count] = base
                count += 1
            start = -1
        elif point != SPACE and point != TAB and point != WIDE_SPACE:
            start, stop = at if start < 0 else start, at + 1
    return count


@compiled
def fold_texts(points: Words, table: Words, codes: Words, places: Places, letters: Places) -> int:
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
def premixed(codes: Words, out: Words) -> None:
    """The shingle that starts at each code point, as the permutations take it: fmix32 of its upper half."""
    factor, one = U64(0x9E3779B97F4A7C15), U64(1)
    for at in range(len(out)):
        x = U64(0)
        for offset in range(SIZE):
            x = x * factor + U64(codes[at + offset]) + one
        g = U32(mixed(x) >> U64(32))
        g = U32(U32(g ^ (g >> U32(16))) * U32(0x85EBCA6B))
        g = U32(U32(g ^ (g >> U32(13))) * U32(0xC2B2AE35))
        out[at] = g ^ (g >> U32(16))


@compiled
def hash_spans(codes: Words, first: Ints, last: Ints, out: Hashes) -> None:
    """The 128-bit hash of each span; uint64, shape (n, 2)."""
    for unit in range(len(first)):
        p = q = U64(0)
        for at in range(first[unit], last[unit]):
            code = U64(codes[at]) + U64(1)
            p = p * U64(0x9E3779B97F4A7C15) + code
            q = q * U64(0xD6E8FEB86659FD93) + code
        out[unit, 0] = mixed(p)
        out[unit, 1] = mixed(q ^ U64(last[unit] - first[unit]))


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
def fill_bands(signature: Words, rows: int, out: Hashes) -> None:
    """The band keys of one signature; uint64, shape (bands,)."""
    for band in range(len(out)):
        x = U64(0x9E3779B97F4A7C15) + U64(band)
        for row in range(rows):
            x = (x ^ U64(signature[band * rows + row])) * U64(0xFF51AFD7ED558CCD)
            x ^= x >> U64(32)
        out[band] = x


@compiled
def sign_units(g: Words, kind: Ints, first: Ints, last: Ints, near: Flags, how: Signing, out: Hashes) -> None:
    """The band keys of all units that are `near`; uint64, shape (n, bands).

    A document's minima are those of its paragraphs and of what lies between them, so its text is signed only once.
    """
    a, b, rows = how.a, how.b, how.rows
    row, whole = np.empty(len(a), dtype=np.uint32), np.empty(len(a), dtype=np.uint32)
    document, done = -1, 0  # the document that is being signed, and how far
    for unit in range(len(kind) + 1):
        if unit == len(kind) or kind[unit] == DOCUMENT:
            if document >= 0:
                lower(whole, g, done, last[document] - (SIZE - 1), a, b)
                fill_bands(whole, rows, out[document])
            document = -1
            if unit < len(kind) and near[unit]:
                document, done = unit, first[unit]
                whole[:] = U32(0xFFFFFFFF)
        elif near[unit]:
            row[:] = U32(0xFFFFFFFF)
            lower(row, g, first[unit], last[unit] - (SIZE - 1), a, b)
            fill_bands(row, rows, out[unit])
            if document >= 0:
                lower(whole, g, done, first[unit], a, b)
                for k in range(len(a)):
                    whole[k] = min(whole[k], row[k])
                done = last[unit] - (SIZE - 1)


@compiled
def hash_sentences(
    points: Words, ends: Ints, table: Words, end_signs: Words, blanks: Words, shortest: int, out: Ints
) -> int:
    """The sentences of texts that have so many letters, as `sentences` defines them: how many there are.

    points, ends  as for `find_spans`; `table`: of the key
    out           gets text, hash, letters; int64, shape (3, two a `shortest` code points and one)
    """
    count = base = 0
    factor, one = U64(0x9E3779B97F4A7C15), U64(1)
    for text in range(len(ends)):
        p, letters, whole, whole_letters, lines = U64(0), 0, U64(0), 0, 0  # `whole`: a sentence of several lines
        for at in range(base, ends[text]):
            point = points[at]
            row = table[point]
            if row != 0:
                code = U64(row & U32(0x1FFFFF)) + one
                p, whole = p * factor + code, whole * factor + code
                letters += row >> U32(31)
                whole_letters += row >> U32(31)
            last = at + 1 == ends[text]
            if last or is_one_of(point, end_signs) or (point == FULL_STOP and is_one_of(points[at + 1], blanks)):
                if letters >= shortest:
                    out[0, count], out[1, count], out[2, count] = text, np.int64(mixed(p)), letters
                    count += 1
                if letters > 0 and point == LINE_FEED and not last:
                    lines += 1
                else:
                    if letters > 0 and lines > 0 and whole_letters >= shortest:
                        out[0, count], out[1, count], out[2, count] = text, np.int64(mixed(whole)), whole_letters
                        count += 1
                    whole, whole_letters, lines = U64(0), 0, 0
                p, letters = U64(0), 0
        base = ends[text]
    return count


@compiled
def is_one_of(point: int, signs: Words) -> bool:
    """Whether a code point is among these."""
    found = False
    for sign in signs:
        found |= point == sign
    return found


@compiled
def fill_sets(points: Words, ends: Ints, table: Words, salt: np.uint64, out: Hashes, starts: Ints, counts: Ints) -> int:
    """The shingle sets of texts, laid end to end in `out`: how many shingles in all.

    points, ends  as for `find_spans`; `table`: of the key
    starts        gets where each set starts, `counts` how many shingles it has; int64, shape (texts,)
    """
    longest = base = size = 0
    for text in range(len(ends)):
        longest, base = max(longest, ends[text] - base), ends[text]
    codes, known = np.empty(longest + 1, dtype=np.uint32), empty_table(longest, salt)
    base = 0
    for text in range(len(ends)):
        length = fold_text(points[base : ends[text]], table, codes)
        shift, last = slots_shift(length), size + shingle_key(codes[:length], out[size:])
        starts[text] = size
        for at in range(starts[text], last):
            x = out[at]
            if insert(known, text + 1, shift, x):
                out[size] = x
                size += 1
        counts[text] = size - starts[text]
        base = ends[text]
    return size


@compiled
def fill_common(
    sets: Hashes, starts: Ints, counts: Ints, first: Ints, second: Ints, limit: Limit, salt: np.uint64, common: Ints
) -> None:
    """For each pair the shingles that it has in common, 0 where it is not similar enough. Sorted by `first`."""
    num, den, _ = limit
    table = empty_table(int(np.max(counts)), salt)
    stamp, shift, standing = 0, 63, -1  # the set in the table
    for pair in range(len(first)):
        one, other = first[pair], second[pair]
        few, many = min(counts[one], counts[other]), max(counts[one], counts[other])
        if not reaches(few, many, limit):
            continue
        if one != standing:
            standing, shift = one, slots_shift(counts[one])
            stamp += 1
            for at in range(starts[one], starts[one] + counts[one]):
                insert(table, stamp, shift, sets[at])
        least, its = num * (few + many) // (num + den), sets[starts[other] : starts[other] + counts[other]]
        found = common_with(its, least, table, stamp, shift)
        if reaches(found, few + many - found, limit):
            common[pair] = found


@compiled
def decide_components(
    sets: Hashes, starts: Ints, counts: Ints, cuts: Ints, limit: Limit, salt: np.uint64, keepers: Ints, common: Ints
) -> None:
    """Who stays for whom in each component, units from cut to cut in keep order; `keepers` is -1 where a unit stays.

    The first stays, what is like it goes, the rest decide among themselves.
    """
    num, den, _ = limit
    table = empty_table(int(np.max(counts)), salt)
    keepers[:] = -1
    for component in range(len(cuts) - 1):
        for keeper in range(cuts[component], cuts[component + 1] - 1):
            if keepers[keeper] >= 0:
                continue
            shift = slots_shift(counts[keeper])
            for at in range(starts[keeper], starts[keeper] + counts[keeper]):
                insert(table, keeper + 1, shift, sets[at])
            for other in range(keeper + 1, cuts[component + 1]):
                few, many = min(counts[keeper], counts[other]), max(counts[keeper], counts[other])
                if keepers[other] >= 0 or not reaches(few, many, limit):
                    continue
                least, its = num * (few + many) // (num + den), sets[starts[other] : starts[other] + counts[other]]
                found = common_with(its, least, table, keeper + 1, shift)
                if reaches(found, few + many - found, limit):
                    keepers[other], common[other] = keeper, found


@compiled
def compare_keys(points: Words, at: Ints, table: Words, first: Ints, second: Ints, out: Flags) -> None:
    """Whether the keys of each pair of texts are the same; text i is [at[i], at[i + 1]) of `points`."""
    for pair in range(len(first)):
        one, end = at[first[pair]], at[first[pair] + 1]
        other, close = at[second[pair]], at[second[pair] + 1]
        same = True
        while same:
            while one < end and table[points[one]] == 0:
                one += 1
            while other < close and table[points[other]] == 0:
                other += 1
            if one == end or other == close:
                break
            same = table[points[one]] == table[points[other]]
            one, other = one + 1, other + 1
        out[pair] = same and one == end and other == close


@compiled
def fold_text(points: Words, table: Words, codes: Words) -> int:
    """A text into its key, as `fold_texts` does; how many code points the key has."""
    size = 0
    for at in range(len(points)):
        row = table[points[at]]
        codes[size] = row & U32(0x1FFFFF)
        size += row != 0
    return size


@compiled
def shingle_key(codes: Words, out: Hashes) -> int:
    """The shingle that starts at each code point of a key; a key that is shorter than a shingle is one. How many."""
    width = min(SIZE, len(codes))
    if width < SIZE:
        x = U64(0)
        for at in range(width):
            x = x * U64(0x9E3779B97F4A7C15) + U64(codes[at]) + U64(1)
        if width:
            out[0] = mixed(x)
        return min(width, 1)
    for at in range(len(codes) - (SIZE - 1)):  # a loop of its own, which becomes vector code
        x = U64(0)
        for offset in range(SIZE):
            x = x * U64(0x9E3779B97F4A7C15) + U64(codes[at + offset]) + U64(1)
        out[at] = mixed(x)
    return len(codes) - (SIZE - 1)


@compiled
def common_with(shingles: Hashes, least: int, table: Table, stamp: int, shift: int) -> int:
    """How many of these shingles are in the table; 0 as soon as they cannot be `least`."""
    missing, count = 0, len(shingles)
    for at in range(count):
        if table.stamps[slot_of(table, stamp, shift, shingles[at])] != stamp:
            missing += 1
            if missing > count - least:
                return 0
    return count - missing


@compiled
def reaches(common: int, union: int, limit: Limit) -> bool:
    """Whether common / union reaches the limit."""
    num, den, beyond = limit
    return common * den > num * union or (not beyond and common > 0 and common * den == num * union)


@compiled
def slots_shift(count: int) -> int:
    """By how much to shift a 64-bit product for a table of at least twice as many slots: 63 for one, 62 for two …"""
    shift = 63
    while (1 << (64 - shift)) < 2 * count:
        shift -= 1
    return shift


@compiled
def empty_table(count: int, salt: np.uint64) -> Table:
    """A table for sets of so many shingles at most."""
    slots = 1 << (64 - slots_shift(count))
    return Table(np.empty(slots, dtype=np.uint64), np.zeros(slots, dtype=np.uint32), salt)


@compiled
def slot_of(table: Table, stamp: int, shift: int, x: np.uint64) -> np.uint64:
    """The slot of x: its stamp is `stamp` where x is in the set."""
    slot = (x * table.salt) >> U64(shift)
    last = U64((1 << (64 - shift)) - 1)
    while table.stamps[slot] == stamp and table.held[slot] != x:
        slot = (slot + U64(1)) & last
    return slot


@compiled
def insert(table: Table, stamp: int, shift: int, x: np.uint64) -> bool:
    """Put x into the set; whether it is new there."""
    slot = slot_of(table, stamp, shift, x)
    if table.stamps[slot] == stamp:
        return False
    table.stamps[slot] = stamp
    table.held[slot] = x
    return True
