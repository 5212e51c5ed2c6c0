"""The lines of a text with their places, and those in which no rule of pages looks."""

from typing import NamedTuple

from cleaner.forms import Form, Kind

AROUND = " \t\f　\xa0"  # blanks; a form feed stands where lines are kept as they are
UNPAGED = ("cues", "code", "data", "markup")  # formats whose numbers are not those of pages
OF_PAGES = ("page number", "running head")  # marks of the form that are lines of pages


class Line(NamedTuple):
    """A line of a text.

    start, end  code points; `end` is behind its line feed, if it has one
    at          where its body begins
    body        without outer blanks
    """

    start: int
    end: int
    at: int
    body: str


def lines_of(text: str) -> list[Line]:
    """All lines, those that are blank too."""
    found, at = [], 0
    for raw in text.split("\n"):
        end = min(at + len(raw) + 1, len(text))
        found.append(Line(at, end, at + len(raw) - len(raw.lstrip(AROUND)), raw.strip(AROUND)))
        at = end
    return found


def closed_to(form: Form) -> frozenset[int]:
    """Numbers of lines in which nothing is taken for a line of a page: code, tables, front matter, rules."""
    if form.format in UNPAGED:
        return frozenset(range(len(form.kinds)))
    return frozenset(
        number
        for block in form.blocks
        if block.kind is Kind.FIXED or (block.kind is Kind.MARK and block.sub not in OF_PAGES)
        for number in range(block.first, block.last)
    )
