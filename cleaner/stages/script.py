"""Traditional to simplified Chinese and back, only where asked for. Needs the package opencc; cleaning does not."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import groupby
from typing import ClassVar, Literal, NamedTuple, cast

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit
from cleaner.text.errors import ChangeError, ConfigError
from cleaner.text.signs import Signs

Label = Literal["zh-Hans", "zh-Hant", "mixed", "neutral", "ja", "ko"]

HAN = ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff")
KANA, HANGUL = (("\u3041", "\u30ff"),), (("\uac00", "\ud7a3"),)
FOREIGN = 0.05  # part of the letters; Chinese that quotes a Japanese title stays under it
JAPANESE_FORMS = 0.01  # part of the Han; none of 1,949 Chinese blocks reaches it
MOSTLY = 0.8  # part of the one-sided characters; between this and 1 - this the text is mixed

CONFIGS = {  # variant: (script it is made from, OpenCC configuration)
    "zh-Hans": ("zh-Hant", "t2s"),
    "zh-Hant": ("zh-Hans", "s2t"),
    "zh-TW": ("zh-Hans", "s2tw"),
    "zh-HK": ("zh-Hans", "s2hk"),
    "s2twp": ("zh-Hans", "s2twp"),  # these replace words too, 软件 by 軟體: only by their own name
    "s2hkp": ("zh-Hans", "s2hkp"),
    "tw2sp": ("zh-Hant", "tw2sp"),
    "hk2sp": ("zh-Hant", "hk2sp"),
}
# 著 as a particle is 着 in simplified text, which only tw2s knows; but tw2s also makes 卓着 of 卓著. After a verb of sense,
# motion or posture it is the particle.
PARTICLE = re.compile("[看望盯聽跟隨沿順朝向對帶拿抱背拉推站坐躺走跑等想說笑哭唱穿戴掛藏意懷有接試活睡忙]著")
CLAUSE_END = re.compile("([，。；：！？、…\n]+)")  # no word of the dictionaries reaches across one


@dataclass(frozen=True, slots=True)
class Script:
    """Write a document in the other script of Chinese. Off by default: this changes wording, it cleans nothing.

    A corpus in two scripts holds each word twice. Only a document that as a whole is in the other script is converted;
    `mixed`, `neutral`, Japanese and Korean stay: 新製品 would become 新制品. Converting simplified text to simplified
    would spoil names.

    >>> [f.edits for f in Script("zh-Hans")(Document.of("漢字很難。"))]
    [(Edit(start=0, end=1, text='汉'), Edit(start=3, end=4, text='难'))]
    >>> [f.rule for f in Script("zh-Hans")(Document.of("漢字很難。"))]
    ['script.variant']
    """

    variant: Literal["off", "zh-Hans", "zh-Hant", "zh-TW", "zh-HK", "s2twp", "s2hkp", "tw2sp", "hk2sp"] = "off"
    name: ClassVar[str] = "script"
    rules: ClassVar[Mapping[str, str]] = {
        "script.variant": "writes a document of the other script in the script asked for; off by default",
    }

    def __post_init__(self) -> None:
        if self.variant != "off" and find_spec("opencc") is None:
            raise ConfigError(f"script: variant = {self.variant!r} needs the package opencc; pip install opencc")

    @property
    def wakes(self) -> Signs | None:
        """It counts characters of every text, or none."""
        return Signs() if self.variant == "off" else None

    def __call__(self, doc: Document) -> Iterator[Finding]:
        if self.variant == "off" or doc.text.isascii():
            return
        wanted, config = CONFIGS[self.variant]
        letters = script_of(doc.text)
        if letters.label != wanted:
            return
        if config == "t2s" and PARTICLE.search(doc.text):
            config = "tw2s"
        edits = list(_differences(doc.text, converter(config)(doc.text)))
        evidence = {"config": config, **letters._asdict()}
        yield from Finding.bulk("script.variant", edits, Certainty.LIKELY, evidence=evidence)


@cache
def converter(config: str) -> Callable[[str], str]:
    """One converter for each configuration and process: its dictionaries take a moment to load."""
    from opencc import OpenCC

    return cast("Callable[[str], str]", OpenCC(config).convert)


def _differences(text: str, converted: str) -> Iterator[Edit]:
    """Where they differ, clause by clause: a clause that kept its length character by character, another as a whole."""
    old, new = CLAUSE_END.split(text), CLAUSE_END.split(converted)
    if len(old) != len(new):
        raise ChangeError(
            f"a text of {len(old)} clauses was converted to {len(new)}; no clause can be told from another"
        )
    at = 0
    for before, after in zip(old, new, strict=True):
        if len(before) == len(after):
            yield from _runs(at, before, after)
        elif before != after:
            yield Edit(at, at + len(before), after)
        at += len(before)


def _runs(at: int, old: str, new: str) -> Iterator[Edit]:
    """One edit for each run of characters that differ."""
    for differs, run in groupby(range(len(old)), lambda i: old[i] != new[i]):
        if differs:
            places = list(run)
            yield Edit(at + places[0], at + places[-1] + 1, new[places[0] : places[-1] + 1])


class Letters(NamedTuple):
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


def script_of(text: str) -> Letters:
    """The script of a whole text. Nothing is said of one line: a heading in Japanese has no kana.

    >>> [script_of(text).label for text in ("汉语语料", "漢語語料", "これは日本語です", "人口三千")]
    ['zh-Hans', 'zh-Hant', 'ja', 'neutral']
    """
    counts = Counter(text)
    han, kana, hangul = (
        sum(n for char, n in counts.items() if any(low <= char <= high for low, high in spans))
        for spans in (HAN, KANA, HANGUL)
    )
    traditional, simplified, japanese = (sum(counts[char] for char in counts.keys() & only) for only in one_sided())
    counted = han, kana, hangul, traditional, simplified, japanese
    return Letters(_label(*counted), *counted)


@cache
def one_sided() -> tuple[frozenset[str], ...]:
    """Characters of one script only: traditional, simplified, Japanese. Made by scripts/build_script_table.py."""
    table = files("cleaner.stages").joinpath("script_table.txt").read_text(encoding="utf-8")
    return tuple(map(frozenset, table.rstrip("\n").split("\n")))


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
