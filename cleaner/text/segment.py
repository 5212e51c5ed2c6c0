"""A text as paragraphs: one non-blank line each. Joins nothing, judges nothing."""

from typing import NamedTuple

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
    return list(map(Span._make, bounds(text)))


def bounds(text: str) -> list[tuple[int, int]]:
    """The same as bare pairs, for those who make something else of them."""
    found, end = [], -1
    for line in text.split("\n"):
        end += len(line) + 1
        if line:
            body = line.lstrip(BLANK)
            if kept := len(body.rstrip(BLANK)):
                start = end - len(body)
                found.append((start, start + kept))
    return found
