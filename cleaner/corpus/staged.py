"""What the first pass leaves of each document for the second: its record, its text, its clean line. Decides nothing.

Four files a shard: records, texts and lines end to end, and heads, which say how long these are. The record is the
document's line of provenance but for its place, so that a document without duplicates is written as it was staged.
"""

from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

import msgspec

from cleaner.corpus.jsonl import Shell
from cleaner.corpus.workdir import WORK, rename, staging

_literal = msgspec.json.Encoder().encode  # as json.encoder.encode_basestring, at once in bytes

OPEN = 96  # files: those of all shards, as long as inputs of more than 2 GB do not make them many
_NOWHERE = b'"clean":{"path":null,"record":null,'  # inside a string its quotes would be escaped


class Head(NamedTuple):
    """What the second pass must know of every document.

    input   the number of its input in the shard
    kept    it has a clean text
    record  bytes of its record; of its `text`, -1 for a line that is no document; of its `line`, 0 where it has no
            clean line in a file of JSON lines
    """

    input: int
    kept: int
    record: int
    text: int
    line: int


class Entry(NamedTuple):
    """A document as it was staged: its record and its clean line, each with a line feed, its text in UTF-8."""

    head: Head
    record: bytes
    text: bytes
    line: bytes


class Places(NamedTuple):
    """Where a shard is staged."""

    records: Path
    texts: Path
    lines: Path
    heads: Path


def places(out: Path, shard: int) -> Places:
    """The staged files of a shard."""
    folder = out / WORK / "clean"
    return Places(*(folder / f"{shard:05}.{name}" for name in Places._fields))


class Stager:
    """Takes the documents of a shard, in order."""

    def __init__(self, records: IO[bytes], texts: IO[bytes], lines: IO[bytes]) -> None:
        self._records, self._texts, self._lines = records, texts, lines
        self._heads = tuple(array("q") for _ in Head._fields)

    def document(self, input: int, record: bytes, text: bytes, line: bytes, *, kept: bool) -> None:
        """The next document; its record and its line with a line feed."""
        self._texts.write(text)
        self._lines.write(line)
        self._put(input, kept, record, len(text), len(line))

    def verbatim(self, input: int, record: bytes) -> None:
        """The next line, which is no document."""
        self._put(input, False, record, -1, 0)

    def _put(self, input: int, kept: int, record: bytes, text: int, line: int) -> None:
        self._records.write(record)
        inputs, keeps, records, texts, lines = self._heads
        inputs.append(input)
        keeps.append(kept)
        records.append(len(record))
        texts.append(text)
        lines.append(line)

    @property
    def heads(self) -> bytes:
        """The heads of all, column after column."""
        return b"".join(column.tobytes() for column in self._heads)

    @property
    def text_at(self) -> "array[int]":
        """Where each document's text ends, in bytes, after a first 0."""
        return array("q", accumulate((size for size in self._heads[3] if size >= 0), initial=0))

    @property
    def record_at(self) -> "array[int]":
        """Where each document's record begins, in bytes."""
        starts = accumulate(self._heads[2], initial=0)
        return array("q", (start for start, size in zip(starts, self._heads[3], strict=False) if size >= 0))


@contextmanager
def staged(out: Path, shard: int) -> Iterator[Stager]:
    """The files of a shard, which take their names when the block ends."""
    place = places(out, shard)
    with ExitStack() as stack:
        files = [stack.enter_context(staging(path.parent, durable=False)) for path in place]
        (records, _), (texts, _), (lines, _), (heads, _) = files
        stager = Stager(records, texts, lines)
        yield stager
        heads.write(stager.heads)
    for (_, temporary), path in zip(files, place, strict=True):
        rename(temporary, path)


def entries(out: Path, shard: int) -> Iterator[Entry]:
    """Every document of a shard, and every line that is none, in order."""
    place = places(out, shard)
    heads = array("q", place.heads.read_bytes())
    size = len(heads) // len(Head._fields)
    columns = (heads[start : start + size] for start in range(0, len(heads), size or 1))
    with place.records.open("rb") as records, place.texts.open("rb") as texts, place.lines.open("rb") as lines:
        for head in map(Head, *columns):
            yield Entry(head, records.read(head.record), texts.read(max(head.text, 0)), lines.read(head.line))


class StagedFiles:
    """The staged records and texts of all shards, by their places; few files are open at a time."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open: dict[tuple[int, str], mmap] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for content in self._open.values():
            content.close()

    def text(self, shard: int, start: int, end: int) -> str:
        """The text that is staged in [start, end), in bytes."""
        return clean_text(self._content(shard, "texts")[start:end]) if start < end else ""

    def record(self, shard: int, at: int) -> bytes:
        """The record that begins there."""
        content = self._content(shard, "records")
        return content[at : content.find(b"\n", at)]

    def _content(self, shard: int, kind: str) -> mmap:
        if (shard, kind) not in self._open:
            if len(self._open) == OPEN:
                self._open.pop(next(iter(self._open))).close()
            path: Path = getattr(places(self._out, shard), kind)
            with path.open("rb") as file:
                self._open[shard, kind] = mmap(file.fileno(), 0, access=ACCESS_READ)
        return self._open[shard, kind]


def placed(record: bytes, path: bytes, number: int | None) -> bytes:
    """A record that says where the clean text of its document stands; `path` as JSON.

    >>> placed(b'{"v":1,"clean":{"path":null,"record":null,"chars":3}}', b'"corpus/a.txt"', None)
    b'{"v":1,"clean":{"path":"corpus/a.txt","record":null,"chars":3}}'
    """
    where = b'"clean":{"path":%b,"record":%b,' % (path, b"null" if number is None else b"%d" % number)
    return record.replace(_NOWHERE, where, 1)


def line_of(shell: Shell, text: str) -> bytes:
    """A clean line as it is written, with its line feed."""
    if not shell.ascii:
        with suppress(UnicodeEncodeError):  # of lone surrogates, which an escape or a byte stands for
            return b"%b%b%b\n" % (shell.before.encode(), _literal(text), shell.after.encode())
    return f"{shell.line(text)}\n".encode("utf-8", "surrogateescape")


def clean_bytes(text: str) -> bytes:
    """A clean text as it is written: UTF-8; lone surrogates, which only a run without `controls` leaves, are kept."""
    return text.encode("utf-8", "surrogatepass")


def clean_text(data: bytes) -> str:
    """The way back from `clean_bytes`."""
    return data.decode("utf-8", "surrogatepass")
