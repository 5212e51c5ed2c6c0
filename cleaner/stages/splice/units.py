"""Paragraphs as splice sees them: which are long enough to be judged by their words, and in which script."""

import re
from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

from cleaner.stages.splice.terms import CJK_RANGES, LETTER_RANGES
from cleaner.text.furniture import closed
from cleaner.text.segment import bounds

FEWEST = 5  # units of a document that is judged at all
SHORTEST_CJK = 30  # code points of a unit; shorter ones (headings, labels, captions, bylines) follow their neighbours
SHORTEST = 80
CJK_SHARE = 0.3  # of the letters: a Chinese text full of Latin names is Chinese
KNOWN_SHARE = 0.8  # of the letters in scripts we know, or the text is left alone
SAMPLE = 400  # code points looked at to tell the script of a paragraph, or of a text at two places


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_HAN = f"{_class(CJK_RANGES)}\U00020000-\U0003ffff"
_CJK = re.compile(f"[{_HAN}]+")
_SPACED = re.compile(f"[{_class(LETTER_RANGES)}]+")
_LETTER = re.compile(f"[{_HAN}{_class(LETTER_RANGES)}]")
_KNOWN = re.compile(f"{_LETTER.pattern}+")
_STRANGE = re.compile(f"[^\x00-\x7f{_HAN}{_class(LETTER_RANGES)}]+")  # letters of other scripts, and signs


_NONE, _SOME, _ALL = b"-+#"  # what a block of 256 code points holds of CJK; some, if it is of a surrogate pair
_HOLDS = bytes(
    _ALL
    if any(first <= block << 8 and last >= (block << 8) + 255 for first, last in CJK_RANGES)
    else _SOME
    if any(first >> 8 <= block <= last >> 8 for first, last in (*CJK_RANGES, (0xD800, 0xDFFF)))
    else _NONE
    for block in range(256)
)
_SIGNS = "\u2000-\u2070\u3000-\u3004\u3008-\u3020\uff01-\uff20"  # marks and spaces: no letter among them
_PLAIN = re.compile(f"[\x00-\x7f{_SIGNS}{_HAN}{_class(LETTER_RANGES)}]*+")


class Paragraph(NamedTuple):
    """One paragraph: its place in the text, its span, its words, whether its letters are CJK, whether it is a unit."""

    number: int
    start: int
    end: int
    text: str
    cjk: bool
    long: bool

    @property
    def closed(self) -> bool:
        """It ends where a sentence ends."""
        return closed(self.text)


def cjk_share(text: str) -> float:
    """Which part of the letters is CJK; 0 where there are none.

    >>> cjk_share("5G 是什么")
    0.75
    """
    sample = text[:SAMPLE]
    if sample.isascii() or not (cjk := _length(_CJK, sample)):
        return 0.0
    return cjk / (cjk + _length(_SPACED, sample))


def _length(runs: re.Pattern[str], text: str) -> int:
    return len("".join(runs.findall(text)))


def readable(text: str) -> bool:
    """Most letters are of a script with words or bigrams to go by. Thai, Khmer, Lao and Burmese are not."""
    samples = [text[start : start + SAMPLE] for start in (0, max(len(text) // 2 - SAMPLE // 2, 0))]
    mixed = [sample for sample in samples if not (sample.isascii() or _PLAIN.fullmatch(sample))]
    others = sum(map(str.isalpha, "".join(run for sample in mixed for run in _STRANGE.findall(sample))))
    if not others:
        return any(map(_LETTER.search, samples))
    known = sum(_length(_KNOWN, sample) for sample in samples)
    return known > 0 and known >= KNOWN_SHARE * (known + others)


def split(text: str) -> list[Paragraph]:
    """The paragraphs of a text."""
    spans, blocks = bounds(text), b"" if text.isascii() else _blocks(text)
    if blocks.count(_NONE) == len(blocks):
        scripts: Iterable[bool] = repeat(False)
    elif len(blocks) == len(text):
        scripts = [_is_cjk(text, blocks, start, min(end, start + SAMPLE)) for start, end in spans]
    else:  # some code points take two units
        samples = [text[start : min(end, start + SAMPLE)] for start, end in spans]
        scripts = [_is_cjk(sample, own := _blocks(sample), 0, len(own)) for sample in samples]
    return [
        Paragraph(number, start, end, text[start:end], cjk, end - start >= (SHORTEST_CJK if cjk else SHORTEST))
        for number, ((start, end), cjk) in enumerate(zip(spans, scripts, strict=False))
    ]


def _blocks(text: str) -> bytes:
    """For each UTF-16 unit what its block of 256 code points holds of CJK."""
    return text.encode("utf-16-le", "surrogatepass")[1::2].translate(_HOLDS)


def _is_cjk(text: str, blocks: bytes, start: int, end: int) -> bool:
    """`cjk_share(text[start:end]) >= CJK_SHARE`. Most often the blocks say enough: so many CJK signs, or none at all."""
    if blocks.count(_ALL, start, end) / (end - start) >= CJK_SHARE:
        return True
    return blocks.count(_NONE, start, end) < end - start and cjk_share(text[start:end]) >= CJK_SHARE
