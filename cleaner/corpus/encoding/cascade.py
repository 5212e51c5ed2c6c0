"""The order in which encodings are tried, from what is certain to what is a guess. Each step is a file of its own.

the user's word  →  valid UTF-8  →  magic bytes  →  byte order mark  →  damaged UTF-8  →  UTF-32, UTF-16 without a mark
→  UTF-8 with NUL, or binary  →  GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR  →  UTF-8 in shreds  →  single-byte pages
→  UTF-8 if the text is mostly ASCII  →  EncodingError
"""

from collections.abc import Callable

from cleaner.corpus.encoding import legacy, magic, named, single_byte, universal
from cleaner.corpus.encoding.decoded import Decoded
from cleaner.text.errors import EncodingError

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
STEPS: tuple[Callable[[bytes], Decoded | None], ...] = (
    universal.marked,
    universal.damaged_utf8,
    universal.wide,
    universal.with_nul,
    legacy.legacy,
    universal.shredded_utf8,
    single_byte.single_byte,
    universal.mostly_ascii,
)


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of `data`, with the record of how it was read.

    encoding   the user's word, any codec of Python; overrides everything; None: find out
    raises     ConfigError where there is no encoding of this name
               EncodingError where the bytes are not in it, or, without it, in none that can be told
               InputError where the bytes are no text: "binary: PNG image", "compressed: gzip"
               No message has a path: the caller puts it in front.

    >>> decode("今年以来".encode("gb18030")).encoding
    'gb18030'
    """
    if encoding is not None:
        return named.named(data, encoding, decode)
    return _valid_utf8(data) or _found(data)


def _valid_utf8(data: bytes) -> Decoded | None:
    """The fast path: one decode. Valid UTF-8 always wins, whatever else the bytes might be."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.startswith("%PDF-"):
        return None
    if text.startswith(MARK):
        return Decoded(text[1:], "utf-8", "bom", bom=True)
    return Decoded(text, "utf-8", "utf8")


def _found(data: bytes) -> Decoded:
    magic.refuse(data)
    for step in STEPS:
        if (decoded := step(data)) is not None:
            return decoded
    ranked = legacy.readings(legacy.window(data))
    nearest = f"{ranked[0].page} with {ranked[0].score:.2f} of {legacy.PLAUSIBLE:.2f} points" if ranked else "none"
    raise EncodingError(f"no encoding fits, the nearest is {nearest}; pass --encoding NAME")
