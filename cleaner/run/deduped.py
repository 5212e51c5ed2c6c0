"""`cleaner.dedup`: duplicates among records in a program, with the flow of `clean dedup`. Changes no record.

Texts are read once and lie in a temporary file without a name, so that an iterator serves as well as a list.
"""

import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from reprlib import repr as short
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from cleaner import disk
from cleaner.config import dedup_of
from cleaner.duplicates.repeats import Repeat, repeats
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.several import joined, whole_records
from cleaner.duplicates.units import DOCUMENT, Units
from cleaner.duplicates.verify import Removals
from cleaner.formats.carrier import text_bytes, text_of
from cleaner.formats.members import Members, pointer, value_at
from cleaner.formats.rank import UNRANKED, Rank, rank_of
from cleaner.formats.records import rows, texts_at
from cleaner.run.engine import Threads, cores
from cleaner.run.matching import Corpus, matched
from cleaner.run.removing import Removal, without, without_repeats
from cleaner.run.staging import Lines, Shards, stage_apart
from cleaner.text.errors import ConfigError, InputError
from cleaner.text.machine_code import pays

BATCH = 1 << 22  # code points that one thread signs in one go
SHOWN = 10  # of what is removed
PARAGRAPH, WHOLE, AGAIN = 0, 1, 2  # kinds of what goes
READ = 1 << 20  # bytes read in one go, at least a text

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Removed:
    """A record, or a paragraph of one, that goes for another that stays.

    index, kept      positions of the record that goes, or loses a paragraph, and of the one that has the copy; from 0
    rule             as `clean rules` lists them: dedup.document.exact …
    jaccard          the exact similarity of the two, 1.0 for an exact copy
    span, kept_span  where they stand in the texts of these records, code points, end exclusive; None where a record has
                     several members
    id, kept_id      what the two records call themselves, where `id` named a member
    """

    index: int
    kept: int
    rule: str
    jaccard: float
    span: tuple[int, int] | None
    kept_span: tuple[int, int] | None
    id: Any = None
    kept_id: Any = None


@dataclass(frozen=True, slots=True)
class Spooled:
    """Texts in a file, end to end. `ends`: where each ends, in bytes; int64, shape (texts + 1,), from 0 on."""

    data: disk.FileBytes
    ends: Ids

    def texts(self, which: Sequence[int]) -> Iterator[tuple[int, str]]:
        """These of them, which ascend, read in long stretches."""
        at = stop = 0
        data = b""
        for number in which:
            start, end = self.ends[number : number + 2].tolist()
            if end > stop:
                at, stop = start, min(max(end, start + READ), int(self.ends[-1]))
                data = self.data[at:stop]
            yield number, text_of(data[start - at : end - at])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gone(Sequence[Removed]):
    """What goes, in order; kept as columns, since there may be millions.

    table     int64, shape (n, 7): record, record that stays, kind, and both spans
    rules     of each; `jaccard`: float64, shape (n,)
    """

    table: Ids
    rules: Sequence[str]
    jaccard: NDArray[np.float64]
    ids: Sequence[Any] | None
    several: bool

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, at: int) -> Removed: ...

    @overload
    def __getitem__(self, at: slice) -> list[Removed]: ...

    def __getitem__(self, at: int | slice) -> Removed | list[Removed]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        index, kept, _, *spans = self.table[at].tolist()
        span, kept_span = (None, None) if self.several else ((spans[0], spans[1]), (spans[2], spans[3]))
        named = (None, None) if self.ids is None else (self.ids[index], self.ids[kept])
        return Removed(index, kept, self.rules[at], round(float(self.jaccard[at]), 6), span, kept_span, *named)

    def __repr__(self) -> str:
        return repr(self[:]) if len(self) <= SHOWN else f"<{len(self):,} removed, the first: {self[0]}>"

    def paragraphs(self, index: int) -> list[Removal]:
        """The parts that one record loses."""
        first, last = self.table[:, 0].searchsorted((index, index + 1))
        its = (row for row in self.table[first:last].tolist() if row[2] != WHOLE)
        return [Removal(False, start, end, None, 1, 1, 0) for _, _, _, start, end, *_ in its]


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False, eq=False)
class Deduped:
    """Records without their duplicates.

    kept     positions of the records that stay, from 0
    removed  what went: records, and paragraphs of such as stay; a `Removed` each
    """

    kept: list[int]
    removed: Sequence[Removed]
    _gone: Gone
    _spooled: Spooled

    def texts(self) -> Iterator[str]:
        """The texts of the records that stay, without the paragraphs that went.

        ConfigError where records have several members: these stay as they are.
        """
        if self._gone.several:
            raise ConfigError("records of several members have no one text; take those of .kept, they stay as they are")
        return self._texts()

    def _texts(self) -> Iterator[str]:
        changed = set(self._gone.table[self._gone.table[:, 2] != WHOLE, 0].tolist())
        for index, text in self._spooled.texts(self.kept):
            yield left(text, self._gone.paragraphs(index)) if index in changed else text

    def __repr__(self) -> str:
        return f"<Deduped: {len(self.kept):,} kept, {len(self.removed):,} removed>"


