"""`clean dedup`: duplicates out of one JSON lines file, nothing else done to it: the flow of a run without stages and record.

Lines that stay keep every byte; the removals are listed, with the copy that stays. Staged files hold no lines here, since
the input has them.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge
from operator import itemgetter
from pathlib import Path
from tempfile import gettempdir
from typing import IO, Any, NamedTuple, TypeAlias

import numpy as np

from cleaner import disk
from cleaner.document import KEPT, OTHER
from cleaner.duplicates.repeats import repeats
from cleaner.duplicates.settings import NO_COPY, Dedup
from cleaner.duplicates.several import whole_records
from cleaner.duplicates.units import Ids, Units
from cleaner.formats.jsonl import BOM, record_in, records_in, split
from cleaner.formats.listing import Passed
from cleaner.formats.members import members_listed
from cleaner.formats.rank import NOWHERE, UNRANKED, rank_of
from cleaner.provenance.record import dumped
from cleaner.run.engine import Engine, Threads, cores
from cleaner.run.matching import Corpus, Matched, matched
from cleaner.run.removing import Removal, removals_in, without, without_repeats
from cleaner.run.staging import FIELDS, NONE, Lines, Shards, Staged, judged_by, stage_apart
from cleaner.text.errors import ConfigError, InputError
from cleaner.text.machine_code import pays

STREAM = "-"
BLOCK = 1 << 23  # bytes read, decoded and then signed by one thread in one go
COPIED = 1 << 20  # bytes in one go
LONGEST = 6  # bytes of a code point in JSON, as \\uXXXX
LINE_FEED = 10
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many documents and units there were, how many of each went, and the lines that are no documents.

    paragraphs  of the units; the others are documents
    twice       documents that said something twice
    keep        by what it was decided which copy stays, as in a manifest
    """

    documents: int
    dropped: int
    units: int
    removed: int
    failed: list[Passed]
    keep: dict[str, Any]
    paragraphs: int
    twice: int


def dedup_file(
    source: str,
    out: str,
    removed: Path | None,
    settings: Dedup,
    *,
    text_field: str = "text",
    threads: int | None = None,
    force: bool = False,
) -> Outcome:
    """Write the lines of a JSON lines file that stay to `out`, and rows on those that go to `removed`.

    source, out  "-" is stdin, or stdout
    text_field   the member that holds the text, or a list of such with commas: then documents stay or go whole
    threads      None is one a core

    ConfigError where the input cannot be read or an output stands already (without `force`) or is the input; WriteError
    where an output cannot be written.
    """
    if members_listed(text_field).several:
        settings = whole_records(settings)
    targets = [path for path in (None if out == STREAM else Path(out), removed) if path is not None]
    _refuse(source, targets, force=force)
    folder, mark = (targets[0].parent, disk.mark_of(targets[0])) if targets else (Path(gettempdir()), "")
    with ExitStack() as open_files:
        given = open_files.enter_context(_input(source, folder))
        kept = open_files.enter_context(_output(out))
        rows = open_files.enter_context(disk.output(removed)) if removed is not None else None
        work = open_files.enter_context(disk.scratch_folder(folder, mark))
        engine = open_files.enter_context(Threads(threads or cores()))
        return _Deduped(given, source, text_field, settings, engine, work).write(kept, rows)


class Block(NamedTuple):
    """A stretch of the input that ends behind a line feed, or with it: so many bytes from `start` on; lines count from 1."""

    number: int
    start: int
    first_line: int
    data: bytes


