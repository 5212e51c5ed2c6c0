"""One spelling for one letter: NFC. Never NFKC, which would make 103 of 10³."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from cleaner.document import Document, Finding
from cleaner.text.change import Edit
from cleaner.text.chars import ranges
from cleaner.text.signs import Signs

# Every character that NFC changes on its own lies in one of these blocks: letters with a decomposition that may not be
# composed again, signs that Unicode holds twice, and compatibility ideographs.
CHANGED_ALONE = (
    "\u0340-\u0344\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0fb9\u1f71-\u1ffd"
    "\u2000\u2001\u2126-\u212b\u2329\u232a\u2adc\uf900-\ufad9\ufb1d-\ufb4e"
    "\U0001d15e-\U0001d164\U0001d1bb-\U0001d1c0\U0002f800-\U0002fa1d"
)
COMPAT_IDEOGRAPHS = "\uf900-\ufad9\U0002f800-\U0002fa1d"
# Class 0, and yet they compose with what stands before them: vowel signs of Indic scripts, jamo of Hangul.
COMPOSING = (
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2"
    "\u1b35\U00011127\U0001133e\U00011357\U000113b8\U000113bb\U000113c2\U000113c5\U000113c7-\U000113c9\U000114b0\U000114ba"
    "\U000114bd\U000115af\U00011930\U0001611e-\U00016120\U00016129\U00016d67"
)
ASTRAL_MARKS = "\U000101fd-\U0001e94a"  # every mark of the upper planes, no emoji, no ideograph
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

    @property
    def wakes(self) -> Signs:
        """A character that NFC changes, or that it may compose or sort."""
        return Signs(((marks() + CHANGED_ALONE + COMPOSING,),))

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if self.form == "none" or text.isascii():
            return
        piled = list(self._piled(text)) if _mark().search(text) else []
        yield from Finding.flags("compose.combining-run", piled)
        if not piled and unicodedata.is_normalized("NFC", text):
            return
        whole = (line for line in LINE.finditer(text) if not any(self._piled(line[0])))  # first: this is the guard
        edits = [edit for line in whole if not unicodedata.is_normalized("NFC", line[0]) for edit in _composed(line)]
        ideographs = [edit for edit in edits if IDEOGRAPH.search(text, edit.start, edit.end)]
        yield from Finding.bulk("compose.ideograph", ideographs)
        yield from Finding.bulk("compose.nfc", sorted(set(edits) - set(ideographs)))

    def _piled(self, text: str) -> Iterator[Edit]:
        for run in combining_runs().finditer(text):
            if run.end() - run.start() > self.combining_limit:
                yield Edit(*run.span())


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
def marks() -> str:
    """The inside of a regex class: all characters with a combining class, those of the upper planes as one wide range.

    Written out, they would slow a search thirtyfold; whoever finds one of the range looks again.
    """
    return _combining(0x10000) + ASTRAL_MARKS


def _combining(end: int = 0x1F000) -> str:
    return ranges(code for code in range(0x300, end) if unicodedata.combining(chr(code)))


@cache
def continuing() -> re.Pattern[str]:
    """A character in front of which a text must not be cut for NFC, with those that follow it."""
    following = f"[{_combining()}{COMPOSING}]"
    return re.compile(f"[{CHANGED_ALONE}]{following}*|[^\n]?{following}+")


@cache
def combining_runs() -> re.Pattern[str]:
    """Runs of characters that NFC may have to sort: combining class above 0."""
    return re.compile(f"[{_combining()}]+")


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(f"[{marks()}]")
