"""A piece of an input → documents, each with where its bytes came from. Cleans nothing, writes nothing."""

import codecs
import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.corpus.encoding import Decoded, decode, encode
from cleaner.corpus.jsonl import split
from cleaner.corpus.plain_document import PlainDocument
from cleaner.corpus.plain_line import splitter
from cleaner.corpus.record import Origin
from cleaner.corpus.shards import Piece
from cleaner.corpus.source import Source
from cleaner.document import Document
from cleaner.text.errors import InputError

_BOM = codecs.BOM_UTF8
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # an escaped half in front of a byte that is not UTF-8


class Read(NamedTuple):
    """A document.

    original  its bytes where its text cannot give them back
    """

    doc: Document
    origin: Origin
    original: bytes | None = None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A line of a container that is no document: blank, or one that cannot be read, for the `reason`. It is carried along."""

    origin: Origin
    text: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read: the member that holds the text, and the encodings the user insists on, by pattern of names."""

    text_field: str = "text"
    encodings: tuple[tuple[str, str], ...] = ()

    def encoding_of(self, name: str) -> str | None:
        """The encoding the user insists on for this input; a pattern fits a whole name, `*` any part of it."""
        return next((encoding for pattern, encoding in self.encodings if fnmatchcase(name, pattern)), None)


def piece_bytes(piece: Piece) -> bytes:
    """The bytes of a piece. InputError where the file cannot be read or changes meanwhile."""
    source = piece.source
    if piece.failure is not None:
        raise InputError(piece.failure)
    try:
        with source.open() as file:
            file.seek(piece.start)
            data = file.read(piece.end - piece.start)
            after = Path(source.path).stat()
    except OSError as failure:
        known = failure.errno == errno.EINVAL
        raise InputError(f"{failure.strerror}" if known else f"cannot be read: {failure.strerror}") from failure
    if (after.st_size, after.st_mtime_ns) != (source.size, source.changed) or len(data) != piece.end - piece.start:
        raise InputError(f"changed while it was read ({source.size:,} bytes when listed, {after.st_size:,} now)")
    return data


def read(piece: Piece, data: bytes, how: Reading) -> Iterator[Read | PlainDocument | Verbatim]:
    """Every document of a piece, in order. InputError where a file that is one document is not text."""
    if piece.source.format == "jsonl":
        yield from _lines(piece, data, how)
    else:
        yield _file(piece.source, data, how)


def _file(source: Source, data: bytes, how: Reading) -> Read:
    decoded = decode(data, how.encoding_of(source.name))
    origin = Origin(source.path, source.name, None, len(data), sha256(data).hexdigest(), decision=_decision(decoded))
    return _read(source.name, decoded.text, _decoded(origin, decoded), None if decoded.exact else data)


def _read(id: str, text: str, origin: Origin, original: bytes | None) -> Read:
    if original is not None:
        origin = origin._replace(original=sha256(original).hexdigest())
    return Read(Document.of(text, id, {"path": origin.path, "record": origin.record}), origin, original)


def _lines(piece: Piece, data: bytes, how: Reading) -> Iterator[Read | PlainDocument | Verbatim]:
    source, lines = piece.source, data.split(b"\n")
    last = len(lines) - 1
    encoding = how.encoding_of(source.name)
    plain = splitter(how.text_field)
    for index, line in enumerate(lines):
        if index == last and not line:
            return  # nothing stands behind the last line feed
        end = "" if index == last else "\n"
        if line.endswith(b"\r"):
            line, end = line[:-1], "\r" + end
        number = piece.first_line + index
        if encoding is None and (found := plain(line)) is not None:
            yield PlainDocument(source, number, line, end, found)
        else:
            bom = index == 0 and piece.start == 0 and line.startswith(_BOM)
            yield _line(source, number, line, end, how, bom=bom)


def _line(source: Source, number: int, line: bytes, end: str, how: Reading, *, bom: bool) -> Read | Verbatim:
    body = line[len(_BOM) :] if bom else line
    place = source.path, source.name, number, len(line), sha256(line).hexdigest()
    if not body.strip(b" \t\r"):
        return Verbatim(Origin(*place, bom=bom, end=end), body.decode(), None)
    try:
        decoded = _decoded_line(body, how.encoding_of(source.name))
        raw, shell = split(decoded.text, how.text_field)
        if _HALVES.search(raw):
            raise InputError("holds two halves of characters side by side, which JSON would read as one character")
    except InputError as failure:
        origin = Origin(*place, errors="surrogateescape", bom=bom, end=end)
        return Verbatim(origin, body.decode("utf-8", "surrogateescape"), str(failure))
    encoding, errors, how_read = decoded.encoding, decoded.errors, _decision(decoded)
    origin = Origin(*place, encoding, errors, bom, shell=shell, end=end, decision=how_read)
    exact = (encoding == "utf-8" and not decoded.bom) or bytes_of(raw, origin) == line
    return _read(f"{source.name}:{number}", raw, origin, None if exact else line)


def _decoded_line(body: bytes, encoding: str | None) -> Decoded:
    """JSON lines are UTF-8 unless the user says otherwise; a line that is clearly something else is not guessed at."""
    if encoding is None:
        try:
            return Decoded(body.decode(), "utf-8", "utf8")
        except UnicodeDecodeError as failure:
            at = failure.start
    decoded = decode(body, encoding)
    if encoding is None and not decoded.encoding.startswith("utf-8"):
        if decoded.encoding.startswith("utf"):
            raise InputError(
                f"reads as {decoded.encoding}; JSON lines must be UTF-8 or a legacy encoding: convert the file"
            )
        message = f"byte {body[at]:#04x} at {at} is not UTF-8, the record reads as {decoded.encoding}"
        raise InputError(f"{message}; pass --encoding {decoded.encoding}")
    return decoded


def _decoded(origin: Origin, decoded: Decoded) -> Origin:
    return origin._replace(encoding=decoded.encoding, errors=decoded.errors, bom=decoded.bom)


def _decision(decoded: Decoded) -> dict[str, Any] | None:
    """How the encoding was chosen, where it was not simply UTF-8."""
    if decoded.how == "utf8":
        return None
    out: dict[str, Any] = {"how": decoded.how}
    if decoded.score is not None:
        out["score"] = round(decoded.score, 3)
    if decoded.runner_up is not None:
        out["runner_up"] = [decoded.runner_up[0], round(decoded.runner_up[1], 3)]
    if decoded.flags:
        out["flags"] = list(decoded.flags)
    if decoded.bad_count:
        out["bad_bytes"] = {"count": decoded.bad_count, "first": [list(bad) for bad in decoded.bad[:20]]}
    return out


def bytes_of(raw: str, origin: Origin) -> bytes:
    """The bytes of a document's source: a file, or a line without its end."""
    text = raw if origin.shell is None else origin.shell.line(raw, source=True)
    return encode(text, origin.encoding, origin.bom, origin.errors)
