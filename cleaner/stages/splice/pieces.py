"""From verdicts to pieces of the page: headings, labels, captions and copies follow the paragraphs they belong to."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.document import Certainty
from cleaner.stages.splice.cues import like_label
from cleaner.stages.splice.decide import Verdict
from cleaner.stages.splice.units import Paragraph


class Piece(NamedTuple):
    """A contiguous stretch of one foreign article, or one line that falls with it.

    rule      foreign, repeat, label or caption
    copy      of a repeat: the paragraph it repeats
    """

    rule: str
    paragraphs: tuple[Paragraph, ...]
    verdict: Verdict
    certainty: Certainty
    copy: Paragraph | None = None


class _Owned(dict[int, tuple[Verdict, str, Certainty]]):
    """Number of a paragraph → whose it is, by which rule it goes, how surely."""

    def give(self, number: int, to: int, rule: str) -> None:
        verdict, _, certainty = self[to]
        self[number] = verdict, rule, certainty


def pieces(
    paragraphs: Sequence[Paragraph], lines: Mapping[int, str], copies: Mapping[int, int], verdicts: Sequence[Verdict]
) -> Iterator[Piece]:
    """All pieces, in page order."""
    if not verdicts:
        return
    owned = _Owned()
    for verdict in verdicts:
        for number in verdict.block.paragraphs:
            owned[number] = verdict, "foreign", verdict.certainty
    for copy, first in copies.items():
        if first in owned:
            owned.give(copy, first, "repeat")
    _attach(paragraphs, lines, owned)
    yield from _cut(paragraphs, copies, owned)


def _attach(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned) -> None:
    """Short paragraphs go by the long ones around them."""
    end = len(paragraphs)
    edges = [-1, *(at for at, paragraph in enumerate(paragraphs) if paragraph.long), end]
    for left, right in pairwise(edges):
        between = range(left + 1, right)
        if left in owned and (right in owned or right == end):
            _between(paragraphs, lines, owned, between)
        elif right in owned:
            _before(paragraphs, lines, owned, between)
        elif left in owned:
            _behind(lines, owned, between)


def _between(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """All around goes, so these go: the headline of what follows with it, the rest with what was before."""
    left, right = between.start - 1, between.stop
    last = right == len(paragraphs)
    same = last or owned[left][0] is owned[right][0]
    heads = True
    for number in reversed(between):
        kind = lines.get(number, "")
        heads = heads and not same and (kind == "continued" or not paragraphs[number].closed) and kind != "label"
        owner = right if heads or (kind == "caption" and not last) else left
        rule = "label" if kind == "label" or (last and like_label(paragraphs[number])) else "foreign"
        owned.give(number, owner, "caption" if kind == "caption" else rule)
        verdict, rule, _ = owned[number]
        if not last:
            owned[number] = verdict, rule, min(owned[left][2], owned[right][2])


def _before(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """What stood before is kept: only one headline goes, with the lines of the page around it. Never the first line."""
    right, headline = between.stop, False
    for number in reversed(between):
        kind = lines.get(number, "")
        if kind in ("continued", "label"):
            owned.give(number, right, "label" if kind == "label" else "foreign")
        elif number and not headline and kind != "byline" and not paragraphs[number].closed:
            owned.give(number, right, "caption" if kind == "caption" else "foreign")
            headline = kind != "caption"
        else:
            break


def _behind(lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """What follows is kept: only lines of the page go."""
    for number in between:
        if lines.get(number) not in ("label", "continues", "continued"):
            break
        owned.give(number, between.start - 1, "label")


def _cut(paragraphs: Sequence[Paragraph], copies: Mapping[int, int], owned: _Owned) -> Iterator[Piece]:
    """Neighbours of one article are one piece; labels, captions and copies stand alone."""
    numbers = sorted(owned)
    start = 0
    for at, number in enumerate(numbers):
        verdict, rule, certainty = owned[number]
        after = numbers[at + 1] if at + 1 < len(numbers) else None
        together = (
            rule == "foreign"
            and after is not None
            and paragraphs[after].number == paragraphs[number].number + 1
            and owned[after] == owned[number]
        )
        if not together:
            stretch = tuple(paragraphs[own] for own in numbers[start : at + 1])
            copy = paragraphs[copies[number]] if rule == "repeat" else None
            yield Piece(rule, stretch, verdict, certainty, copy)
            start = at + 1
