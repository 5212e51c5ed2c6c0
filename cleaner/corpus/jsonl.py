"""A JSON line as the literal of its text field and the shell around it, so that every other byte stays as it came."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C scanner that json itself uses; not in typeshed
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NamedTuple

import msgspec

from cleaner.text.errors import InputError

_SPACES = frozenset(" \t\n\r")
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # half a character, which only an escape can write
_LITERAL = msgspec.json.Encoder().encode  # as json.encoder.encode_basestring, at once in bytes
_DECODER = json.JSONDecoder(strict=False)


class Shell(NamedTuple):
    """A line of JSON without the literal of its text field. A tuple, since every line has one.

    before, after  what stands on either side of the literal
    ascii          the literal escapes everything beyond ASCII, as json.dumps does by default
    literal        the literal itself where neither way of writing it gives it back (`\\/`, upper-case `\\u00E9` …)
    """

    before: str
    after: str
    ascii: bool = False
    literal: str | None = None

    def line(self, text: str, *, source: bool = False) -> str:
        """The line with this text; with `source` the text is the original one and its own literal is used."""
        if source and self.literal is not None:
            return f"{self.before}{self.literal}{self.after}"
        return f"{self.before}{literal_of(text, self.ascii or bool(_HALF.search(text)))}{self.after}"


def split(line: str, field: str) -> tuple[str, Shell]:
    """The text of a JSON line and the shell around it.

    InputError where the line is no object, has no such member or two of them, or the member is not a string.
    """
    text, start, end = _place(line, field)
    literal, before, after = line[start:end], line[:start], line[end:]
    for ascii in (False, True):
        if literal_of(text, ascii) == literal:
            return text, Shell(before, after, ascii)
    return text, Shell(before, after, literal=literal)


def rejoin(line: str, at: int) -> tuple[str, str, str]:
    """A clean line as (before, text, after), where `at` is the length of `before`."""
    text, end = _string(line, at + 1)
    return line[:at], text, line[end:]


def literal_of(text: str, ascii: bool) -> str:
    """A string as JSON writes it."""
    return encode_basestring_ascii(text) if ascii else encode_basestring(text)


def literal_bytes(text: str) -> bytes:
    """The same in UTF-8, without escapes beyond ASCII. UnicodeEncodeError where the text has lone surrogates."""
    return _LITERAL(text)


def _string(line: str, at: int) -> tuple[str, int]:
    text, end = scanstring(line, at, False)
    return text, end


def _place(line: str, field: str) -> tuple[str, int, int]:
    """A member of the object in this line: its text, start and end of its literal."""
    try:
        return _walk(line, field)
    except RecursionError:
        raise InputError("is nested too deeply to be read") from None
    except json.JSONDecodeError as failure:
        raise InputError(f"is not valid JSON: {failure.msg} at character {failure.pos + 1}") from None
    except ValueError as failure:  # an integer of more than 4,300 digits
        raise InputError(f"cannot be read: {failure}") from None


def _walk(line: str, field: str) -> tuple[str, int, int]:
    at = _past(line, 0)
    if line[at : at + 1] != "{":
        raise InputError("is not a JSON object")
    found: tuple[str, int, int] | None = None
    at = _past(line, at + 1)
    while line[at : at + 1] != "}":
        if line[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", line, at)
        key, at = _string(line, at + 1)
        at = _past(line, at)
        if line[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", line, at)
        start = _past(line, at + 1)
        value, at = _value(line, start)
        if key == field:
            if found:
                raise InputError(f"has two members {field!r}")
            if not isinstance(value, str):
                raise InputError(f"{field!r} is {type(value).__name__}, not a string")
            found = value, start, at
        at = _past(line, at)
        if line[at : at + 1] == ",":
            at = _past(line, at + 1)
            if line[at : at + 1] == "}":
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", line, at)
        elif line[at : at + 1] != "}":
            raise json.JSONDecodeError("Expecting ',' delimiter", line, at)
    if _past(line, at + 1) != len(line):
        raise json.JSONDecodeError("Extra data", line, at + 1)
    if found is None:
        raise InputError(f"has no member {field!r}; pass --text-field")
    return found


def _value(line: str, at: int) -> tuple[Any, int]:
    if line[at : at + 1] == '"':
        return _string(line, at + 1)
    return _DECODER.raw_decode(line, at)


def _past(line: str, at: int) -> int:
    while line[at : at + 1] in _SPACES:
        at += 1
    return at
