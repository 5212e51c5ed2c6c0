"""Which script a whole text is written in, by counting characters. Converts nothing; says nothing about one line.

Line by line 44 lines of twelve Japanese files would be taken for Chinese: a heading has no kana.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Label = Literal["zh-Hans", "zh-Hant", "mixed", "neutral", "ja", "ko"]

KANA, HANGUL = ("\u3041", "\u30ff"), ("\uac00", "\ud7a3")
FOREIGN = 0.05  # part of the letters; Chinese that quotes a Japanese title stays under it
JAPANESE_FORMS = 0.01  # part of the Han; none of 1,949 Chinese blocks reaches it
MOSTLY = 0.8  # part of the one-sided characters; between this and 1 - this the text is mixed


@dataclass(frozen=True, slots=True)
class Script:
    """The script of a text and the counts it was read from.

    han, kana, hangul        letters of each kind
    traditional, simplified  Han that only this script writes
    japanese                 Han that only Japan writes
    """

    label: Label
    han: int
    kana: int
    hangul: int
    traditional: int
    simplified: int
    japanese: int


def script_of(text: str) -> Script:
    """The script of a whole text.

    >>> [script_of(text).label for text in ("汉语语料", "漢語語料", "これは日本語です", "人口三千")]
    ['zh-Hans', 'zh-Hant', 'ja', 'neutral']
    """
    counts = Counter(text)
    han = sum(n for char, n in counts.items() if _han(char))
    kana, hangul = (sum(n for char, n in counts.items() if low <= char <= high) for low, high in (KANA, HANGUL))
    traditional, simplified, japanese = (sum(counts[char] for char in counts.keys() & only) for only in one_sided())
    label = _label(han, kana, hangul, traditional, simplified, japanese)
    return Script(label, han, kana, hangul, traditional, simplified, japanese)


@cache
def one_sided() -> tuple[frozenset[str], ...]:
    """Characters of one script only: traditional, simplified, Japanese. Made by scripts/build_script_table.py."""
    table = files("cleaner.text").joinpath("script_table.txt").read_text(encoding="utf-8")
    traditional, simplified, japanese = table.rstrip("\n").split("\n")
    return frozenset(traditional), frozenset(simplified), frozenset(japanese)


def _label(han: int, kana: int, hangul: int, traditional: int, simplified: int, japanese: int) -> Label:
    letters = han + kana + hangul
    if kana and kana >= FOREIGN * letters:
        return "ja"
    if hangul and hangul >= FOREIGN * letters:
        return "ko"
    if japanese and japanese >= JAPANESE_FORMS * han:
        return "ja"
    if not traditional + simplified:
        return "neutral"
    share = traditional / (traditional + simplified)
    if share > MOSTLY:
        return "zh-Hant"
    return "zh-Hans" if share < 1 - MOSTLY else "mixed"


def _han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"
