"""The encodings of Unicode: by byte order mark, as damaged UTF-8, as UTF-16 and UTF-32 without a mark, with NUL inside."""

import re
from codecs import utf_8_decode
from collections import Counter
from functools import cache

from cleaner.encoding import plausible
from cleaner.encoding.decoded import BOMS, REPLACED, WIDE, Decoded, How, decode_as, doubts, few, strictly
from cleaner.text.errors import InputError

DAMAGE = 0.10  # errors / (errors + valid characters); legacy text read as UTF-8 never falls below 0.25
MARKED_DAMAGE = 0.50  # the same with a byte order mark in front, which is evidence of its own
SHREDS = 0.34  # the same where no legacy page is plausible: three characters and one bad byte
ASCII = 0.70  # share of ASCII bytes above which the rest of an unknown file is taken for damage
EXPECTED = 0.60  # share of characters that a page of text is made of
SURE = 0.75  # a lower share is a guess
CONTROLS = 0.30  # C0 controls a text may hold; binary numbers hold more
BROKEN = 0.01  # units of UTF-16 or UTF-32 that may be damaged where no mark tells the encoding
NULS = 0.01  # NUL bytes a text may hold that is neither UTF-8 nor UTF-16
_LETTERS = (  # beyond Chinese, Japanese and Korean: what alphabets need, low enough that legacy bytes never look like it
    range(0x20, 0x7F),
    range(0xA0, 0x100),  # Western Europe
    range(0x391, 0x3CA),  # Greek
    range(0x410, 0x450),  # Russian
    range(0x5D0, 0x5EB),  # Hebrew
    range(0x620, 0x653),  # Arabic
    range(0xE01, 0xE5C),  # Thai
    range(0x3041, 0x3100),  # kana
)
HIGH_BYTES = bytes(range(0x80, 0x100))
_JAVA = re.compile(rb"\xc0\x80|\xed[\xa0-\xbf][\x80-\xbf]")  # NUL, and surrogates one by one, of Java and CESU-8
_CONTROL = re.compile("[\x01-\x06\x0e-\x1a\x1c-\x1f]")  # NOT here: bell, backspace, tab, the line breaks, ESC


def marked(data: bytes) -> Decoded | None:
    """Text that begins with a byte order mark and then is what the mark says, give or take some damage."""
    for encoding, mark in BOMS.items():
        if data.startswith(mark) and _fits(data[len(mark) :], encoding):
            return decode_as(data, encoding, "bom", bom=True)
    return None


def _fits(body: bytes, encoding: str) -> bool:
    if strictly(body, encoding) is not None:
        return True
    text = body.decode(encoding, "replace")
    return text.count(REPLACED) <= MARKED_DAMAGE * len(text)


def damaged_utf8(data: bytes) -> Decoded | None:
    """UTF-8 in which few characters are broken, or in which all that is broken are the forms of Java and CESU-8."""
    if data.count(0) > NULS * len(data):
        return None
    errors, valid = utf8_errors(data)
    if (valid and errors <= DAMAGE * (errors + valid)) or strictly(_JAVA.sub(b"", data)) is not None:
        return decode_as(data, "utf-8", "utf8-damaged")
    return None


def utf8_errors(data: bytes) -> tuple[int, int]:
    """The errors of UTF-8 in `data` as WHATWG counts them, and its valid characters beyond ASCII.

    A last character that is cut off is no error.

    >>> utf8_errors(b"\\xe6\\xad\\xa3 \\xff \\xe6\\xad")
    (1, 1)
    """
    kept, consumed = utf_8_decode(data, "ignore", False)
    replaced, _ = utf_8_decode(data, "replace", False)
    return len(replaced) - len(kept), len(kept) - len(data[:consumed].translate(None, HIGH_BYTES))


def wide(data: bytes) -> Decoded | None:
    """UTF-32 or UTF-16 without a byte order mark: the reading in which most characters are what pages are made of."""
    shares = ((_share(data[: plausible.WINDOW], name), name) for name in WIDE)
    (score, best), (next_score, other), *_ = sorted(shares, reverse=True)
    if score < EXPECTED:
        return None
    how: How = "utf32" if best.startswith("utf-32") else "utf16"
    decoded = decode_as(data, best, how, score=score, runner_up=(other, next_score))
    return decoded._replace(flags=(*decoded.flags, *doubts(guess=score < SURE, size=len(decoded.text))))


def _share(window: bytes, encoding: str) -> float:
    """Expected characters less impossible ones, as a share of all; 0 where more than the cut end is damaged."""
    counts = Counter(window.decode(encoding, "replace"))
    size = counts.total()
    if not few(counts[REPLACED], size, BROKEN):
        return 0
    return sum(count * _weight(char) for char, count in counts.items()) / max(size, 1)


def _weight(char: str) -> int:
    if char in _expected():
        return 1
    return -1 if plausible.never(char) or _CONTROL.match(char) else 0


@cache
def _expected() -> frozenset[str]:
    letters = frozenset({chr(code) for block in _LETTERS for code in block} | set("\t\n\r"))
    return letters | plausible.SIGNS | plausible.frequent_han() | plausible.common_hangul()


def with_nul(data: bytes) -> Decoded | None:
    """UTF-8 with NUL inside, as crashes leave it in logs.

    raises InputError where the NUL bytes or the control characters are those of binary data
    """
    nuls, text = data.count(0), strictly(data)
    if text is None:
        if nuls <= NULS * len(data):
            return None
        raise InputError(f"binary: {nuls:,} of {len(data):,} bytes are NUL, a text holds at most 1 %")
    controls, size = len(_CONTROL.findall(text)), len(text) - nuls
    if size and controls <= CONTROLS * size:
        return decode_as(data, "utf-8", "utf8")
    raise InputError(f"binary: {nuls:,} of {len(text):,} characters are NUL, {controls:,} other controls")


def shredded_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with more damage than usual, after every legacy page has been refused: a short text with one bad byte."""
    errors, valid = utf8_errors(data)
    if not valid or errors > SHREDS * (errors + valid):
        return None
    return decode_as(data, "utf-8", "utf8-damaged", flags=("encoding-guess",))


def mostly_ascii(data: bytes) -> Decoded | None:
    """What no page reads, but is ASCII for the most part: the rest is damage."""
    if len(data.translate(None, HIGH_BYTES)) <= ASCII * len(data):
        return None
    return decode_as(data, "utf-8", "unknown", flags=("encoding-unknown",))
