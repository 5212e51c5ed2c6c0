"""JSON lines: the text of a line, and where its literal stands, so that every other byte stays as it came. The one reader.

Most lines are plain: msgspec says that a line is JSON and what its text is, and a search finds where that stands. Where a
search cannot tell, a walk over the members does. A whole block of lines is read at once where only texts are wanted.
`field` names the member that holds the text, by a path or a list of paths as in `members.py`; `split` takes one text alone.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cleaner.formats.carrier import STRAY, UTF8, Shell, quoted
from cleaner.formats.members import Members, Pointer, dotted, members_listed, pointer, value_at
from cleaner.text.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 4096  # bytes of a shell: a longer one may hold an integer that Python refuses to read
DEEPEST = 256  # brackets of a shell: the walk refuses what is nested some thousand deep
SPACE = " \t\r\n"
BOM = codecs.BOM_UTF8
_BACKSLASH, _BLANK = b"\\ "
_RESPELLING = b"\\u", b"\\/"  # escapes that may stand for a letter of a name
_DECODER = msgspec.json.Decoder()
_DECODE, _ENCODE = _DECODER.decode, msgspec.json.Encoder().encode
_WALK = json.JSONDecoder(strict=False)

Records = Sequence[dict[str, Any] | None]


class Member(NamedTuple):
    """The text of a line and where its literal starts and ends in the line, in bytes; `ascii`, `literal` as in Shell."""

    text: str
    start: int
    end: int
    ascii: bool = False
    literal: bytes | None = None

    def shell(self, line: bytes) -> Shell:
        """What stands around it in this line."""
        return Shell(line[: self.start], line[self.end :], self.ascii, self.literal)


Split = Callable[[bytes], Member | None]


def split(line: bytes, field: str) -> Member:
    """The text of a JSON line in UTF-8 (bytes that are none may be in it) and where it stands.

    InputError where the line is no object, has no such member or two of them, or the member is not a string.

    >>> split(b'{"id": 1, "text": "a"}', "text")
    Member(text='a', start=18, end=21, ascii=False, literal=None)
    """
    return plain(field)(line) or _walked(line, field)


@cache
def plain(field: str) -> Split:
    """What `split` gives for a plain line, None where only a walk can tell.

    >>> plain("text")(b'{"id": {"of": 1}, "text": "a"}')

    A name in quotes that no backslash precedes and a colon follows is the name of a member; behind one brace alone it is
    one of the outer object; and it is the only one of this name if that stands nowhere else, spelt with escapes or without.
    Of a path every name stands in the line once.
    """
    parts = pointer(field).parts
    names = [_name(str(part)) for part in parts]
    name, inner = names[-1], len(names) > 1
    member = name + b":"
    size = len(member)

    def split(line: bytes) -> Member | None:
        at = line.find(member)
        if at < 1 or line[at - 1] == _BACKSLASH:
            return None
        if any(line.count(one) != 1 for one in names) if inner else line.count(b"{", 0, at) != 1:
            return None
        start = at + size
        try:
            if line[start] == _BLANK:
                start += 1
            text = value_at(_DECODE(line), parts) if inner else _DECODE(line)[parts[0]]
            if type(text) is not str:
                return None
            literal, ascii = _ENCODE(text), False
            if not line.startswith(literal, start):
                literal, ascii = quoted(text, True), True
                if not line.startswith(literal, start):
                    return None
        except (msgspec.MsgspecError, ValueError, RecursionError, LookupError, TypeError):
            return None
        end = start + len(literal)
        around = line[:at] + line[end:]
        return None if name in around or _odd(around) else Member(text, start, end, ascii)

    return split


def literal_at(line: bytes, at: int) -> tuple[str, int]:
    """The string whose literal begins there, and where it ends, both in bytes. ValueError where none does."""
    rest = line[at:].decode(UTF8, STRAY)
    text, end = _WALK.raw_decode(rest)
    return str(text), at + len(rest[:end].encode(UTF8, STRAY))


def text_in(literal: bytes) -> str:
    """The string of a literal."""
    try:
        return str(_DECODE(literal))
    except (msgspec.MsgspecError, UnicodeDecodeError):  # lone surrogates, or bytes that are no UTF-8
        return str(_WALK.decode(literal.decode(UTF8, STRAY)))


def texts_in(literals: Sequence[bytes]) -> list[str]:
    """The strings of literals."""
    try:
        texts: list[str] = _DECODE(b"[%b]" % b",".join(literals))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return list(map(text_in, literals))
    return texts


def records_in(block: bytes, ends: "NDArray[np.int64]", field: str) -> Records:
    """The records of a block of lines, which end there, in one go; none where some line may be no document."""
    members = members_listed(field)
    if _objects(block, len(ends)) and all(_named_once(block, ends, name) for name in _names_in(members)):
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            records: list[dict[str, Any]] = _DECODER.decode_lines(block)
            if len(records) == len(ends) and all(_holds(record, members) for record in records):
                return records
    return []


def record_in(line: bytes, field: str) -> dict[str, Any]:
    """The record of one line, as its text can be taken. InputError where it is none."""
    members = members_listed(field)
    try:
        record = _value(line)
    except RecursionError:
        raise InputError("is nested too deeply to be read") from None
    except ValueError as failure:
        raise InputError(f"is not a line of JSON: {failure}") from None
    if type(record) is not dict or not _holds(record, members):
        raise InputError(f"has no text in a member {field!r}; pass --text-field{_dots(record, members)}")
    if any(line.count(name) > 1 for name in _names_in(members)):
        _refuse_twins(line, members)
    return record


def _holds(record: dict[str, Any], members: Members) -> bool:
    """Whether all these members are there and are texts."""
    if (name := members.name) is not None:
        return type(record.get(name)) is str
    try:
        members.texts(record)
    except (InputError, TypeError):
        return False
    return True


def _dots(record: object, members: Members) -> str:
    return "".join(dotted(record, one) for one in members.pointers)


def _names_in(members: Members) -> Iterator[bytes]:
    return (_name(part) for one in members.pointers for part in one.parts if part is not None)


def _refuse_twins(line: bytes, members: Members) -> None:
    """InputError where an object has two members of a name that is read."""
    if not members.several:
        _walked(line, members.pointers[0].written)  # says it as `split` does
        return
    names = {part for one in members.pointers for part in one.parts}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        there = [name for name, _ in pairs if name in names]
        if len(there) > len(set(there)):
            raise InputError(f"has two members {max(there, key=there.count)!r}")
        return dict(pairs)

    json.loads(line.decode(), object_pairs_hook=once)


def _value(line: bytes) -> Any:
    """msgspec is quick and strict; what it refuses `json` reads or explains."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return _DECODE(line)
    return json.loads(line.decode())


