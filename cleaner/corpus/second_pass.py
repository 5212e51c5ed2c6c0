"""Take the duplicates out of a shard's documents, write its clean text and its provenance. Reads only what was staged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path

from cleaner.corpus.deduped import Without, counted
from cleaner.corpus.duplicates import Duplicates
from cleaner.corpus.keepers import Keepers
from cleaner.corpus.matching import Counts
from cleaner.corpus.record import dumped, loaded
from cleaner.corpus.salvaged import wanted
from cleaner.corpus.shelf import Shelf, shelve
from cleaner.corpus.staged import StagedFiles, ended
from cleaner.corpus.staged_shard import Entry, Run, StagedShard, all_placed, placed, staged_shard
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import PIECES, RECORDS, WORK, inside, staging
from cleaner.dedup.settings import Dedup
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
    with (
        staging(job.out / WORK / RECORDS, durable=False) as (provenance, path),
        staged_shard(job.out, part.shard) as shard,
        StagedFiles(job.out) as files,
    ):
        done = Written(part.shard, path)
        changes = _Changes(job, part, shard, Keepers(files), done)
        for name, rows in _by_name(part, shard):
            in_lines = name in part.records
            write = _write_lines if in_lines else _write_text
            written = write(job.out, name, changes.stretches(rows, alone=not in_lines), done, part.records)
            for record in _salvaged(job, part, name, written, done):
                provenance.write(record)
    return done


def _by_name(part: Part, shard: StagedShard) -> Iterator[tuple[str, range]]:
    """The rows of each input."""
    for name, rows in groupby(range(len(shard.inputs)), key=lambda row: part.names[shard.inputs[row]]):
        together = list(rows)
        yield name, range(together[0], together[-1] + 1)


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
        with staging(job.out / WORK / PIECES, durable=False) as (file, temporary):
            file.writelines(texts)
        done.pieces.append(Output(place, temporary, 0, ""))


class _Changes:
    """What the first pass staged, without the duplicates; most documents have none and stay as they are."""

    def __init__(self, job: SecondPass, part: Part, shard: StagedShard, keepers: Keepers, done: Written) -> None:
        self._shard, self._done = shard, done
        row_of = shard.documents
        removals = part.removals.by_document() if part.removals else {}
        counts = part.counts.by_document() if part.counts else {}
        self._removals = {row_of[index]: (index, its) for index, its in removals.items()}
        self._counts = {row_of[index]: its for index, its in counts.items()}
        self._without = Without(job.pipeline, job.dedup or Dedup(), keepers, done.tally)
        dropped = (row for row, kept in enumerate(shard.kept) if not kept)
        every = range(len(shard.kept)) if wanted(job.pipeline) else ()  # what is salvaged is told where it stands
        self._alone = frozenset((*self._removals, *self._counts, *dropped, *every))

    def stretches(self, rows: range, *, alone: bool) -> Iterator[Entry | Run]:
        """These rows in order; `alone` asks for single ones."""
        for one in self._shard.stretches(rows, rows if alone else self._alone):
            yield one if isinstance(one, Run) else self._entry(one)

    def _entry(self, row: int) -> Entry:
        entry = self._shard.entry(row)
        if row in self._counts:
            entry = counted(entry, self._counts[row])
        if row in self._removals:
            index, duplicates = self._removals[row]
            entry = self._without(entry, duplicates)
            if not entry.kept:
                self._done.emptied.add(index)
        return entry


def _write_text(
    out: Path, name: str, its: Iterable[Entry | Run], done: Written, _: Mapping[str, int]
) -> Iterator[bytes]:
    """A file that is one document; no file where the document was dropped."""
    place = f"{CORPUS}/{name}"
    path = dumped(place)
    for entry in its:
        assert isinstance(entry, Entry)  # it was asked for
        if entry.kept:
            done.files.append(_file(out, place, ended(entry.text)))
        yield placed(entry.record, path, None) if entry.kept else entry.record


def _write_lines(
    out: Path, name: str, its: Iterable[Entry | Run], done: Written, records: Mapping[str, int]
) -> Iterator[bytes]:
    """A stretch of a JSON lines file: the lines of the documents that are kept."""
    number, place = records[name], f"{CORPUS}/{name}"
    path = dumped(place)
    with staging(out / WORK / PIECES, durable=False) as (file, temporary):
        for one in its:
            if isinstance(one, Run):
                file.write(one.lines)
                yield all_placed(one, path, number)
                number += one.size
            elif one.kept:
                file.write(one.line)
                yield placed(one.record, path, number)
                number += 1
            else:
                yield one.record
        done.pieces.append(Output(place, temporary, file.tell(), ""))


def _file(out: Path, name: str, data: bytes) -> Output:
    path = inside(out, name)
    with staging(path.parent) as (file, temporary):
        file.write(data)
    return Output(name, temporary, len(data), sha256(data).hexdigest())
