"""Paragraphs that a page or column break cut in two become one again; hard-wrapped text only on request.

Runs after `splice` and belongs to it: without it the half sentence of one article may be glued to the next headline.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar
from unicodedata import east_asian_width

from cleaner.document import Certainty, Document, Finding
from cleaner.text.furniture import closed, line_kind, list_item
from cleaner.text.segment import Span, paragraphs

HEADING = 40  # code points: a line that is no longer and has no end mark reads as a heading
CONTINUES = (
    "，、—（《“‘,"  # marks after which a sentence goes on; NOT here: ： and ；, which introduce or end list items
)
SPEAKER = re.compile("[^：:。，]{1,8}[：:]")
FEW, CARELESS = 2, 0.1  # long paragraphs without an end mark, and their share: more is a habit, not a page break
NARROWEST = 20  # cells of a hard-wrapped line; verse is narrower
RAGGED = 2  # cells by which hard-wrapped lines differ
_NEVER_WRAPPED = re.compile("^[ \t　|>#]|[\t|{}]", re.MULTILINE)  # indents, tables, quotations, code


@dataclass(frozen=True, slots=True)
class Rejoin:
    """Join a paragraph that ends inside a sentence with its rest behind the break.

    shortest  code points of the part before the break, and of the part after it unless that ends a sentence
    unwrap    join hard-wrapped lines too

    >>> cut = "河水向东流" * 12
    >>> for raw in (f"{cut}\\n\\n入海去了。\\n", f"{cut}\\n\\n1. 船。\\n", "\\n".join([cut[:20]] * 3)):
    ...     print(*(f.rule for f in Rejoin(unwrap=True)(Document.of(raw))))
    rejoin.line
    rejoin.open-end
    rejoin.unwrap rejoin.unwrap
    """

    shortest: int = 60
    unwrap: bool = False
    name: ClassVar[str] = "rejoin"
    rules: ClassVar[Mapping[str, str]] = {
        "rejoin.line": "joins a paragraph that ends inside a sentence with the one behind the break",
        "rejoin.open-end": "flags a long paragraph that ends inside a sentence, where what follows is no clear rest",
        "rejoin.unwrap": "joins the lines of a hard-wrapped block (with the setting `unwrap`)",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        """Joins and flags. Nothing where a suspected piece of another article lies in or between the two."""
        wrapped = list(_wrapped(doc.text)) if self.unwrap else []
        for start, end, evidence in wrapped:
            yield Finding(start, end, "rejoin.unwrap", _glue(doc.text[start - 1], doc.text[end]), evidence=evidence)
        done = {start for start, _, _ in wrapped}
        careless = self._careless(doc.text)
        suspects = [(f.start, f.end) for f in doc.findings if _suspect(f)]
        back = doc.change.mapper(back=True)
        for before, after in pairwise(paragraphs(doc.text)):
            one, other = doc.text[before.start : before.end], doc.text[after.start : after.end]
            if before.end in done or not self._open(one) or not self._rest(other):
                continue
            hull = back(before.start, after.end)
            if any(start < hull[1] and end > hull[0] for start, end in suspects):
                continue
            yield _found(before, after, one, other, careless)

    def _careless(self, text: str) -> bool:
        """Its author leaves out end marks: then a missing one proves nothing."""
        long = [text[start:end] for start, end in paragraphs(text) if end - start >= self.shortest]
        bare = sum(map(self._open, long))
        return bare > FEW and bare > CARELESS * len(long)

    def _open(self, text: str) -> bool:
        """Condition 1: long, and ends inside a sentence."""
        return len(text) >= self.shortest and (text[-1].isalnum() or text[-1] in CONTINUES)

    def _rest(self, text: str) -> bool:
        """Condition 2: long too, or the end of a sentence."""
        return len(text) >= self.shortest or closed(text)


def _suspect(finding: Finding) -> bool:
    return finding.rule.startswith("splice.") and not finding.applied


def _found(before: Span, after: Span, one: str, other: str, careless: bool) -> Finding:
    """A join, or a flag where the texts do not look like two halves."""
    evidence: dict[str, Any] = {"ends": one[-12:], "begins": other[:12]}
    why = _stands_alone(one) or _stands_alone(other) or _no_continuation(one, other)
    if why or careless:
        evidence["held_back"] = why or "many paragraphs of this text end without a mark"
        return Finding(before.start, before.end, "rejoin.open-end", None, Certainty.SUSPECT, evidence)
    return Finding(before.end, after.start, "rejoin.line", _glue(one[-1], other[0]), evidence=evidence)


def _stands_alone(text: str) -> str:
    """Conditions 3 and 4: what a paragraph is that is no half of another one."""
    if kind := line_kind(text):
        return f"a {kind} line"
    if list_item(text):
        return "a list item"
    if SPEAKER.match(text):
        return "a speaker's turn"
    return "a heading" if len(text) <= HEADING and not closed(text) else ""


def _no_continuation(one: str, other: str) -> str:
    """Where a script has small letters the rest of a sentence begins with one; nowhere does it begin with a figure."""
    if other[0].islower():
        return ""
    if not other[0].isalpha():
        return "begins with a figure or a mark"
    return "begins with a capital letter" if _spaced(other[0]) else ""


def _spaced(letter: str) -> bool:
    """Of a script that writes spaces between words."""
    return letter.isalnum() and east_asian_width(letter) not in "WF"


def _glue(left: str, right: str) -> str:
    return " " if (_spaced(left) or left == ",") and _spaced(right) else ""


def _wrapped(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The breaks inside hard-wrapped blocks: where they start and end, and what was measured."""
    for block in re.finditer("(?:[^\n]+\n){2,}[^\n]+", text):
        lines = block[0].split("\n")
        if not _NEVER_WRAPPED.search(block[0]) and (evidence := _measured(lines)):
            at = block.start()
            for line in lines[:-1]:
                at += len(line)
                yield at, at + 1, evidence
                at += 1


def _measured(lines: Sequence[str]) -> dict[str, Any] | None:
    """Width of a block and shares of its lines, None where one of them speaks against a hard wrap."""
    widths = sorted(sum(1 + (east_asian_width(letter) in "WF") for letter in line) for line in lines[:-1])
    fits = [sum(abs(width - other) <= RAGGED for other in widths) for width in widths]
    share = max(fits) / len(widths)
    width = widths[fits.index(max(fits))]
    inside = sum(line[-1].isalnum() for line in lines[:-1]) / len(widths)
    listed = sum(map(list_item, lines)) / len(lines)
    if width < NARROWEST or share < 0.8 or 3 * inside < 1 or listed >= 0.3:
        return None
    return {"width": width, "even": round(share, 2), "open": round(inside, 2), "listed": round(listed, 2)}
