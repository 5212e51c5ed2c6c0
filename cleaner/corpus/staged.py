"""What the first pass leaves of each document for the second: its record, its text, its clean line. Decides nothing.

Four files a shard: records, texts and lines end to end, and heads, which say how long these are. The record is the
document's line of provenance but for its place, so that a document without duplicates is written as it was staged.
"""

import os
import shutil
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from cleaner.corpus.jsonl import Shell, literal_bytes
from cleaner.corpus.workdir import BUFFER, CLEAN, WORK, rename, staging

_RECORD = 1024  # bytes of most records
OPEN = 96  # files: those of all shards, as long as inputs of more than 2 GB do not make them many


class Heads(NamedTuple):
    """What the second pass must know of every document, column by column.

    inputs   the number of its input in the shard
    kept     it has a clean text
    records  bytes of its record; `texts`: of its text, -1 for a line that is no document; `lines`: of its line, 0 where
             it has no clean line in a file of JSON lines
    """

    inputs: "array[int]"
    kept: "array[int]"
    records: "array[int]"
    texts: "array[int]"
    lines: "array[int]"

    @classmethod
    def read(cls, path: Path) -> Self:
        """As they were staged."""
        together = array("q", path.read_bytes())
        size = len(together) // len(cls._fields)
        return cls(*(together[number * size : (number + 1) * size] for number in range(len(cls._fields))))


class Places(NamedTuple):
    """Where a shard is staged."""

    records: Path
    texts: Path
    lines: Path
    heads: Path


def places(out: Path, shard: int) -> Places:
    """The staged files of a shard."""
    folder = out / WORK / CLEAN
    return Places(*(folder / f"{shard:05}.{name}" for name in Places._fields))


def clear_staged(out: Path) -> None:
    """Delete what is staged of all shards, once the second pass is through."""
    shutil.rmtree(out / WORK / CLEAN, ignore_errors=True)


class Stager:
    """Takes the documents of a shard, in order; writes some at a time."""

    def __init__(self, records: IO[bytes], texts: IO[bytes], lines: IO[bytes]) -> None:
        self._files = records, texts, lines
        self._waiting: tuple[list[bytes], ...] = [], [], []
        self._size = 0
        self._heads = Heads(*(array("q") for _ in Heads._fields))

    def document(self, input: int, record: bytes, text: bytes, line: bytes, *, kept: bool) -> None:
        """The next document; its record and its line with a line feed."""
        heads = self._heads
        heads.inputs.append(input)
        heads.kept.append(kept)
        heads.texts.append(len(text))
        records, texts, lines = self._waiting
        records.append(record)
        texts.append(text)
        lines.append(line)
        self._size += len(record) + len(text) + len(line)
        if self._size > BUFFER:
            self.flush()

    def verbatim(self, input: int, record: bytes) -> None:
        """The next line, which is no document."""
        self.document(input, record, b"", b"", kept=False)
        self._heads.texts[-1] = -1

    def flush(self) -> None:
        """Write what waits."""
        for file, parts in zip(self._files, self._waiting, strict=True):
            file.write(b"".join(parts))
        self._heads.records.extend(map(len, self._waiting[0]))
        self._heads.lines.extend(map(len, self._waiting[2]))
        self._waiting, self._size = ([], [], []), 0

    @property
    def heads(self) -> bytes:
        """The heads of all, column after column."""
        return b"".join(column.tobytes() for column in self._heads)

    @property
    def text_at(self) -> "array[int]":
        """Where each document's text ends, in bytes, after a first 0."""
        return array("q", accumulate((size for size in self._heads.texts if size >= 0), initial=0))

    @property
    def record_at(self) -> "array[int]":
        """Where each document's record begins, in bytes."""
        starts = accumulate(self._heads.records, initial=0)
        return array("q", (start for start, size in zip(starts, self._heads.texts, strict=False) if size >= 0))


@contextmanager
def staged(out: Path, shard: int) -> Iterator[Stager]:
    """The files of a shard, which take their names when the block ends."""
    place = places(out, shard)
    with ExitStack() as stack:
        files = [stack.enter_context(staging(path.parent, durable=False)) for path in place]
        (records, _), (texts, _), (lines, _), (heads, _) = files
        stager = Stager(records, texts, lines)
        yield stager
        stager.flush()
        heads.write(stager.heads)
    for (_, temporary), path in zip(files, place, strict=True):
        rename(temporary, path)


class StagedFiles:
    """The staged records and texts of all shards, by their places; few files are open at a time."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open: dict[tuple[int, str], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self._open:
            os.close(self._open.popitem()[1])

    def text(self, shard: int, start: int, end: int) -> str:
        """The text that is staged in [start, end), in bytes."""
        return self._read(self._file(shard, "texts"), start, end - start).decode("utf-8", "surrogatepass")

    def record(self, shard: int, at: int) -> bytes:
        """The record that begins there."""
        file, size = self._file(shard, "records"), _RECORD
        while (end := (data := self._read(file, at, size)).find(b"\n")) < 0 and len(data) == size:
            size *= 8
        return data[:end] if end >= 0 else data

    def _read(self, file: int, at: int, size: int) -> bytes:
        """So many bytes, or all to the end of the file; single reads, since maps of many files cost more to fill."""
        data = os.pread(file, size, at)
        while len(data) < size and (more := os.pread(file, size - len(data), at + len(data))):
            data += more  # the system reads 2 GB at once at most
        return data

    def _file(self, shard: int, kind: str) -> int:
        file = self._open.get((shard, kind))
        if file is None:
            if len(self._open) == OPEN:
                os.close(self._open.pop(next(iter(self._open))))
            file = self._open[shard, kind] = os.open(getattr(places(self._out, shard), kind), os.O_RDONLY)
        return file


def line_of(shell: Shell, text: str) -> bytes:
    """A clean line as it is written, with its line feed."""
    if not shell.ascii:
        with suppress(UnicodeEncodeError):  # of lone surrogates, which an escape or a byte stands for
            return b"%b%b%b\n" % (shell.before.encode(), literal_bytes(text), shell.after.encode())
    return f"{shell.line(text)}\n".encode("utf-8", "surrogateescape")


def ended(text: bytes) -> bytes:
    """A clean text as a file holds it: the last line of a file ends in a line feed."""
    return text if not text or text.endswith(b"\n") else text + b"\n"


def clean_bytes(text: str) -> bytes:
    """A clean text as it is staged: UTF-8; lone surrogates, which only a run without `controls` leaves, are kept."""
    return text.encode("utf-8", "surrogatepass")


def clean_text(data: bytes) -> str:
    """The way back from `clean_bytes`."""
    return data.decode("utf-8", "surrogatepass")
