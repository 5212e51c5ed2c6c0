"""Take the duplicates out of a shard's documents, write its clean text and its provenance. Reads only what was staged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from cleaner.corpus.duplicates import Duplicates, Keepers, finding_of
from cleaner.corpus.first_pass import clean_bytes, clean_text, staged
from cleaner.corpus.matching import Counts
from cleaner.corpus.record import Occurrence, Origin, document_in, dumped, loaded, occurrences_out, origin_in, record_of
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import WORK, inside, staging
from cleaner.dedup.settings import Dedup
from cleaner.document import Document
from cleaner.pipeline import Pipeline

CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class Part:
    """A shard's share of the second pass.

    removals  its duplicates, and how often what stays occurred; None where nothing was looked for
    records   name of a JSON lines file → number of the next clean line in it, from 1
    """

    shard: int
    removals: Duplicates | None
    counts: Counts | None
    records: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SecondPass:
    """All that a worker needs: `out` is the run directory."""

    out: Path
    pipeline: Pipeline
    dedup: Dedup | None

    def __call__(self, part: Part) -> "Written":
        return _write(self, part)


@dataclass(frozen=True, slots=True)
class Output:
    """A file ready to take its place: staged as `temporary`, to be named `name` in the run directory."""

    name: str
    temporary: Path
    bytes: int
    sha256: str


@dataclass(slots=True)
class Written:
    """What the second pass of a shard leaves.

    files    whole output files
    pieces   stretches of JSON lines files, to be put together in shard order
    emptied  documents that had duplicates and have nothing left, by index
    """

    shard: int
    provenance: Path
    files: list[Output] = field(default_factory=list)
    pieces: list[Output] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    emptied: set[int] = field(default_factory=set)

    def discard(self) -> None:
        """Take back what was staged."""
        for path in (self.provenance, *(one.temporary for one in (*self.files, *self.pieces))):
            path.unlink(missing_ok=True)


def _write(job: SecondPass, part: Part) -> Written:
    with staging(job.out / WORK / "provenance") as (provenance, path):
        done = Written(part.shard, path)
        for name, records in groupby(_documents(job, part, done), key=lambda staged: staged.origin.name):
            write = _write_lines if name in part.records else _write_text
            for record in write(job.out, name, records, done, part.records):
                provenance.write(dumped(record) + b"\n")
    return done


@dataclass(frozen=True, slots=True)
class _Staged:
    """One line of the staged records: a document as it is to be written, or a line that is none."""

    origin: Origin
    record: Mapping[str, Any]
    doc: Document | None = None
    counts: Sequence[Occurrence] = ()

    def provenance(self, path: str | None, number: int | None) -> dict[str, Any]:
        """Its line of provenance."""
        assert self.doc is not None  # only containers hold lines that are no documents
        return record_of(self.doc, self.origin, path=path, record=number) | occurrences_out(self.counts)


def _documents(job: SecondPass, part: Part, done: Written) -> Iterator[_Staged]:
    """What the first pass staged, without the duplicates."""
    records, texts = staged(job.out, part.shard)
    keepers = Keepers(job.out)
    index = 0
    with records.open("rb") as record_file, texts.open("rb") as text_file:
        for line in record_file:
            record = loaded(line)
            if "verbatim" in record:
                yield _Staged(origin_in(record), record)
                continue
            doc = document_in(record, clean_text(text_file.read(record["text_bytes"])))
            counts = list(_in_source(doc, list(part.counts.of(index)) if part.counts else []))
            if part.removals and job.dedup and (duplicates := list(part.removals.of(index))):
                findings = [finding_of(one, doc.text, keepers, job.dedup) for one in duplicates]
                doc = job.pipeline.settle(doc.revise(findings, job.pipeline.level, job.pipeline.keep), again=True)
                if not doc.kept:
                    done.emptied.add(index)
            done.tally.add(doc)
            yield _Staged(origin_in(record), record, doc, counts)
            index += 1


def _in_source(doc: Document, counts: Sequence[Occurrence]) -> Iterator[Occurrence]:
    """The same in code points of the decoded source, as all spans of a record are."""
    if counts:
        back = doc.change.mapper(back=True)
        yield from (Occurrence(one.whole, *back(one.start, one.end), one.times) for one in counts)


def _write_text(
    out: Path, name: str, staged: Iterable[_Staged], done: Written, _: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """A file that is one document; no file where the document was dropped."""
    for one in staged:
        assert one.doc is not None  # only containers hold lines that are no documents
        place = f"{CORPUS}/{name}" if one.doc.kept else None
        if place is not None:
            done.files.append(_file(out, place, clean_bytes(one.doc.text)))
        yield one.provenance(place, None)


def _write_lines(
    out: Path, name: str, staged: Iterable[_Staged], done: Written, records: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """A stretch of a JSON lines file: the lines of the documents that are kept."""
    number, place = records[name], f"{CORPUS}/{name}"
    with staging(out / WORK / "pieces") as (file, temporary):
        for one in staged:
            if one.doc is None:
                yield dict(one.record)
            elif one.doc.kept and one.origin.shell is not None:
                file.write((one.origin.shell.line(one.doc.text) + "\n").encode("utf-8", "surrogateescape"))
                yield one.provenance(place, number)
                number += 1
            else:
                yield one.provenance(None, None)
        done.pieces.append(Output(place, temporary, file.tell(), ""))


def _file(out: Path, name: str, data: bytes) -> Output:
    path = inside(out, name)
    with staging(path.parent) as (file, temporary):
        file.write(data)
    return Output(name, temporary, len(data), sha256(data).hexdigest())
