"""The second pass: the duplicates out of a shard's documents, its clean text and its provenance written. Reads only staged files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path
from typing import IO

import numpy as np

from cleaner import disk
from cleaner.document import content_digest
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, Ids
from cleaner.duplicates.verify import Removals
from cleaner.formats.carrier import Carrier, text_bytes
from cleaner.pipeline import Pipeline
from cleaner.provenance.layout import CORPUS, PIECES, RECORDS, STAGED, WORK
from cleaner.provenance.record import (
    CLOSE,
    Occurrence,
    Parts,
    back_of,
    back_part,
    clean_part,
    counts_part,
    dumped,
    findings_of,
    findings_out,
    findings_part,
    loaded,
    record_bytes,
    shell_of,
    shell_part,
)
from cleaner.provenance.tally import Tally, source_of
from cleaner.run.removing import Keepers, Removal, Removing, document_of, removals_in
from cleaner.run.shelf import Shelf, shelve
from cleaner.run.staging import FIELDS, NONE, Numbers, Shards, Staged
from cleaner.text.change import Change, Edit

RUN = 256  # documents that are written in one go
_FILE = Carrier()


@dataclass(frozen=True, slots=True)
class Part:
    """A shard's share of the second pass.

    names     of its inputs, and which of them are JSON lines
    removals  what goes of it, and versions that stay; `keepers`: units that others went for, and how often each occurred; None without matching
    first     number of the first unit of each shard
    shelf     which salvaged articles are written, and where
    """

    shard: int
    names: Sequence[str]
    in_lines: frozenset[str]
    removals: Removals | None = None
    keepers: tuple[Ids, Ids] | None = None
    first: Ids | None = None
    shelf: Shelf = field(default_factory=Shelf)

    def losing(self, removals: Removals, keepers: tuple[Ids, Ids], first: Ids) -> "Part":
        """The same with what goes."""
        return replace(self, removals=removals, keepers=keepers, first=first)


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
    tally    what changes in the counts of the first pass
    """

    shard: int
    provenance: Path
    files: list[Output] = field(default_factory=list)
    pieces: list[Output] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Writing:
    """All that a worker needs: `out` is the run directory."""

    out: Path
    pipeline: Pipeline
    dedup: Dedup | None
    text_field: str = "text"

    def __call__(self, part: Part) -> Written:
        """Write a shard."""
        with (
            disk.staging(self.out / WORK / RECORDS, durable=False) as (records, path),
            Shards(self.out / WORK / STAGED) as shards,
            closing(Staged(shards.place(part.shard), held=True)) as staged,
        ):
            done = Written(part.shard, path)
            _Shard.of(self, part, staged, shards, records, done).write()
        return done


@dataclass(frozen=True, slots=True)
class _Line:
    """A document as it is written: its record, and its text or its line."""

    kept: bool
    record: bytes
    text: bytes


