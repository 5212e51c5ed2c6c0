"""One line model: every break becomes a line feed. Blank lines and indents are the matter of `spacing`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Document, Finding
from cleaner.text.change import Edit
from cleaner.text.chars import BREAKS, members
from cleaner.text.signs import Signs

RUN = re.compile("[{0}][{0}]*".format(members(BREAKS)))  # it begins with a class, which a search skips to


@dataclass(frozen=True, slots=True)
class Lines:
    """Turn every line break into LF and mark page breaks, which are a trace of pages glued together.

    Texts come from Windows, from old Macs, from word processors and from PDF. Of CR LF only the CR goes, so that the LF
    keeps its place. VT and FF become breaks and are not deleted: that would glue words.

    >>> [(f.rule, f.count) for f in Lines()(Document.of("一\\r\\n二\\f三"))]
    [('lines.break', 2), ('lines.page-break', 1)]
    """

    breaks: Literal["lf", "keep"] = "lf"
    name: ClassVar[str] = "lines"
    wakes: ClassVar[Signs] = Signs(((members(BREAKS),),))
    rules: ClassVar[Mapping[str, str]] = {
        "lines.break": "turns CR, CR LF, VT, FF, NEL, U+2028 and U+2029 into LF",
        "lines.page-break": "flags a form feed: here a page ended",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        runs = list(RUN.finditer(text))
        if self.breaks == "lf":
            yield from Finding.bulk("lines.break", [Edit(*run.span(), _instead(run)) for run in runs])
        pages = [Edit(i, i + 1) for run in runs if "\f" in run[0] for i in range(*run.span()) if text[i] == "\f"]
        yield from Finding.flags("lines.page-break", pages)


def _instead(run: re.Match[str]) -> str:
    """A line feed for every break, but not for the CR of a CR LF."""
    return "\n" * (len(run[0]) - run.string.startswith("\r\n", run.end() - 1))
