"""A text as paragraphs, where one ends inside a sentence, and whether another reads as its rest. Joins nothing."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import east_asian_width

from cleaner.text.furniture import closed, line_kind, list_item

BLANK = " \t　"  # what a line may hold and still be blank, before `spacing` has emptied it
SHORTEST = 60  # code points of a paragraph that can be cut
HEADING = 40  # code points: a line that is no longer and has no end mark reads as a heading
CONTINUES = "，、—（《“‘,"  # a sentence goes on after these; NOT here: ： and ；, which introduce or end list items
SPEAKER = re.compile("[^：:。，]{1,8}[：:]")
FEW, CARELESS = 2, 0.1  # long paragraphs without an end mark, and their share: more is a habit, not a page break


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


def is_open(text: str, shortest: int = SHORTEST) -> bool:
    """Long, and ends inside a sentence."""
    return len(text) >= shortest and (text[-1].isalnum() or text[-1] in CONTINUES)


def is_rest(text: str, shortest: int = SHORTEST) -> bool:
    """Long too, or the end of a sentence."""
    return len(text) >= shortest or closed(text)


def careless(texts: Iterable[str], shortest: int = SHORTEST) -> bool:
    """Their author leaves out end marks: then a missing one proves nothing."""
    long = [text for text in texts if len(text) >= shortest]
    bare = sum(is_open(text, shortest) for text in long)
    return bare > FEW and bare > CARELESS * len(long)


def why_apart(one: str, other: str) -> str:
    """Why `other` is not the rest of `one`, which is open; nothing where it reads as the rest."""
    return stands_alone(one) or stands_alone(other) or _no_continuation(other)


def stands_alone(text: str) -> str:
    """What a paragraph is that is no half of another one."""
    if kind := line_kind(text):
        return f"a {kind} line"
    if list_item(text):
        return "a list item"
    if SPEAKER.match(text):
        return "a speaker's turn"
    return "a heading" if len(text) <= HEADING and not closed(text) else ""


def glue(left: str, right: str) -> str:
    """What goes between two halves that end and begin with these letters.

    >>> glue("扭", "负"), glue("e", "w"), glue("에", "대")
    ('', ' ', ' ')
    """
    return " " if (_parts_words(left) or left in ",;—–") and _parts_words(right) else ""


def _no_continuation(other: str) -> str:
    """Where a script has small letters the rest of a sentence begins with one; nowhere does it begin with a figure."""
    if other[0].islower():
        return ""
    if not other[0].isalpha():
        return "begins with a figure or a mark"
    return "begins with a capital letter" if _writes_spaces(other[0]) else ""


def _parts_words(letter: str) -> bool:
    """Of a script that writes spaces between words, which Korean does though its letters are wide."""
    return _writes_spaces(letter) or "\uac00" <= letter <= "\ud7a3"


def _writes_spaces(letter: str) -> bool:
    """Of a script that writes spaces between words."""
    return letter.isalnum() and east_asian_width(letter) not in "WF"
