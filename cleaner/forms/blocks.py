"""The form of a text as a value: blocks in order, each with its kind, and hard-wrapped blocks as one joined text."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from cleaner.text.paragraphs import Span

PARAGRAPH = 40  # code points of a speech, an item or an article that reads as a paragraph; verse is shorter


class Kind(StrEnum):
    """What kind of text a line belongs to. A kind only ever forbids: see docs/forms.md."""

    PROSE = "prose"
    WRAPPED = "wrapped"
    HEADING = "heading"
    LINES = "lines"
    QUOTATION = "quotation"
    FIXED = "fixed"
    MARK = "mark"


class Stretch(NamedTuple):
    """Lines in a row that belong together: numbers from 0, end exclusive. `breaks` as many as there are ends of lines in it."""

    first: int
    end: int
    kind: Kind
    sub: str = ""
    breaks: tuple["Seam", ...] = ()


class Seam(NamedTuple):
    """What goes between two lines of a hard-wrapped block, and whether it is certain that they are one sentence."""

    glue: str
    sure: bool


class Break(NamedTuple):
    """A line end inside a hard-wrapped block.

    start, end  code points from the last drawn character before it to the first one behind it
    glue        what stands there in the joined text: a space or nothing
    sure        the line is full and ends inside a sentence; not sure where a paragraph may end there, or by what it
                was broken cannot be told: at a hyphen, between syllables of Korean or of Thai
    """

    start: int
    end: int
    glue: str
    sure: bool


class Block(NamedTuple):
    """Lines of one kind that belong together.

    start, end  code points, from the first character of the first line to the end of the last, without its line feed
    first, last numbers of its lines from 0, `last` exclusive
    sub         what it looked like: evidence, no more
    breaks      of a wrapped block: one a line end in it
    """

    start: int
    end: int
    first: int
    last: int
    kind: Kind
    sub: str = ""
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The text of a block as its author wrote it, and where each part of it stands in the source.

    pieces  (start in the joined text, span in the source), in order
    """

    text: str
    pieces: tuple[tuple[int, Span], ...]

    def source(self, offset: int) -> int:
        """Where a character of the joined text stands; a glued space stands where its break begins."""
        at = bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1
        start, span = self.pieces[at]
        return min(span.start + offset - start, span.end)

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """What a stretch of the joined text covers in the source, line by line, without the breaks."""
        for begins, span in self.pieces:
            one, other = span.start + max(start - begins, 0), min(span.start + end - begins, span.end)
            if one < other:
                yield Span(one, other)

    def hull(self, start: int, end: int) -> Span:
        """From the first to the last of these characters, with the breaks between them."""
        return Span(self.source(start), self.source(end - 1) + 1) if start < end else Span(*[self.source(start)] * 2)

    def joined(self, offset: int) -> int:
        """Where a character of the source stands in the joined text; one of a break, where the next line begins."""
        at = bisect_right(self.pieces, offset, key=lambda piece: piece[1].start) - 1
        if at < 0:
            return 0
        start, span = self.pieces[at]
        if offset < span.end or at + 1 == len(self.pieces):
            return start + min(offset, span.end) - span.start
        return self.pieces[at + 1][0]


