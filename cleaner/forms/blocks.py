"""The form of a text as a value: blocks in order, each with its kind, and how hard-wrapped ones are joined."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from cleaner.text.change import Change, Edit

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


PARAGRAPHS = frozenset({Kind.PROSE, Kind.WRAPPED})  # kinds of which a block is a paragraph as its author wrote it
STRUCTURED = "markdown", "rst"  # formats in which indents and line ends are syntax


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

    @property
    def structured(self) -> bool:
        """Its indents and line ends are syntax."""
        return self.format in STRUCTURED

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

    @cached_property
    def joined(self) -> Change:
        """The change that joins the lines of every hard-wrapped block, as its author wrote it; its mappers lead there and back."""
        breaks = (Edit(one.start, one.end, one.glue) for block in self.blocks for one in block.breaks)
        return Change.of(len(self.text), () if self.all_prose else breaks)

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
    return kind in PARAGRAPHS or (kind is Kind.LINES and len(line) >= PARAGRAPH)
