"""A piece of an input → documents, each with where its bytes came from. Cleans nothing, opens nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any, NamedTuple

from cleaner.encoding import Decoded, decode
from cleaner.formats.carrier import STRAY, UTF8, Carrier, Origin
from cleaner.formats.jsonl import BOM, Member, plain, split
from cleaner.formats.listing import Source
from cleaner.formats.shards import Piece
from cleaner.text.errors import InputError

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # an escaped half in front of a byte that is not UTF-8


class Read(NamedTuple):
    """A document as it came.

    line      its JSON line in UTF-8, where it has one: the text is the literal [start, end) of it
    original  its bytes where its text cannot give them back
    """

    text: str
    origin: Origin
    line: bytes = b""
    start: int = 0
    end: int = 0
    original: bytes | None = None


class Verbatim(NamedTuple):
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


def documents(piece: Piece, data: bytes, how: Reading) -> Iterator[Read | Verbatim]:
    """Every document of a piece, in order. InputError where a file that is one document is not text."""
    if piece.source.format == "jsonl":
        return _lines(piece, data, how)
    return iter([_file(piece.source, data, how)])


def _file(source: Source, data: bytes, how: Reading) -> Read:
    decoded = decode(data, how.encoding_of(source.name))
    carrier = Carrier(decoded.encoding, decoded.errors, decoded.bom)
    origin = Origin(source.path, source.name, None, len(data), sha256(data).hexdigest(), carrier)
    return _read(decoded, origin, Member(decoded.text, 0, 0), b"", None if decoded.exact else data)


def _read(decoded: Decoded, origin: Origin, member: Member, line: bytes, original: bytes | None) -> Read:
    if original is not None:
        origin = origin._replace(original=sha256(original).hexdigest())
    if decision := _decision(decoded):
        origin = origin._replace(decision=decision)
    return Read(member.text, origin, line, member.start, member.end, original)


def _lines(piece: Piece, data: bytes, how: Reading) -> Iterator[Read | Verbatim]:
    source, lines = piece.source, data.split(b"\n")
    path, name, last = source.path, source.name, len(lines) - 1
    found_in = plain(how.text_field) if how.encoding_of(name) is None else _nowhere
    for index, line in enumerate(lines):
        if index == last and not line:
            return  # nothing stands behind the last line feed
        end = "" if index == last else "\n"
        if line.endswith(b"\r"):
            line, end = line[:-1], "\r" + end
        number = piece.first_line + index
        if (found := found_in(line)) is None:
            bom = index == 0 and piece.start == 0 and line.startswith(BOM)
            yield _line(source, number, line, end, how, bom=bom)
        else:
            text, start, stop, _, _ = found
            carrier = Carrier(shell=found.shell(line), end=end)
            yield Read(
                text, Origin(path, name, number, len(line), sha256(line).hexdigest(), carrier), line, start, stop
            )


def _nowhere(_: bytes) -> None:
    """Lines in an encoding that the user names are decoded first."""


def _line(source: Source, number: int, line: bytes, end: str, how: Reading, *, bom: bool) -> Read | Verbatim:
    body = line[len(BOM) :] if bom else line
    place = source.path, source.name, number, len(line), sha256(line).hexdigest()
    if not body.strip(b" \t\r"):
        return Verbatim(Origin(*place, Carrier(bom=bom, end=end)), body.decode(), None)
    try:
        decoded = _decoded_line(body, how.encoding_of(source.name))
        clean = decoded.text.encode(UTF8, STRAY)
        member = split(clean, how.text_field)
        if _HALVES.search(member.text):
            raise InputError("holds two halves of characters side by side, which JSON would read as one character")
    except InputError as failure:
        origin = Origin(*place, Carrier(UTF8, STRAY, bom, end=end))
        return Verbatim(origin, body.decode(UTF8, STRAY), str(failure))
    carrier = Carrier(decoded.encoding, decoded.errors, decoded.bom or bom, member.shell(clean), end)
    exact = carrier.source_bytes(member.text) == line
    return _read(decoded, Origin(*place, carrier), member, clean, None if exact else line)


def _decoded_line(body: bytes, encoding: str | None) -> Decoded:
    """JSON lines are UTF-8 unless the user says otherwise; a line that is clearly something else is not guessed at."""
    if encoding is None:
        try:
            return Decoded(body.decode(), UTF8, "utf8")
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
