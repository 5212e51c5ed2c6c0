"""Characters that stand for other characters: radicals, ligatures, half-width kana. Leaves ①, ½, ³, ㎡ and ℃ alone."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Document, Finding
from cleaner.text.change import Edit, places
from cleaner.text.signs import Signs

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
_BLOCK = map(chr, range(FIRST_SUPPLEMENT, LAST_SUPPLEMENT + 1))
RADICALS_KEPT = "".join(char for char in _BLOCK if char not in RADICALS and char != "\u2e9a")
LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
KANA_LETTERS, KANA = "\uff66-\uff9d", "\uff66-\uff9f"  # half-width; U+FF9E and U+FF9F are the two sound marks

MAPPED = f"\u2e80-\u2ef3\u2f00-\u2fd5\ufb00-\ufb06{KANA}"
ANYTHING = re.compile(f"[{MAPPED}]")
RADICAL = re.compile(f"[{''.join(RADICALS)}]+")
KEPT = re.compile(f"[{RADICALS_KEPT}]")
LIGATURE = re.compile(f"[{''.join(LIGATURES)}]+")
KANA_RUN = re.compile(f"[{KANA_LETTERS}][{KANA}]+")
TWO_LETTERS = re.compile(f"[{KANA_LETTERS}][{KANA}]*?[{KANA_LETTERS}]")
MOST_SOUND_MARKS = re.compile("[ﾞﾟ]{2}")  # no syllable has two: decoration, or an attack


@dataclass(frozen=True, slots=True)
class Compat:
    """Map characters that only a font or an old code page tells from the ones that people type.

    PDF text holds ⼈ (a radical, U+2F08) for 人 and ﬁ for fi; old Japanese terminals wrote ｶﾅ. No dictionary and no rule
    finds them. A lone ﾟ or ｡ is left: it belongs to a face such as (ﾟДﾟ).

    radicals   those whose ideograph lies outside U+4E00-9FFF stay and are flagged

    >>> [f.edits[0].text for f in Compat()(Document.of("⼈民 ﬁne ｶﾞｲﾄﾞ"))]
    ['人', 'fi', 'ガイド']
    >>> for raw in ("⼈", "⺀", "ﬁ", "ｶﾅ"):
    ...     print(*(f.rule for f in Compat()(Document.of(raw))))
    compat.radical
    compat.radical-kept
    compat.ligature
    compat.kana
    """

    radicals: Literal["map", "keep"] = "map"
    ligatures: Literal["split", "keep"] = "split"
    kana: Literal["full", "keep"] = "full"
    name: ClassVar[str] = "compat"
    wakes: ClassVar[Signs] = Signs(((MAPPED,),))
    rules: ClassVar[Mapping[str, str]] = {
        "compat.radical": "turns Kangxi radicals and CJK radicals into the ideographs they stand for",
        "compat.radical-kept": "flags radicals without a common ideograph",
        "compat.ligature": "splits Latin ligatures such as ﬁ",
        "compat.kana": "turns half-width kana into full-width kana, two letters or more in a row",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if text.isascii() or not ANYTHING.search(text):
            return
        if self.radicals == "map":
            yield from Finding.bulk("compat.radical", _mapped(RADICAL, RADICALS, text))
            yield from Finding.flags("compat.radical-kept", places(KEPT, text))
        if self.ligatures == "split":
            yield from Finding.bulk("compat.ligature", _mapped(LIGATURE, LIGATURES, text))
        if self.kana == "full":
            found = KANA_RUN.finditer(text)
            runs = (run for run in found if TWO_LETTERS.search(run[0]) and not MOST_SOUND_MARKS.search(run[0]))
            edits = [Edit(*run.span(), unicodedata.normalize("NFKC", run[0])) for run in runs]
            yield from Finding.bulk("compat.kana", edits)


def _mapped(pattern: re.Pattern[str], table: Mapping[str, str], text: str) -> list[Edit]:
    return [Edit(*hit.span(), "".join(table[char] for char in hit[0])) for hit in pattern.finditer(text)]
