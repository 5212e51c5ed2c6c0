"""Where the bytes of a file cannot be decoded, and how much of it that is. Repairs nothing."""

import re
from codecs import utf_8_decode
from collections.abc import Iterator
from typing import NamedTuple

WIDE = {"utf-32-le": 4, "utf-32-be": 4, "utf-16-le": 2, "utf-16-be": 2}  # bytes a unit: none can be escaped alone
REPLACED = "\N{REPLACEMENT CHARACTER}"
HIGH_BYTES = bytes(range(0x80, 0x100))
FEW = 0.02  # places a character beyond ASCII. One bad byte may make two places: its neighbours are paired anew
ENOUGH = 10  # characters beyond ASCII a decision should rest on; from there on ONE damaged place is always few

_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ESCAPED = re.compile("[\udc80-\udcff]+")
_ERROR = re.compile(  # one error of UTF-8 as WHATWG counts: a character well begun and not ended, or else one byte
    rb"[\xc2-\xdf]|\xe0[\xa0-\xbf]?|\xed[\x80-\x9f]?|[\xe1-\xef][\x80-\xbf]?"
    rb"|\xf0(?:[\x90-\xbf][\x80-\xbf]?)?|[\xf1-\xf3][\x80-\xbf]{0,2}|\xf4(?:[\x80-\x8f][\x80-\xbf]?)?|[\x80-\xff]"
)
_JAVA = re.compile(rb"\xc0\x80|\xed[\xa0-\xbf][\x80-\xbf]")


class Bad(NamedTuple):
    """Bytes that fit no character: where in the file, and which."""

    offset: int
    hex: str


class Tally(NamedTuple):
    """What a reading as UTF-8 meets: errors as WHATWG counts them, and valid characters beyond ASCII."""

    errors: int
    valid: int


def tally(data: bytes) -> Tally:
    """Count the errors of UTF-8 in `data`; a last character that is cut off is none.

    >>> tally(b"\\xe6\\xad\\xa3 \\xff \\xe6\\xad")
    Tally(errors=1, valid=1)
    """
    kept, consumed = utf_8_decode(data, "ignore", False)
    replaced, _ = utf_8_decode(data, "replace", False)
    return Tally(len(replaced) - len(kept), len(kept) - len(data[:consumed].translate(None, HIGH_BYTES)))


def java_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 but for NUL as C0 80 and surrogates one by one, as Java and CESU-8 write them."""
    try:
        _JAVA.sub(b"", data).decode()
    except UnicodeDecodeError:
        return False
    return True


def beyond_ascii(text: str) -> int:
    """How many characters of a text are not ASCII: what a guess can rest on."""
    return len(_BEYOND_ASCII.findall(text))


def escaped(text: str) -> int:
    """In how many places of a text bytes could not be decoded."""
    return len(_ESCAPED.findall(text))


def few(broken: int, size: int, share: float = FEW) -> bool:
    """Whether `broken` places are few in a text with `size` characters beyond ASCII."""
    return broken <= max(share * size, size >= ENOUGH)


def places(body: bytes, text: str, encoding: str) -> Iterator[Bad]:
    """Every place of `body` that `text`, its reading in `encoding`, could not decode; offsets count from its start."""
    return _replaced(body, text, encoding) if encoding in WIDE else _escaped(text, encoding)


def count(body: bytes, text: str, encoding: str) -> int:
    """How many `places` there are, without making a list of them: a wrong name can be wrong at every byte."""
    if encoding in WIDE:
        return sum(1 for _ in _replaced(body, text, encoding))
    if encoding == "utf-8":
        return len(body.decode(encoding, "replace")) - len(body.decode(encoding, "ignore"))
    return sum(map(len, _ESCAPED.findall(text)))


def _escaped(text: str, encoding: str) -> Iterator[Bad]:
    offset = done = 0
    for run in _ESCAPED.finditer(text):
        offset += len(text[done : run.start()].encode(encoding))
        done = run.end()
        for error in _ERROR.findall(_raw(run[0])) if encoding == "utf-8" else map(_raw, run[0]):
            yield Bad(offset, error.hex())
            offset += len(error)


def _replaced(body: bytes, text: str, encoding: str) -> Iterator[Bad]:
    """UTF-16 and UTF-32: one U+FFFD stands for one unit that does not fit, or for what is left over at the end."""
    offset = done = 0
    while (here := text.find(REPLACED, done)) >= 0:
        offset += len(text[done:here].encode(encoding))
        unit = body[offset : offset + WIDE[encoding]]
        if unit != REPLACED.encode(encoding):
            yield Bad(offset, unit.hex())
        offset += len(unit)
        done = here + 1


def _raw(run: str) -> bytes:
    return run.encode("ascii", "surrogateescape")
