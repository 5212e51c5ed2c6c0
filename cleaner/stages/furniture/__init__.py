"""What a page prints around its text: running heads, page numbers, jump lines; and captions that roll. Judges no article.

Runs before `splice` and `rejoin`, which then see the text without them: a sentence that a page cut is joined where its mark stood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from cleaner.document import Document, Finding
from cleaner.stages.furniture.heads import heads
from cleaner.stages.furniture.jumps import jumps
from cleaner.stages.furniture.lines import lines_of
from cleaner.stages.furniture.rolling import rolling


@dataclass(frozen=True, slots=True)
class Furniture:
    """Take out the lines of a page that are no text, where more than their look shows it.

    They come from PDF, OCR, books typed off and newspapers: the head of a page stands between two halves of a sentence, and
    is counted as text thousands of times. A number that rises, a head that comes again: chapters, articles and lists do so
    as well. What goes has cut sentences, or stands where pages end; what only looks so is reported.

    >>> pages = "The mortar of the\\n\\nSurvey, page 3 of 9\\n\\nupper wall is lost.", "It had been a\\n\\nSurvey, page 4 of 9\\n\\nfort."
    >>> pages += ("Nobody knows who\\n\\nSurvey, page 5 of 9\\n\\nbuilt it.",)
    >>> [(found.rule, found.count) for found in Furniture()(Document.of("\\n\\n".join(pages)))]
    [('furniture.head', 3)]
    """

    name: ClassVar[str] = "furniture"
    rules: ClassVar[Mapping[str, str]] = {
        "furniture.head": "takes out a running head that comes again from page to page and cuts sentences; else reports it",
        "furniture.page": "takes out page numbers in lines of their own that cut sentences or stand at form feeds; else reports them",
        "furniture.jump": "takes out the jump lines (下转第4版, Continued on page 3) inside a sentence; flags all others",
        "furniture.rolling": "takes out of rolling captions what the line before has said; a few such lines are reported",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        lines = lines_of(doc.text)
        for part in (heads, jumps, rolling):
            yield from part(doc, lines)
