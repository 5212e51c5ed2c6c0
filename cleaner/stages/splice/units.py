"""Paragraphs as splice sees them: which are long enough to be judged by their words, and in which script."""

import re
from typing import NamedTuple

from cleaner.stages.splice.terms import CJK_RANGES, LETTER_RANGES
from cleaner.text.furniture import closed
from cleaner.text.segment import paragraphs

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
_KNOWN = re.compile(f"[{_HAN}{_class(LETTER_RANGES)}]+")
_STRANGE = re.compile(f"[^\x00-\x7f{_HAN}{_class(LETTER_RANGES)}]+")  # letters of other scripts, and signs


_ALL_CJK = bytes(  # blocks of 256 code points that are CJK throughout
    block
    for block in range(256)
    if any(first <= block << 8 and last >= (block << 8) + 255 for first, last in CJK_RANGES)
)
_NO_CJK = bytes(  # blocks without any, and not of a surrogate pair
    block
    for block in range(256)
    if not any(first >> 8 <= block <= last >> 8 for first, last in (*CJK_RANGES, (0xD800, 0xDFFF)))
)


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
    others = sum(map(str.isalpha, "".join(run for sample in samples for run in _STRANGE.findall(sample))))
    if not others:
        return any(map(_KNOWN.search, samples))
    known = sum(_length(_KNOWN, sample) for sample in samples)
    return known > 0 and known >= KNOWN_SHARE * (known + others)


def split(text: str) -> list[Paragraph]:
    """The paragraphs of a text."""
    found, blocks = [], _blocks(text)
    aligned = len(blocks) == len(text)  # no code point takes two units
    none = not blocks.translate(None, _NO_CJK)
    for number, (start, end) in enumerate(paragraphs(text)):
        body = text[start:end]
        cjk = not none and _is_cjk(
            body, blocks[start : min(end, start + SAMPLE)] if aligned else _blocks(body[:SAMPLE])
        )
        found.append(Paragraph(number, start, end, body, cjk, end - start >= (SHORTEST_CJK if cjk else SHORTEST)))
    return found


def _blocks(text: str) -> bytes:
    """For each UTF-16 unit the block of 256 code points that it lies in."""
    return text.encode("utf-16-le", "surrogatepass")[1::2]


def _is_cjk(text: str, blocks: bytes) -> bool:
    """`cjk_share(text) >= CJK_SHARE`. Most often the blocks of its sample say enough: so many CJK signs, or none at all."""
    sure = len(blocks) - len(blocks.translate(None, _ALL_CJK))
    if sure / max(len(text[:SAMPLE]), 1) >= CJK_SHARE:
        return True
    return bool(blocks.translate(None, _NO_CJK)) and cjk_share(text) >= CJK_SHARE
