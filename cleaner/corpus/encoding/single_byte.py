"""Alphabets in one byte a letter: Western and Eastern Europe, Cyrillic, Greek, Turkish, Hebrew, Arabic, Vietnamese, Thai.

In these pages nearly every byte is a letter, so that only the likeness to a language can tell, which charset-normalizer
weighs. It is right for some 58, 68, 79 and 83 % of texts of 20, 50, 200 and 1,000 characters: always a guess.
"""

from codecs import lookup

from cleaner.corpus.encoding.damage import ENOUGH, beyond_ascii
from cleaner.corpus.encoding.decoded import Decoded
from cleaner.corpus.encoding.legacy import window
from cleaner.corpus.encoding.reading import read
from cleaner.text.errors import InputError

PAGES = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r"]
WESTERN = "cp1252"  # the name given wherever the text would be the same in it
CONTROLS = 0.05  # share of control bytes; evenly spread bytes, as of unknown compression, have 0.10
_CONTROL_BYTES = bytes(
    {*range(0x20), 0x7F} - {*range(0x07, 0x0E), 0x1B}
)  # NOT bell to CR, nor ESC: terminals, printers


def single_byte(data: bytes) -> Decoded | None:
    """Text in one of `PAGES`, or None where charset-normalizer finds every one of them a mess.

    The score is its measure of likeness to a language: 0 for a few words, some 0.5 for a page of text.
    raises InputError where there are more control characters than a text has
    """
    from charset_normalizer import from_bytes  # here, because most runs never meet such a file

    seen = window(data)
    _refuse_controls(seen)
    ranked = list(from_bytes(seen, cp_isolation=PAGES, threshold=1.0, enable_fallback=False))
    if not ranked:
        return None
    best, *others = ranked
    runner_up = (lookup(others[0].encoding).name, round(others[0].coherence, 3)) if others else None
    page = WESTERN if _same(data, best.encoding, WESTERN) else lookup(best.encoding).name
    flags = ("encoding-guess", "encoding-short") if beyond_ascii(str(best)) < ENOUGH else ("encoding-guess",)
    return read(data, page, "single-byte", score=round(best.coherence, 3), runner_up=runner_up, flags=flags)


def _refuse_controls(window: bytes) -> None:
    controls = len(window) - len(window.translate(None, _CONTROL_BYTES))
    if controls > CONTROLS * len(window):
        raise InputError(
            f"binary: {controls:,} of {len(window):,} bytes are control characters, a text holds at most 5 %"
        )


def _same(data: bytes, page: str, other: str) -> bool:
    return data.decode(page, "surrogateescape") == data.decode(other, "surrogateescape")
