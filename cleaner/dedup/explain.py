"""In what two texts with one comparison key differ: for the evidence of an exact copy. Decides nothing."""

import unicodedata

import numpy as np

from cleaner.dedup.key import LETTER, code_points, table

STAYS = 0x110000  # no code point: stands for every character that layout leaves alone
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
        return ("layout",)  # as it mostly is
    one, other = code_points(text), code_points(kept)
    stays, stays_too = table()[one] != 0, table()[other] != 0
    left, right = one[stays], other[stays_too]
    if not np.array_equal(table()[left], table()[right]):
        raise ValueError(f"keys of {len(left)} and {len(right)} code points differ; only equal keys can be explained")
    apart = left != right
    pairs = set(zip(left[apart].tolist(), right[apart].tolist(), strict=True))
    found = {way for pair in pairs for way in _ways(*map(chr, pair))}
    if not np.array_equal(np.where(stays, STAYS, one), np.where(stays_too, STAYS, other)):
        found.add("layout")
    return tuple(way for way in WAYS if way in found)


def _ways(one: str, other: str) -> set[str]:
    """In what two characters differ that count as the same."""
    plain, plain_other = _plain(one), _plain(other)
    ways = {"width"} if (plain, plain_other) != (one, other) else set()
    if plain == plain_other:
        return ways
    if plain.casefold() == plain_other.casefold():
        return ways | {"case"}
    is_letter = table()[ord(plain)] & LETTER
    return ways | {"script" if is_letter else "punctuation"}


def _plain(char: str) -> str:
    """The character that this one is a form of, where that is one character: ， is a wide comma, and 神 is 神."""
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 else char
