"""One spelling for one letter: NFC. Never NFKC, which would make 103 of 10³."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit
from cleaner.text.compat import COMPAT_IDEOGRAPHS, combining_runs, continuing, marks

LINE = re.compile(r"[^\n]+")
IDEOGRAPH = re.compile(f"[{COMPAT_IDEOGRAPHS}]")


@dataclass(frozen=True, slots=True)
class Compose:
    """Write é as one character, as the web does, and unify ideographs that Unicode holds twice.

    macOS and some Vietnamese and Indic input methods write a letter and its accents apart; Korean code pages hold an
    ideograph once for each reading. NFC is slow on piled-up accents (80,000 of them take seconds), so a line with more
    than `combining_limit` in a row is left and flagged.

    >>> [f.edits for f in Compose()(Document.of("cafe\\u0301 \\uf9b5"))]
    [(Edit(start=6, end=7, text='例'),), (Edit(start=3, end=5, text='é'),)]
    >>> for raw in ("e\\u0301", "\\uf9b5", "e" + 40 * "\\u0301"):
    ...     print(*(f.rule for f in Compose()(Document.of(raw))))
    compose.nfc
    compose.ideograph
    compose.combining-run
    """

    form: Literal["nfc", "none"] = "nfc"
    combining_limit: int = 30
    name: ClassVar[str] = "compose"
    rules: ClassVar[Mapping[str, str]] = {
        "compose.nfc": "composes letters and their accents: NFC",
        "compose.ideograph": "turns compatibility ideographs into the unified ones, as NFC does; reversible from the record only",
        "compose.combining-run": "flags a long run of combining marks; its line is not composed",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if self.form == "none" or text.isascii():
            return
        piled = list(self._piled(text)) if _mark().search(text) else []
        yield from Finding.bulk("compose.combining-run", piled, Certainty.SUSPECT, flag=True)
        if not piled and unicodedata.is_normalized("NFC", text):
            return
        edits = [edit for line in LINE.finditer(text) if self._composable(line[0]) for edit in _composed(line)]
        ideographs = [edit for edit in edits if IDEOGRAPH.search(text, edit.start, edit.end)]
        yield from Finding.bulk("compose.ideograph", ideographs)
        yield from Finding.bulk("compose.nfc", sorted(set(edits) - set(ideographs)))

    def _piled(self, text: str) -> Iterator[Edit]:
        for run in combining_runs().finditer(text):
            if run.end() - run.start() > self.combining_limit:
                yield Edit(*run.span())

    def _composable(self, line: str) -> bool:
        """A line that needs NFC and may have it: the order of these tests is the guard."""
        return not any(self._piled(line)) and not unicodedata.is_normalized("NFC", line)


def _composed(line: re.Match[str]) -> Iterator[Edit]:
    """One edit for each run of segments that NFC changes, cut where nothing composes across."""
    start = end = 0
    parts: list[str] = []
    for segment in continuing().finditer(line[0]):
        if (composed := unicodedata.normalize("NFC", segment[0])) == segment[0]:
            continue
        if parts and segment.start() > end:
            yield Edit(line.start() + start, line.start() + end, "".join(parts))
            parts = []
        if not parts:
            start = segment.start()
        parts.append(composed)
        end = segment.end()
    if parts:
        yield Edit(line.start() + start, line.start() + end, "".join(parts))


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(f"[{marks()}]")