@dataclass(frozen=True)  # no slots: where rows stand is worked out once
class _Shard:
    """A shard on its way out.

    gone, counts  by row: what goes, how often what stays occurred
    alone         rows that are looked at one by one; all others are written as they were staged
    """

    job: Writing
    part: Part
    staged: Staged
    records: IO[bytes]
    done: Written
    removing: Removing
    gone: Mapping[int, list[Removal]]
    counts: Mapping[int, list[Occurrence]]
    alone: frozenset[int]

    @classmethod
    def of(
        cls, job: Writing, part: Part, staged: Staged, shards: Shards, records: IO[bytes], done: Written
    ) -> "_Shard":
        first = part.first
        gone: Mapping[int, list[Removal]] = {}
        counts: Mapping[int, list[Occurrence]] = {}
        places = np.zeros(1, dtype=np.int64) if first is None else first
        keepers = Keepers(shards, places)
        if part.removals is not None and part.keepers is not None and first is not None:
            gone = removals_in(staged, int(first[part.shard]), part.removals, keepers)
            counts = _counts_in(staged, int(first[part.shard]), part.keepers)
        removing = Removing(job.pipeline, job.dedup or Dedup(), keepers)
        dropped = (row for row, kept in enumerate(staged.column("kept").tolist()) if not kept)
        every = range(len(staged)) if job.pipeline.salvages else ()  # what is salvaged is told where it stands
        return cls(
            job, part, staged, records, done, removing, gone, counts, frozenset((*gone, *counts, *dropped, *every))
        )

    @cached_property
    def places(self) -> tuple[list[int], list[int]]:
        """Where the line and the record of each row begin, and the last ones end."""
        rows = self.staged.table("row")
        if not len(rows):
            return [0], [0]
        last = Numbers(*rows[-1].tolist())
        lines, told = (rows[:, FIELDS.index(name)].tolist() for name in ("line", "told"))
        size = sum(last[FIELDS.index("told") + 1 :]) + len(CLOSE)
        return [*lines, last.line + last.size], [*told, last.told + size]

    def write(self) -> None:
        """All inputs of the shard, in order."""
        inputs = self.staged.column("input").tolist()
        for number, rows in groupby(range(len(inputs)), key=inputs.__getitem__):
            together = list(rows)
            name = self.part.names[number]
            write = self._lines if name in self.part.in_lines else self._texts
            self._tell(name, write(name, range(together[0], together[-1] + 1)))

    def _texts(self, name: str, rows: range) -> Iterator[bytes]:
        """Files that are one document each; no file where the document was dropped."""
        for row in rows:
            one = self._one(row)
            if one.kept:
                self.done.files.append(_file(self.job.out, f"{CORPUS}/{name}", one.text))
            yield one.record

    def _lines(self, name: str, rows: range) -> Iterator[bytes]:
        """A stretch of a JSON lines file: the lines of the documents that are kept."""
        with disk.staging(self.job.out / WORK / PIECES, durable=False) as (file, temporary):
            at, (lines, told) = rows.start, self.places
            for row in [*sorted(self.alone.intersection(rows)), rows.stop]:
                for start in range(at, row, RUN):
                    end = min(start + RUN, row)
                    file.write(self.staged.lines(lines[start], lines[end]))
                    yield self.staged.records(told[start], told[end])
                if row < rows.stop:
                    one = self._one(row)
                    file.write(one.text)
                    yield one.record
                at = row + 1
            self.done.pieces.append(Output(f"{CORPUS}/{name}", temporary, file.tell(), ""))

    def _one(self, row: int) -> _Line:
        """A row that is looked at."""
        staged, numbers = self.staged, self.staged.row(row)
        parts, kept = staged.parts(numbers), bool(numbers.kept)
        if numbers.chars == NONE:
            return _Line(False, record_bytes(parts), b"")
        if row in self.counts:
            parts = parts._replace(counts=self._occurred(parts, numbers, self.counts[row]))
        if row in self.gone:
            return self._without(parts, numbers, self.gone[row])
        if not numbers.start:
            return _text_file(parts, staged.text(numbers), kept=kept)
        return _Line(kept, record_bytes(parts), staged.line(numbers) if kept else b"")

    def _without(self, parts: Parts, numbers: Numbers, gone: Sequence[Removal]) -> _Line:
        """A row that loses duplicates."""
        before = document_of(parts, self.staged.text(numbers))
        doc = self.removing(before, gone)
        name = self.part.names[numbers.input]
        self.done.tally.revised(len(before.text), doc, source_of(name, lines=name in self.part.in_lines))
        clean = clean_part(len(doc.text), content_digest(doc.text), kept=doc.kept)
        findings = findings_part(findings_of(parts), findings_out(doc))
        parts = parts._replace(clean=clean, findings=findings, back=back_part(doc.change.invert(doc.raw)))
        if not numbers.start:
            return _text_file(parts, doc.text, kept=doc.kept)
        shell = shell_of(parts, *self.staged.around(numbers))
        carrier = Carrier(shell=shell)
        record = record_bytes(parts._replace(shell=shell_part(carrier, kept=doc.kept)))
        return _Line(doc.kept, record, carrier.clean_bytes(doc.text) if doc.kept else b"")

    def _occurred(self, parts: Parts, numbers: Numbers, counts: Sequence[Occurrence]) -> bytes:
        """How often a document occurred, in code points of its source."""
        if parts.back:
            back = back_of(parts, self.staged.text(numbers)).mapper()
            counts = [Occurrence(one.whole, *back(one.start, one.end), one.times) for one in counts]
        return counts_part(counts)

    def _tell(self, name: str, records: Iterable[bytes]) -> None:
        """Write the records of an input, once their salvaged articles are written."""
        lines = count(self.part.shelf.lines.get(name, 1)) if name in self.part.in_lines else None
        stretch: dict[str, list[bytes]] = {}
        for line in records:
            if b'"salvaged":[' not in line:
                self.records.write(line)
                continue
            record = loaded(line)
            for place, data in shelve(record, name, self.part.shelf, self.job.text_field, lines):
                if lines is None:
                    self.done.files.append(_file(self.job.out, place, data))
                else:
                    stretch.setdefault(place, []).append(data)
            self.records.write(dumped(record) + b"\n")
        for place, texts in stretch.items():
            with disk.staging(self.job.out / WORK / PIECES, durable=False) as (file, temporary):
                file.writelines(texts)
            self.done.pieces.append(Output(place, temporary, 0, ""))


def _text_file(parts: Parts, text: str, *, kept: bool) -> _Line:
    """A file: it ends in a line feed, which is a change like any other where the text has none."""
    if _FILE.owed(text):
        edits = [*back_of(parts, text).edits, Edit(len(text), len(text) + 1)]
        back = back_part(Change.of(len(text) + 1, edits))
        text += "\n"
        parts = parts._replace(clean=clean_part(len(text), content_digest(text), kept=kept), back=back)
    return _Line(kept, record_bytes(parts), text_bytes(text))


def _counts_in(staged: Staged, first: int, keepers: tuple[Ids, Ids]) -> dict[int, list[Occurrence]]:
    """By row, how often its units occurred; spans are those of the clean text."""
    units, times = keepers
    columns = staged.table("unit")[units - first].T.tolist()
    out: dict[int, list[Occurrence]] = {}
    for row, kind, start, end, often in zip(*columns, times.tolist(), strict=True):
        out.setdefault(row, []).append(Occurrence(kind == DOCUMENT, start, end, often))
    return out


def _file(out: Path, name: str, data: bytes) -> Output:
    path = disk.inside(out, name)
    with disk.staging(path.parent) as (file, temporary):
        file.write(data)
    return Output(name, temporary, len(data), sha256(data).hexdigest())