def deduped(
    records: Any,
    text: str | Sequence[str] = "text",
    id: str | None = None,
    *,
    threads: int | None = None,
    **settings: Any,
) -> Deduped:
    """See `cleaner.dedup`."""
    members = Members.of(text)
    how = dedup_of(settings)
    if members.several:
        how = whole_records(how)
    wanted = [name for name in (how.field, None if id is None else Members.of(id).top[0]) if name is not None]
    given = rows(records, "dedup", members, wanted)
    with ExitStack() as held, TemporaryDirectory(prefix="clean-") as folder, Threads(threads or cores()) as engine:
        file = held.enter_context(disk.scratch(Path(folder)))
        spool = _Spool(file, members, id, how, Path(folder))
        counts = list(engine.map_shards(spool.sign, spool.batches(given)))
        data = disk.FileBytes(file)
        with Shards(Path(folder), data, read=spool.once, several=members.several) as shards:
            paths = [shards.place(number) for number in range(len(counts))]
            corpus = Corpus.of(shards, paths, *([one[side] for one in counts] for side in (0, 1)))
            spooled = Spooled(data, np.concatenate([[0], np.cumsum(np.array(spool.sizes, dtype=np.int64))]))
            gone = _gone(corpus.units(), matched(corpus, how, engine, Path(folder)).removals, spool, spooled)
        dropped = _dropped(gone, spooled)
        done = Deduped([at for at in range(len(spool.sizes)) if at not in dropped], gone, gone, spooled)
        weakref.finalize(done, held.pop_all().close)
    return done


class _Batch(NamedTuple):
    """Some records in a row, from the `first` on: `start` is where their texts begin in the file, `sizes` their bytes."""

    number: int
    first: int
    start: int
    sizes: list[int]
    texts: list[str]
    ranks: list[Rank]


@dataclass(slots=True)
class _Spool:
    """Takes records in: their texts go into the file, and their units into staged files of the folder."""

    file: IO[bytes]
    members: Members
    id: str | None
    settings: Dedup
    folder: Path
    sizes: "array[int]" = field(default_factory=lambda: array("q"))
    ids: list[Any] | None = None
    again: dict[int, list[Repeat]] = field(default_factory=dict)

    def batches(self, given: Iterator[Any]) -> Iterator[_Batch]:
        """All of them; the calling thread writes."""
        self.ids = None if self.id is None else []
        batch, chars, number = self._begun(0), 0, 0
        for at, record in enumerate(given):
            text, rank = self._read(record, at)
            batch.texts.append(text)
            batch.ranks.append(rank)
            self._write(batch, text)
            chars += len(text)
            if chars >= BATCH:
                yield self._ready(batch, chars)
                number += 1
                batch, chars = self._begun(number), 0
        if batch.texts:
            yield self._ready(batch, chars)
        with disk.explained(self.folder):
            self.file.flush()

    def _begun(self, number: int) -> _Batch:
        return _Batch(number, len(self.sizes), self.file.tell(), [], [], [])

    def _write(self, batch: _Batch, text: str) -> None:
        data = text_bytes(text)
        with disk.explained(self.folder):
            self.file.write(data)
        batch.sizes.append(len(data))
        self.sizes.append(len(data))

    def _ready(self, batch: _Batch, chars: int) -> _Batch:
        if pays(chars):
            from cleaner.duplicates import kernel  # noqa: F401  # before there are threads, beside which numba loads more
        return batch

    def _read(self, record: Any, at: int) -> tuple[str, Rank]:
        """The text by which a record is compared, and its rank among copies of it."""
        if isinstance(record, str):
            self._refuse_members(at)
            return record, UNRANKED
        if not isinstance(record, Mapping):
            hint = "; decode it first" if isinstance(record, bytes | bytearray) else ""
            raise TypeError(
                f"a text (str) or a record (mapping) is wanted at position {at}, not {type(record).__name__}: {short(record)}{hint}"
            )
        texts = [text for _, text in texts_at(record, self.members, at)]
        if self.ids is not None and self.id is not None:
            self.ids.append(_named(record, self.id, at))
        return joined(texts) if self.members.several else texts[0], self._rank(record, at)

    def _refuse_members(self, at: int) -> None:
        asked = [f"id={self.id!r}"] if self.id is not None else []
        asked += [f"keep={self.settings.keep!r}"] if self.settings.field is not None else []
        asked += ["several members"] if self.members.several else []
        if asked:
            raise TypeError(f"a record (mapping) is wanted at position {at}, not str: {asked[0]} asks for its members")

    def _rank(self, record: Mapping[str, Any], at: int) -> Rank:
        if not (self.settings.by_value or self.settings.priority):
            return UNRANKED
        plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in record.items()}
        return rank_of(str(at if self.ids is None else self.ids[-1]), plain, self.settings)

    def sign(self, batch: _Batch) -> tuple[int, int]:
        """A batch staged; how many rows and units it has."""
        count, size = len(batch.texts), np.array(batch.sizes, dtype=np.int64)
        texts = list(map(self.once, batch.texts))
        line = batch.start + np.cumsum(size) - size
        ranks = zip(*batch.ranks, strict=True)
        lines = Lines(line, size, 0, size, *(np.array(column) for column in ranks))
        for at, (whole, once) in enumerate(zip(batch.texts, texts, strict=True), batch.first):
            if len(once) < len(whole):
                self.again[at] = [one for one in repeats(whole) if one.sure]
        return count, stage_apart(self.folder, batch.number, lines, texts, np.arange(count), self.settings)

    def once(self, text: str) -> str:
        """A text without what it says again."""
        return without_repeats(text).apply(text) if self.settings.of_repeats else text


