"""Lines that a page says about its articles: jump lines, end bylines, datelines, labels, captions.

The words are data, see `cleaner.text.furniture`; this room only knows what each kind of line proves.
"""

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from cleaner.stages.splice.units import Paragraph
from cleaner.text.furniture import line_kind, line_kinds

LABEL = {True: 12, False: 30}  # by script: the longest line without an end mark that may be a page label
OWN = 3  # a jump line among the first paragraphs is the main article's own
MANY = 3  # datelines under headlines make a round-up, and prove nothing about any one of them


class Trust(IntEnum):
    """How much a cue proves. Even NEAR_CERTAIN never removes alone: the block must hold together better than to main."""

    MEDIUM = 1
    STRONG = 2
    NEAR_CERTAIN = 3


REPEATED = "repeated paragraph"

TRUST = {
    "jump line": Trust.NEAR_CERTAIN,  # the page itself says that this is the rest of another article
    REPEATED: Trust.NEAR_CERTAIN,  # an extractor went twice over the same foreign block
    "after the end byline": Trust.STRONG,  # the article said goodbye before
    "second headline and dateline": Trust.STRONG,
    "page label": Trust.MEDIUM,  # labels also stand in the middle of an article that fills the page
    "photo caption": Trust.MEDIUM,
}


class Cue(NamedTuple):
    """A cue of a block, and the line that fired."""

    name: str
    line: str

    @property
    def trust(self) -> Trust:
        return TRUST[self.name]


def kinds(paragraphs: Sequence[Paragraph]) -> dict[int, str]:
    """What each paragraph is that is no plain text: its number → its kind. Long captions do not count: prose may begin so.

    >>> from cleaner.stages.splice.units import split
    >>> kinds(split("标题\\n（上接第1版）\\n图为会场。"))
    {1: 'continued', 2: 'caption'}
    """
    found = line_kinds([paragraph.text for paragraph in paragraphs])
    return {number: kind for number, kind in found.items() if not (kind == "caption" and paragraphs[number].long)}


def named(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], units: Sequence[int]) -> list[list[Cue]]:
    """For each unit the cues that the lines right before it give. The jump line is not among them: see `jumps`."""
    datelines = [number for number in units if lines.get(number) == "dateline" and _under_headline(paragraphs, number)]
    cues: list[list[Cue]] = []
    for number in units:
        here: list[Cue] = []
        if number in datelines and number > OWN and len(datelines) < MANY:
            here.append(Cue("second headline and dateline", paragraphs[number].text[:40]))
        for before in range(number - 1, max(number - 3, -1), -1):
            if paragraphs[before].long:
                break
            if (kind := lines.get(before)) in _NEAR:
                here.append(Cue(_NEAR[kind], paragraphs[before].text))
        cues.append(here)
    return cues


def jumps(lines: Mapping[int, str]) -> list[int]:
    """Numbers of the lines under which the rest of another article stands."""
    return [number for number, kind in lines.items() if kind == "continued" and number >= OWN]


def heading(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], number: int) -> int:
    """Where the headline above this line is, or the line itself where there is none."""
    above = number - 1
    plain = above >= 0 and above not in lines and not paragraphs[above].long and not paragraphs[above].closed
    return above if plain else number


def headline(paragraphs: Sequence[Paragraph]) -> str:
    """The line above all units, if there is one that is no line of the page."""
    first = paragraphs[0]
    return "" if first.long or line_kind(first.text) else first.text


def headed(paragraphs: Sequence[Paragraph], number: int) -> bool:
    """A line like a heading stands right above, and it is not the first line."""
    above = paragraphs[number - 1] if number > 1 else None
    return above is not None and not above.long and not above.closed and not line_kind(above.text)


def like_label(paragraph: Paragraph) -> bool:
    """Short, without any mark: it may be the name of a page."""
    return len(paragraph.text) <= LABEL[paragraph.cjk] and not _MARK.search(paragraph.text)


_NEAR = {"label": "page label", "caption": "photo caption"}
_MARK = re.compile("[。，、；：？！…,;:?!.（）()]")


def _under_headline(paragraphs: Sequence[Paragraph], number: int) -> bool:
    above = paragraphs[number - 1] if number else None
    return above is not None and not above.long and not above.closed
