"""How much a text looks like Chinese, Japanese or Korean that someone wrote: points a character beyond ASCII.

A wrong code page decodes most bytes without an error; rare Han, rare Hangul and private characters give it away.
"""

import re
from collections import Counter
from functools import cache
from importlib.resources import files

CHINESE = frozenset({"gb18030", "big5hkscs"})
JAPANESE = frozenset({"cp932", "euc_jp"})
KOREAN = frozenset({"cp949"})

SIGNS = frozenset(map(chr, [*range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)])) | frozenset("“”‘’—…·―\ue5e5")
_KANA = range(0x3041, 0x3100)
_NEVER = (  # what only a wrong reading is full of
    range(0x80, 0xA0),  # C1 controls
    range(0xAC00, 0xD7A4),  # Hangul; the common ones have had their point before this is asked
    range(0xDC80, 0xDD00),  # bytes that could not be decoded
    range(0xE000, 0xF900),  # private characters; U+E5E5, the indent of GBK pages, is among SIGNS
    range(0xFF61, 0xFFDD),  # half-width kana and Hangul
)

WINDOW = 1 << 16  # bytes that are enough to tell; a multiple of 4
BARE = 0.2  # taken off where a language lacks what every sentence of it has
BARE_LEAST = 5  # characters beyond ASCII from which on that is a lack
_ALWAYS = dict.fromkeys(JAPANESE, re.compile("[\u3041-\u30ff\uff66-\uff9d]"))  # kana; all kanji is Chinese read wrongly
_ALWAYS |= dict.fromkeys(KOREAN, re.compile("[ \n]"))  # GB2312 level 1 reads as common Hangul, but never has a space


@cache
def frequent_han() -> frozenset[str]:
    """The 1,500 most frequent Han of simplified and of traditional text (scripts/build_frequent_han.py)."""
    lines = files("cleaner.encoding").joinpath("frequent_han.txt").read_text(encoding="utf-8")
    return frozenset(lines) - {"\n"}


@cache
def common_hangul() -> frozenset[str]:
    """The 2,350 Hangul of KS X 1001."""
    return _two_bytes(range(0xB0, 0xC9), "euc_kr")


@cache
def common_kanji() -> frozenset[str]:
    """The 2,965 kanji of JIS level 1."""
    return _two_bytes(range(0xB0, 0xD0), "euc_jp")


def _two_bytes(leads: range, encoding: str) -> frozenset[str]:
    pairs = (bytes((lead, trail)).decode(encoding, "ignore") for lead in leads for trail in range(0xA1, 0xFF))
    return frozenset(pairs) - {""}


def plausibility(text: str, page: str) -> float:
    """Points a character beyond ASCII, at most 1, for `text` as the code page `page` reads it; 0 where all is ASCII.

    >>> plausibility("今天天气很好。", "gb18030"), plausibility("閿欒", "gb18030")
    (1.0, 0.0)
    """
    counts = Counter(char for char in text if char > "\x7f")
    total = sum(points(char, page) * count for char, count in counts.items())
    bare = counts.total() >= BARE_LEAST and page in _ALWAYS and not _ALWAYS[page].search(text)
    return total / max(counts.total(), 1) - bare * BARE


def points(char: str, page: str) -> float:
    """Points of one character: 1 where it is to be expected in this page, -1 where it hardly ever is."""
    if char in SIGNS:
        return 1
    if ord(char) in _KANA:
        return 1 if page in JAPANESE else 0.3
    if (page in CHINESE and char in frequent_han()) or (page in KOREAN and char in common_hangul()):
        return 1
    if page in JAPANESE and char in common_kanji():
        return 0.8
    return -1 if never(char) else 0


def never(char: str) -> bool:
    """Whether only a wrong reading is full of characters like this one; common Hangul are asked for before."""
    return any(ord(char) in block for block in _NEVER)
