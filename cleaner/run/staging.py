"""One staged file a shard: everything the first pass knows of it, and where it stands in the file. Decides nothing.

The lines of the documents come first, end to end as they will be written; then their records; then tables, a row a document
and a row a unit, and the keys of units; then a head, which says where all that is, its length and a mark. Read piece by piece.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache, cached_property
from operator import itemgetter
from pathlib import Path
from struct import Struct
from typing import IO, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleaner import disk
from cleaner.duplicates.blocks import Paragraphs
from cleaner.duplicates.meeting import scoped
from cleaner.duplicates.sentences import Sentences, sentences_of
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.several import joined
from cleaner.duplicates.templates import Edges, edges_of
from cleaner.duplicates.units import DOCUMENT, Units, paragraphs_in, units_of, units_told
from cleaner.formats.carrier import text_of
from cleaner.formats.jsonl import BOM, record_in, records_in, text_in, texts_in
from cleaner.formats.members import Members, members_listed
from cleaner.formats.rank import UNRANKED, Rank
from cleaner.provenance.record import CLOSE, Parts, dumped, loaded

MARK = b"cleaner/staged/2\n"
TAIL = 8 + len(MARK)  # bytes: the length of the head, and the mark
OPEN = 96  # files that are open at a time
CHUNK = 1 << 20  # code points of text that are signed in one go
SPARSE = 8  # times as many bytes are read in one go as are wanted, rather than these one by one
SPARSE_ROWS = 128  # the same of rows of the table
NO_GROUP = 0  # of a line that is no document
NONE = -1  # for the text of a line that is no document, and for a place that is not known
BAND, SENTENCE, EDGE = "band ", "sentence", "edge"

Ids = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]


class Row(NamedTuple):
    """A document, or a line that is none, as the first pass leaves it.

    input    number of its input in the shard; `kept`: it has a clean text
    chars    code points of its text, NONE for a line that is no document
    parts    of its record
    line     as it will be written; its text is [start, end) of it: a literal of JSON, or all of a file
    """

    input: int
    kept: bool
    chars: int
    parts: Parts
    line: bytes
    start: int = 0
    end: int = 0


class Numbers(NamedTuple):
    """What the table of rows says of one: as in Row, with places in the file and sizes in bytes for what is long.

    told   where its record stands, all pieces of it and what closes it; the sizes of these follow
    """

    input: int
    kept: int
    chars: int
    line: int
    size: int
    start: int
    end: int
    told: int
    head: int
    clean: int
    findings: int
    back: int
    counts: int
    salvaged: int
    shell: int


FIELDS = Numbers._fields
_TOLD = FIELDS.index("told")
_PIECES = slice(_TOLD + 1, len(FIELDS))
_PLACE = "line", "size", "start", "end"
_ROW, _UNIT = Struct(f"={len(FIELDS)}q"), Struct("=4q")


class Stager:
    """Takes the rows of a shard, in order, and signs their texts; `head` is told to whoever opens the file."""

    def __init__(self, file: IO[bytes], shard: int, settings: Dedup | None) -> None:
        self._file, self._shard, self._settings = file, shard, settings
        self.head: Mapping[str, Any] = {}
        self._numbers = array("q")  # as in Numbers, but for the places
        self._records: list[bytes] = []
        self._count = 0
        self._priorities, self._values, self._groups = array("q"), array("d"), array("q")
        self._texts: list[str] = []
        self._told: list[Paragraphs] = []
        self._rows = array("q")  # of these texts
        self._held = 0
        self._units: list[Units] = []
        self._sentences: list[Sentences] = []
        self._edges: list[Edges] = []

    def __len__(self) -> int:
        return self._count

    @property
    def units(self) -> int:
        """How many units were signed, once all rows were put."""
        self._sign_held()
        return sum(map(len, self._units))

    def add(self, units: Units) -> None:
        """Units that were signed elsewhere."""
        self._units.append(units)

    def put(
        self, row: Row, text: str | None = None, rank: Rank = UNRANKED, format: str | None = None, group: int = NO_GROUP
    ) -> None:
        """The next row; `text`, `rank` and `group` where it is a document.

        format  of the text, as `form_of` was asked for it
        group   whose pages may share their furniture, see `formats/groups.py`
        """
        input, kept, chars, parts, line, start, end = row
        self._numbers.extend((input, kept, chars, 0, len(line), start, end, 0, *map(len, parts)))
        self._file.write(line)
        self._records += parts
        self._records.append(CLOSE)
        self._count += 1
        self._priorities.append(rank.priority)
        self._values.append(rank.value)
        self._groups.append(group)
        if text is not None and self._settings is not None:
            self._sign(text, paragraphs_in(text, format, self._settings))  # now: the form is still at hand

    def _sign(self, text: str, told: Paragraphs) -> None:
        self._rows.append(self._count - 1)
        self._texts.append(text)
        self._told.append(told)
        self._held += len(text)
        if self._held >= CHUNK:
            self._sign_held()

    def _sign_held(self) -> None:
        settings = self._settings
        if settings is None or not (self._texts or not self._units):
            return
        rows = np.array(self._rows, dtype=np.int64)
        for units in units_told(self._texts, self._told, settings):
            self.add(signed(units, rows, self._shard, settings))
        if settings.careful:
            self._sentences.append(sentences_of(self._texts).in_rows(rows))
        if settings.of_templates:
            self._edges.append(edges_of(self._texts).in_rows(rows))
        self._texts, self._told, self._rows, self._held = [], [], array("q"), 0

    def close(self) -> None:
        """Write what was held back."""
        rows = np.array(self._numbers, dtype=np.int64).reshape(-1, len(FIELDS))
        line, size, told = (rows[:, FIELDS.index(name)] for name in ("line", "size", "told"))
        line += np.cumsum(size) - size
        told += len(CLOSE) + rows[:, _PIECES].sum(axis=1)
        told[:] = self._file.tell() + np.cumsum(told) - told
        self._file.write(b"".join(self._records))
        self._sign_held()
        ranks = {"priority": np.array(self._priorities, dtype=np.int64), "value": np.array(self._values)}
        groups = {"group": np.array(self._groups, dtype=np.int64)}
        edges = {EDGE: np.stack(Edges.join(self._edges))} if self._edges else {}
        tables = {
            "row": rows,
            **ranks,
            **groups,
            **unit_tables(self._units),
            **sentence_tables(self._sentences),
            **edges,
        }
        write_tables(self._file, tables, self.head)


def signed(units: Units, rows: Ids, shard: int, settings: Dedup) -> Units:
    """Units of documents that stand in these rows of a shard, with keys that are equal only where they may meet."""
    document = rows[units.document]
    number = document + (shard << 32)  # one that no document of another shard has
    exact, bands = (scoped(keys, number, settings.scope) for keys in (units.exact, units.bands))
    return replace(units, document=document, exact=exact, bands=bands)


def unit_tables(parts: Sequence[Units]) -> dict[str, NDArray[Any]]:
    """Units as they stand in a staged file: band keys band by band, of those alone that have any."""
    if not parts:
        return {}
    units = Units.join(parts)
    spans = np.stack([units.document, units.kind.astype(np.int64), units.start, units.end], axis=1)
    tables = {"unit": spans, "letters": units.letters, "near": units.near}
    return tables | {"hash": units.exact[:, 0], "more": units.exact[:, 1], "bands": units.bands[units.near].T}


def sentence_tables(parts: Sequence[Sentences]) -> dict[str, NDArray[Any]]:
    """Sentences as they stand in a staged file."""
    return {SENTENCE: np.stack(Sentences.join(parts))} if parts else {}


def write_tables(file: IO[bytes], tables: Mapping[str, NDArray[Any]], head: Mapping[str, Any]) -> None:
    """What stands in a staged file behind lines and records."""
    places = {}
    for name, table in tables.items():
        places[name] = table.dtype.str, table.shape, file.tell()
        file.write(np.ascontiguousarray(table).data)
    body = dumped({"tables": places, "head": head})
    file.write(body + len(body).to_bytes(8, "little") + MARK)


class Lines(NamedTuple):
    """Where the rows of a shard stand in a file of their own.

    line, size, start, end  as in Numbers: int64, shape (rows,); start and end may be one number for all
    priority, value         by which copies of each are preferred; int64 and float64, shape (rows,)
    """

    line: Ids
    size: Ids
    start: Ids | int
    end: Ids | int
    priority: Ids
    value: NDArray[np.float64]


def stage_apart(folder: Path, shard: int, lines: Lines, texts: Sequence[str], rows: Ids, settings: Dedup) -> int:
    """A staged file of rows that stand elsewhere, and what was signed of the texts in these of them; how many units."""
    units = signed(units_of(texts, settings), rows, shard, settings)
    sentences = [sentences_of(texts).in_rows(rows)] if settings.careful else []
    table = np.zeros((len(lines.line), len(FIELDS)), dtype=np.int64)
    for name in _PLACE:
        table[:, FIELDS.index(name)] = getattr(lines, name)
    with disk.staging(folder, durable=False) as (file, temporary):
        ranks = {"priority": lines.priority, "value": lines.value}
        write_tables(file, {"row": table, **ranks, **unit_tables([units]), **sentence_tables(sentences)}, {})
    disk.rename(temporary, Shards(folder).place(shard))
    return len(units)


@contextmanager
def staged(path: Path, shard: int, settings: Dedup | None = None) -> Iterator[Stager]:
    """A staged file, which takes its name when the block ends. Without settings nothing is signed."""
    with disk.staging(path.parent, durable=False) as (file, temporary):
        stager = Stager(file, shard, settings)
        yield stager
        stager.close()
    disk.rename(temporary, path)


class Staged:
    """A staged file, open: tables are read whole, rows and texts one by one.

    lines   where the lines stand, if not in the file itself
    member  that holds their texts, where the places of these are not known; or a list of such, with commas
    read    what is made of such a text before it is compared
    held    the file is read into memory at once, for whoever goes through all of it
    """

    def __init__(
        self,
        path: Path,
        lines: disk.FileBytes | None = None,
        member: str = "text",
        read: Callable[[str], str] = str,
        *,
        held: bool = False,
    ) -> None:
        self._file = disk.FileBytes.of(path)
        size = self._file.size
        self._bytes = self._file[0:size] if held else self._file
        self._lines, self._member, self._read = lines or self._bytes, member, read
        tail = self._bytes[max(size - TAIL, 0) : size]
        if tail[8:] != MARK:
            raise ValueError(f"{path}: is no staged file")
        at = size - TAIL
        content = loaded(self._bytes[at - int.from_bytes(tail[:8], "little") : at])
        self.head: Mapping[str, Any] = content["head"]
        self._tables: Mapping[str, Any] = content["tables"]

    def __len__(self) -> int:
        return int(self._tables["row"][1][0])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def table(self, name: str) -> NDArray[Any]:
        """A whole table."""
        dtype, shape, at = self._tables[name]
        size = np.dtype(dtype).itemsize * int(np.prod(shape))
        return np.frombuffer(self._bytes[at : at + size], dtype=dtype).reshape(shape)

    def tables(self) -> Columns:
        """All tables."""
        return {name: self.table(name) for name in self._tables}

    def column(self, name: str) -> Ids:
        """A column of the table of rows."""
        column: Ids = self.table("row")[:, FIELDS.index(name)]
        return column

    def row(self, row: int) -> Numbers:
        """What the table says of a row."""
        return Numbers._make(_ROW.unpack(self._at("row", row, _ROW.size)))

    def unit(self, unit: int) -> tuple[int, int, int, int]:
        """Row, kind, start and end of a unit."""
        row, kind, start, end = _UNIT.unpack(self._at("unit", unit, _UNIT.size))
        return row, kind, start, end

    def _at(self, table: str, row: int, size: int) -> bytes:
        at = self._tables[table][2] + size * row
        return self._bytes[at : at + size]

    def keys(self, key: str, rows: Ids) -> Columns:
        """What decides whether these units may meet others: "equal", their hashes, or "band 3", their keys in that band."""
        if key == "equal":
            return {name: self.table(name)[rows] for name in ("hash", "more")}
        dtype, (_, count), at = self._tables["bands"]
        at += 8 * count * int(key.removeprefix(BAND))
        return {"key": np.frombuffer(self._bytes[at : at + 8 * count], dtype=dtype)[self._near[rows]]}

    def sentences(self) -> Sentences:
        """The sentences of its documents, which are rows."""
        return Sentences(*self.table(SENTENCE)) if SENTENCE in self._tables else Sentences.join([])

    def edges(self) -> Edges:
        """The lines at the edges of its documents, which are rows."""
        return Edges(*self.table(EDGE)) if EDGE in self._tables else Edges.join([])

    @cached_property
    def _near(self) -> Ids:
        """Where among the units that have band keys each of them stands."""
        place: Ids = np.cumsum(self.table("near")) - 1
        return place

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return int(self._tables["unit"][1][0])

    @property
    def bands(self) -> int:
        """How many bands there are."""
        return int(self._tables["bands"][1][0])

    def units(self, *, hashes: bool) -> Units:
        """The units without band keys, and without hashes where nobody asks for them."""
        document, kind, start, end = (np.ascontiguousarray(column) for column in self.table("unit").T)
        none = np.zeros((len(document), 0), dtype=np.int64)
        exact = np.stack([self.table("hash"), self.table("more")], axis=1) if hashes else none
        return Units(
            document, kind.astype(np.uint8), start, end, self.table("letters"), exact, self.table("near"), none
        )

    def parts(self, numbers: Numbers) -> Parts:
        """The record of a row, in pieces."""
        sizes, at, out = tuple(numbers)[_PIECES], 0, list[bytes]()
        told = self._bytes[numbers.told : numbers.told + sum(sizes)]
        for size in sizes:
            out.append(told[at : at + size])
            at += size
        return Parts._make(out)

    def records(self, first: int, last: int) -> bytes:
        """The records that stand there."""
        return self._bytes[first:last]

    def lines(self, first: int, last: int) -> bytes:
        """The lines that stand there."""
        return self._lines[first:last]

    def line(self, numbers: Numbers) -> bytes:
        """The line of a row."""
        return self._lines[numbers.line : numbers.line + numbers.size]

    def around(self, numbers: Numbers) -> tuple[bytes, bytes]:
        """What stands before the literal of a row's text in its line, and behind it, without the line feed."""
        line = self.line(numbers)
        return line[: numbers.start], line[numbers.end : -1]

    @property
    def told(self) -> bool:
        """Whether it holds records: not of `clean dedup`."""
        return bool(len(self)) and bool(self.column("head").any())

    def id(self, row: int) -> str:
        """The id of the document in a row."""
        return str(loaded(self.parts(self.row(row)).head + b"}")["id"])

    def text(self, numbers: Numbers) -> str:
        """The text of a row."""
        at, start, end = numbers.line, numbers.start, numbers.end
        if start == NONE:
            return self._member_of(self.line(numbers))
        return self._read(_text(self._lines[at + start : at + end], start))

    def _member_of(self, line: bytes) -> str:
        return self._read(judged_by(members_listed(self._member))(record_in(line.removeprefix(BOM), self._member)))

    def texts(self, rows: Ids) -> list[str]:
        """The texts of these rows, which ascend."""
        line, size, start, end = (self._numbers(rows)[:, FIELDS.index(name)] for name in _PLACE)
        if (start == NONE).any():
            lines = self._stretches(line, line + size)
            records = filter(None, records_in(b"".join(lines), np.cumsum(size), self._member))
            told = map(judged_by(members_listed(self._member)), records)
            return list(map(self._read, told)) or list(map(self._member_of, lines))
        literals = self._stretches(line + start, line + end)
        return list(map(self._read, texts_in(literals) if start.all() else map(_text, literals, start.tolist())))

    def _numbers(self, rows: Ids) -> Ids:
        """What the table of rows says of these."""
        if len(rows) * SPARSE_ROWS > len(self):
            found: Ids = self.table("row")[rows]
            return found
        some = b"".join(self._at("row", row, _ROW.size) for row in rows.tolist())
        return np.frombuffer(some, dtype=np.int64).reshape(-1, len(FIELDS))

    def _stretches(self, starts: Ids, ends: Ids) -> list[bytes]:
        """These stretches of the lines, which ascend: read in one go where most of what lies between is wanted."""
        first, last = int(starts[0]), int(ends[-1])
        if int((ends - starts).sum()) * SPARSE < last - first:
            return [self._lines[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        data = self._lines[first:last]
        places = zip((starts - first).tolist(), (ends - first).tolist(), strict=True)
        return [data[start:end] for start, end in places]


@cache
def judged_by(members: Members) -> Callable[[Mapping[str, Any]], str]:
    """What gives of a record the text by which it is compared: one member, or several as one."""
    if members.name is not None:
        return itemgetter(members.name)
    if members.several:
        return lambda record: joined([text for _, text in members.texts(record)])
    return lambda record: members.texts(record)[0].text


def _text(literal: bytes, start: int) -> str:
    """A text as it stands in a line: a literal of JSON, which never begins one, or all of a file."""
    return text_in(literal) if start else text_of(literal)


class Handle(NamedTuple):
    """Names a file of columns: a staged file of which some units may meet now, or what a reducer made.

    order  a file with the number of every unit in keep order, NONE for those that may not meet; `first`: where it begins
           to speak of the units of this file
    """

    path: Path
    order: Path | None = None
    first: int = 0

    def columns(self, key: str = "") -> Columns:
        """The columns of this name, and the numbers of the units; of a reducer's file, all it has."""
        if self.order is None:
            with closing(Staged(self.path)) as file:
                return file.tables()
        with closing(Staged(self.path)) as shard:
            ids = disk.numbers(self.order, self.first, shard.unit_count)
            if key == SENTENCE:
                return _of_documents(shard, ids)
            (rows,) = np.nonzero(ids != NONE)
            return {**shard.keys(key, rows), "id": ids[rows]}

    @classmethod
    def of(cls, folder: Path, columns: Columns) -> "Handle":
        """A file of these columns."""
        with disk.staging(folder, durable=False) as (file, temporary):
            write_tables(file, columns, {})  # numpy's own format is read by a parser that fails in threads
        return cls(temporary)


def _of_documents(shard: Staged, ids: Ids) -> Columns:
    """The sentences of documents that may meet now."""
    row, kind = shard.table("unit")[:, :2].T
    documents = np.full(len(shard), NONE, dtype=np.int64)
    documents[row[kind == DOCUMENT]] = ids[kind == DOCUMENT]
    document, key, letters = shard.sentences()
    its = documents[document]
    (rows,) = np.nonzero(its != NONE)
    return {"key": key[rows], "id": its[rows], "letters": letters[rows]}


class Shards:
    """The staged files in a folder by number; a few are open at a time.

    lines, member, read  as for Staged
    several              the texts are members of records as one; by default where several are listed
    """

    def __init__(
        self,
        folder: Path,
        lines: disk.FileBytes | None = None,
        member: str = "text",
        read: Callable[[str], str] = str,
        *,
        several: bool | None = None,
    ) -> None:
        self.several = members_listed(member).several if several is None else several
        self._folder, self._lines, self._member, self._read = folder, lines, member, read
        self._open: OrderedDict[int, Staged] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def place(self, shard: int) -> Path:
        """The staged file of a shard."""
        return self._folder / f"{shard:05}"

    def __getitem__(self, shard: int) -> Staged:
        found = self._open.get(shard)
        if found is None:
            if len(self._open) == OPEN:
                self._open.popitem(last=False)[1].close()
            found = self._open[shard] = Staged(self.place(shard), self._lines, self._member, self._read)
        return found
