"""A user's own patterns: what fits [[remove]] goes, what fits [[keep]] stays. Knows no pattern of its own.

docs/patterns.md says how they are written, docs/decisions/052 why they are read so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from cleaner.document import Certainty, Document, Finding, Guard
from cleaner.stages.patterns.pattern import Page, Pattern
from cleaner.text.change import Change, Edit
from cleaner.text.line_ends import line_ends
from cleaner.text.paragraphs import BLANK, Span
from cleaner.text.signs import Signs

MOST = 0.5  # of a document, that a pattern may take which is no line written out: else it was not meant so
TOO_MUCH = "it fits more than half of the document"
DOES = {
    "line": "every line that is {}",
    "glob": "every line that fits {}",
    "text": "{} wherever it stands",
    "regex": "whatever fits the regular expression {}",
}


@dataclass(frozen=True, slots=True)
class Patterns:
    """Take out what fits one of the patterns, and guard what fits one of the others.

    A line of which nothing is left goes with its line end.

    >>> ads = Patterns((Pattern("ads", "line", "点击上方蓝字关注我们"),))
    >>> doc = Document.of("标题\\n\\n点击上方蓝字关注我们\\n\\n今天江上有雾。")
    >>> doc.revise(ads(doc)).text
    '标题\\n\\n今天江上有雾。'
    """

    remove: tuple[Pattern, ...] = ()
    keep: tuple[Pattern, ...] = ()
    name: ClassVar[str] = "patterns"

    @property
    def rules(self) -> Mapping[str, str]:
        """One a pattern."""
        takes = {one.rule: f"takes out {_shown(one)}" for one in self.remove}
        return takes | {one.rule: f"keeps {_shown(one)}: nothing changes it or takes it out" for one in self.keep}

    @property
    def wakes(self) -> Signs | None:
        """Two classes for all patterns together, since there is little room; a regular expression shows no sign."""
        signs = [one.sign for one in self.remove]
        if "" in signs:
            return None
        return Signs(((_members(sign[0] for sign in signs), _members(sign[1] for sign in signs)),) if signs else ())

    def __call__(self, doc: Document) -> Iterator[Finding]:
        page, guards = Page(doc.text), doc.guards()
        for pattern in _meant_for(doc, self.remove):
            if spans := [span for span in _spans(pattern, page) if not guards.at(Edit(*span))]:
                yield from _finding(pattern, page, spans)

    @property
    def guarded(self) -> Callable[[Document], Iterator[Guard]] | None:
        """What tells the spans of `doc.text` that nothing may change; None where nothing is kept."""
        return self._guarded if self.keep else None

    def _guarded(self, doc: Document) -> Iterator[Guard]:
        page = Page(doc.text)
        for pattern in _meant_for(doc, self.keep):
            yield from (Guard(*span, pattern.rule) for span in _spans(pattern, page))


def _meant_for(doc: Document, patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    return (one for one in patterns if one.concerns(doc.id))


def _spans(pattern: Pattern, page: Page) -> Iterator[Span]:
    try:
        yield from pattern.spans(page)
    except ValueError as failure:
        raise ValueError(f"{pattern.rule} {failure}") from failure


def _finding(pattern: Pattern, page: Page, spans: Sequence[Span]) -> Iterator[Finding]:
    """One for all that fits, as a bulk rule."""
    evidence: dict[str, Any] = {pattern.how: pattern.what}
    if pattern.how == "line" or _few(spans, page):
        yield from Finding.bulk(pattern.rule, _removals(page, spans), pattern.certainty, evidence=evidence)
    else:
        evidence["held_back"] = TOO_MUCH
        yield from Finding.bulk(pattern.rule, _removals(page, spans), Certainty.SUSPECT, evidence=evidence)


def _few(spans: Sequence[Span], page: Page) -> bool:
    """Whether they are not most of the text; blanks at the ends of lines do not count."""
    whole = sum(span.end - span.start for span in page.bodies)
    return sum(len(page.text[span.start : span.end].strip(BLANK)) for span in spans) <= MOST * whole


def _removals(page: Page, spans: Iterable[Span]) -> tuple[Edit, ...]:
    """What goes: these spans, and with the last of a line its end."""
    edits, lines = [], []
    for start, of_line in groupby(spans, key=lambda span: page.text.rfind("\n", 0, span.start) + 1):
        inside = [Edit(*span) for span in of_line]
        end = page.text.find("\n", start)
        end = len(page.text) if end < 0 else end
        line = page.text[start:end]
        if Change.of(len(line), [Edit(one.start - start, one.end - start) for one in inside]).apply(line).strip(BLANK):
            edits += inside
        else:
            lines.append(Span(end - len(line.lstrip(BLANK)), start + len(line.rstrip(BLANK))))
    return Change.of(len(page.text), [*edits, *(Edit(*line) for line in lines), *line_ends(page.text, lines)]).edits


def _shown(pattern: Pattern) -> str:
    where = f", in {' '.join(pattern.paths)}" if pattern.paths else ""
    return DOES[pattern.how].format(f"“{pattern.what}”") + where


def _members(chars: Iterable[str]) -> str:
    """The inside of a class of signs; a "-" between others would be a range."""
    return "".join(sorted(set(chars), key=lambda char: (char == "-", char)))
