"""Where a paragraph ends inside a sentence, and whether another one reads as its rest. Judges texts, joins nothing."""

import re
from collections.abc import Iterable
from unicodedata import east_asian_width

from cleaner.text.furniture import closed, line_kind, list_item

SHORTEST = 60  # code points of a paragraph that can be cut
HEADING = 40  # code points: a line that is no longer and has no end mark reads as a heading
CONTINUES = (
    "，、—（《“‘,"  # marks after which a sentence goes on; NOT here: ： and ；, which introduce or end list items
)
SPEAKER = re.compile("[^：:。，]{1,8}[：:]")
FEW, CARELESS = 2, 0.1  # long paragraphs without an end mark, and their share: more is a habit, not a page break


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

    >>> glue("扭", "负"), glue("e", "w")
    ('', ' ')
    """
    return " " if (_spaced(left) or left == ",") and _spaced(right) else ""


def _no_continuation(other: str) -> str:
    """Where a script has small letters the rest of a sentence begins with one; nowhere does it begin with a figure."""
    if other[0].islower():
        return ""
    if not other[0].isalpha():
        return "begins with a figure or a mark"
    return "begins with a capital letter" if _spaced(other[0]) else ""


def _spaced(letter: str) -> bool:
    """Of a script that writes spaces between words."""
    return letter.isalnum() and east_asian_width(letter) not in "WF"
