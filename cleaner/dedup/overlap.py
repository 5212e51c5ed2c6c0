"""Shingle sets, what they have in common, and equal keys, compiled: the twins of what `sets.Alone` and `equal` do by numpy.

A set is a hash table that is emptied by counting its stamp up. `salt` moves the slots; it is drawn anew in each process,
so that no text can be written to crowd them, and it changes no result. Importing this module loads numba.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.kernel import SIZE, U32, U64, mix64
from cleaner.text.machine_code import compiled

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
Stamps: TypeAlias = NDArray[np.uint32]
Words: TypeAlias = NDArray[np.uint32]


@compiled
def slots_shift(count: int) -> int:
    """By how much to shift a 64-bit product for a table of at least twice as many slots: 63 for one, 62 for two …"""
    shift = 63
    while (1 << (64 - shift)) < 2 * count:
        shift -= 1
    return shift


@compiled
def added(table: Hashes, stamps: Stamps, stamp: int, shift: int, salt: np.uint64, x: np.uint64) -> bool:
    """Put x into the set; whether it is new there."""
    slot = (x * salt) >> U64(shift)
    last = U64((1 << (64 - shift)) - 1)
    while stamps[slot] == stamp:
        if table[slot] == x:
            return False
        slot = (slot + U64(1)) & last
    stamps[slot] = stamp
    table[slot] = x
    return True


@compiled
def holds(table: Hashes, stamps: Stamps, stamp: int, shift: int, salt: np.uint64, x: np.uint64) -> bool:
    """Whether x is in the set."""
    slot = (x * salt) >> U64(shift)
    last = U64((1 << (64 - shift)) - 1)
    while stamps[slot] == stamp:
        if table[slot] == x:
            return True
        slot = (slot + U64(1)) & last
    return False


@compiled
def folded(points: Words, table: Words, codes: Words) -> int:
    """A text into its key, as `kernel.fold` does; how many code points the key has."""
    size = 0
    for at in range(len(points)):
        row = table[points[at]]
        codes[size] = row & U32(0x1FFFFF)
        size += row != 0
    return size


@compiled
def shingled(codes: Words, out: Hashes) -> int:
    """The shingle that starts at each code point of a key; a key that is shorter than a shingle is one. How many."""
    width = min(SIZE, len(codes))
    if width < SIZE:
        x = U64(0)
        for at in range(width):
            x = x * U64(0x9E3779B97F4A7C15) + U64(codes[at]) + U64(1)
        if width:
            out[0] = mix64(x)
        return min(width, 1)
    for at in range(len(codes) - (SIZE - 1)):  # a loop of its own, which becomes vector code
        x = U64(0)
        for offset in range(SIZE):
            x = x * U64(0x9E3779B97F4A7C15) + U64(codes[at + offset]) + U64(1)
        out[at] = mix64(x)
    return len(codes) - (SIZE - 1)


@compiled
def sets(points: Words, ends: Ints, table: Words, salt: np.uint64, out: Hashes, starts: Ints, counts: Ints) -> int:
    """The shingle sets of texts, laid end to end in `out`: how many shingles in all.

    points, ends  as for `kernel.spans`; `table`: of the key
    starts        gets where each set starts, `counts` how many shingles it has; int64, shape (texts,)
    """
    longest = base = size = 0
    for text in range(len(ends)):
        longest, base = max(longest, ends[text] - base), ends[text]
    codes = np.empty(longest + 1, dtype=np.uint32)
    slots = 1 << (64 - slots_shift(longest))
    held, stamps = np.empty(slots, dtype=np.uint64), np.zeros(slots, dtype=np.uint32)
    base = 0
    for text in range(len(ends)):
        length = folded(points[base : ends[text]], table, codes)
        shift, last = slots_shift(length), size + shingled(codes[:length], out[size:])
        starts[text] = size
        for at in range(starts[text], last):
            x = out[at]
            if added(held, stamps, text + 1, shift, salt, x):
                out[size] = x
                size += 1
        counts[text] = size - starts[text]
        base = ends[text]
    return size


@compiled
def common_with(
    sets: Hashes,
    start: int,
    count: int,
    least: int,
    table: Hashes,
    stamps: Stamps,
    stamp: int,
    shift: int,
    salt: np.uint64,
) -> int:
    """How many shingles of one set are in the table; 0 as soon as they cannot be `least`."""
    missing = 0
    for at in range(start, start + count):
        if not holds(table, stamps, stamp, shift, salt, sets[at]):
            missing += 1
            if missing > count - least:
                return 0
    return count - missing


@compiled
def reaches(common: int, union: int, num: int, den: int, beyond: bool) -> bool:
    """Whether common / union is at least num / den; with `beyond`, more than that."""
    return common * den > num * union or (not beyond and common > 0 and common * den == num * union)


@compiled
def overlaps(
    sets: Hashes,
    starts: Ints,
    counts: Ints,
    first: Ints,
    second: Ints,
    limit: tuple[int, int, bool],
    salt: np.uint64,
    common: Ints,
) -> None:
    """For each pair the shingles that it has in common, 0 where it is not similar enough. Sorted by `first`."""
    num, den, beyond = limit
    slots = 1 << (64 - slots_shift(int(np.max(counts))))
    table, stamps = np.empty(slots, dtype=np.uint64), np.zeros(slots, dtype=np.uint32)
    stamp, shift, standing = 0, 63, -1  # the set in the table
    for pair in range(len(first)):
        one, other = first[pair], second[pair]
        few, many = min(counts[one], counts[other]), max(counts[one], counts[other])
        if not reaches(few, many, num, den, beyond):
            continue
        if one != standing:
            standing, shift = one, slots_shift(counts[one])
            stamp += 1
            for at in range(starts[one], starts[one] + counts[one]):
                added(table, stamps, stamp, shift, salt, sets[at])
        least = num * (few + many) // (num + den)
        found = common_with(sets, starts[other], counts[other], least, table, stamps, stamp, shift, salt)
        if reaches(found, few + many - found, num, den, beyond):
            common[pair] = found


@compiled
def decide(
    sets: Hashes,
    starts: Ints,
    counts: Ints,
    cuts: Ints,
    limit: tuple[int, int, bool],
    salt: np.uint64,
    keepers: Ints,
    common: Ints,
) -> None:
    """Who stays for whom in each component, units from cut to cut in keep order; `keepers` is -1 where a unit stays.

    The first stays, what is like it goes, the rest decide among themselves.
    """
    num, den, beyond = limit
    slots = 1 << (64 - slots_shift(int(np.max(counts))))
    table, stamps = np.empty(slots, dtype=np.uint64), np.zeros(slots, dtype=np.uint32)
    keepers[:] = -1
    for component in range(len(cuts) - 1):
        for keeper in range(cuts[component], cuts[component + 1] - 1):
            if keepers[keeper] >= 0:
                continue
            shift = slots_shift(counts[keeper])
            for at in range(starts[keeper], starts[keeper] + counts[keeper]):
                added(table, stamps, keeper + 1, shift, salt, sets[at])
            for other in range(keeper + 1, cuts[component + 1]):
                few, many = min(counts[keeper], counts[other]), max(counts[keeper], counts[other])
                if keepers[other] >= 0 or not reaches(few, many, num, den, beyond):
                    continue
                least = num * (few + many) // (num + den)
                found = common_with(sets, starts[other], counts[other], least, table, stamps, keeper + 1, shift, salt)
                if reaches(found, few + many - found, num, den, beyond):
                    keepers[other], common[other] = keeper, found


@compiled
def equal(points: Words, at: Ints, table: Words, first: Ints, second: Ints, out: NDArray[np.bool_]) -> None:
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