def left(text: str, gone: Sequence[Removal]) -> str:
    """A text without these paragraphs; nothing where nothing is left."""
    return without(text, gone).apply(text)


def _gone(units: Units, removals: Removals, spool: "_Spool", spooled: Spooled) -> Gone:
    """All that goes, in order, with the spans of the texts as they were given."""
    unit, keeper = removals.unit, removals.keeper
    whole = units.kind[unit] == DOCUMENT
    near = removals.common * spool.settings.limit.denominator >= removals.union * spool.settings.limit.numerator
    ways = np.where(removals.exact, "exact", np.where(near | ~whole, "near", "contained"))
    rules = [f"dedup.{'document' if all_of else 'paragraph'}.{way}" for all_of, way in zip(whole, ways, strict=True)]
    back = _Back(spooled, spool.again)
    spans = (back(units, rows) for rows in (unit, keeper))
    table = np.column_stack([units.document[unit], units.document[keeper], np.where(whole, WHOLE, PARAGRAPH), *spans])
    own = [[at, at, AGAIN, one.start, one.end, *one.kept] for at, its in spool.again.items() for one in its]
    table = np.concatenate([table, np.array(own, dtype=np.int64).reshape(-1, 7)])
    rules += [one.rule for its in spool.again.values() for one in its]
    jaccard = np.concatenate([removals.common / removals.union, np.ones(len(own))])
    order = np.lexsort((table[:, 2] == AGAIN, table[:, 0]))  # in each record units first, as `clean dedup` tells them
    named = [rules[at] for at in order.tolist()]
    return Gone(table[order], named, jaccard[order], spool.ids, spool.members.several)


class _Back(NamedTuple):
    """The way from texts without what they say again to the texts as they were given."""

    spooled: Spooled
    again: Mapping[int, Sequence[Repeat]]

    def __call__(self, units: Units, rows: Ids) -> Ids:
        """The spans of these units; int64, shape (n, 2)."""
        spans = np.stack([units.start[rows], units.end[rows]], axis=1)
        for at, document in enumerate(units.document[rows].tolist()):
            if document in self.again:
                spans[at] = self._mapped(document, *spans[at].tolist())
        return spans

    def _mapped(self, document: int, start: int, end: int) -> tuple[int, int]:
        gone = [Removal(False, one.start, one.end, None, 1, 1, 0) for one in self.again[document]]
        _, text = next(self.spooled.texts([document]))
        return without(text, gone).mapper(back=True)(start, end)


def _dropped(gone: Gone, spooled: Spooled) -> set[int]:
    """Records of which nothing stays."""
    whole = gone.table[:, 2] == WHOLE
    dropped = set(gone.table[whole, 0].tolist())
    changed = [index for index, _ in groupby(gone.table[~whole, 0].tolist()) if index not in dropped]
    return dropped | {index for index, text in spooled.texts(changed) if not left(text, gone.paragraphs(index))}


def _named(record: Mapping[str, Any], name: str, at: int) -> Any:
    try:
        return value_at(record, pointer(name).parts)
    except LookupError:
        raise InputError(f"the record at position {at} has no member {name!r}, which `id` asks for") from None