def _named_once(block: bytes, ends: "NDArray[np.int64]", name: bytes) -> bool:
    """Whether no line has two members of the name, as far as bytes tell."""
    lines = ends.searchsorted([found.start() for found in re.finditer(re.escape(name), block)], side="right")
    return not bool((lines[1:] == lines[:-1]).any())


def _objects(block: bytes, lines: int) -> bool:
    """Whether each line starts as an object and ends as one: then no value goes over a line's end."""
    ends = block.count(b"}\n{")
    if ends < lines - 1:
        ends += block.count(b"}\r\n{")
    return ends == lines - 1 and block.startswith(b"{") and block.rstrip(b"\r\n").endswith(b"}")


@cache
def _name(field: str) -> bytes:
    """The name of a member as JSON writes it; a stray surrogate, which no such name can hold, is found nowhere."""
    return b'"%b"' % _ENCODE(field.encode(UTF8, "replace").decode())[1:-1]


def _odd(around: bytes) -> bool:
    """Whether there is something around this member that the walk over members might refuse, or its name respelt."""
    size = len(around)
    if size > LONGEST or (size > DEEPEST and around.count(b"[") + around.count(b"{") > DEEPEST):
        return True
    return b"\\" in around and any(escape in around for escape in _RESPELLING)


def _walked(data: bytes, field: str) -> Member:
    line = data.decode(UTF8, STRAY)
    text, start, end = _place(line, pointer(field))
    at = len(line[:start].encode(UTF8, STRAY))
    literal = line[start:end].encode(UTF8, STRAY)
    for ascii in (False, True):
        if quoted(text, ascii) == literal:
            return Member(text, at, at + len(literal), ascii)
    return Member(text, at, at + len(literal), literal=literal)


