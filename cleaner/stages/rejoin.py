"""Paragraphs that a page or a column cut in two become one again. Hard-wrapped lines are the matter of `unwrap`.

Runs after `splice` and belongs to it: without it the half sentence of one article may be glued to the next headline.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from cleaner.document import Certainty, Document, Finding
from cleaner.forms import Block, Form, Kind
from cleaner.text.change import Edit, Mapper
from cleaner.text.halves import Halves, halves, leads_on
from cleaner.text.paragraphs import BLANK, SHORTEST, bounds, careless, glue, is_open, is_rest

SHOWN = 12  # code points of either half that the evidence quotes


@dataclass(frozen=True, slots=True)
class Rejoin:
    """Join a paragraph that ends inside a sentence with its rest behind a blank line or the mark of a page.

    shortest  code points of the part before the break, and of the part after it unless that ends a sentence

    >>> cut = "河水向东流，" * 12
    >>> for raw in (f"{cut}\\n\\n入海去了。\\n", f"{cut}\\n入海去了。\\n", f"{cut}\\n\\n1. 船。\\n"):
    ...     print([found.rule for found in Rejoin()(Document.of(raw))])
    ['rejoin.line']
    []
    []
    """

    shortest: int = SHORTEST
    name: ClassVar[str] = "rejoin"
    rules: ClassVar[Mapping[str, str]] = {
        "rejoin.line": "joins a paragraph that ends inside a sentence with its rest behind a blank line or a page mark",
        "rejoin.open-end": "flags a paragraph that ends with a word or a comma inside a sentence, and whose rest does not follow",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        """Joins and flags. Nothing where a suspected piece of another article lies in or between the two."""
        spans = bounds(doc.text)
        cut = {start for start, end in spans[:-1] if is_open(doc.text[start:end], self.shortest)}
        places = Places.of(doc)
        if not (cut or places.pages):
            return
        form = doc.form
        if form.format:
            return
        yield from _across_pages(form, places)
        yield from self._paragraphs(form, places, cut)

    def _paragraphs(self, form: Form, places: "Places", cut: set[int]) -> Iterator[Finding]:
        """The joins and flags of paragraphs that stand alone, each in a line of its own."""
        text, blocks = form.text, [_bare(form.text, block) for block in form.blocks]
        pairs = [(one, other) for one, other in pairwise(blocks) if one.start in cut and one.kind is Kind.PROSE]
        if not pairs:
            return
        marked = {one.start for one, other in pairs if places.page(one.end, other.start)}
        prose = [text[own.start : own.end] for own in blocks if own.kind is Kind.PROSE and own.start not in marked]
        habit = careless(prose, self.shortest)
        for one, other in pairs:
            page = one.start in marked
            if (page or text.count("\n", one.end, other.start) > 1) and not places.suspected(one.start, other.end):
                yield from self._joined(text, one, other, page=page, habit=habit and not page)

    def _joined(self, text: str, one: "_Bare", other: "_Bare", *, page: bool, habit: bool) -> Iterator[Finding]:
        first, second = text[one.start : one.end], text[other.start : other.end]
        evidence: dict[str, Any] = {"ends": first[-SHOWN:], "begins": second[:SHOWN]}
        judged = self._judged(first, second, other.kind, text, page=page, habit=habit)
        if judged.joined:
            evidence = {"why": judged.why, "across": "the mark of a page" if page else "a blank line", **evidence}
            yield Finding(one.end, other.start, "rejoin.line", glue(first[-1], second[0]), evidence=evidence)
        elif not habit and other.kind in BEGIN_ANEW and leads_on(first) and not _introduced(second):
            evidence["held_back"] = judged.why
            yield Finding(one.start, one.end, "rejoin.open-end", None, Certainty.SUSPECT, evidence)

    def _judged(self, first: str, second: str, kind: Kind, text: str, *, page: bool, habit: bool) -> Halves:
        if kind is not Kind.PROSE:
            return Halves(False, f"{KINDS[kind]} follows")
        if habit:
            return Halves(False, "many paragraphs of this text end without a mark")
        if not is_rest(second, self.shortest):
            return Halves(False, "a short line without an end follows")
        return halves(first, second, text, page=page)


BEGIN_ANEW = (
    Kind.PROSE,
    Kind.HEADING,
)  # NOT here: lists, quotations, code, which a sentence may introduce without a mark
KINDS = {
    Kind.WRAPPED: "a hard-wrapped paragraph",
    Kind.HEADING: "a heading",
    Kind.LINES: "a list or another group of lines",
    Kind.QUOTATION: "a quotation",
    Kind.FIXED: "code or a table",
    Kind.MARK: "a line that is no text",
}


def _introduced(text: str) -> bool:
    """What a sentence may introduce without a mark: an address, a figure, a quotation."""
    return not text[0].isalpha() or "://" in text.partition(" ")[0]


class _Bare(NamedTuple):
    """A block without its outer blanks."""

    start: int
    end: int
    kind: Kind


def _bare(text: str, block: Block) -> _Bare:
    body = text[block.start : block.end]
    return _Bare(block.end - len(body.lstrip(BLANK)), block.start + len(body.rstrip(BLANK)), block.kind)


def _across_pages(form: Form, places: "Places") -> Iterator[Finding]:
    """Paragraphs that were cut at the marks of pages alone, several of them in a row, look like hard-wrapped lines."""
    for block in form.blocks:
        if block.kind is Kind.WRAPPED and all(one.sure and places.page(one.start, one.end) for one in block.breaks):
            for one in block.breaks:
                evidence = {
                    "why": "the line is full and ends inside a sentence",
                    "across": "the mark of a page",
                    "ends": form.text[one.start - SHOWN : one.start].rpartition("\n")[2],
                    "begins": form.text[one.end : one.end + SHOWN].partition("\n")[0],
                }
                yield Finding(one.start, one.end, "rejoin.line", one.glue, evidence=evidence)


@dataclass(frozen=True, slots=True)
class Places:
    """Where marks of pages and pieces of other articles stood, and where such pieces are suspected.

    pages, suspects  spans of the source
    back             from the text to the source
    """

    pages: tuple[Edit, ...]
    suspects: tuple[Edit, ...]
    back: Mapper

    @classmethod
    def of(cls, doc: Document) -> "Places":
        pages, suspects = list[Edit](), list[Edit]()
        for finding in doc.findings:
            stage = finding.rule.partition(".")[0]
            if finding.rule == "lines.page-break" or (finding.applied and stage in ("furniture", "splice")):
                pages += finding.where
            elif stage == "splice" and not finding.applied:
                suspects += finding.where
        return cls(tuple(pages), tuple(suspects), doc.change.mapper(back=True))

    def page(self, start: int, end: int) -> bool:
        """Whether one stood between the last character before `start` and the first behind `end`."""
        return bool(self.pages) and _touched(self.back(start - 1, end + 1), self.pages)

    def suspected(self, start: int, end: int) -> bool:
        """Whether a suspected piece lies in this stretch of the text."""
        return bool(self.suspects) and _touched(self.back(start, end), self.suspects)


def _touched(hull: tuple[int, int], spans: Iterable[Edit]) -> bool:
    return any(span.start < hull[1] and span.end > hull[0] for span in spans)
