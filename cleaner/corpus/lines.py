"""The documents of one JSON lines file by number: where their lines are, and their texts as long as these are few."""

import codecs
import json
import re
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import IO, Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from cleaner.corpus.jsonl import split
from cleaner.corpus.record import number_in
from cleaner.corpus.source import Passed
from cleaner.text.errors import InputError

BLOCK = 1 << 23  # bytes read, decoded and then signed by one thread in one go
REMEMBERED = 256  # documents that were read again
LINE_FEED = 10
BOM = codecs.BOM_UTF8
SPACE = " \t\r\n"

Offsets: TypeAlias = NDArray[np.int64]
Records: TypeAlias = Sequence[dict[str, Any] | None]

_DECODER = msgspec.json.Decoder()
_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # not in typeshed; what json.loads calls between two searches for white space


class Line(NamedTuple):
    """A document that was read again."""

    id: str
    text: str


class Lines:
    """The documents of a file that was opened for reading, once `read` went through it.

    A line that is blank or no document has no number here, and stays as it is.

    name    of the file, for messages
    member  that holds the text; `value`: whose number decides which copy stays, if one does
    memory  bytes of lines whose texts are held; where there are more, all are read again when asked for
    """

    def __init__(self, file: IO[bytes], name: str, member: str = "text", value: str | None = None, memory: int = 0):
        self.file, self.member = file, member
        self.values = array("d")
        self.failed: list[Passed] = []
        self.size = 0
        self._name, self._value, self._memory = name, value, memory
        self._quoted = re.compile(re.escape(json.dumps(member, ensure_ascii=False).encode()))
        self._starts, self._ends, self._numbers = array("q"), array("q"), array("q")
        self._held: list[str] | None = []
        self._ids: list[str] = []
        self._again = lru_cache(REMEMBERED)(self._read_again)

    def __len__(self) -> int:
        return len(self._starts)

    def id(self, document: int) -> str:
        """Its member `id`, or the number of its line, from 1."""
        return self._ids[document] if self._held is not None else self._again(document).id

    def text(self, document: int) -> str:
        """Its text."""
        return self._held[document] if self._held is not None else self._again(document).text

    def span(self, document: int) -> tuple[int, int]:
        """Where its line starts and ends, in bytes, with what ends it."""
        return self._starts[document], self._ends[document]

    def raw(self, document: int) -> bytes:
        """Its line."""
        self.file.seek(self._starts[document])
        return self.file.read(self._ends[document] - self._starts[document])

    def read(self) -> Iterator[list[str]]:
        """Read all lines; their texts, a block at a time."""
        number = 1
        while block := self.file.read(BLOCK) + self.file.readline():
            ends = _ends(block)
            records = self._decoded(block, ends) or self._one_by_one(block, number)
            yield self._noted(records, number, self.size + ends)
            number += len(ends)
            self.size += len(block)
            if self.size > self._memory:
                self._held, self._ids = None, []

    def _decoded(self, block: bytes, ends: Offsets) -> Records:
        """The records of all lines in one go; none where some line may be no document."""
        if _objects(block, len(ends)) and self._named_once(block, ends):
            with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                records: list[dict[str, Any]] = _DECODER.decode_lines(block)
                if len(records) == len(ends) and {type(record.get(self.member)) for record in records} == {str}:
                    return records
        return []

    def _named_once(self, block: bytes, ends: Offsets) -> bool:
        """Whether no line has two members of the name, as far as bytes tell."""
        lines = np.searchsorted(ends, [found.start() for found in self._quoted.finditer(block)], side="right")
        return not np.any(lines[1:] == lines[:-1])

    def _one_by_one(self, block: bytes, first: int) -> Records:
        """One record a line, None where a line is no document."""
        lines = block.removesuffix(b"\n").split(b"\n")
        return [self._document(line, number) for number, line in enumerate(lines, first)]

    def _noted(self, records: Records, first: int, ends: Offsets) -> list[str]:
        """The texts of one block, once it is noted where its documents are."""
        its = np.array([at for at, record in enumerate(records) if record is not None], dtype=np.int64)
        found = [record for record in records if record is not None]
        numbers = (first + its).tolist()
        texts: list[str] = [record[self.member] for record in found]
        self._starts.frombytes(np.concatenate([[self.size], ends])[its].tobytes())
        self._ends.frombytes(ends[its].tobytes())
        self._numbers.extend(numbers)
        if self._value is not None:
            self.values.extend(number_in(record, self._value) for record in found)
        if self._held is not None:
            self._held += texts
            self._ids += [str(record.get("id", number)) for number, record in zip(numbers, found, strict=True)]
        return texts

    def _document(self, line: bytes, number: int) -> dict[str, Any] | None:
        if not line.strip():
            return None
        try:
            return self._record(line)
        except InputError as failure:
            self.failed.append(Passed(f"{self._name}:{number}", str(failure)))
            return None

    def _read_again(self, document: int) -> Line:
        record = self._record(self.raw(document))
        return Line(str(record.get("id", self._numbers[document])), record[self.member])

    def _record(self, line: bytes) -> dict[str, Any]:
        try:
            record = _value(line.removeprefix(BOM))
        except RecursionError:
            raise InputError("is nested too deeply to be read") from None
        except StopIteration:
            raise InputError("is not a line of JSON") from None
        except ValueError as failure:
            raise InputError(f"is not a line of JSON: {failure}") from None
        if type(record) is not dict or type(record.get(self.member)) is not str:
            raise InputError(f"has no text in a member {self.member!r}; pass --text-field")
        if len(self._quoted.findall(line)) > 1:
            split(line.removeprefix(BOM).decode().strip(SPACE), self.member)  # refuses two members of one name
        return record


def _ends(block: bytes) -> Offsets:
    """Where each line ends, with what ends it."""
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == LINE_FEED) + 1
    return ends if block.endswith(b"\n") else np.append(ends, len(block))


def _objects(block: bytes, lines: int) -> bool:
    """Whether each line starts as an object and ends as one: then no value goes over a line's end."""
    ends = block.count(b"}\n{")
    if ends < lines - 1:
        ends += block.count(b"}\r\n{")
    return ends == lines - 1 and block.startswith(b"{") and block.rstrip(b"\r\n").endswith(b"}")


def _value(line: bytes) -> Any:
    """The value of a line. msgspec is quick and strict; what it refuses the scanner of `json` reads or explains."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(line)
    text = line.decode()
    value, end = _SCAN(text, _first_sign(text))
    if text[end:].strip(SPACE):
        raise ValueError(f"more stands behind character {end}")
    return value


def _first_sign(text: str) -> int:
    return 0 if text[:1] == "{" else len(text) - len(text.lstrip(SPACE))
