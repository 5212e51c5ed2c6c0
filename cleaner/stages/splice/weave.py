"""Paragraphs that an article holds twice: which one is written, and the order that the copies tell."""

from collections.abc import Iterable, Sequence

from cleaner.stages.splice.lines import Left, Line
from cleaner.stages.splice.repeats import near_copies

MANY = 100  # different paragraphs: no article that was judged has as many; beyond it only exact copies are looked for
Doubles = dict[int, Left]  # number of a line that another one is written for


def doubles(lines: Sequence[Line]) -> Doubles:
    """Lines that are not written since another one is.

    Of two that are nearly the same that one is written which holds all of the other. Where none does, the longer one is
    taken for a mixture: what it has besides is from another sentence.
    """
    first: dict[str, Line] = {}
    found: Doubles = {}
    for line in lines:
        own = line.read and line.kind != "repeat" and line.paragraph.long
        if own and (twin := first.setdefault(line.text, line)) != line:
            found[line.number] = Left(line, "repeat", twin)
    found |= {line.number: Left(line, "repeat", first.get(line.text)) for line in lines if line.kind == "repeat"}
    single = list(first.values())
    near = near_copies([line.paragraph for line in single], range(len(single))) if len(single) <= MANY else []
    for one, other in near:
        short, full = sorted((single[one], single[other]), key=lambda line: len(line.text))
        if short.number not in found and full.number not in found:
            whole = short.text in full.text
            found[(short if whole else full).number] = (
                Left(short, "repeat", full) if whole else Left(full, "mixed", short)
            )
    return found


def _key(line: Line, twice: Doubles) -> int:
    """The number of the line that is written for this one."""
    while (left := twice.get(line.number)) and left.like:
        line = left.like
    return line.number


def merged(pieces: Iterable[list[Line]], twice: Doubles) -> list[Line]:
    """The pieces one behind the other; those that share a paragraph are woven into one."""
    merged: list[list[Line]] = []
    for piece in pieces:
        keys = {_key(line, twice) for line in piece}
        twins = [other for other in merged if any(_key(line, twice) in keys for line in other)]
        for other in twins:
            piece = _woven(other, piece, twice)
        at = merged.index(twins[0]) if twins else len(merged)
        merged = [*merged[:at], piece, *(other for other in merged[at:] if other not in twins)]
    return [line for piece in merged for line in piece]


def _woven(one: list[Line], other: list[Line], twice: Doubles) -> list[Line]:
    """Both orders in one. What precedes the second copy of a paragraph precedes the piece that holds the first.

    A headline goes on leading.
    """
    shared = _shared([_key(line, twice) for line in one], [_key(line, twice) for line in other])
    later = one[shared[0][0]].number > other[shared[0][1]].number
    leads = one[0].heading or (later and not other[0].heading)
    order: list[Line] = []
    at = to = 0
    for i, j in shared:
        order += one[at:i] + other[to:j] if leads else other[to:j] + one[at:i]
        order.append(one[i])
        at, to = i + 1, j + 1
    return order + (other[to:] + one[at:] if later else one[at:] + other[to:])


def _shared(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """Places of what both hold, rising in both."""
    found: list[tuple[int, int]] = []
    for j, key in enumerate(other):
        at = found[-1][0] + 1 if found else 0
        if key in one[at:]:
            found.append((one.index(key, at), j))
    return found


def written(order: Sequence[Line], twice: Doubles) -> list[Line]:
    """Each paragraph once, at the place of the one that is written; a headline that comes back is left out, too."""
    own = {line.number: line for line in order}
    own |= {left.like.number: left.like for left in twice.values() if left.like}
    stands = {line.text for line in order}
    out: dict[int, Line] = {}
    for line in order:
        key = _key(line, twice)
        moved = own[key].text in stands and own[key].text != line.text  # it comes at a place of its own
        lost = line.number in twice and twice[line.number].like is None
        if not (moved or lost):
            out.setdefault(key, own[key])
    lines = list(out.values())
    return lines[:1] + [line for line in lines[1:] if not line.heading or line.text != lines[0].text]
