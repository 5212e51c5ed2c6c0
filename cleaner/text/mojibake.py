"""What UTF-8 or GBK looks like after it was read in the wrong code page: tables and tests. Repairs nothing itself."""

import re
from functools import cache

# Every test of ftfy 6.3 for mojibake needs at least one of these 421 characters: its table MOJIBAKE_CATEGORIES without
# the classes common, start_punctuation and end_punctuation. A line without them need not be shown to ftfy.
CORE = (
    "\x80-\x9f\xa2-\xa8\xaa\xac\xaf-\xb3\xb5\xb6\xb8-\xba\xbc-\xbe\xc0-\xfc\u0100-\u0107\u010c-\u0113"
    "\u0116-\u011b\u011e\u011f\u0122\u0123\u012a\u012b\u012f\u0130\u0136\u0137\u0139-\u013e\u0141-\u0143\u0145"
    "\u0147\u014c\u0150\u0152\u0153\u0155\u0158\u015a\u015b\u015e-\u0162\u0164\u0165\u016a\u016e\u0170\u0172"
    "\u0178-\u017e\u0192\u02c6\u02c7\u02d8\u02db\u02dc\u0386\u0388-\u038a\u038c\u038e\u038f\u0391-\u03c9"
    "\u0401-\u045f\u0490\u0491\u2020\u2021\u2030\u2044\u20a7\u20ac\u2116\u2202\u2206\u220f\u2211\u221a\u221e"
    "\u2229\u222b\u2248\u2260\u2261\u2264\u2265\u2310\u2502\u250c\u2510\u2518\u251c\u2524\u252c\u253c"
    "\u2550-\u256c\u2580\u2584\u2588\u258c\u2590-\u2593\u25ca\ufb01\ufb02\ufffd"
)

_CP1252 = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")  # € ‚ ƒ „ …: what Windows shows for 0x80-0x9F
# The first two bytes of a character in UTF-8, read one by one: as Latin-1, as Greek or as Cyrillic.
PAIR = re.compile(f"[\xc2-\xf4\u0391-\u03c9\u0410-\u044f][\x80-\xbf{_CP1252}]")
UNMISTAKABLE = re.compile("[ÂÃâï]")  # leads of Latin-1 letters and of U+2000-2FFF and U+F000-FFFF: one pair is enough
ACCENTS = re.compile("[\xc0-\xff]{2}")  # a good repair leaves no two of them side by side
HIGH = re.compile("[\xa1-\xff]")
GBK_RUN = re.compile("[\xa1-\xff]{4,}")  # two characters of GBK at least, read as Latin-1
FOREIGN_RUN = re.compile("[\x80-\U0010ffff]+")
PLAUSIBLE = 0.6  # share of common characters; Chinese that was read rightly has about 0.98

# A character of U+3000-9FFF, read as Latin-1. Not after a letter: « café » with no-break spaces is no 頻.
REST = re.compile("[\xe3-\xe9](?<![A-Za-z\xc0-\xff].)[\x80-\xbf]{2}")

FILLERS = {  # damage that cannot be undone: the bytes are gone
    "锟斤拷": "two U+FFFD written in UTF-8 and read as GBK",
    "烫烫烫": "stack memory of a debug build, CC CC CC, read as GBK",
    "屯屯屯": "heap memory of a debug build, CD CD CD, read as GBK",
}
FILLER_RUN = re.compile("(?:锟斤拷)+|烫{3,}|屯{3,}")


@cache
def common() -> frozenset[str]:
    """Frequent characters of Chinese text: level 1 of GB 2312, ordered by use in 1980, with its signs and full-width forms.

    >>> "的" in common(), "，" in common(), "鑄" in common()
    (True, True, False)
    """
    rows = [0xA1, 0xA3, *range(0xB0, 0xD8)]
    table = bytes(byte for row in rows for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return frozenset(table.decode("gb2312", "ignore"))


def plausible(text: str) -> float:
    """The share of common characters, 0 for nothing."""
    return sum(char in common() for char in text) / len(text) if text else 0.0


def finished(line: str) -> str:
    """A line that was repaired, with the Chinese that looked innocent: å¹´ for 年 offends no rule by itself.

    >>> finished("2020å¹´1—11月")
    '2020年1—11月'
    """
    return REST.sub(lambda hit: _plausibly(hit[0].encode("latin-1"), "utf-8") or hit[0], line)


def gbk_of(run: str) -> str | None:
    """GBK that was read as Latin-1, read again; None where it is no plausible Chinese.

    >>> gbk_of("ÖÐ¹úÈËÃñ")
    '中国人民'
    """
    return _plausibly(run.encode("latin-1", "replace"), "gb18030")


def holds_gbk(run: str) -> bool:
    """True where the run is GBK read as Latin-1, even if its first or last half character is missing.

    >>> holds_gbk("Ð¹úÈËÃñ")
    True
    """
    data = run.encode("latin-1", "replace")
    halves = (data[at : at + (len(data) - at) // 2 * 2] for at in (0, 1))
    return any(_plausibly(half, "gb18030") for half in halves)


def utf8_of(run: str) -> str | None:
    """UTF-8 that was read as GBK, read again; None where that is not certain.

    >>> utf8_of("涓浗")
    >>> utf8_of("浜烘皯鏃ユ姤")
    '人民日报'
    """
    try:
        data = run.encode("gb18030")
    except UnicodeEncodeError:
        return None
    again = _plausibly(data, "utf-8")
    return again if again and len(again) > 1 and plausible(again) > plausible(run) else None


def _plausibly(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if plausible(text) >= PLAUSIBLE else None
