"""What `splice` took out of a document → the foreign articles it is of. Reads findings, changes nothing, writes nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from cleaner.document import Document, Finding
from cleaner.stages.splice.joined import JoinedPage
from cleaner.stages.splice.page import Paragraph
from cleaner.stages.splice.salvage.reading_order import ArticleLine, Left, line_of_article, reading_order
from cleaner.text.change import Change, Edit, Mapper
from cleaner.text.paragraphs import Span


class Part(NamedTuple):
    """A paragraph of a salvaged article, or the rest of one.

    start, end  in code points of the source
    edits       what earlier stages changed in it, in code points of the source
    finding     the removal it comes from
    glue        what joins it to the part before in the middle of a sentence; None where it is a paragraph of its own
    """

    start: int
    end: int
    finding: Finding
    edits: tuple[Edit, ...] = ()
    glue: str | None = None

    def text(self, raw: str) -> str:
        """As it is written."""
        return self._change.apply(raw[self.start : self.end])

    def source(self, at: int) -> tuple[int, int]:
        """The span of the source that one character of the text comes from."""
        start, end = self._change.mapper(back=True)(at, at + 1)
        return self.start + start, self.start + end

    @property
    def _change(self) -> Change:
        edits = (Edit(start - self.start, end - self.start, text) for start, end, text in self.edits)
        return Change.of(self.end - self.start, edits)


class LeftOut(NamedTuple):
    """A line that went with the article and is not written again, why, and the line that it is like."""

    start: int
    end: int
    finding: Finding
    why: str
    like: Span | None = None


class Article(NamedTuple):
    """One foreign article, put together again.

    number    that of the findings; 1 would be the main article
    parts     in reading order
    between   what stands between two paragraphs; `end` behind the last
    missing   "start missing", "end missing" → what shows it
    """

    number: int
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    missing: Mapping[str, str]
    between: str = "\n\n"
    end: str = "\n"

    def text(self, raw: str) -> str:
        """The article, from the source it was part of."""
        return "".join(text for text, _ in self.pieces(raw))

    def source(self, raw: str, at: int) -> tuple[int, int]:
        """The span of the source that one character of the text comes from; an empty one where it only joins two parts."""
        last = 0
        for text, part in self.pieces(raw):
            last = part.end if part else last
            if at < len(text):
                return part.source(at) if part else (last, last)
            at -= len(text)
        raise IndexError(at)

    def pieces(self, raw: str) -> Iterator[tuple[str, Part | None]]:
        """The text in pieces: parts, what stands between them, and the end."""
        for at, part in enumerate(self.parts):
            if at:
                yield self.between if part.glue is None else part.glue, None
            yield part.text(raw), part
        yield self.end, None


def articles(doc: Document, findings: Iterable[Finding]) -> Iterator[Article]:
    """The articles that these findings took out of a document.

    doc       as `splice` saw it; the text is its own, the positions are those of its source
    findings  of `splice`, in code points of the source; only what was applied counts
    """
    went: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.applied and "article" in finding.evidence:
            went.setdefault(finding.evidence["article"], []).append(finding)
    page = _PageText.of(doc) if went else None
    for number, its in sorted(went.items()):
        assert page is not None
        if article := page.article(number, its):
            yield article


class _PageText(NamedTuple):
    """A document in paragraphs, where each stands in the text and in the source, and the way from there to the text.

    Hard-wrapped paragraphs are read as joined, and written with their lines as they are.
    """

    doc: Document
    paragraphs: Sequence[Paragraph]
    own: Sequence[Span]
    spans: Sequence[Span]
    forward: Mapper
    between: str

    @classmethod
    def of(cls, doc: Document) -> "_PageText":
        page = JoinedPage.of(doc.form)
        here, back = page.change.mapper(back=True), doc.change.mapper(back=True)
        own = [Span(*here(paragraph.start, paragraph.end)) for paragraph in page.paragraphs]
        between = "\n\n" if "\n\n" in doc.text or page.change.edits else "\n"
        return cls(doc, page.paragraphs, own, [Span(*back(*span)) for span in own], doc.change.mapper(), between)

    def article(self, number: int, findings: Iterable[Finding]) -> Article | None:
        lines: dict[int, tuple[ArticleLine, Finding]] = {}
        for finding in findings:
            rule = finding.rule.rpartition(".")[2]
            for paragraph in self._inside(finding):
                lines[paragraph.number] = line_of_article(paragraph, rule), finding
        read = reading_order([lines[at][0] for at in sorted(lines)])
        if not any(line.read for line in read.lines):
            return None
        parts = []
        for line in read.lines:
            at, edits = line.number, tuple(self._edits(line.number))
            parts.append(Part(*self.spans[at], lines[at][1], edits, read.glued.get(at)))
        left = tuple(self._left(one, lines[one.line.number][1]) for one in read.left)
        end = "\n" if self.doc.text.endswith("\n") else ""
        return Article(number, tuple(parts), left, read.missing, self.between, end)

    def _inside(self, finding: Finding) -> Sequence[Paragraph]:
        first = bisect_left(self.spans, (finding.start, finding.start))
        return self.paragraphs[first : bisect_right(self.spans, finding.end, first, key=attrgetter("end"))]

    def _edits(self, number: int) -> Iterator[Edit]:
        """What was changed inside a paragraph; of an edit that reaches beyond it, the text that stands in it."""
        (start, end), own = self.spans[number], self.own[number]
        forward = self.forward
        for at in range(bisect_left(forward.starts, start), len(forward.starts)):
            if forward.ends[at] > end:
                break
            low, high = max(forward.to_starts[at], own.start), min(forward.to_ends[at], own.end)
            edit = Edit(forward.starts[at], forward.ends[at], self.doc.text[low:high] if low < high else "")
            if edit.start < edit.end or edit.text:
                yield edit

    def _left(self, left: Left, finding: Finding) -> LeftOut:
        like = self.spans[left.like.number] if left.like else None
        return LeftOut(*self.spans[left.line.number], finding, left.why, like)
