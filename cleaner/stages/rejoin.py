"""Paragraphs that a page or column break cut in two become one again; hard-wrapped text only on request.

Runs after `splice` and belongs to it: without it the half sentence of one article may be glued to the next headline.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from unicodedata import east_asian_width

from cleaner.document import Certainty, Document, Finding
from cleaner.text.furniture import list_item
from cleaner.text.paragraphs import SHORTEST, Span, bounds, careless, glue, is_open, is_rest, why_apart

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

    shortest: int = SHORTEST
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
            yield Finding(start, end, "rejoin.unwrap", glue(doc.text[start - 1], doc.text[end]), evidence=evidence)
        done = {start for start, _, _ in wrapped}
        spans = bounds(doc.text)
        long = [at for at, (start, end) in enumerate(spans[:-1]) if end - start >= self.shortest and end not in done]
        cut = [at for at in long if is_open(doc.text[slice(*spans[at])], self.shortest)]
        if not cut:
            return
        texts = [doc.text[start:end] for start, end in spans]
        habit = careless(texts, self.shortest)
        suspects = [(f.start, f.end) for f in doc.findings if f.rule.startswith("splice.") and not f.applied]
        back = doc.change.mapper(back=True)
        for at in cut:
            before, after = map(Span._make, spans[at : at + 2])
            if not is_rest(texts[at + 1], self.shortest):
                continue
            hull = back(before.start, after.end)
            if any(start < hull[1] and end > hull[0] for start, end in suspects):
                continue
            yield _found(before, after, texts[at], texts[at + 1], habit)


def _found(before: Span, after: Span, one: str, other: str, habit: bool) -> Finding:
    """A join, or a flag where the texts do not look like two halves."""
    evidence: dict[str, Any] = {"ends": one[-12:], "begins": other[:12]}
    why = why_apart(one, other)
    if why or habit:
        evidence["held_back"] = why or "many paragraphs of this text end without a mark"
        return Finding(before.start, before.end, "rejoin.open-end", None, Certainty.SUSPECT, evidence)
    return Finding(before.end, after.start, "rejoin.line", glue(one[-1], other[0]), evidence=evidence)


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