@dataclass(slots=True)
class Signed:
    """What is known of a block: documents, and lines that are none; rows of which the text says something `twice`."""

    rows: int
    documents: int
    units: int
    first_line: int
    failed: list[Passed] = field(default_factory=list)
    twice: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Deduped:
    """A file on its way through: `work` is a folder for staged files, `name` stands in messages."""

    source: IO[bytes]
    name: str
    member: str
    settings: Dedup
    engine: Engine
    work: Path

    def write(self, kept: IO[bytes], removed: IO[bytes] | None) -> Outcome:
        """Write the lines that stay to `kept`, one row a removed unit to `removed`.

        A removed paragraph takes its lines with it; a document that has none left goes. Rows hold `id`, `kept` (the copy
        that stays; `other` where none is to stay), `jaccard` and `exact`; the id of a paragraph is DOCUMENT:LINE, that in which it begins, counted from 0.
        """
        if pays(os.fstat(self.source.fileno()).st_size // LONGEST):
            from cleaner.duplicates import kernel  # noqa: F401  # before there are threads, beside which numba loads more
        blocks = list(self.engine.map_shards(self._sign, self._blocks()))
        with Shards(self.work, disk.FileBytes(self.source), self.member, self._once) as shards:
            return self._taken_out(shards, blocks, kept, removed)

    def _taken_out(
        self, shards: Shards, blocks: Sequence[Signed], kept: IO[bytes], removed: IO[bytes] | None
    ) -> Outcome:
        paths = [shards.place(number) for number in range(len(blocks))]
        corpus = Corpus.of(shards, paths, [one.rows for one in blocks], [one.units for one in blocks])
        gone = matched(corpus, self.settings, self.engine, self.work)
        if removed is not None:
            told = OTHER if self.settings.keep == NO_COPY else KEPT
            names = _Names(corpus, blocks, self.member, told)
            removed.writelines(dumped(row) + b"\n" for row in names.rows(gone))
        dropped = self._write(shards, gone, blocks, kept)
        documents = sum(one.documents for one in blocks)
        failed = [failure for one in blocks for failure in one.failed]
        units, twice, report = int(corpus.first[-1]), sum(len(one.twice) for one in blocks), gone.report
        keep, paragraphs = report["keep"], report["paragraphs"]
        return Outcome(documents, dropped, units, len(gone.removals), failed, keep, paragraphs, twice)

    def _blocks(self) -> Iterator[Block]:
        number, at, line = 0, 0, 1
        while data := self.source.read(BLOCK) + self.source.readline():
            yield Block(number, at, line, data)
            number, at, line = number + 1, at + len(data), line + data.count(b"\n")

    def _sign(self, block: Block) -> Signed:
        """A block staged: what stands in which line, and the units of its documents."""
        ends = _line_ends(block.data)
        done = Signed(len(ends), 0, 0, block.first_line)
        records = records_in(block.data, ends, self.member) or self._one_by_one(block, done)
        (rows,) = np.nonzero([record is not None for record in records])
        found = [record for record in records if record is not None]
        told = list(map(judged_by(members_listed(self.member)), found))
        texts = list(map(self._once, told))
        done.twice = frozenset(
            row for row, whole, text in zip(rows.tolist(), told, texts, strict=True) if len(text) < len(whole)
        )
        done.documents = len(found)
        size = np.diff(ends, prepend=0)
        lines = Lines(block.start + ends - size, size, NONE, 0, **self._ranks(records, block.first_line))
        done.units = stage_apart(self.work, block.number, lines, texts, rows, self.settings)
        return done

    def _ranks(self, records: Sequence[dict[str, Any] | None], first_line: int) -> dict[str, np.ndarray[Any, Any]]:
        """How much each document is preferred to copies of it, as columns; ids are those by which removals are told."""
        priority, value = np.full(len(records), NOWHERE), np.full(len(records), -np.inf)
        if self.settings.by_value or self.settings.priority:
            for row, record in enumerate(records):
                rank = UNRANKED if record is None else rank_of(_id(record, first_line + row), record, self.settings)
                priority[row], value[row] = rank
        return {"priority": priority, "value": value}

    def _once(self, text: str) -> str:
        """A text without what it says again."""
        return without_repeats(text).apply(text) if self.settings.of_repeats else text

    def _one_by_one(self, block: Block, done: Signed) -> list[dict[str, Any] | None]:
        """One record a line, None where a line is no document."""
        lines = block.data.removesuffix(b"\n").split(b"\n")
        return [self._record(line, number, done) for number, line in enumerate(lines, block.first_line)]

    def _record(self, line: bytes, number: int, done: Signed) -> dict[str, Any] | None:
        if not line.strip():
            return None
        try:
            return record_in(line.removeprefix(BOM), self.member)
        except InputError as failure:
            done.failed.append(Passed(f"{self.name}:{number}", str(failure)))
            return None

    def _write(self, shards: Shards, gone: Matched, blocks: Sequence[Signed], kept: IO[bytes]) -> int:
        """The lines that stay; how many documents went."""
        dropped = 0
        for number in range(len(gone.first) - 1):
            staged, (removals, _) = shards[number], gone.of_shard(number)
            table = staged.table("row")
            starts = table[:, FIELDS.index("line")].tolist()
            stop = starts[-1] + int(table[-1, FIELDS.index("size")])
            at = starts[0]
            goes = removals_in(staged, int(gone.first[number]), removals)
            for row in sorted(blocks[number].twice.union(goes)):
                its = goes.get(row, [])
                _copy(staged, at, starts[row], kept)
                left = b"" if its and its[0].whole else self._left(staged.line(staged.row(row)), its)
                dropped += not left
                kept.write(left)
                at = starts[row + 1] if row + 1 < len(starts) else stop
            _copy(staged, at, stop, kept)
        return dropped

    def _left(self, line: bytes, gone: Sequence[Removal]) -> bytes:
        """The line of a document without these paragraphs; nothing where nothing is left."""
        bom = BOM if line.startswith(BOM) else b""
        body = line[len(bom) :].rstrip(b"\r\n")
        member = split(body, self.member)
        text = self._once(member.text)
        left = without(text, gone).apply(text)
        if not left:
            return b""
        return bom + member.shell(body).line(left) + line[len(bom) + len(body) :]


Told: TypeAlias = tuple[int, Mapping[str, Any]]  # the number of a document, and a row on what goes of it


@dataclass(frozen=True, slots=True)
class _Names:
    """How removals are told: each unit by the id of its document, or the number of its line, from 1.

    other  how the row of a removal calls the copy that it names
    """

    corpus: Corpus
    blocks: Sequence[Signed]
    member: str
    other: str

    def rows(self, gone: Matched) -> Iterator[Mapping[str, Any]]:
        """One a removal, in order."""
        return map(itemgetter(1), merge(self._of_units(gone), self._twice(), key=itemgetter(0)))

    def _of_units(self, gone: Matched) -> Iterator[Told]:
        """One a unit that goes."""
        units, removals = self.corpus.units(), gone.removals
        name = lru_cache(REMEMBERED)(self._name)
        columns = removals.unit, removals.keeper, removals.common, removals.union, removals.exact
        for unit, keeper, common, union, exact in zip(*(column.tolist() for column in columns), strict=True):
            id, copy = (name(*self._place(units, one)) for one in (unit, keeper))
            row = {"id": id, self.other: copy, "jaccard": round(common / union, 6), "exact": exact}
            yield int(units.document[unit]), row

    def _twice(self) -> Iterator[Told]:
        """One a stretch that a document says again."""
        for shard, block in enumerate(self.blocks):
            for row in sorted(block.twice):
                record = self._record(shard, row)
                text, id = judged_by(members_listed(self.member))(record), _id(record, block.first_line + row)
                for one in (one for one in repeats(text) if one.sure):
                    here, there = (f"{id}:{text.count(chr(10), 0, at)}" for at in (one.start, one.kept[0]))
                    told = {"id": here, KEPT: there, "jaccard": 1.0, "exact": True}
                    yield int(self.corpus.first_row[shard]) + row, told

    def _place(self, units: Units, unit: int) -> tuple[int, int | None]:
        return int(units.document[unit]), int(units.start[unit]) if units.kind[unit] else None

    def _name(self, document: int, start: int | None) -> str:
        shard = int(self.corpus.first_row.searchsorted(document, "right")) - 1
        row = document - int(self.corpus.first_row[shard])
        record = self._record(shard, row)
        id = _id(record, self.blocks[shard].first_line + row)
        if start is None:
            return id
        text = judged_by(members_listed(self.member))(record)
        if row in self.blocks[shard].twice:
            start = without_repeats(text).mapper(back=True)(start, start)[0]
        return f"{id}:{text.count(chr(10), 0, start)}"

    def _record(self, shard: int, row: int) -> Mapping[str, Any]:
        staged = self.corpus.shards[shard]
        return record_in(staged.line(staged.row(row)).removeprefix(BOM), self.member)


def _id(record: Mapping[str, Any], line: int) -> str:
    """By what a document is told: its own id, or the number of its line."""
    return str(record.get("id", line))


def _line_ends(block: bytes) -> Ids:
    """Where each line ends, with what ends it."""
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == LINE_FEED) + 1
    return ends if block.endswith(b"\n") else np.append(ends, len(block))


