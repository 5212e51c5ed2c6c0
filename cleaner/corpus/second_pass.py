"""Take the duplicates out of a shard's documents, write its clean text and its provenance. Reads only what was staged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path

from cleaner.corpus.duplicates import Duplicate, Duplicates, Keepers, finding_of
from cleaner.corpus.matching import Counts
from cleaner.corpus.record import (
    Occurrence,
    back_in,
    brief_of,
    document_in,
    dumped,
    loaded,
    origin_in,
    record_of,
    with_occurrences,
)
from cleaner.corpus.shelf import Shelf, shelve
from cleaner.corpus.staged import Entry, StagedFiles, clean_bytes, clean_text, entries, line_of, placed
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import WORK, inside, staging
from cleaner.dedup.settings import Dedup
from cleaner.document import Certainty, Document, Finding
from cleaner.pipeline import Pipeline

CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class Part:
    """A shard's share of the second pass.

    names     of its inputs
    removals  its duplicates, and how often what stays occurred; None where nothing was looked for
    records   name of a JSON lines file → number of the next clean line in it, from 1
    shelf     which salvaged articles are written, and where
    """

    shard: int
    names: Sequence[str]
    removals: Duplicates | None
    counts: Counts | None
    records: Mapping[str, int]
    shelf: Shelf = field(default_factory=Shelf)


@dataclass(frozen=True, slots=True)
class SecondPass:
    """All that a worker needs: `out` is the run directory."""

    out: Path
    pipeline: Pipeline
    dedup: Dedup | None
    text_field: str = "text"

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
    tally    what changes in the counts of the first pass
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
    with staging(job.out / WORK / "provenance", durable=False) as (provenance, path):
        done = Written(part.shard, path)
        for name, its in groupby(_without_duplicates(job, part, done), key=lambda entry: part.names[entry.head.input]):
            write = _write_lines if name in part.records else _write_text
            written = write(job.out, name, its, done, part.records)
            for record in _salvaged(job, part, name, written, done):
                provenance.write(record)
    return done


def _salvaged(job: SecondPass, part: Part, name: str, records: Iterable[bytes], done: Written) -> Iterator[bytes]:
    """The records of an input, once their salvaged articles are written."""
    lines = count(part.shelf.lines.get(name, 1)) if name in part.records else None
    stretch: dict[str, list[bytes]] = {}
    for line in records:
        if b'"salvaged":[' not in line:
            yield line
            continue
        record = loaded(line)
        for place, data in shelve(record, part.shelf, job.text_field, lines):
            if lines is None:
                done.files.append(_file(job.out, place, data))
            else:
                stretch.setdefault(place, []).append(data)
        yield dumped(record) + b"\n"
    for place, texts in stretch.items():
        with staging(job.out / WORK / "pieces", durable=False) as (file, temporary):
            file.writelines(texts)
        done.pieces.append(Output(place, temporary, 0, ""))


def _without_duplicates(job: SecondPass, part: Part, done: Written) -> Iterator[Entry]:
    """What the first pass staged, without the duplicates; most documents have none and stay as they are."""
    removals = part.removals.by_document() if part.removals else {}
    counts = part.counts.by_document() if part.counts else {}
    index = 0
    with StagedFiles(job.out) as files:
        keepers = Keepers(files)
        for entry in entries(job.out, part.shard):
            if entry.head.text < 0:
                yield entry
                continue
            if index in counts:
                entry = _counted(entry, counts[index])
            if index in removals and job.dedup:
                entry, before, after = _without(job, keepers, entry, removals[index])
                done.tally.replace(before, after)
                if not after.kept:
                    done.emptied.add(index)
            yield entry
            index += 1


def _counted(entry: Entry, counts: Sequence[Occurrence]) -> Entry:
    """One document with how often it occurred, in code points of the decoded source, as all spans of a record are."""
    back = back_in(brief_of(entry.record).back, clean_text(entry.text)).mapper()
    moved = [Occurrence(one.whole, *back(one.start, one.end), one.times) for one in counts]
    return Entry(entry.head, with_occurrences(entry.record, moved), entry.text, entry.line)


def _without(
    job: SecondPass, keepers: Keepers, entry: Entry, duplicates: Sequence[Duplicate]
) -> tuple[Entry, Document, Document]:
    """One document without its duplicates, its record with what was found; the document before and after."""
    assert job.dedup is not None  # it found them
    record = loaded(entry.record)
    before = document_in(record, clean_text(entry.text))
    findings = [finding_of(one, before.text, keepers, job.dedup) for one in duplicates]
    after = _revised(job.pipeline, before, findings)
    origin = origin_in(record, entry.line[:-1].decode("utf-8", "surrogateescape"))
    out = record_of(after, origin, path=None, record=None)
    out |= {key: record[key] for key in ("dup_count", "salvaged") if key in record}
    line = line_of(origin.shell, after.text) if origin.shell and after.kept else b""
    head = entry.head if after.kept else entry.head._replace(kept=False)
    return Entry(head, dumped(out) + b"\n", clean_bytes(after.text), line), before, after


def _revised(pipeline: Pipeline, doc: Document, duplicates: Sequence[Finding]) -> Document:
    """The document after its duplicates went, its layout settled again; where nothing but white space is left, nothing is."""
    doc = doc.revise(duplicates, pipeline.level, pipeline.keep)
    if doc.text:
        doc = pipeline.settle(doc, again=True)
    if doc.text.isspace():
        rest = Finding(0, len(doc.text), "dedup.document.rest", certainty=Certainty.LIKELY)
        doc = doc.revise([rest], pipeline.level, pipeline.keep)
    return doc


def _write_text(out: Path, name: str, its: Iterable[Entry], done: Written, _: Mapping[str, int]) -> Iterator[bytes]:
    """A file that is one document; no file where the document was dropped."""
    place = f"{CORPUS}/{name}"
    path = dumped(place)
    for entry in its:
        if entry.head.kept:
            done.files.append(_file(out, place, entry.text))
        yield placed(entry.record, path, None) if entry.head.kept else entry.record


def _write_lines(
    out: Path, name: str, its: Iterable[Entry], done: Written, records: Mapping[str, int]
) -> Iterator[bytes]:
    """A stretch of a JSON lines file: the lines of the documents that are kept."""
    number, place = records[name], f"{CORPUS}/{name}"
    path = dumped(place)
    with staging(out / WORK / "pieces", durable=False) as (file, temporary):
        for entry in its:
            if not entry.head.kept:
                yield entry.record
                continue
            file.write(entry.line)
            yield placed(entry.record, path, number)
            number += 1
        done.pieces.append(Output(place, temporary, file.tell(), ""))


def _file(out: Path, name: str, data: bytes) -> Output:
    path = inside(out, name)
    with staging(path.parent) as (file, temporary):
        file.write(data)
    return Output(name, temporary, len(data), sha256(data).hexdigest())
