"""How a text sits in its source: the bytes of a file, or the shell of a JSON line. It alone knows what is owed around a text.

A file owes a last line feed: a text file ends in one. A JSON member owes nothing, it keeps its end.
"""

import re
from collections.abc import Mapping
from json import JSONEncoder
from typing import Any, NamedTuple

import msgspec

from cleaner.encoding import encode

UTF8 = "utf-8"
STRAY = "surrogateescape"  # bytes that are no UTF-8 as they ride along
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # half a character, which only an escape can write
_FAST = msgspec.json.Encoder().encode  # as _PLAIN, at once in bytes
_PLAIN, _ASCII = JSONEncoder(ensure_ascii=False).encode, JSONEncoder().encode


class Shell(NamedTuple):
    """A line of JSON without the literal of its text, in UTF-8. Tuples, since every line has one.

    before, after  what stands on either side of the literal
    ascii          the literal escapes everything beyond ASCII, as json.dumps does by default
    literal        the literal itself where neither way of writing it gives it back (`\\/`, upper-case `\\u00E9` …)
    """

    before: bytes
    after: bytes
    ascii: bool = False
    literal: bytes | None = None

    def line(self, text: str) -> bytes:
        """The line with this text in it."""
        return b"%b%b%b" % (self.before, quoted(text, self.ascii), self.after)


class Carrier(NamedTuple):
    """How the bytes of a document were read.

    encoding  the Python codec; `errors` its error handler; `bom` whether a byte order mark stood in front
    shell     the JSON line around the text; None for a file
    end       what ended the line, where there is a shell
    """

    encoding: str = UTF8
    errors: str = "strict"
    bom: bool = False
    shell: Shell | None = None
    end: str = "\n"

    def source_bytes(self, raw: str) -> bytes:
        """The bytes that gave this text: a file, or a line without its end."""
        if self.shell is None:
            return encode(raw, self.encoding, self.bom, self.errors)
        before, after, ascii, literal = self.shell
        line = b"%b%b%b" % (before, quoted(raw, ascii) if literal is None else literal, after)
        if self.encoding == UTF8 and not self.bom and self.errors in ("strict", STRAY):
            return line
        return encode(line.decode(UTF8, STRAY), self.encoding, self.bom, self.errors)

    def clean_bytes(self, text: str) -> bytes:
        """A clean text as it is written: a line with its line feed, or a file that ends in one."""
        if self.shell is not None:
            return self.shell.line(text) + b"\n"
        return text_bytes(text + "\n" * self.owed(text))

    def staged_bytes(self, text: str) -> bytes:
        """The same without what a file owes, as it is kept until it is written."""
        return text_bytes(text) if self.shell is None else self.clean_bytes(text)

    def place(self, line: bytes) -> tuple[int, int]:
        """Where the text stands in what `staged_bytes` gives."""
        if self.shell is None:
            return 0, len(line)
        return len(self.shell.before), len(line) - len(self.shell.after) - 1

    def owed(self, text: str) -> bool:
        """Whether a line feed is written that this text does not have."""
        return self.shell is None and bool(text) and not text.endswith("\n")


class Origin(NamedTuple):
    """Where a document came from. A tuple, since every document has one.

    path      of the input file, as it was given
    name      of the file in the tree
    record    number of the line in a JSON lines file, from 1; None for a file that is one document
    bytes     length of the document's bytes: the file, or the line without its end
    sha256    of these bytes
    original  sha256 of the bytes under originals/, where decoding and encoding again does not give them back
    decision  how the encoding was chosen, where that is worth telling
    """

    path: str
    name: str
    record: int | None
    bytes: int
    sha256: str
    carrier: Carrier = Carrier()
    original: str | None = None
    decision: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        """The document's name in its run."""
        return self.name if self.record is None else f"{self.name}:{self.record}"

    @property
    def place(self) -> str:
        """Path, and line where there is one, for messages."""
        return self.path if self.record is None else f"{self.path}:{self.record}"


def quoted(text: str, ascii: bool) -> bytes:
    """A string as JSON writes it. Bytes that are no UTF-8 stay as they are; half a character is escaped, with all others."""
    if ascii:
        return _ASCII(text).encode()
    try:
        return _FAST(text)
    except UnicodeEncodeError:
        return _ASCII(text).encode() if _HALF.search(text) else _PLAIN(text).encode(UTF8, STRAY)


def text_bytes(text: str) -> bytes:
    """A text in UTF-8; lone surrogates, which only a run without `controls` leaves, are kept."""
    return text.encode(UTF8, "surrogatepass")


def text_of(data: bytes) -> str:
    """The way back from `text_bytes`."""
    return data.decode(UTF8, "surrogatepass")