def _copy(staged: Staged, at: int, stop: int, target: IO[bytes]) -> None:
    """Lines as they are."""
    while at < stop:
        target.write(staged.lines(at, min(at + COPIED, stop)))
        at += COPIED


def _refuse(source: str, targets: list[Path], *, force: bool) -> None:
    real = [os.path.realpath(path) for path in targets]
    if len(set(real)) < len(real):
        raise ConfigError(f"{targets[0]}: is named for what stays and for what goes; give --removed another name")
    for path, name in zip(targets, real, strict=True):
        if source != STREAM and name == os.path.realpath(source):
            raise ConfigError(f"{path}: is the input and an output; pass another name")
        if path.is_dir():
            raise ConfigError(f"{path}: is a directory; clean dedup writes one file")
        if path.exists() and not path.is_file():  # /dev/null would be replaced by a file for everybody
            raise ConfigError(f"{path}: is no file, and only files are replaced; use - for stdout")
        if path.exists() and not force:
            raise ConfigError(f"{path}: stands there already; --force replaces it")


@contextmanager
def _input(source: str, folder: Path) -> Iterator[IO[bytes]]:
    """The input as a file that can be read more than once."""
    if source != STREAM:
        try:
            file = disk.opened(Path(os.path.realpath(source)))
        except OSError as failure:
            raise ConfigError(f"{source}: cannot be read: {failure.strerror}") from failure
        with file:
            yield file
        return
    with disk.scratch(folder) as file:
        with disk.explained(folder):
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
            file.flush()
        file.seek(0)
        yield file


@contextmanager
def _output(out: str) -> Iterator[IO[bytes]]:
    if out == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with disk.output(Path(out)) as file:
            yield file
