"""Function words that stand twice in a row. Flags them, never takes one out: whose slip it was is not known here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from cleaner.document import Document, Finding
from cleaner.text.change import Edit, places
from cleaner.text.signs import Signs

# Only what is nearly never right. NOT here: Han doubled at large (看看, 个个, 实实在在, 和和气气), other particles (不了了之,
# 是是非非, 反对对方), and English words that sentences can bring together (that, had, is, in, on).
HAN = re.compile("(?<![目的])的的(?![的确確士哥姐])")  # sound: 目的的, 的的确确, and 的士, 的哥 behind 的
ENGLISH = (" the the ", " of of ", " to to ", " and and ")  # more of them would cost more time than they find slips


@dataclass(frozen=True, slots=True)
class Doubled:
    """Flag a function word that stands twice: a slip of the keyboard, or a seam of two texts.

    >>> [f.count for f in Doubled()(Document.of("这是反映出来的的问题，的的确确，目的的说明。"))]
    [1]
    >>> [f.count for f in Doubled()(Document.of("It said the the run is is what had had effect."))]
    [1]
    """

    name: ClassVar[str] = "doubled"
    wakes: ClassVar[Signs] = Signs(("的的", "the the", ("ot", "fo", " ", "ot", "fo"), "and and"))  # of of, to to
    rules: ClassVar[Mapping[str, str]] = {"doubled.word": "flags a function word twice in a row: 的的, the the"}

    def __call__(self, doc: Document) -> Iterator[Finding]:
        found = places(HAN, doc.text) if "的的" in doc.text else []
        found += [edit for pair in ENGLISH for edit in _places_of(doc.text, pair)]
        yield from Finding.flags("doubled.word", found)


def _places_of(text: str, pair: str) -> Iterator[Edit]:
    """Where the pair stands, without the spaces around it."""
    at = text.find(pair)
    while at >= 0:
        yield Edit(at + 1, at + len(pair) - 1)
        at = text.find(pair, at + len(pair) - 1)
