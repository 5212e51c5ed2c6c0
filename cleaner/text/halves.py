"""Whether two paragraphs are the halves of one that a page or a column broke, and why. Knows no blocks and joins nothing.

Scripts with small letters tell by themselves: the rest of a sentence begins with one. Chinese, Japanese and Korean do not; there
the letters at the seam are held against those that end and begin sentences. No other script is ever joined.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from cleaner.text.furniture import lexicon
from cleaner.text.paragraphs import SPEAKER, stands_alone

LOOKED_AT = 400  # code points of a half that say what kind of line it is
LONGEST_TITLE = 160  # code points, with the names of those who issued it
LAST_WORDS = 40  # code points in which a last word is looked for
CUT, CUT_AT_PAGE = 0.5, -1.5  # nats by which a seam of Chinese has to look cut, and beside the mark of a page
SEEN, MOST_SEEN = 1.5, 2  # nats for the pair of the seam elsewhere in the text, and how often it counts

# The letters before and behind a break inside a Japanese sentence, where no kanji stand on both sides.
JA_OPEN = "をがにはでとのへもやてしりくけせっゃゅょー、"  # NOT here: た だ る す い う ね よ か, which end sentences
JA_RESTS = "をにがのるすたれらりっゃゅょんーッャュョァィゥェォン"  # NOT here: は で と も こ そ あ し, with which sentences begin
# Syllables of particles and of verbs that go on, at the end of a Korean word. NOT here: 다 요 까 죠 음 함, which end sentences.
KO_OPEN = "은는이가을를에의와과로도만고며서면지게한된할될던인"
# Chinese that ends a sentence though nobody wrote a mark: particles of speech.
ZH_FINAL = "吗嗎呢吧啊呀哦嘛啦哈喔呵嘿喽了"

_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_IS_HAN = re.compile(f"[{_HAN}]")
_IS_KANA = re.compile("[\u3041-\u30ff]")
_IS_HANGUL = re.compile("[\uac00-\ud7a3]")
_CASELESS = re.compile(
    "[\u10d0-\u10ff\u1c90-\u1cbf]"
)  # Georgian: small letters by the book of Unicode, and no capitals in prose
_HAN_ALONE = re.compile(f"[{_HAN}](?:[ 　]+[{_HAN}])")
_MARKS = re.compile("[，。、；：！？,.;:!?…]")
_ADDRESS = re.compile("(?:https?://|www[.]|[A-Za-z0-9.+_-]+@)[^ ]+$")
_ROW = re.compile("\t|  |,(?=[^ ，])|;(?=[^ ])|[|]")
FEW_MARKS = 60  # code points of Chinese without any mark: names, key words, laughter, a post in haste
GAPS = 3  # spaces between Han: names, verses
TITLE_WORDS, TITLE_CASE = 3, 0.7  # of so many words of four letters or more, this share with a capital
NOT_FIRST = frozenset(
    "。，、；！？）」』》】％"
)  # of Chinese and Japanese; the signs of other scripts begin items and figures
OPEN, WHOLE = frozenset("，、—（《“‘"), frozenset("。！？…")
ALIKE = 3  # characters with which both halves begin: items
ROW_SIGNS = 3


class Halves(NamedTuple):
    """Whether two paragraphs are one, and why or why not, in words."""

    joined: bool
    why: str


def halves(one: str, other: str, text: str, *, page: bool) -> Halves:
    """Whether `one`, which ends open, goes on in `other`.

    text  in which they stand
    page  the mark of a page, or a foreign piece, stood between the two

    >>> halves("The ferry had left the inner harbour when the captain decided to", "turn back along the buoys.", "", page=False)
    Halves(joined=True, why='ends inside a sentence, goes on with a small letter')
    """
    if why := _of_a_kind(one, other) or alone(one) or alone(other) or _speaker(other):
        return Halves(False, why)
    first = other[0]
    if first in NOT_FIRST:
        return Halves(True, "goes on with a mark that begins no paragraph")
    if not first.isalpha():
        return Halves(False, "begins with a figure or a mark")
    if _IS_HANGUL.match(first):
        return _korean(one)
    if _IS_HAN.match(first) or _IS_KANA.match(first):
        japanese = any(_IS_KANA.search(part) for part in (one[-40:], other[:40]))
        return _japanese(one, other) if japanese else _chinese(one, other, text, page)
    if _CASELESS.match(first) or not (first.isupper() or first.islower()):
        return Halves(False, "its script has no small letters that would tell")
    return (
        Halves(True, "ends inside a sentence, goes on with a small letter")
        if first.islower()
        else Halves(False, "begins with a capital letter")
    )


def alone(text: str) -> str:
    """What a paragraph is that is no half of another one; nothing where it may be one."""
    if kind := _kind(text):
        return kind
    if _ADDRESS.search(text[-LOOKED_AT:]):
        return "ends with an address"
    if _title_case(text):
        return "a title"
    if _IS_HAN.search(text[:LOOKED_AT]) and (why := _unmarked(text)):
        return why
    return "" if _speaker(text) else stands_alone(text)


def _speaker(text: str) -> str:
    """A turn, which a page may cut as well; but its rest is no other turn."""
    return "a speaker's turn" if SPEAKER.match(text) else ""


def _kind(text: str) -> str:
    """Words of titles, credits and posts, one table a language."""
    groups = lexicon()
    if len(text) <= LONGEST_TITLE and groups["title"].match(text):
        return "a title"
    if groups["credit"].match(text[:LOOKED_AT]):
        return "a caption or a credit"
    return "a post" if groups["post"].match(text) else ""


def _title_case(text: str) -> bool:
    """Most of its longer words begin with a capital."""
    words = [word for word in text[:LOOKED_AT].split() if len(word) > 3 and word[0].isupper() | word[0].islower()]
    return len(words) >= TITLE_WORDS and sum(word[0].isupper() for word in words) >= TITLE_CASE * len(words)


def _unmarked(text: str) -> str:
    """Chinese without a comma: its author breaks off without a stop as well."""
    if len(_HAN_ALONE.findall(text[:LOOKED_AT])) >= GAPS:
        return "names or words between spaces"
    if len(text) >= FEW_MARKS and not _MARKS.search(text[:LOOKED_AT]):
        return "a line without any mark"
    return ""


def _of_a_kind(one: str, other: str) -> str:
    """Two of a list, or two rows: a rest does not look like its beginning."""
    if one[:ALIKE] == other[:ALIKE]:
        return "both begin alike"
    signs = _ROW.findall(one)
    if len(signs) >= ROW_SIGNS and signs == _ROW.findall(other):
        return "both are rows"
    return ""


def _korean(one: str) -> Halves:
    if one[-1] in KO_OPEN or one[-1] in ",":
        return Halves(True, "ends with a particle or a verb that goes on")
    return Halves(False, "may end a sentence")


def _japanese(one: str, other: str) -> Halves:
    if one[-1] in JA_OPEN:
        return Halves(True, "ends with a particle or a verb that goes on")
    if other[0] in JA_RESTS:
        return Halves(True, "goes on inside a word or with a particle")
    return Halves(False, "may end a sentence")


def _chinese(one: str, other: str, text: str, page: bool) -> Halves:
    if one[-1] in OPEN:
        whole = one[-2:-1] in WHOLE  # 。“, where a quotation mark that closes was typed as one that opens
        return Halves(not whole, "ends a sentence" if whole else "ends with a mark inside a sentence")
    if one[-1] in ZH_FINAL:
        return Halves(False, "ends as speech ends")
    if cut_score(one, other, text) < (CUT_AT_PAGE if page else CUT):
        return Halves(False, "may end a sentence, and the other may begin one")
    return Halves(True, "the letters at the break seldom end or begin a sentence")


def cut_score(one: str, other: str, text: str) -> float:
    """How much the seam of two Chinese paragraphs looks like one inside a sentence, in nats.

    >>> cut_score("深圳经济在全国的一线城市中率先实现扭", "负为正", "") > 1 > cut_score("主席发表重要讲话", "本台消息", "")
    True
    """
    ends, begins = _scores()
    seen = min(text.count(one[-1] + other[0]), MOST_SEEN)
    return ends.get(one[-1], 0.0) + begins.get(other[0], 0.0) + SEEN * seen


@cache
def _scores() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Of characters at the end and at the start of a sentence; what is not in it is as frequent there as elsewhere."""
    table = json.loads(resources.files("cleaner.text").joinpath("seams.json").read_text(encoding="utf-8"))
    ends, begins = (
        {char: float(score) for score, chars in table[place].items() for char in chars} for place in ("ends", "begins")
    )
    return ends, begins


def leads_on(text: str) -> bool:
    """It certainly ends inside a sentence: with a word that none ends with."""
    return lexicon()["open"].search(text[-LAST_WORDS:]) is not None
