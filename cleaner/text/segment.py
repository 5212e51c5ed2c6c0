"""A text as paragraphs: one non-blank line each. Joins nothing, judges nothing."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"[^\n]+")
BLANK = " \t　"  # what a line may hold and still be blank, before `spacing` has emptied it


class Span(NamedTuple):
    """A stretch of a text: code points, end exclusive."""

    start: int
    end: int


def paragraphs(text: str) -> list[Span]:
    """Spans of the non-blank lines, without their outer spaces.

    >>> paragraphs("　　一段。\\n\\n 二段。 \\n")
    [Span(start=2, end=5), Span(start=8, end=11)]
    """
    return list(_paragraphs(text))


def _paragraphs(text: str) -> Iterator[Span]:
    for line in _LINE.finditer(text):
        body = line[0].lstrip(BLANK)
        start = line.end() - len(body)
        if kept := len(body.rstrip(BLANK)):
            yield Span(start, start + kept)
