"""What the first pass leaves of each document for the second: a head, its record, its text. Reads and writes, decides nothing.

Two files a shard: lines of heads and records in turn, and the texts end to end. The record is the document's line of
provenance but for its place, so that a document without duplicates is written without being read again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from cleaner.corpus.jsonl import Shell
from cleaner.corpus.record import Origin, dumped, loaded, origin_in
from cleaner.corpus.workdir import WORK

_NOWHERE = b'"clean":{"path":null,"record":null,'  # inside a string its quotes would be escaped


class Head(NamedTuple):
    """What the second pass must know of every document.

    name    of its input
    size    of its text in bytes; None for a line that is no document
    kept    it has a clean text
    before  the JSON line around its text, as in jsonl.Shell; None for a file that is one document
    """

    name: str
    size: int | None = None
    kept: bool = False
    before: str | None = None
    after: str = ""
    ascii: bool = False

    @classmethod
    def of(cls, name: str, size: int, *, kept: bool, shell: Shell | None) -> "Head":
        """The head of a document."""
        return cls(name, size, kept, *((shell.before, shell.after, shell.ascii) if shell else ()))

    @property
    def shell(self) -> Shell | None:
        """Enough of the JSON line to write the clean one."""
        return None if self.before is None else Shell(self.before, self.after, self.ascii)


class Entry(NamedTuple):
    """A document as it was staged; `text` in UTF-8."""

    head: Head
    record: bytes
    text: bytes


def places(out: Path, shard: int) -> tuple[Path, Path]:
    """The staged records and texts of a shard."""
    folder = out / WORK / "clean"
    return folder / f"{shard:05}.jsonl", folder / f"{shard:05}.text"


def write(records: IO[bytes], head: Head, record: bytes) -> int:
    """Stage the two lines of a document; where its record begins, in bytes."""
    first = dumped(head)
    at = records.tell() + len(first) + 1
    records.write(b"%b\n%b\n" % (first, record))
    return at


def entries(out: Path, shard: int) -> Iterator[Entry]:
    """Every document of a shard, and every line that is none, in order."""
    records, texts = places(out, shard)
    with records.open("rb") as record_file, texts.open("rb") as text_file:
        for line in record_file:
            head = Head(*loaded(line))
            yield Entry(head, next(record_file)[:-1], text_file.read(head.size or 0))


def origin_of(head: Head, record: Mapping[str, Any]) -> Origin:
    """Where a document came from: its record, with the JSON line from its head."""
    origin = origin_in(record)
    if origin.shell is None or head.before is None:
        return origin
    return replace(origin, shell=replace(origin.shell, before=head.before, after=head.after))


def placed(record: bytes, path: str, number: int | None) -> bytes:
    """A record that says where the clean text of its document stands.

    >>> placed(b'{"v":1,"clean":{"path":null,"record":null,"chars":3}}', "corpus/a.txt", None)
    b'{"v":1,"clean":{"path":"corpus/a.txt","record":null,"chars":3}}'
    """
    where = b'"clean":{"path":%b,"record":%b,' % (dumped(path), dumped(number))
    return record.replace(_NOWHERE, where, 1)


def clean_bytes(text: str) -> bytes:
    """A clean text as it is written: UTF-8; lone surrogates, which only a run without `controls` leaves, are kept."""
    return text.encode("utf-8", "surrogatepass")


def clean_text(data: bytes) -> str:
    """The way back from `clean_bytes`."""
    return data.decode("utf-8", "surrogatepass")
