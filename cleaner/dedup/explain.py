"""In what two texts with one comparison key differ: for the evidence of an exact copy. Decides nothing."""

import re
import unicodedata
from functools import cache

from cleaner.dedup.key_rows import key_rows

WAYS = ("layout", "width", "case", "punctuation", "script")


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
    return key_rows().traceless


def _ways(one: str, other: str) -> set[str]:
    """In what two characters differ that count as the same."""
    plain, plain_other = _plain(one), _plain(other)
    ways = {"width"} if (plain, plain_other) != (one, other) else set()
    if plain == plain_other:
        return ways
    if plain.casefold() == plain_other.casefold():
        return ways | {"case"}
    return ways | {"script" if key_rows().is_letter(plain) else "punctuation"}


def _plain(char: str) -> str:
    """The character that this one is a form of, where that is one character: ， is a wide comma, and 神 is 神."""
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 else char
