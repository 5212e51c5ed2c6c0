"""Bytes read in ONE encoding: the text, the bytes that fit no character, and the way back. Decides nothing."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from cleaner.text.errors import EncodingError

How = Literal["user", "bom", "utf8", "utf8-damaged", "utf16", "utf32", "legacy", "single-byte", "unknown"]
Errors = Literal["strict", "surrogateescape", "replace"]

BOMS = {  # byte order marks. The order matters: FF FE 00 00 starts with FF FE
    "utf-32-le": b"\xff\xfe\x00\x00",
    "utf-32-be": b"\x00\x00\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-8": b"\xef\xbb\xbf",
    "gb18030": b"\x84\x31\x95\x33",
}
NO_ESCAPE = (  # a bad byte in these changes what the next ones mean, or codes merge on the way back: no offset is sure
    *("iso2022", "hz", "utf-7"),
    *("euc_jis", "shift_jisx0213", "shift_jis_2004"),
)
BAD_LISTED = 100  # a record stays small where a whole file is damaged; `bad_count` counts on
FEW = 0.02  # places a character beyond ASCII. One bad byte may make two places: its neighbours are paired anew
ENOUGH = 10  # characters beyond ASCII a decision should rest on; from there on ONE damaged place is always few

WIDE = {"utf-32-le": 4, "utf-32-be": 4, "utf-16-le": 2, "utf-16-be": 2}  # bytes a unit: none can be escaped alone
REPLACED = "\N{REPLACEMENT CHARACTER}"
ESCAPED = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ERROR = re.compile(  # one error of UTF-8 as WHATWG counts: a character well begun and not ended, or else one byte
    rb"[\xc2-\xdf]|\xe0[\xa0-\xbf]?|\xed[\x80-\x9f]?|[\xe1-\xef][\x80-\xbf]?"
    rb"|\xf0(?:[\x90-\xbf][\x80-\xbf]?)?|[\xf1-\xf3][\x80-\xbf]{0,2}|\xf4(?:[\x80-\x8f][\x80-\xbf]?)?|[\x80-\xff]"
)


class Bad(NamedTuple):
    """Bytes that fit no character: where in the file, and which."""

    offset: int
    hex: str


class Decoded(NamedTuple):
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


def decode_as(
    data: bytes,
    encoding: str,
    how: How,
    *,
    bom: bool = False,
    score: float | None = None,
    runner_up: tuple[str, float] | None = None,
    flags: tuple[str, ...] = (),
) -> Decoded:
    """`data` in `encoding`, every bad byte escaped; the record says which bytes fit no character.

    bom     the bytes begin with the byte order mark of `encoding`, which does not become text
    score   and that of the runner-up are rounded to three places
    raises  UnicodeError where the encoding cannot go on behind a bad byte; none that is guessed is such a one
    """
    body = data[len(BOMS[encoding]) :] if bom else data
    score = None if score is None else round(score, 3)
    runner_up = runner_up and (runner_up[0], round(runner_up[1], 3))
    decoded = Decoded("", encoding, how, bom, "strict", score, runner_up, flags)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        if encoding.startswith(NO_ESCAPE):
            raise
        return _damaged(data, body, decoded)
    return decoded._replace(text=text, exact=encoding == "utf-8" or _leads_back(text, encoding, bom, "strict", data))


def _damaged(data: bytes, body: bytes, decoded: Decoded) -> Decoded:
    encoding, shift = decoded.encoding, len(data) - len(body)
    errors: Errors = "replace" if encoding in WIDE else "surrogateescape"
    text = body.decode(encoding, errors)
    return decoded._replace(
        text=text,
        errors=errors,
        flags=(*decoded.flags, "encoding-damaged"),
        bad=tuple(Bad(offset + shift, raw) for offset, raw in islice(bad_places(body, text, encoding), BAD_LISTED)),
        bad_count=count_bad(body, text, encoding),
        exact=_leads_back(text, encoding, decoded.bom, errors, data),
    )


def _leads_back(text: str, encoding: str, bom: bool, errors: Errors, data: bytes) -> bool:
    """Whether the way back ends at `data`; twins of cp932 and Big5-HKSCS, and states of ISO 2022, may lead elsewhere."""
    try:
        return encode(text, encoding, bom, errors) == data
    except EncodingError:
        return False


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
    return BOMS[encoding] + body if bom else body


def strictly(data: bytes, encoding: str = "utf-8") -> str | None:
    """The text that all of `data` spells in `encoding`, or None where a byte does not fit."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def few(broken: int, size: int, share: float = FEW) -> bool:
    """Whether `broken` places are few in a text with `size` characters beyond ASCII."""
    return broken <= max(share * size, size >= ENOUGH)


def doubts(*, guess: bool, size: int) -> tuple[str, ...]:
    """The flags of a decision: whether it is a guess, and on how many characters it rests."""
    return ("encoding-guess",) * guess + ("encoding-short",) * (size < ENOUGH)


def beyond_ascii(text: str) -> int:
    """How many characters of a text are not ASCII: what a guess can rest on."""
    return len(_BEYOND_ASCII.findall(text))


def bad_places(body: bytes, text: str, encoding: str) -> Iterator[Bad]:
    """Every place of `body` that `text`, its reading in `encoding`, could not decode; offsets count from its start."""
    return _replaced_places(body, text, encoding) if encoding in WIDE else _escaped_places(text, encoding)


def count_bad(body: bytes, text: str, encoding: str) -> int:
    """How many `bad_places` there are, without a list of them: a wrong name can be wrong at every byte."""
    if encoding in WIDE:
        return sum(1 for _ in _replaced_places(body, text, encoding))
    if encoding == "utf-8":
        return len(body.decode(encoding, "replace")) - len(body.decode(encoding, "ignore"))
    return sum(map(len, ESCAPED.findall(text)))


def _escaped_places(text: str, encoding: str) -> Iterator[Bad]:
    offset = done = 0
    for run in ESCAPED.finditer(text):
        offset += len(text[done : run.start()].encode(encoding))
        done = run.end()
        raw = run[0].encode("ascii", "surrogateescape")
        for error in _ERROR.findall(raw) if encoding == "utf-8" else (raw[at : at + 1] for at in range(len(raw))):
            yield Bad(offset, error.hex())
            offset += len(error)


def _replaced_places(body: bytes, text: str, encoding: str) -> Iterator[Bad]:
    """UTF-16 and UTF-32: one U+FFFD stands for one unit that does not fit, or for what is left over at the end."""
    offset = done = 0
    while (here := text.find(REPLACED, done)) >= 0:
        offset += len(text[done:here].encode(encoding))
        unit = body[offset : offset + WIDE[encoding]]
        if unit != REPLACED.encode(encoding):
            yield Bad(offset, unit.hex())
        offset += len(unit)
        done = here + 1
