"""The code pages of Chinese, Japanese and Korean: each page reads a window, the most plausible reading decides the file.

What a page cannot decode is hardly any evidence: GB18030 decodes nearly all there is. What the text then looks like is.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import NamedTuple

from cleaner.corpus.encoding.damage import ENOUGH, beyond_ascii, escaped, few
from cleaner.corpus.encoding.decoded import Decoded
from cleaner.corpus.encoding.plausible import plausibility
from cleaner.corpus.encoding.reading import read

PAGES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")  # at equal scores the first wins: Chinese first
WINDOW = 1 << 16  # bytes that are enough to tell
PLAUSIBLE = 0.60
PLAUSIBLE_DAMAGED = 0.75  # the same where a byte is damaged or the last character is cut off
CERTAIN = 0.95  # enough for one Han in a line of markup, if it cannot be the ü of a word and the letter after it
CLOSE = 0.10  # a runner-up as near as this makes the decision a guess
WIDE_LEAST, WIDE_SHARE = 3, 0.25  # characters at U+2E80 or above: so many, or so large a share of the text
_WIDE = re.compile("[\u2e80-\ud7ff\uf900-\U0010ffff]")
_BESIDE_LATIN = re.compile("[A-Za-z][\u2e80-\ud7ff\uf900-\uffff]|[\u2e80-\ud7ff\uf900-\uffff][A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]+")


class Reading(NamedTuple):
    """A window as one code page reads it; `whole` means that every byte of it was decoded."""

    score: float
    page: str
    text: str
    whole: bool


def legacy(data: bytes) -> Decoded | None:
    """Text in one of `PAGES`, or None where no reading of it is plausible."""
    seen = window(data)
    ranked = readings(seen)
    if not ranked or not _plausible(ranked[0], seen):
        return None
    best, *others = ranked
    runner_up = (others[0].page, round(others[0].score, 3)) if others else None
    page = _narrowest(data, best.page)
    return read(data, page, "legacy", score=round(best.score, 3), runner_up=runner_up, flags=tuple(_doubts(ranked)))


def window(data: bytes) -> bytes:
    """At most 64 KiB from the line of the first byte beyond ASCII on, without the line that does not fit in whole."""
    hit = _HIGH.search(data)
    first = hit.start() if hit else 0
    start = max(data.rfind(b"\n", 0, first) + 1, first - WINDOW // 2)
    end = start + WINDOW
    if end >= len(data):
        return data[start:]
    return data[start : data.rfind(b"\n", first, end) + 1 or end]


def readings(window: bytes) -> list[Reading]:
    """Every page that decodes the window, give or take a damaged byte; the most plausible first."""
    return sorted(_readings(window), key=lambda reading: -reading.score)


def _readings(window: bytes) -> Iterator[Reading]:
    for page in PAGES:
        decoder = getincrementaldecoder(page)("surrogateescape")
        text = decoder.decode(window)
        broken, (cut, _) = escaped(text), decoder.getstate()
        if few(broken, beyond_ascii(text)):
            yield Reading(plausibility(text, page), page, text, whole=not broken and not cut)


def _plausible(reading: Reading, window: bytes) -> bool:
    wide = len(_WIDE.findall(reading.text))
    if wide >= WIDE_LEAST or wide >= WIDE_SHARE * len(reading.text):
        return reading.score >= (PLAUSIBLE if reading.whole else PLAUSIBLE_DAMAGED)
    return reading.whole and reading.score >= CERTAIN and (_paired(window) or not _BESIDE_LATIN.search(reading.text))


def _paired(window: bytes) -> bool:
    """Whether high bytes come in even numbers only, as in no page where 'für' is three bytes."""
    return all(len(run) % 2 == 0 for run in _HIGH.findall(window))


def _narrowest(data: bytes, page: str) -> str:
    """Big5 where the Hong Kong supplement is not used: the name that every other program knows."""
    if page == "big5hkscs" and data.decode("big5", "surrogateescape") == data.decode(page, "surrogateescape"):
        return "big5"
    return page


def _doubts(ranked: list[Reading]) -> Iterator[str]:
    best, *others = ranked
    if others and others[0].score > best.score - CLOSE:
        yield "encoding-guess"
    if beyond_ascii(best.text) < ENOUGH:
        yield "encoding-short"
