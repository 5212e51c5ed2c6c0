"""Captions that roll: each line says again what the one before it said, and a bit more. Leaves the text once."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.furniture.gaps import words
from cleaner.stages.furniture.lines import Line, closed_to
from cleaner.text.change import Edit

LEAST = 6  # code points that two lines have to share: fewer are a figure of speech
LEAST_SPACED = 10  # and in scripts that write spaces, in whole words
LONGEST = 300  # code points of a line
LIKELY, FEW = 4, 2  # shared ends in a row
SHARE = 0.25  # of all code points


class Overlap(NamedTuple):
    """How many code points a line has in common with the end of the one before, and whether it is the whole of either."""

    size: int
    all_of_one: bool
    all_of_other: bool

    @property
    def rolls(self) -> bool:
        """A part of one and a part of the other, as a window that moves."""
        return not (self.all_of_one or self.all_of_other)


NONE = Overlap(0, False, False)


def rolling(doc: Document, lines: Sequence[Line]) -> Iterator[Finding]:
    """One finding a run of such lines: repeats alone are no captions, and neither are two lines."""
    full = [line for line in lines if line.body]
    shut: frozenset[int] | None = None
    for run in _runs(full):
        shut = closed_to(doc.form) if shut is None else shut
        if doc.form.line_at(run[0].start) in shut or not all(words(line.body) for line in run):
            continue
        overlaps = [overlap(one.body, other.body) for one, other in pairwise(run)]
        shared = sum(own.size for own in overlaps) / sum(len(line.body) for line in run)
        moves = sum(own.rolls for own in overlaps)
        if not moves or shared < SHARE:
            continue
        certainty = Certainty.LIKELY if len(overlaps) >= LIKELY else Certainty.SUSPECT
        evidence = {"lines": len(run), "repeated": round(shared, 2), "moved_on": moves}
        yield from Finding.bulk("furniture.rolling", said_before(run), certainty, evidence=evidence)


def _runs(full: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines in a row each of which begins with the end of the one before."""
    run: list[Line] = []
    for line in full:
        if run and not overlap(run[-1].body, line.body).size:
            if len(run) > FEW:
                yield run
            run = []
        run.append(line)
    if len(run) > FEW:
        yield run


def overlap(one: str, other: str) -> Overlap:
    """The longest end of a line with which the other begins.

    >>> overlap("we are here to learn", "here to learn to sail"), overlap("天子坐明堂", "明堂之上").size
    (Overlap(size=13, all_of_one=False, all_of_other=False), 0)
    """
    least = LEAST_SPACED if other[:LEAST].isascii() else LEAST
    if not least <= len(other) <= LONGEST or len(one) > LONGEST or other[:least] not in one:
        return NONE
    for size in range(min(len(one), len(other)), least - 1, -1):
        if one.endswith(other[:size]) and _whole_words(one, other, size):
            return Overlap(size, size == len(one), size == len(other))
    return NONE


def _whole_words(one: str, other: str, size: int) -> bool:
    """Neither begins nor ends inside a word of a script that writes spaces."""
    starts = size == len(one) or not (one[-size - 1].isascii() and one[-size - 1].isalnum())
    ends = size == len(other) or not (other[size].isascii() and other[size].isalnum())
    return starts and ends


def said_before(run: Sequence[Line]) -> Iterator[Edit]:
    """What has to go so that the run says everything once: lines that the next begins with, and shared starts."""
    before: Line | None = None
    for at, line in enumerate(run):
        behind = run[at + 1] if at + 1 < len(run) else None
        if behind and behind.body.startswith(line.body):
            yield Edit(line.start, behind.start)
            continue
        shared = overlap(before.body, line.body) if before else NONE
        if shared.all_of_other and before:
            yield Edit(line.start, line.end)
            continue
        if shared.size:
            gap = len(line.body) - shared.size - len(line.body[shared.size :].lstrip(" "))
            yield Edit(line.at, line.at + shared.size + gap)
        before = line
