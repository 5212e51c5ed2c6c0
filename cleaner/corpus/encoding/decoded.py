"""The record of one decision: the text, how its bytes were read, and the way back. Decides nothing."""

from dataclasses import dataclass
from typing import Literal

from cleaner.corpus.encoding.damage import Bad
from cleaner.text.errors import EncodingError

How = Literal["user", "bom", "utf8", "utf8-damaged", "utf16", "utf32", "legacy", "single-byte", "unknown"]
Errors = Literal["strict", "surrogateescape", "replace"]

MARKS = {  # byte order marks. The order matters: FF FE 00 00 starts with FF FE
    "utf-32-le": b"\xff\xfe\x00\x00",
    "utf-32-be": b"\x00\x00\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-8": b"\xef\xbb\xbf",
    "gb18030": b"\x84\x31\x95\x33",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how its bytes were read.

    text       without its byte order mark; U+DC80-DCFF stand for bytes that cannot be decoded
    encoding   Python's own name of the codec: utf-8, utf-16-le, gb18030, big5, cp932, cp1252, koi8-r …
    how        the step of the cascade that decided
    bom        the bytes begin with the byte order mark of `encoding`
    errors     surrogateescape where bytes are escaped; replace in damaged UTF-16 and UTF-32, which cannot escape
    score      how plausible the text is, at most 1; None where nothing was guessed
    runner_up  the second best reading and its score
    flags      encoding-damaged, encoding-guess, encoding-short, encoding-unknown
    bad        the first of `bad_count` places that cannot be decoded, as (byte offset, hex)
    exact      `encode(text, encoding, bom, errors)` gives the same bytes; where it is False the caller keeps the bytes
    """

    text: str
    encoding: str
    how: How
    bom: bool = False
    errors: Errors = "strict"
    score: float | None = None
    runner_up: tuple[str, float] | None = None
    flags: tuple[str, ...] = ()
    bad: tuple[Bad, ...] = ()
    bad_count: int = 0
    exact: bool = True


def encode(text: str, encoding: str, bom: bool = False, errors: str = "strict") -> bytes:
    """The way back: the bytes of `text`, a byte order mark before them where there was one.

    raises EncodingError where the encoding lacks a character of the text

    >>> encode("中", "utf-16-le", bom=True).hex(" ")
    'ff fe 2d 4e'
    """
    try:
        body = text.encode(encoding, errors)
    except UnicodeError as error:
        where = f"character {error.start}" if isinstance(error, UnicodeEncodeError) else "the text"
        raise EncodingError(f"{where} cannot be written as {encoding}; write utf-8 instead") from None
    return MARKS[encoding] + body if bom else body
