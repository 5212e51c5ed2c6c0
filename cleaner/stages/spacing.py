"""Spaces, indents, blank lines. Never adds anything and never takes the last space between two words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from cleaner.document import Document, Finding
from cleaner.forms import Kind
from cleaner.text.change import Edit
from cleaner.text.chars import MONGOLIAN, OTHER_SPACES, SPACES, ZH_START, members, spelled
from cleaner.text.signs import Signs

SP = members(SPACES)
OTHER = re.compile(f"[{members(OTHER_SPACES)}]")
# Two characters or one that is no plain space or line feed: between words and lines those need no look. It begins with a
# class, which a search skips to.
GAP = re.compile(f"[{SP}\t\n](?:[{SP}\t\n]+|(?<=[{members(OTHER_SPACES)}\t]))")
ONE_IN_FRONT = re.compile(f"[ \n](?![{SP}\t\n])")
RUN = re.compile(f"[{SP}]+")
# Before one of these, spaces are typesetting; before anything else they may be code, Markdown or a table.
PROSE = re.compile(f"[{members(ZH_START)}]|[0-9A-Za-z]+[年月日，。、]")
SUFFIX = re.compile(f"(?<=[{members(MONGOLIAN)}])\u202f(?=[{members(MONGOLIAN)}])")
NBSP = "\u00a0"
BLANK = spelled(SPACES) + "\t\n"
SIGNS = ("  ", "\t", "\n ", " \n", "\n\n\n")  # without them ASCII is spaced as it should be


class Gap(NamedTuple):
    """All spaces, TABs and line feeds between two characters that are drawn."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Spacing:
    """One kind of space, no typeset indents, no spaces at the end of a line, single blank lines, none at start and end.

    Chinese paragraphs come with two full-width spaces in front; web pages bring no-break spaces, columns of spaces and
    rows of blank lines. A gap inside a line separates (附录　说明) and keeps one space. Spaces in front of code stay.

    spaces       inside a line: one U+0020 for every run of spaces; TABs stay
    indent       "auto": typeset indents go, and plain spaces in front of East Asian text; "strip": every indent goes
    blank_lines  the most that may follow one another

    >>> Document.of("　　今年　以来， \\n\\n\\n\\n    code").revise(Spacing()(Document.of("　　今年　以来， \\n\\n\\n\\n    code"))).text
    '今年 以来，\\n\\n    code'
    >>> for raw in ("a  b\\n", "　　a\\n", "a \\n", "a\\n\\n\\nb\\n"):
    ...     print(*(f.rule for f in Spacing()(Document.of(raw))))
    spacing.inner
    spacing.indent
    spacing.trailing
    spacing.blank
    """

    spaces: Literal["one", "keep"] = "one"
    indent: Literal["auto", "strip", "keep"] = "auto"
    blank_lines: Literal[1, 0, "keep"] = 1
    name: ClassVar[str] = "spacing"
    rules: ClassVar[Mapping[str, str]] = {
        "spacing.inner": "turns a run of spaces inside a line, of whatever kind, into one U+0020",
        "spacing.indent": "removes typeset indents",
        "spacing.code-indent": "turns no-break spaces in front of a line of code into as many U+0020",
        "spacing.trailing": "removes spaces and TABs at the end of a line",
        "spacing.blank": "reduces runs of blank lines to one, none at start and end; a line of spaces is blank",
    }

    @property
    def wakes(self) -> Signs:
        """Another space than U+0020, a TAB, two that meet, and ends of a text; LF LF inside where no line may be blank."""
        lines = "\n\n" if self.blank_lines == 0 else "\n\n\n"
        meeting = ((" ", " \n"), "\n ", lines)
        return Signs((*meeting, (members(OTHER_SPACES) + "\t",)), first=((" \n",),), last=(" ", "\n\n"))

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if not text or (text.isascii() and _well_spaced(text)):
            return
        edits: dict[str, list[Edit]] = {}
        for gap in _gaps(text):
            if gap.text != "\n\n" or not 0 < gap.start < len(text) - 2 or self.blank_lines == 0:
                for rule, edit in self._gap(gap, doc):
                    edits.setdefault(rule, []).append(edit)
        for rule in self.rules:
            if rule in edits:
                yield from Finding.bulk(rule, edits[rule])

    def _gap(self, gap: Gap, doc: Document) -> Iterator[tuple[str, Edit]]:
        """Where a gap stands decides what it is: the end of the text, its start, between lines, inside one."""
        text = doc.text
        if gap.end == len(text):
            yield from self._end(gap)
            return
        if "\n" in gap.text:
            yield from self._between(gap)
        if "\n" in gap.text or gap.start == 0:
            indent = gap.start + gap.text.rfind("\n") + 1
            if self._goes(text, indent, gap.end):
                yield _indent(Edit(indent, gap.end), doc)
        elif self.spaces == "one":
            yield from _inner(gap, text)

    def _between(self, gap: Gap) -> Iterator[tuple[str, Edit]]:
        """From the first line feed to the last, and the spaces in front of the first."""
        first, last = gap.start + gap.text.index("\n"), gap.start + gap.text.rindex("\n")
        if gap.start == 0 and self.blank_lines != "keep":
            yield "spacing.blank", Edit(0, last + 1)
            return
        if gap.start < first:
            yield "spacing.trailing", Edit(gap.start, first)
        if self.blank_lines == "keep":
            yield from _emptied(gap, first, last)
        elif first + 1 < (kept := last + (self.blank_lines == 0)):
            yield "spacing.blank", Edit(first + 1, kept)

    def _end(self, gap: Gap) -> Iterator[tuple[str, Edit]]:
        """The end of the text, or all of it."""
        if gap.start == 0 and self.blank_lines != "keep":
            yield "spacing.blank", Edit(0, gap.end)
            return
        first = gap.text.find("\n")
        if first < 0:
            yield "spacing.trailing", Edit(*gap[:2])
            return
        if first:
            yield "spacing.trailing", Edit(gap.start, gap.start + first)
        if self.blank_lines == "keep":
            last = gap.start + gap.text.rindex("\n")
            yield from _emptied(gap, gap.start + first, last)
            if last + 1 < gap.end:
                yield "spacing.trailing", Edit(last + 1, gap.end)
        elif first + 1 < len(gap.text):
            yield "spacing.blank", Edit(gap.start + first + 1, gap.end)

    def _goes(self, text: str, start: int, end: int) -> bool:
        """Whether the indent [start, end) is removed."""
        if start == end or self.indent == "keep":
            return False
        return self.indent == "strip" or bool(OTHER.search(text, start, end) or PROSE.match(text, end))


