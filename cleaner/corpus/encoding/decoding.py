"""Bytes in, text out: the user's word, or valid UTF-8, as nearly all is; what is neither takes the cascade."""

from cleaner.corpus.encoding import named
from cleaner.corpus.encoding.decoded import Decoded

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


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
    from cleaner.corpus.encoding.cascade import found  # what most processes never load

    return found(data)
