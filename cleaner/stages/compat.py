"""Characters that stand for other characters: radicals, ligatures, half-width kana. Leaves ①, ½, ³, ㎡ and ℃ alone."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit
from cleaner.text.compat import KANA, KANA_LETTERS, LIGATURES, RADICALS, RADICALS_KEPT

ANYTHING = re.compile(f"[\u2e80-\u2ef3\u2f00-\u2fd5\ufb00-\ufb06{KANA}]")
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
            kept = [Edit(*hit.span()) for hit in KEPT.finditer(text)]
            yield from Finding.bulk("compat.radical-kept", kept, Certainty.SUSPECT, flag=True)
        if self.ligatures == "split":
            yield from Finding.bulk("compat.ligature", _mapped(LIGATURE, LIGATURES, text))
        if self.kana == "full":
            runs = (run for run in KANA_RUN.finditer(text) if _word(run[0]))
            yield from Finding.bulk(
                "compat.kana", [Edit(*run.span(), unicodedata.normalize("NFKC", run[0])) for run in runs]
            )


def _word(run: str) -> bool:
    """A run of half-width kana that spells something."""
    return bool(TWO_LETTERS.search(run)) and not MOST_SOUND_MARKS.search(run)


def _mapped(pattern: re.Pattern[str], table: Mapping[str, str], text: str) -> list[Edit]:
    return [Edit(*hit.span(), "".join(table[char] for char in hit[0])) for hit in pattern.finditer(text)]
