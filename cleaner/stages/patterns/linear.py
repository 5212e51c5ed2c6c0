"""Regular expressions that no text can make slow: RE2's, line by line. What is done with what fits is no matter of it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cleaner.text.errors import ConfigError
from cleaner.text.paragraphs import Span

# Of one pattern in one text, in bytes: for every hit what is left of its line. A search is linear, but that for the next hit
# may read the rest of the line again. A count of steps and no clock, so that every machine says the same.
STEPS = 1 << 32

BY_LINE = "(?m)"  # so that ^ and $ are the ends of a line

_PIECE = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[:\^?[a-z]+:\]|\[\^?\]?|\]|[^\\\[\]]+", re.DOTALL)
_HALVES = re.compile("[\ud800-\udfff]")  # bytes that were no UTF-8, which RE2 does not take

# As Python has them: those of RE2 know ASCII alone, and \W would take all Chinese text for rubbish.
_CLASSES = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\t-\r\x{1c}-\x{1f}\x{85}\pZ"}
_PLACES = {"A": "^", "Z": "$", "z": "$"}  # a pattern sees one line at a time


def readable(text: str) -> bytes:
    """A text as RE2 reads it, with as many characters."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALVES.sub("\ufffd", text).encode()


def fits(pattern: str, data: bytes) -> Iterator[Span]:
    """Where the pattern fits in a `readable` text, leftmost first, never across a line feed and never on nothing.

    Spans are of code points. ConfigError where it is no regular expression of RE2; ValueError where it takes too many steps.

    >>> [*fits("[a-z]+$", readable("一二 two\\nthree"))]
    [Span(start=3, end=6), Span(start=7, end=12)]
    """
    left, last, chars = STEPS, 0, 0
    for hit in engine(pattern).finditer(data):
        start, end = hit.span()
        line_end = data.find(b"\n", end)
        left -= (len(data) if line_end < 0 else line_end) - start
        if left < 0:
            raise ValueError(f"fits too often in one long line: more than {STEPS:,} steps")
        if start < end:
            begin = chars + len(data[last:start].decode())
            last, chars = end, begin + len(data[start:end].decode())
            yield Span(begin, chars)


@lru_cache(None)
def engine(pattern: str) -> Any:
    """The compiled pattern. ConfigError where it does not compile.

    A search that runs out of memory goes on as an automaton that needs none: slower, with the same hits.
    """
    import re2  # .03 s to load, and only patterns need it

    options = re2.Options()
    options.never_nl = options.never_capture = True
    options.log_errors = False
    try:
        return re2.compile(f"{BY_LINE}{_translated(pattern)}", options)
    except re2.error as failure:
        says = failure.args[0].decode() if isinstance(failure.args[0], bytes) else str(failure)
        raise ConfigError(
            f"{says.replace(BY_LINE, '')}; it is read by RE2, which has no lookaround and no back references"
        ) from None


def _translated(pattern: str) -> str:
    """The pattern with Python's classes and places of the whole text."""
    out, inside = [], False
    for piece in _PIECE.findall(pattern):
        if inside:
            inside = piece != "]"
        elif piece.startswith("[") and not piece.startswith("[:"):
            inside = True
        elif piece.startswith("[:"):  # a class that begins with a colon
            inside = not piece.endswith("]")
        out.append(_escape(piece, inside=inside) if piece[0] == "\\" and len(piece) == 2 else piece)
    return "".join(out)


def _escape(piece: str, *, inside: bool) -> str:
    letter = piece[1]
    if letter == "C":
        raise ConfigError(r"\C is half a character")
    if letter in "dD":
        return rf"\{'pP'[letter == 'D']}{{Nd}}"
    if letter in _CLASSES:
        return _CLASSES[letter] if inside else f"[{_CLASSES[letter]}]"
    if letter in "WS":
        if inside:
            raise ConfigError(rf"\{letter} inside […]: write what it leaves out, as [^{_CLASSES[letter.lower()]}]")
        return f"[^{_CLASSES[letter.lower()]}]"
    return _PLACES.get(letter, piece) if not inside else piece
