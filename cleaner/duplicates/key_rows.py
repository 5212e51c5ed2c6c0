"""The rows of the comparison key's table as they are written, and by them in what two texts of one key differ. No arrays."""

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib import resources
from typing import NamedTuple

WAYS = ("layout", "width", "case", "punctuation", "script")  # in which equal texts may differ

Range = tuple[int, int]  # code points, end exclusive


class KeyRows(NamedTuple):
    """The three parts of the file.

    letters  ranges of characters that are letters or digits of a key
    nothing  ranges of those that leave no trace in it
    folded   a character → the one that stands for it
    """

    letters: list[Range]
    nothing: list[Range]
    folded: dict[int, int]

    def key(self, char: str) -> int:
        """What stands for a character that leaves a trace."""
        return self.folded.get(ord(char), ord(char))

    def is_letter(self, char: str) -> bool:
        """Whether a character counts as a letter or digit of the key."""
        code = self.key(char)
        at = bisect_right(self.letters, (code, 0x110000))
        return at > 0 and code < self.letters[at - 1][1]


@cache
def key_rows() -> KeyRows:
    """All of them."""
    letters, nothing, folded = (part.splitlines()[1:] for part in source().split("#")[2:])
    keys = {int(code, 16): int(key, 16) for code, key in map(str.split, folded)}
    return KeyRows(list(map(_range, letters)), list(map(_range, nothing)), keys)


def source() -> str:
    """The file: a line with # opens each part, and the first one is the title."""
    return resources.files("cleaner.duplicates").joinpath("key_table.txt").read_text(encoding="ascii")


def _range(row: str) -> Range:
    start, _, last = row.partition("-")
    return int(start, 16), int(last or start, 16) + 1


def explain(text: str, kept: str) -> tuple[str, ...]:
    """Those of WAYS in which the texts differ, in that order; nothing where they are equal.

    layout       spaces, line ends, invisible characters
    width        full-width, half-width, compatibility and canonical forms of one character
    case         capital and small letters
    punctuation  one sign of a class for another: 。 and .
    script       traditional and simplified characters
    ValueError where their keys differ: then something else differs as well.

    >>> explain("臺灣，ＯＫ。", "台湾, ok.")
    ('layout', 'width', 'case', 'punctuation', 'script')
    """
    for bare in (str, _unspaced, _untraced):  # from what is quick and mostly enough to what is sure
        pairs = _unlike(bare(text), bare(kept))
        if pairs is not None and not any(_traceless().search(one + other) for one, other in pairs):
            break
    if pairs is None or any(key_rows().key(one) != key_rows().key(other) for one, other in pairs):
        raise ValueError("the keys differ; only equal keys can be explained")
    found = {way for pair in pairs for way in _ways(*pair)} | (set() if bare is str else {"layout"})
    return tuple(way for way in WAYS if way in found)


def _unlike(text: str, kept: str) -> set[tuple[str, str]] | None:
    """The characters that stand for one another where the texts differ; None where they are not equally long."""
    if len(text) != len(kept):
        return None
    return {(one, other) for one, other in zip(text, kept, strict=False) if one != other} if text != kept else set()


def _unspaced(text: str) -> str:
    return "".join(text.split())


def _untraced(text: str) -> str:
    return _traceless().sub("", text)


@cache
def _traceless() -> re.Pattern[str]:
    """Matches a character that leaves no trace."""
    ranges = (f"{re.escape(chr(start))}-{re.escape(chr(end - 1))}" for start, end in key_rows().nothing)
    return re.compile(f"[{''.join(ranges)}]")


def _ways(one: str, other: str) -> set[str]:
    """In what two characters differ that count as the same."""
    plain, plain_other = _plain_form(one), _plain_form(other)
    ways = {"width"} if (plain, plain_other) != (one, other) else set()
    if plain == plain_other:
        return ways
    if plain.casefold() == plain_other.casefold():
        return ways | {"case"}
    return ways | {"script" if key_rows().is_letter(plain) else "punctuation"}


def _plain_form(char: str) -> str:
    """The character that this one is a form of, where that is one character: ， is a wide comma, and 神 is 神."""
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 else char
