"""Characters that look like other characters: radicals, ligatures, half-width kana, full-width ASCII, and what NFC changes.

Facts of Unicode only; which of them a text should lose is said in the stages `compat`, `width` and `compose`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

FIRST_SUPPLEMENT, LAST_SUPPLEMENT = 0x2E80, 0x2EF3
# From U+2E81 on, without the unassigned U+2E9A, one target a radical: the property EquivalentUnifiedIdeograph of the
# Unicode character database, which Python does not carry; NFKC knows only two of these. `.` where the target lies outside
# U+4E00-9FFF: fonts lack those characters, so the radical is the better reading.
_SUPPLEMENT = (
    "厂乛乚乙亻冂.刀刂卜.小小兀尣尢.巳幺彑彐忄心扌攵"  # 2E81-2E99
    "旡日月歺母民氵氺灬爫爫丬牛犭王.目示礻.糹纟罓罒.冗.羊..耂肀聿肉."  # 2E9B-2EBD
    "艹艹艹虎衤覀西见角.讠贝.车辶辶辶邑钅長镸长门.阝雨青韦页风飞食.飠饣."  # 2EBE-2EE1
    "马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"  # 2EE2-2EF3
)
_SUPPLEMENT_CODES = [code for code in range(0x2E81, LAST_SUPPLEMENT + 1) if code != 0x2E9A]
RADICALS = {
    **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{chr(code): to for code, to in zip(_SUPPLEMENT_CODES, _SUPPLEMENT, strict=True) if to != "."},
}
RADICALS_KEPT = "".join(
    chr(code) for code in range(FIRST_SUPPLEMENT, LAST_SUPPLEMENT + 1) if chr(code) not in RADICALS and code != 0x2E9A
)
LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}

FULL_DIGITS, FULL_LETTERS = "\uff10-\uff19", "\uff21-\uff3a\uff41-\uff5a"
TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # what `str.translate` wants

KANA_LETTERS, KANA = "\uff66-\uff9d", "\uff66-\uff9f"  # half-width; U+FF9E and U+FF9F are the two sound marks

# Every character that NFC changes on its own lies in one of these blocks: letters with a decomposition that may not be
# composed again, signs that Unicode holds twice, and compatibility ideographs.
CHANGED_ALONE = (
    "\u0340-\u0344\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0fb9\u1f71-\u1ffd"
    "\u2000\u2001\u2126-\u212b\u2329\u232a\u2adc\uf900-\ufad9\ufb1d-\ufb4e"
    "\U0001d15e-\U0001d164\U0001d1bb-\U0001d1c0\U0002f800-\U0002fa1d"
)
COMPAT_IDEOGRAPHS = "\uf900-\ufad9\U0002f800-\U0002fa1d"
# Class 0, and yet they compose with what stands before them: vowel signs of Indic scripts, jamo of Hangul.
_COMPOSING = (
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2"
    "\u1b35\U00011127\U0001133e\U00011357\U000113b8\U000113bb\U000113c2\U000113c5\U000113c7-\U000113c9\U000114b0\U000114ba"
    "\U000114bd\U000115af\U00011930\U0001611e-\U00016120\U00016129\U00016d67"
)
ASTRAL = "\U00010000-\U0010ffff"
ASTRAL_MARKS = "\U000101fd-\U0001e94a"  # every mark of the upper planes, no emoji, no ideograph


@cache
def marks() -> str:
    """The inside of a regex class: all characters with a combining class, those of the upper planes as one wide range.

    Written out, they would slow a search thirtyfold; whoever finds one of the range looks again.
    """
    return _ranges(code for code in range(0x300, 0x10000) if unicodedata.combining(chr(code))) + ASTRAL_MARKS


@cache
def continuing() -> re.Pattern[str]:
    """A character in front of which a text must not be cut for NFC, with those that follow it."""
    astral = _ranges(code for code in range(0x10000, 0x1F000) if unicodedata.combining(chr(code)))
    basic = _ranges(code for code in range(0x300, 0x10000) if unicodedata.combining(chr(code)))
    return re.compile(f"[{CHANGED_ALONE}][{basic}{astral}{_COMPOSING}]*|[^\n]?[{basic}{astral}{_COMPOSING}]+")


@cache
def combining_runs() -> re.Pattern[str]:
    """Runs of characters that NFC may have to sort: combining class above 0."""
    codes = [code for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))]
    return re.compile(f"[{_ranges(codes)}]+")


@cache
def unassigned() -> str:
    """The inside of a regex class: what this Python's Unicode holds no character for, in the first plane."""
    return _ranges(code for code in range(0x10000) if unicodedata.category(chr(code)) == "Cn")


def _ranges(codes: Iterable[int]) -> str:
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)
