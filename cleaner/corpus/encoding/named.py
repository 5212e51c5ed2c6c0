"""The encoding that the user names: it overrides every guess, and is told where the bytes disagree."""

from codecs import lookup
from collections.abc import Callable
from dataclasses import replace

from cleaner.corpus.encoding import magic
from cleaner.corpus.encoding.damage import beyond_ascii, few
from cleaner.corpus.encoding.decoded import MARKS, Decoded
from cleaner.corpus.encoding.reading import read
from cleaner.text.errors import ConfigError, EncodingError, InputError

DAMAGE = 0.10  # bad bytes a character beyond ASCII: the user knows, and without the name there is no way out
NO_CHARSET = {  # codecs of Python that decode no file
    "idna": "host names",
    "punycode": "host names",
    "raw-unicode-escape": "Python source",
    "unicode-escape": "Python source",
    "undefined": "always fails, by design",
}


def named(data: bytes, name: str, guess: Callable[[bytes], Decoded]) -> Decoded:
    """`data` in the encoding `name`; `guess` says in the message what the bytes are instead.

    raises ConfigError, EncodingError; InputError where the bytes do not fit and their first ones belong to no text
    """
    encoding = canonical(name)
    marks = [mark for mark in MARKS if mark.startswith(encoding) and data.startswith(MARKS[mark])]
    plain = encoding if encoding not in ("utf-16", "utf-32") else f"{encoding}-le"  # the usual order without a mark
    try:
        decoded = read(data, marks[0] if marks else plain, "user", bom=bool(marks))
    except UnicodeError as error:  # stateful codecs cannot escape a byte
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise _misfit(data, name, start, guess) from None
    if decoded.bad and not few(decoded.bad_count, beyond_ascii(decoded.text), DAMAGE):
        raise _misfit(data, name, decoded.bad[0].offset, guess)
    return _contradicted(data, decoded)


def canonical(name: str) -> str:
    """Python's own name of an encoding; utf-8 for utf-8-sig, because the mark is recorded apart.

    >>> canonical("UTF8"), canonical("windows-1252"), canonical("GBK")
    ('utf-8', 'cp1252', 'gbk')
    """
    try:
        encoding = lookup(name).name
        "".encode(encoding)  # LookupError: hex, rot13 and their like do not make bytes of text
    except (LookupError, ValueError):
        raise _unknown(name, "Python knows no such encoding") from None
    if encoding in NO_CHARSET:
        raise _unknown(name, f"it is for no file ({NO_CHARSET[encoding]})")
    return encoding.removesuffix("-sig")


def _unknown(name: str, why: str) -> ConfigError:
    return ConfigError(
        f"encoding {ascii(name)[:80]}: {why}; pass for example gb18030, big5, shift_jis, utf-16 or cp1252"
    )


def _misfit(data: bytes, name: str, offset: int, guess: Callable[[bytes], Decoded]) -> InputError:
    """What is wrong, where, and what the bytes are instead."""
    magic.refuse(data)
    wrong = f"byte 0x{data[offset]:02X} at {offset:,} is not {name}"
    try:
        instead = guess(data).encoding
    except InputError as error:
        return EncodingError(f"{wrong}; without the name: {error}")
    return EncodingError(f"{wrong}, the record reads as {instead}; pass --encoding {instead} or leave it out")


def _contradicted(data: bytes, decoded: Decoded) -> Decoded:
    """A flag where bytes that someone calls GBK or Latin-1 are UTF-8, as valid UTF-8 nearly always is."""
    try:
        agreed = decoded.encoding == "utf-8" or decoded.bom or data.decode().isascii()
    except UnicodeDecodeError:
        agreed = True
    return decoded if agreed else replace(decoded, flags=(*decoded.flags, "encoding-contradicted"))
