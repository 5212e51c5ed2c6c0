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
    if text == kept:
        return ()
    if "".join(text.split()) == "".join(kept.split()):
        return ("layout",)  # as it mostly is, and found out quickly
    layout = _moved(text, kept)
    if layout:
        text, kept = (_traceless().sub("", some) for some in (text, kept))
    pairs = {pair for pair in zip(text, kept, strict=False) if pair[0] != pair[1]}
    if len(text) != len(kept) or any(key_rows().key(one) != key_rows().key(other) for one, other in pairs):
        raise ValueError("the keys differ; only equal keys can be explained")
    found = {way for pair in pairs for way in _ways(*pair)} | ({"layout"} if layout else set())
    return tuple(way for way in WAYS if way in found)


def _moved(text: str, kept: str) -> bool:
    """Whether characters that leave no trace in the key are others, or stand elsewhere."""
    if len(text) != len(kept):
        return True
    unlike = (one + other for one, other in zip(text, kept, strict=True) if one != other)
    return any(map(_traceless().search, unlike))


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
