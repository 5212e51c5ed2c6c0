"""The lines of a foreign article: what each is on the page, and which of them are not written. Knows no order."""

from typing import NamedTuple

from cleaner.stages.splice.units import Paragraph
from cleaner.text.furniture import author_line, line_kind


class Line(NamedTuple):
    """A paragraph of the article, and what it is: text, dateline, caption, repeat, label, continued or continues."""

    paragraph: Paragraph
    kind: str

    @property
    def number(self) -> int:
        return self.paragraph.number

    @property
    def text(self) -> str:
        return self.paragraph.text

    @property
    def read(self) -> bool:
        """It is of the running text, or a copy of it."""
        return self.kind in ("text", "dateline", "repeat")

    @property
    def heading(self) -> bool:
        """Short, open, and no line of the page or of authors."""
        return self.kind == "text" and not (self.paragraph.long or self.paragraph.closed or author_line(self.text))


class Left(NamedTuple):
    """A line that is not written, why, and the line that it is like."""

    line: Line
    why: str
    like: Line | None = None


def line_of(paragraph: Paragraph, rule: str) -> Line:
    """A paragraph that this rule of `splice` took, as a line. Long captions do not count: prose may begin so."""
    kind = line_kind(paragraph.text)
    if rule != "foreign" and kind not in ("continued", "continues"):
        return Line(paragraph, rule)
    prose = kind in ("", "byline") or (kind == "caption" and paragraph.long)
    return Line(paragraph, "text" if prose else kind)
