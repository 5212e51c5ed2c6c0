"""Code pages: those of Chinese, Japanese and Korean, and the alphabets of one byte a letter.

What a page cannot decode is hardly any evidence: GB18030 decodes nearly all there is, and in the single-byte pages nearly
every byte is a letter. What the text then looks like is evidence.
"""

import re
from codecs import getincrementaldecoder, lookup
from collections.abc import Iterator
from typing import NamedTuple

from cleaner.encoding.decoded import ESCAPED, Decoded, beyond_ascii, decode_as, doubts, few
from cleaner.encoding.plausible import WINDOW, plausibility
from cleaner.text.errors import InputError

EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")  # at equal scores the first wins: Chinese first
PLAUSIBLE = 0.60
PLAUSIBLE_DAMAGED = 0.75  # the same where a byte is damaged or the last character is cut off
CERTAIN = 0.95  # enough for one Han in a line of markup, if it cannot be the ü of a word and the letter after it
CLOSE = 0.10  # a runner-up as near as this makes the decision a guess
WIDE_LEAST, WIDE_SHARE = 3, 0.25  # characters at U+2E80 or above: so many, or so large a share of the text
_WIDE = re.compile("[\u2e80-\ud7ff\uf900-\U0010ffff]")
_BESIDE_LATIN = re.compile("[A-Za-z][\u2e80-\ud7ff\uf900-\uffff]|[\u2e80-\ud7ff\uf900-\uffff][A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]+")

# Western and Eastern Europe, Cyrillic, Greek, Turkish, Hebrew, Arabic, Vietnamese, Thai
ALPHABETS = [*(f"cp{number}" for number in (*range(1250, 1259), 874)), "koi8_r"]
WESTERN = "cp1252"  # the name given wherever the text would be the same in it
CONTROLS = 0.05  # share of control bytes; evenly spread bytes, as of unknown compression, have 0.10
# NOT bell to CR, nor ESC: terminals, printers
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*range(0x07, 0x0E), 0x1B})


class Guess(NamedTuple):
    """A window as one code page reads it; `whole` means that every byte of it was decoded."""

    score: float
    page: str
    text: str
    whole: bool


def east_asian(data: bytes) -> Decoded | None:
    """Text in one of `EAST_ASIAN`, or None where no reading of it is plausible: the most plausible decides the file."""
    seen = _window(data)
    ranked = _guesses(seen)
    if not ranked or not _accepted(ranked[0], seen):
        return None
    best, *others = ranked
    runner_up = (others[0].page, others[0].score) if others else None
    flags = doubts(guess=bool(others) and others[0].score > best.score - CLOSE, size=beyond_ascii(best.text))
    narrow = best.page == "big5hkscs" and _same(data, best.page, "big5")  # the name that every other program knows
    page = "big5" if narrow else best.page
    return decode_as(data, page, "legacy", score=best.score, runner_up=runner_up, flags=flags)


def nearest_page(data: bytes) -> str:
    """The page that comes nearest to plausible text, and how near, in words for a message."""
    ranked = _guesses(_window(data))
    return f"{ranked[0].page} with {ranked[0].score:.2f} of {PLAUSIBLE:.2f} points" if ranked else "none"


def _window(data: bytes) -> bytes:
    """At most 64 KiB from the line of the first byte beyond ASCII on, without the line that does not fit in whole."""
    hit = _HIGH.search(data)
    first = hit.start() if hit else 0
    start = max(data.rfind(b"\n", 0, first) + 1, first - WINDOW // 2)
    end = start + WINDOW
    if end >= len(data):
        return data[start:]
    return data[start : data.rfind(b"\n", first, end) + 1 or end]


def _guesses(window: bytes) -> list[Guess]:
    """Every page that decodes the window, give or take a damaged byte; the most plausible first."""
    return sorted(_possible(window), key=lambda guess: -guess.score)


def _possible(window: bytes) -> Iterator[Guess]:
    for page in EAST_ASIAN:
        decoder = getincrementaldecoder(page)("surrogateescape")
        text = decoder.decode(window)
        broken, (cut, _) = len(ESCAPED.findall(text)), decoder.getstate()
        if few(broken, beyond_ascii(text)):
            yield Guess(plausibility(text, page), page, text, whole=not broken and not cut)


def _accepted(guess: Guess, window: bytes) -> bool:
    wide = len(_WIDE.findall(guess.text))
    if wide >= WIDE_LEAST or wide >= WIDE_SHARE * len(guess.text):
        return guess.score >= (PLAUSIBLE if guess.whole else PLAUSIBLE_DAMAGED)
    paired = all(len(run) % 2 == 0 for run in _HIGH.findall(window))  # as in no page where 'für' is three bytes
    return guess.whole and guess.score >= CERTAIN and (paired or not _BESIDE_LATIN.search(guess.text))


def single_byte(data: bytes) -> Decoded | None:
    """Text in one of `ALPHABETS`, or None where charset-normalizer finds every one of them a mess.

    Only the likeness to a language can tell, which charset-normalizer weighs. It is right for some 58, 68, 79 and 83 %
    of texts of 20, 50, 200 and 1,000 characters: always a guess. The score is its measure: 0 for a few words, some 0.5
    for a page of text.
    raises InputError where there are more control characters than a text has
    """
    from charset_normalizer import from_bytes  # here, because most runs never meet such a file

    seen = _window(data)
    _refuse_controls(seen)
    ranked = list(from_bytes(seen, cp_isolation=ALPHABETS, threshold=1.0, enable_fallback=False))
    if not ranked:
        return None
    best, *others = ranked
    runner_up = (lookup(others[0].encoding).name, others[0].coherence) if others else None
    page = WESTERN if _same(data, best.encoding, WESTERN) else lookup(best.encoding).name
    flags = doubts(guess=True, size=beyond_ascii(str(best)))
    return decode_as(data, page, "single-byte", score=best.coherence, runner_up=runner_up, flags=flags)


def _refuse_controls(window: bytes) -> None:
    controls = len(window) - len(window.translate(None, _CONTROL_BYTES))
    if controls > CONTROLS * len(window):
        raise InputError(
            f"binary: {controls:,} of {len(window):,} bytes are control characters, a text holds at most 5 %"
        )


def _same(data: bytes, page: str, other: str) -> bool:
    return data.decode(page, "surrogateescape") == data.decode(other, "surrogateescape")
