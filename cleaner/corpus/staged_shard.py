"""One staged shard, read again: single documents, and runs of documents that are written as they were staged."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

from cleaner.corpus.staged import Heads, places

RUN = 256  # documents that are written in one go
_NOWHERE = b'"clean":{"path":null,"record":null,'  # inside a string its quotes would be escaped

Content = bytes | mmap


class Entry(NamedTuple):
    """A document as it was staged: its record and its clean line, each with a line feed, its text in UTF-8."""

    kept: bool
    record: bytes
    text: bytes
    line: bytes


class Run(NamedTuple):
    """So many kept documents of one file of JSON lines, one after the other: their records, and their clean lines."""

    size: int
    records: bytes
    lines: bytes


class StagedShard:
    """The documents of a shard, and its lines that are none, by row.

    inputs     the number of its input in the shard, by row
    kept       has a clean text, by row
    documents  the rows that are documents
    """

    def __init__(self, heads: Heads, records: Content, texts: Content, lines: Content) -> None:
        self.inputs, self.kept = heads.inputs, heads.kept
        self.documents = [row for row, size in enumerate(heads.texts) if size >= 0]
        self._records, self._texts, self._lines = records, texts, lines
        sizes = heads.records, [max(size, 0) for size in heads.texts], heads.lines
        self._record_at, self._text_at, self._line_at = (list(accumulate(column, initial=0)) for column in sizes)

    def stretches(self, rows: range, alone: Collection[int]) -> Iterator[int | Run]:
        """These rows in order: some alone, by number, the others in runs."""
        at = rows.start
        for row in [*sorted(set(rows).intersection(alone)), rows.stop]:
            for start in range(at, row, RUN):
                yield self._run(start, min(start + RUN, row))
            if row < rows.stop:
                yield row
            at = row + 1

    def entry(self, row: int) -> Entry:
        """What is staged of one row."""
        end = row + 1
        record = self._records[self._record_at[row] : self._record_at[end]]
        text = self._texts[self._text_at[row] : self._text_at[end]]
        return Entry(bool(self.kept[row]), record, text, self._lines[self._line_at[row] : self._line_at[end]])

    def _run(self, start: int, end: int) -> Run:
        records = self._records[self._record_at[start] : self._record_at[end]]
        return Run(end - start, records, self._lines[self._line_at[start] : self._line_at[end]])


@contextmanager
def staged_shard(out: Path, shard: int) -> Iterator[StagedShard]:
    """A shard, its files mapped to memory."""
    place = places(out, shard)
    with ExitStack() as stack:
        content = (_mapped(path, stack) for path in (place.records, place.texts, place.lines))
        yield StagedShard(Heads.read(place.heads), *content)


def _mapped(path: Path, stack: ExitStack) -> Content:
    if not path.stat().st_size:
        return b""  # which cannot be mapped
    with path.open("rb") as file:
        try:
            return stack.enter_context(mmap(file.fileno(), 0, access=ACCESS_READ))
        except OSError:  # a file system that maps no files
            return file.read()


def placed(record: bytes, path: bytes, number: int | None) -> bytes:
    """A record that says where the clean text of its document stands; `path` as JSON.

    >>> placed(b'{"v":1,"clean":{"path":null,"record":null,"chars":3}}', b'"corpus/a.txt"', None)
    b'{"v":1,"clean":{"path":"corpus/a.txt","record":null,"chars":3}}'
    """
    where = b'"clean":{"path":%b,"record":%b,' % (path, b"null" if number is None else b"%d" % number)
    return record.replace(_NOWHERE, where, 1)


def all_placed(run: Run, path: bytes, number: int) -> bytes:
    """The records of a run, placed from this line number on."""
    first, *rest = run.records.split(_NOWHERE)
    if len(rest) != run.size:  # a stage's evidence that looks like a place
        lines = enumerate(run.records.removesuffix(b"\n").split(b"\n"), number)
        return b"".join(b"%b\n" % placed(record, path, at) for at, record in lines)
    where = b'"clean":{"path":%b,"record":' % path
    return first + b"".join([b"%b%d,%b" % (where, at, part) for at, part in enumerate(rest, number)])