def _place(line: str, path: Pointer) -> tuple[str, int, int]:
    """A member of the object in this line: its text, start and end of its literal, in characters."""
    try:
        return _walk(line, path)
    except RecursionError:
        raise InputError("is nested too deeply to be read") from None
    except json.JSONDecodeError as failure:
        raise InputError(f"is not valid JSON: {failure.msg} at character {failure.pos + 1}") from None
    except ValueError as failure:  # an integer of more than 4,300 digits
        raise InputError(f"cannot be read: {failure}") from None


def _walk(line: str, path: Pointer) -> tuple[str, int, int]:
    start = _past(line, 0)
    if line[start : start + 1] != "{":
        raise InputError("is not a JSON object")
    for depth, part in enumerate(path.parts):
        found, stop = _inside(line, start, str(part))
        if not depth and _past(line, stop) != len(line):
            raise json.JSONDecodeError("Extra data", line, _past(line, stop))
        if found is None:
            hint = "" if depth else _dots(_WALK.raw_decode(line, start)[0], Members((path,)))
            raise InputError(f"has no member {path.written!r}; pass --text-field{hint}")
        start = found
    value, end = _WALK.raw_decode(line, start)
    if not isinstance(value, str):
        raise InputError(f"{path.written!r} is {type(value).__name__}, not a string")
    return value, start, end


def _inside(line: str, at: int, part: str) -> tuple[int | None, int]:
    """Where a member of the object, or an item of the list, that begins there begins, and where the whole ends."""
    found: int | None = None
    if line[at] == "{":
        at += 1
        for name, start, stop in _members(line, at):
            if name == part:
                if found is not None:
                    raise InputError(f"has two members {part!r}")
                found = start
            at = stop
        return found, _past(line, at) + 1
    return _item(line, at, part), at


def _members(line: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of value of every member of an object; behind the end of the last one stands its bracket."""
    at = _past(line, at)
    while line[at : at + 1] != "}":
        if line[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", line, at)
        name, at = _WALK.raw_decode(line, at)
        at = _past(line, at)
        if line[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", line, at)
        start = _past(line, at + 1)
        at = _WALK.raw_decode(line, start)[1]
        yield name, start, at
        at = _past(line, at)
        if line[at : at + 1] == ",":
            at = _past(line, at + 1)
            if line[at : at + 1] == "}":
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", line, at)
        elif line[at : at + 1] != "}":
            raise json.JSONDecodeError("Expecting ',' delimiter", line, at)


def _item(line: str, at: int, number: str) -> int | None:
    """Where an item of a list begins; the list was read before, as a part of the line."""
    if line[at] != "[" or not (number.isascii() and number.isdecimal()):
        return None
    for _ in range(int(number) + 1):
        at = _past(line, at + 1)
        if line[at] == "]":
            return None
        start = at
        at = _past(line, _WALK.raw_decode(line, at)[1])
        if line[at] == "]":
            at -= 1  # the next turn finds that nothing comes any more
    return start


def _past(line: str, at: int) -> int:
    while line[at : at + 1] and line[at] in SPACE:
        at += 1
    return at
