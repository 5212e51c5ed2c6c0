"""The form of a text, from the syntax it follows and from what its lines have in common. Changes nothing."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import NamedTuple

from cleaner.forms import marks, wrapping
from cleaner.forms.blocks import Form, Kind, Seam, Stretch
from cleaner.forms.code import code, whole
from cleaner.forms.glance import glance
from cleaner.forms.kinds import Page, alone, by_line, may_be_wrapped, set_in, shared, title
from cleaner.forms.line import NARROW, Line, line_of, plain
from cleaner.forms.neighbours import settled
from cleaner.forms.structure import FORMATS, MARKDOWN, by_syntax, fences, format_of
from cleaner.forms.tables import values

OWN_CODE = 0.4  # share of code in a program that shows marks of Markdown
FEWEST_TOP = 3  # lines of it without an indent
MARGIN = 3  # columns that are no indent yet
_FORMAT = re.compile(r"^[#`~|<.+=:>{}\[-]|[|\t`]|::|-->|  ")  # by which a line may belong to a format, a table, code


class Run(NamedTuple):
    """Lines between two blank ones that no syntax has claimed. `odd`: how many are no plain paragraphs."""

    lines: list[Line]
    odd: int


def format_named(name: str) -> str | None:
    """The format that the name of a file tells; None where its text has to show it.

    >>> format_named("notes/README.md"), format_named("a.srt"), format_named("a.txt")
    ('markdown', 'cues', None)
    """
    return FORMATS.get(name[name.rfind(".") :].lower())


@lru_cache(maxsize=1)  # the stages ask for it one after the other
def form_of(text: str, format: str | None = None) -> Form:
    """What kind of text every line belongs to.

    format  markdown, rst or cues where the name of the file tells it, "" where it is known to be none; else by look

    >>> form_of("今年以来，工业经济稳定恢复，主要指标好于预期，企业效益继续改善，就业形势总体稳定。").all_prose
    True
    >>> [block.kind.value for block in form_of("Oats\\n\\n1. Wash them.\\n2. Boil them in salted water.").blocks]
    ['heading', 'lines']
    """
    if format is None and (headings := glance(text)) is not None:
        return Form(text, "", headings or None)
    return looked_at(text, format)


def looked_at(text: str, format: str | None = None) -> Form:
    """The same without a glance first."""
    lines = (text.replace("\r\n", "\n") if "\r" in text else text).split("\n")
    if format is None and values(text):
        return Form(text, "data", (Stretch(0, len(lines) - (not lines[-1]), Kind.FIXED, "rows"),))
    odd = _odd(text, lines)
    if not odd:
        return Form(text, format or "")
    if not format and _alone(lines, odd) and _no_format(text, lines, odd):
        page = _page("", odd, [not line.closed and code(line) for line in odd], len(lines))
        told = [Stretch(line.number, line.number + 1, *alone(page, line)) for line in odd]
        return _form(text, "", settled(lines, told))
    return _looked_at(text, lines, odd, format)


def _form(text: str, format: str, stretches: Sequence[Stretch]) -> Form:
    others = any(stretch.kind is not Kind.PROSE for stretch in stretches)
    return Form(text, format, tuple(stretches) if others else None)


def _alone(lines: Sequence[str], odd: Sequence[Line]) -> bool:
    """No line of these stands beside one that is as short: what they are does not depend on others."""
    last = len(lines) - 1
    return all(
        (not (at := line.number) or not lines[at - 1] or len(lines[at - 1]) > NARROW)
        and (at == last or not lines[at + 1] or len(lines[at + 1]) > NARROW)
        for line in odd
    )


def _no_format(text: str, lines: Sequence[str], odd: Sequence[Line]) -> bool:
    """No sign of any format stands in it: bare lines, or mostly plain paragraphs and lines without such signs."""
    if all(line.bare and line.indent < MARGIN for line in odd):
        return True
    return (
        "](" not in text
        and 3 * len(odd) <= sum(map(bool, lines))
        and not any(line.indent >= MARGIN or _FORMAT.search(line.body) for line in odd)
    )


def _odd(text: str, lines: Sequence[str]) -> list[Line]:
    """The lines that are neither blank nor plain paragraphs."""
    numbers = [number for number, line in enumerate(lines) if line and not plain(line)]
    if marks.may_have_options(text):
        more = {number for number, line in enumerate(lines) if marks.options(line)}
        numbers = sorted(more.union(numbers)) if more else numbers
    return [line_of(number, lines[number]) for number in numbers if not lines[number].isspace()]


def _looked_at(text: str, lines: Sequence[str], odd: Sequence[Line], format: str | None) -> Form:
    by_look = format is None
    signed = [line for line in odd if not line.bare]
    found = format_of(text, lines, signed) if format is None else format
    coded = [code(line) for line in odd]
    prose = sum(map(bool, lines)) - len(odd)
    if by_look and (kind := whole(odd, coded, prose, found == MARKDOWN and not _program_with_marks(odd, coded, lines))):
        first, last = (
            next(at for at in order if lines[at].strip())
            for order in (range(len(lines)), range(len(lines) - 1, -1, -1))
        )
        return Form(text, kind, (Stretch(first, last + 1, Kind.FIXED, kind),))
    page = _page(found, odd, coded, prose)
    if page.structured:
        odd = _with_indented(lines, odd)
    return _form(text, found, _stretches(page, lines, odd, signed))


def _with_indented(lines: Sequence[str], odd: Sequence[Line]) -> list[Line]:
    """Where indents are structure, an indented paragraph is no plain one, nor one that goes on from the line above."""
    known = {line.number for line in odd}
    more = [
        number
        for number, line in enumerate(lines)
        if number not in known and (line[:1] in " \t" or (number and lines[number - 1].strip())) and line.strip()
    ]
    return sorted([*odd, *(line_of(number, lines[number]) for number in more)])


def _program_with_marks(odd: Sequence[Line], coded: Sequence[bool], lines: Sequence[str]) -> bool:
    """Marks of Markdown stand in comments and strings of a program: most of its code stands in no fence."""
    fenced = sum(stretch.end - stretch.first for stretch in fences(lines, odd, ""))
    top = sum(own and line.indent == 0 for line, own in zip(odd, coded, strict=True))
    return fenced * 10 < len(odd) and sum(coded) > OWN_CODE * len(odd) and top >= FEWEST_TOP


def _page(found: str, odd: Sequence[Line], coded: Sequence[bool], prose: int) -> Page:
    bodies = [line.body for line in odd if not line.bare and ("：" in line.body[:40] or ":" in line.body[:60])]
    coded_lines = frozenset(line.number for line, own in zip(odd, coded, strict=True) if own)
    margin = 0 if prose else min((line.indent for line in odd), default=0)
    return Page(found, marks.speakers(bodies), _lettered(odd), coded_lines, margin, prose)


def _lettered(odd: Sequence[Line]) -> frozenset[int]:
    """Lines that begin items by letter: A with B behind it, and what goes on from there."""
    found: list[int] = []
    group: list[int] = []
    for line in odd:
        sign = "" if line.bare else marks.letter(line.body)
        if not sign:
            continue
        if sign == "A":
            group = [line.number]
        elif group and ord(sign) == ord("A") + len(group) and line.number - group[-1] <= 8:
            group.append(line.number)
            found += group if len(group) == 2 else group[-1:]
        elif group and sign > "B" and line.number - group[-1] <= 3:  # A and B stand in one line, C and D in the next
            found += [group[-1], line.number]
            group += [line.number] * 2
    return frozenset(found)


def _stretches(page: Page, lines: Sequence[str], odd: Sequence[Line], signed: Sequence[Line]) -> list[Stretch]:
    claimed = by_syntax(lines, signed, page.format)
    taken = bytearray(len(lines))
    for stretch in claimed:
        taken[stretch.first : stretch.end] = b"\1" * (stretch.end - stretch.first)
    runs = list(_runs(lines, {line.number: line for line in odd if not taken[line.number]}, taken))
    return settled(lines, sorted([*claimed, *_judged(page, runs)]))


def _runs(lines: Sequence[str], odd: dict[int, Line], taken: bytearray) -> Iterator[Run]:
    """Lines in a row that are neither blank nor taken nor long plain paragraphs, around those that are odd."""

    def joins(number: int) -> bool:
        return 0 < len(lines[number]) <= NARROW and not taken[number] and not lines[number].isspace()

    at = 0
    for number in odd:
        if number < at:
            continue
        first, end = number, number + 1
        while first > at and joins(first - 1):
            first -= 1
        while end < len(lines) and (end in odd or joins(end)):
            end += 1
        at = end
        measured = [odd.get(own) or line_of(own, lines[own]) for own in range(first, end)]
        yield Run(measured, sum(own in odd for own in range(first, end)))


def _judged(page: Page, runs: Sequence[Run]) -> Iterator[Stretch]:
    """Each run by what its lines share, by how they are wrapped, or line by line."""
    several: list[Run] = []
    for run in chain.from_iterable(map(_titles_apart, runs)):
        if isinstance(run, Stretch):
            yield run
        elif len(run.lines) > 1:
            several.append(run)
        else:
            yield Stretch(run.lines[0].number, run.lines[0].number + 1, *alone(page, run.lines[0]))
    if not several:
        return
    wholes = [shared(page, run.lines) for run in several]
    found = [
        wrapping.gaps(run.lines) if not own and may_be_wrapped(page, run.lines) else []
        for own, run in zip(wholes, several, strict=True)
    ]
    for run, own, full in zip(several, wholes, wrapping.judge(found), strict=True):
        if own:
            yield own
        elif full:
            yield from _maybe_wrapped(page, run.lines, full)
        else:
            yield from _between_paragraphs(page, run)


def _titles_apart(run: Run) -> Iterator[Run | Stretch]:
    """Underlined titles, and what stands between them."""
    begins = 0
    for at in range(len(run.lines) - 1):
        signs = not (run.lines[at].bare and run.lines[at + 1].bare)
        if at >= begins and signs and (size := title(run.lines, at)):
            if begins < at:
                yield _part(run, begins, at)
            begins = at + size
            yield Stretch(run.lines[at].number, run.lines[begins - 1].number + 1, Kind.HEADING, "underline")
    if begins < len(run.lines):
        yield _part(run, begins, len(run.lines)) if begins else run


def _part(run: Run, first: int, end: int) -> Run:
    return Run(run.lines[first:end], min(run.odd, end - first))


def _between_paragraphs(page: Page, run: Run) -> Iterator[Stretch]:
    """Line by line; where plain paragraphs part a run, what stands between two of them may be a table or code."""
    if run.odd == len(run.lines):
        yield from by_line(page, run.lines)
        return
    for is_plain, group in groupby(run.lines, lambda line: plain(line.raw)):
        own = list(group)
        whole = None if is_plain else shared(page, own)
        yield from [whole] if whole else by_line(page, own)


def _maybe_wrapped(page: Page, lines: Sequence[Line], full: Sequence[bool | None]) -> Iterator[Stretch]:
    """A run of which all, some or none is wrapped."""
    start = 0
    for wrapped, own in wrapping.sections(lines, full):
        if not wrapped:
            yield from by_line(page, own)
        else:
            start = own[0].number - lines[0].number
            flags = [flag is True for flag in full[start : start + len(own) - 1]]
            for part, seams in wrapping.paragraphs(own, flags):
                yield from _paragraph(page, part, seams)


def _paragraph(page: Page, part: Sequence[Line], seams: tuple[Seam, ...]) -> Iterator[Stretch]:
    """One paragraph of a wrapped run: one line stands alone, and what is set in as a whole keeps its indent."""
    if len(part) == 1:
        yield from by_line(page, part)
    elif all(set_in(page, line) for line in part):
        yield Stretch(part[0].number, part[-1].number + 1, Kind.LINES, "indented")
    else:
        yield Stretch(part[0].number, part[-1].number + 1, Kind.WRAPPED, "", seams)
