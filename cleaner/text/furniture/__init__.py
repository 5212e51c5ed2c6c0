"""Lines by which a page speaks about its articles: jump lines, bylines, datelines, labels, captions, notes, list marks.

The words are data, one JSON file a language beside this one: group → reason, patterns for a `whole` line and patterns
for its `start`. Any language can add a file. This room knows words, not what they prove.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

LONGEST = 240  # code points of a line looked at: a list of reporters is the longest of them all
LINES = ("continued", "continues", "byline", "dateline", "label", "caption")  # first match counts
_OPENERS = "*＊【[（( "
_CLOSERS = "”’」』）)】》\"'"
_ENDS = tuple("。！？…!?.")
_QUOTES = {("“", "”"), ("「", "」"), ("『", "』"), ('"', '"')}


def line_kind(text: str) -> str:
    """Which group of page lines this line is of, or nothing.

    >>> line_kind("（上接第1版）"), line_kind("Pictured: the harbour"), line_kind("他说，图为会场。")
    ('continued', 'caption', '')
    """
    return line_kinds([text]).get(0, "")


def line_kinds(texts: Iterable[str]) -> dict[int, str]:
    """The same of many lines: number of the line → its group, where it is of one."""
    groups, some = lexicon(), _any().match
    return {
        number: next(group for group in LINES if groups[group].match(text, 0, LONGEST))
        for number, text in enumerate(texts)
        if some(text, 0, LONGEST)
    }


def closed(text: str) -> bool:
    """The text ends where a sentence ends.

    >>> closed("他说：“好。”"), closed("（新华社记者 某某）"), closed("经济在全国率先实现扭")
    (True, True, False)
    """
    if text.endswith(_ENDS):
        return True
    bare = text.rstrip(_CLOSERS)
    return bare.endswith(_ENDS) or (bare != text and text[-1] not in "\"'")


def list_item(text: str) -> bool:
    """It begins with the mark of a list."""
    return lexicon()["item"].match(text[:LONGEST]) is not None


def note(text: str) -> bool:
    """Words of the editors about the text or its author."""
    return lexicon()["note"].match(text[:LONGEST].lstrip(_OPENERS)) is not None


def aside(text: str) -> bool:
    """One of a list, a note or a quotation as a whole: such lines share few words with their own article."""
    return note(text) or list_item(text) or (text[0], text[-1]) in _QUOTES


def author_line(text: str) -> bool:
    """A line that says who wrote the article, as it stands under a headline; never the end byline in brackets.

    >>> author_line("岭南农业大学 覃桂花 罗守田"), author_line("By Ann Lee and Sam Ortiz"), author_line("稳增长 促改革")
    (True, True, False)
    """
    return lexicon()["author"].match(text[:LONGEST]) is not None


def site_line(text: str) -> bool:
    """A line in which a site speaks about its pages; proves nothing where it stands once.

    >>> site_line("责任编辑：本网编辑部"), site_line("Share this page"), site_line("故选：B。")
    (True, True, False)
    """
    words = lexicon()["site"].match
    return any(words(one, 0, LONGEST) for one in (text, text.lstrip(_OPENERS)))


def formula(text: str) -> bool:
    """A line that every paper of a series says by itself, as those of exams, minutes and statutes do.

    >>> formula("本法自公布之日起施行。"), formula("The motion was agreed to."), formula("首页 > 新闻")
    (True, True, False)
    """
    return lexicon()["formula"].match(text, 0, LONGEST) is not None


def part_label(text: str) -> int:
    """How long the label of a part (前言, Abstract) is that this text begins with; 0 where it begins with none."""
    found = lexicon()["part"].match(text)
    return found.end() if found else 0


@cache
def _any() -> re.Pattern[str]:
    """All of LINES in one: most lines are none of them, and one look tells."""
    return re.compile("|".join(lexicon()[group].pattern for group in LINES))


@cache
def lexicon() -> Mapping[str, re.Pattern[str]]:
    """One pattern a group, of all languages together: a Chinese page may hold an English article."""
    parts: dict[str, list[str]] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            for group, entry in json.loads(file.read_text(encoding="utf-8")).items():
                patterns = parts.setdefault(group, [])
                patterns += [f"(?:{pattern})$" for pattern in entry.get("whole", ())]
                patterns += entry.get("start", ())
    return {group: re.compile("|".join(patterns)) for group, patterns in parts.items()}
