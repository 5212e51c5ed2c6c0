"""Half-width signs in Chinese sentences. Flags a paragraph that mixes both widths; unifies them only where asked to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit
from cleaner.text.chars import HAN
from cleaner.text.signs import Signs

FULL = str.maketrans(",;:?!()", "，；：？！（）")
HALF = ",;:?!()"
ANYTHING = re.compile(f"[{HALF}]")
LINE = re.compile(r"[^\n]+")
HAN_CHAR = re.compile(f"[{HAN}]")
BESIDE = f"{HAN}，。、；：？！）》」』”’"  # a half-width sign after one of these, or before Han, belongs to the Chinese
SIGNS = re.compile(f"(?<=[{BESIDE}])[,;:?!]+|[,;:?!]++(?=[{HAN}《“])")
PAIR = re.compile(r"\(([^()\n]*)\)")
URL = re.compile(r"[A-Za-z]{2,8}://[!-~]+")
LETTER = re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Punct:
    """Flag paragraphs in which one sign of Chinese stands in both widths; `zh` writes the half-width ones in full.

    They come from input methods left in English mode and from sites that fold widths. Both widths are correct somewhere,
    1,000 or 08:15, so that only signs beside Han count.

    punct  "zh": `,;:?!()` beside Han become full width; never in numbers, addresses and lines that are mostly Latin

    >>> text = "今天,天气好，我们走吧!共1,000人(约)。"
    >>> [(f.rule, f.count) for f in Punct()(Document.of(text))]
    [('punct.mix', 1)]
    >>> Document.of(text).revise(Punct("zh")(Document.of(text))).text
    '今天，天气好，我们走吧！共1,000人（约）。'
    >>> [f.rule for f in Punct("zh")(Document.of(text))]
    ['punct.zh']
    """

    punct: Literal["keep", "zh"] = "keep"
    name: ClassVar[str] = "punct"
    wakes: ClassVar[Signs] = Signs(((BESIDE, HALF), (HALF, f"{HAN}《“")))
    rules: ClassVar[Mapping[str, str]] = {
        "punct.mix": "flags half-width signs beside Han in a paragraph that has the same sign in full width",
        "punct.zh": "turns half-width signs beside Han into full width, with punct = 'zh'",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if text.isascii() or not ANYTHING.search(text):
            return
        lines = [line for line in LINE.finditer(text) if ANYTHING.search(line[0]) and HAN_CHAR.search(line[0])]
        if self.punct == "zh":
            # More Han than Latin letters: a line of code with a Chinese comment is not Chinese.
            chinese = (line for line in lines if len(HAN_CHAR.findall(line[0])) > len(LETTER.findall(line[0])))
            edits = [edit for line in chinese for edit in _signs(line)]
            yield from Finding.bulk("punct.zh", edits, Certainty.LIKELY)
        else:
            mixed = [edit for line in lines for edit in _mixed(line)]
            yield from Finding.flags("punct.mix", mixed)


def _mixed(line: re.Match[str]) -> Iterator[Edit]:
    """Half-width signs beside Han of which the line has the full-width twin."""
    present = set(line[0])
    return (Edit(start, end) for start, end, full in _signs(line) if not present.isdisjoint(full))


def _signs(line: re.Match[str]) -> Iterator[Edit]:
    """Half-width signs beside Han, each with its full-width form; brackets in pairs only."""
    at, text = line.start(), line[0]
    spans = {hit.span() for hit in SIGNS.finditer(text)}
    for pair in PAIR.finditer(text) if "(" in text else ():
        if any(HAN_CHAR.match(text, i) for i in (pair.start() - 1, pair.start() + 1, pair.end() - 2) if i >= 0):
            spans |= {(pair.start(), pair.start() + 1), (pair.end() - 1, pair.end())}
    urls = {i for url in URL.finditer(text) for i in range(*url.span())} if "://" in text else set()
    for start, end in sorted(spans):
        if start not in urls:
            yield Edit(at + start, at + end, text[start:end].translate(FULL))