def _well_spaced(text: str) -> bool:
    """True for ASCII in which nothing can be found, at the speed of a search."""
    ends = text[-1] != " " and text[-2:] != "\n\n" and text[0] not in " \n"
    return ends and not any(sign in text for sign in SIGNS)


def _gaps(text: str) -> Iterator[Gap]:
    """Every gap in which something may be found; one plain space or line feed is one only at either end of the text."""
    if ONE_IN_FRONT.match(text):
        yield Gap(0, 1, text[0])
    for hit in GAP.finditer(text):
        yield Gap(hit.start(), hit.end(), hit[0])
    if len(text) > 1 and text[-1] == " " and text[-2] not in BLANK:
        yield Gap(len(text) - 1, len(text), " ")


def _indent(whole: Edit, doc: Document) -> tuple[str, Edit]:
    """An indent that goes; one of no-break spaces in front of code, as web pages write it, becomes one of spaces."""
    if (
        NBSP not in (gone := set(doc.text[whole.start : whole.end]))
        or gone - {" ", NBSP}
        or doc.form.kind_at(whole.start) is not Kind.FIXED
    ):
        return "spacing.indent", whole
    return "spacing.code-indent", Edit(whole.start, whole.end, " " * (whole.end - whole.start))


def _inner(gap: Gap, text: str) -> Iterator[tuple[str, Edit]]:
    """Runs of spaces between TABs, each to one; the suffix space of Mongolian stays."""
    if gap.text == "\u202f" and SUFFIX.match(text, gap.start):
        return
    for run in RUN.finditer(gap.text):
        if run[0] != " ":
            yield "spacing.inner", Edit(gap.start + run.start(), gap.start + run.end(), " ")


def _emptied(gap: Gap, first: int, last: int) -> Iterator[tuple[str, Edit]]:
    """Spaces on blank lines, where the lines themselves stay."""
    for run in re.finditer(f"[{SP}\t]+", gap.text[first - gap.start : last - gap.start]):
        yield "spacing.blank", Edit(first + run.start(), first + run.end())