@dataclass(frozen=True)  # no slots: what is asked for is kept
class Form:
    """What kind of text every line of a text belongs to.

    text      the text that was looked at
    format    "" where it has none; markdown, rst, cues; code, data, markup where the whole of it is such
    stretches by lines; a line in none of them that is not blank is a paragraph of prose; None where all are: most texts
    """

    text: str
    format: str = ""
    stretches: tuple[Stretch, ...] | None = None

    @property
    def all_prose(self) -> bool:
        """Every line that is not blank is a paragraph of prose: nothing here needs care."""
        return self.stretches is None

    @property
    def plain(self) -> bool:
        """All prose, and of no format: nothing here is forbidden."""
        return self.stretches is None and not self.format

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in order. Every character stands in one of them, or is blank and stands between two."""
        return tuple(self._blocks(self._stretched()))

    @cached_property
    def kinds(self) -> tuple[Kind | None, ...]:
        """One kind a line of `text.split("\\n")`; None where a line is blank and stands in no block."""
        kinds: list[Kind | None] = [None] * len(self.starts)
        for stretch in self._stretched():
            kinds[stretch.first : stretch.end] = [stretch.kind] * (stretch.end - stretch.first)
        return tuple(kinds)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offsets at which the lines begin."""
        return tuple(accumulate((len(line) + 1 for line in self.text.split("\n")), initial=0))[:-1]

    def line_at(self, offset: int) -> int:
        """The number of the line in which an offset lies, from 0."""
        return bisect_right(self.starts, offset) - 1

    @cached_property
    def indents(self) -> frozenset[str]:
        """What stands in front of its paragraphs: of prose, and of such lines as are as long as one; or of all lines alike."""
        lines = [(line, kind) for line, kind in zip(self.text.split("\n"), self.kinds, strict=True) if kind is not None]
        every = {_indent(line) for line, _ in lines}
        return frozenset(
            every if len(every) == 1 else (_indent(line) for line, kind in lines if _paragraph(line, kind))
        )

    def line(self, number: int) -> str:
        """A line, without its line feed."""
        end = self.text.find("\n", self.starts[number])
        return self.text[self.starts[number] : None if end < 0 else end]

    def kind_at(self, offset: int) -> Kind | None:
        """The kind of the line in which an offset lies."""
        return self.kinds[self.line_at(offset)]

    def block_at(self, offset: int) -> Block | None:
        """The block in which an offset lies, None between two."""
        at = bisect_right(self.blocks, offset, key=lambda block: block.start) - 1
        return self.blocks[at] if at >= 0 and offset <= self.blocks[at].end else None

    def joined(self, block: Block) -> Joined:
        """The text of a block without its outer blanks; of a wrapped one with its lines joined."""
        body = self.text[block.start : block.end]
        start, end = block.end - len(body.lstrip()), block.start + len(body.rstrip())
        cuts = [start, *(cut for one in block.breaks for cut in one[:2]), end]
        glues = ["", *(one.glue for one in block.breaks)]
        text, pieces, at = [], [], 0
        for glue, start, end in zip(glues, cuts[::2], cuts[1::2], strict=True):
            at += len(glue)
            pieces.append((at, Span(start, end)))
            text += [glue, self.text[start:end]]
            at += end - start
        return Joined("".join(text), tuple(pieces))

    def _stretched(self) -> Iterator[Stretch]:
        """Those that are told, and a stretch of prose for every other line that is not blank."""
        lines, at = self.text.split("\n"), 0
        for stretch in (*(self.stretches or ()), Stretch(len(lines), len(lines), Kind.PROSE)):
            for number in range(at, stretch.first):
                if lines[number] and not lines[number].isspace():
                    yield Stretch(number, number + 1, Kind.PROSE)
            if stretch.first < stretch.end:
                yield stretch
            at = stretch.end

    def _blocks(self, stretches: Iterable[Stretch]) -> Iterator[Block]:
        ends = (*self.starts[1:], len(self.text) + 1)
        for stretch in stretches:
            start, end = self.starts[stretch.first], ends[stretch.end - 1] - 1
            breaks = tuple(map(self._break, range(stretch.first, stretch.end), stretch.breaks))
            yield Block(start, end, stretch.first, stretch.end, stretch.kind, stretch.sub, breaks)

    def _break(self, number: int, seam: Seam) -> Break:
        """The end of a line and the blank around it."""
        at = self.starts[number + 1]
        before, behind = self.text[self.starts[number] : at], self.text[at : self._line_end(number + 1)]
        start, end = at - len(before) + len(before.rstrip()), at + len(behind) - len(behind.lstrip())
        return Break(start, end, seam.glue, seam.sure)

    def _line_end(self, number: int) -> int:
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _paragraph(line: str, kind: Kind) -> bool:
    return kind in (Kind.PROSE, Kind.WRAPPED) or (kind is Kind.LINES and len(line) >= PARAGRAPH)
