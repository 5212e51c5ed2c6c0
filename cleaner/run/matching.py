"""Duplicates among the documents of staged files: which unit goes, and for which. Never holds the texts of a corpus."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise, starmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner import disk
from cleaner.duplicates.articles import Article, article_of
from cleaner.duplicates.key import key_table_digest
from cleaner.duplicates.match import match, missed
from cleaner.duplicates.meeting import (
    Columns,
    Crowds,
    bucket_links,
    equal_to_first,
    merged_pairs,
    merged_sharing,
    shared_sentences,
)
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import PARAGRAPH, Ids, Units
from cleaner.duplicates.verify import Removals
from cleaner.formats.rank import NOWHERE
from cleaner.forms import format_named
from cleaner.index.reading import Index
from cleaner.run.against import Earlier
from cleaner.run.engine import Engine
from cleaner.run.staging import BAND, NONE, SENTENCE, Handle, Shards
from cleaner.text.threads import in_threads

REDUCERS = {"equal": equal_to_first, SENTENCE: shared_sentences}  # by key; bands otherwise
CURVE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)  # similarities at which the manifest tells the chance to find a pair


@dataclass(frozen=True, slots=True)
class Matched:
    """What goes; units are numbered through the shards, and behind them through the copies that an index has kept.

    first     number of the first unit of each shard
    removals  ordered by the unit that goes; `versions` of documents that stay, by these
    keepers   units for which others go, and how often each occurred; int64, shape (n,) each
    report    how duplicates were looked for, for the manifest
    """

    first: Ids
    removals: Removals
    keepers: tuple[Ids, Ids]
    versions: Removals
    report: dict[str, Any] = field(default_factory=dict)

    def of_shard(self, shard: int) -> tuple[Removals, tuple[Ids, Ids]]:
        """What goes of a shard, and which units of it stay for others."""
        units, times = self.keepers
        stays = self._within(shard, units)
        return self.removals.where(self._within(shard, self.removals.unit)), (units[stays], times[stays])

    def versions_of(self, shard: int) -> Removals:
        """Its documents that are versions of others."""
        return self.versions.where(self._within(shard, self.versions.unit))

    def _within(self, shard: int, units: Ids) -> Ids:
        return np.arange(*units.searchsorted((self.first[shard], self.first[shard + 1])))


@dataclass(frozen=True, slots=True)
class Corpus:
    """The staged files of a corpus, and where the documents and units of each begin.

    paths       one a shard; `shards`: the same, open as they are asked for
    first_row   number of the first row of each shard, and of all rows; `first`: of the first unit
    several     the texts are members of records as one, see `duplicates/several.py`
    """

    paths: Sequence[Path]
    shards: Shards
    first_row: Ids
    first: Ids
    several: bool = False

    @classmethod
    def of(cls, shards: Shards, paths: Sequence[Path], rows: Sequence[int], units: Sequence[int]) -> "Corpus":
        """The files at these paths, with so many rows and units each."""
        first_row, first = (np.cumsum([0, *counts], dtype=np.int64) for counts in (rows, units))
        return cls(paths, shards, first_row, first, shards.several)

    def units(self, *, hashes: bool = False) -> Units:
        """All units, without band keys, and without hashes unless asked for; documents are rows, numbered through."""
        numbers = range(len(self.paths))
        return Units.join([self.shards[at].units(hashes=hashes).numbered(int(self.first_row[at])) for at in numbers])

    def ranks(self) -> tuple[Ids, NDArray[np.float64]]:
        """Priority and value of every row, by which copies are preferred."""
        priority, value = [np.empty(0, dtype=np.int64)], [np.empty(0)]
        for staged in map(self.shards.__getitem__, range(len(self.paths))):
            priority.append(staged.table("priority"))
            value.append(staged.table("value"))
        return np.concatenate(priority), np.concatenate(value)

    def texts(self, units: Units, rows: Ids) -> Iterator[str]:
        """The texts of these units, which ascend; a document with several of them is read once, those of a shard together."""
        documents = units.document[rows]
        cuts = documents.searchsorted(self.first_row).tolist()
        for shard, its in enumerate(starmap(slice, pairwise(cuts))):
            if its.start == its.stop:
                continue
            local, which = np.unique(documents[its] - self.first_row[shard], return_inverse=True)
            texts, spans = self.shards[shard].texts(local), (units.start[rows[its]], units.end[rows[its]])
            for at, start, end in zip(which.tolist(), *(side.tolist() for side in spans), strict=True):
                yield texts[at][start:end]

    def articles(self, documents: Ids) -> list[Article]:
        """What may go of these documents, which ascend, where care is taken."""
        return [article_of(*one) for one in self.documents(documents)]

    def documents(self, documents: Ids) -> Iterator[tuple[str, str | None]]:
        """The texts of these documents, which ascend, and their formats."""
        cuts = documents.searchsorted(self.first_row).tolist()
        for shard, its in enumerate(starmap(slice, pairwise(cuts))):
            if its.start < its.stop:
                staged, rows = self.shards[shard], documents[its] - self.first_row[shard]
                formats = (format_named(staged.id(row)) if staged.told else None for row in rows.tolist())
                yield from zip(staged.texts(rows), formats, strict=True)

    @property
    def shape(self) -> tuple[int, int]:
        """Units, and bands."""
        return int(self.first[-1]), self.shards[0].bands if self.paths else 0

    def __getitem__(self, place: tuple[Ids, int], /) -> Ids:
        """The keys of units in one band, 0 for those that are too short."""
        rows, band = place
        keys = np.zeros(len(rows), dtype=np.int64)
        shards = self.first.searchsorted(rows, "right") - 1
        for shard in np.unique(shards).tolist():
            staged, (its,) = self.shards[shard], np.nonzero(shards == shard)
            local = rows[its] - self.first[shard]
            near = staged.table("near")[local]
            keys[its[near]] = staged.keys(f"{BAND}{band}", local[near])["key"]
        return keys


@dataclass(slots=True)
class Shuffled:
    """A meeting whose columns stay in the staged files: an engine brings them together.

    folder   for its files; parts, threads: as for `shuffle`, and how many bands at a time
    """

    engine: Engine
    corpus: Corpus
    folder: Path
    settings: Dedup
    threads: int = 1
    crowds: Crowds = field(default_factory=Crowds)

    def equal(self, order: Ids) -> tuple[Ids, Ids]:
        handles = self._handles(order)
        links = self._links(handles, "equal")
        self._forget(handles)
        return merged_pairs([links], len(order))

    def near(self, order: Ids) -> tuple[Ids, Ids]:
        handles = self._handles(order)
        bands = (f"{BAND}{band}" for band in range(self.corpus.shape[1]))
        count = self.corpus.shape[0]
        fits = self.settings.parts(count * (self.threads + 1)) == 1  # one more may wait to be taken
        found = in_threads(lambda band: self._links(handles, band), bands, self.threads if fits else 1)
        pairs = merged_pairs(found, len(order), self.crowds)
        self._forget(handles)
        return pairs

    def sharing(self, order: Ids) -> tuple[Ids, Ids, Ids]:
        handles = self._handles(order)
        links = self._links(handles, SENTENCE)
        self._forget(handles)
        return merged_sharing([links])

    def _handles(self, order: Ids) -> list[Handle]:
        """The files of all shards, of whose units these may meet."""
        numbers = np.full(self.corpus.shape[0], NONE, dtype=np.int64)
        numbers[order] = np.arange(len(order))
        with disk.staging(self.folder, durable=False) as (file, temporary):
            file.write(numbers.data)
        firsts = self.corpus.first[:-1].tolist()
        return [Handle(path, temporary, first) for path, first in zip(self.corpus.paths, firsts, strict=True)]

    def _links(self, handles: Sequence[Handle], key: str) -> Columns:
        if not handles:
            return dict.fromkeys(("first", "second", "letters"), np.empty(0, dtype=np.int64))
        reduce = REDUCERS.get(key, bucket_links)
        reduced = self.engine.shuffle(handles, key, self.settings.parts(self.corpus.shape[0]), reduce)
        parts = [one.columns() for one in reduced]
        for one in reduced:
            one.path.unlink(missing_ok=True)
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _forget(self, handles: Sequence[Handle]) -> None:
        for order in {handle.order for handle in handles if handle.order}:
            order.unlink(missing_ok=True)


def matched(corpus: Corpus, settings: Dedup, engine: Engine, folder: Path, index: Index | None = None) -> Matched:
    """The duplicates of a corpus; also of what an index knows, which is staged behind it."""
    units = corpus.units(hashes=index is not None)

    def fetch(rows: Ids) -> list[str]:
        return list(corpus.texts(units, rows))

    earlier = None if index is None else Earlier(index, units, corpus, fetch, settings, corpus.articles)
    left = units if earlier is None else earlier.left
    threads = getattr(engine, "workers", 1)
    meeting = Shuffled(engine, corpus, folder, settings, threads)
    priority, values = corpus.ranks() if settings.by_value or settings.priority else (None, None)
    gone, versions = match(
        left,
        fetch,
        settings,
        meeting=meeting,
        values=values if settings.by_value else None,
        priority=priority,
        bands=corpus,
        articles=corpus.articles,
        threads=threads,
        several=corpus.several,
    )
    report = _report(units, gone, settings) | {"crowds": asdict(meeting.crowds)}
    report["keep"] = _kept_by(settings, priority, values)
    by_threshold = settings.near and not settings.careful
    if by_threshold and settings.scope == "corpus":  # a sample of a corpus hardly has two units of one document
        report["sample"] = missed(left, fetch, gone, settings)
    keepers, copies = np.unique(gone.keeper, return_counts=True)
    stays = ~np.isin(keepers, gone.unit)
    keepers, copies = keepers[stays], copies[stays]
    if earlier is not None:
        gone, told = earlier.staged(corpus.shards, corpus.first_row, gone)
        report |= {"removed": len(gone), "against": told}
    return Matched(corpus.first, gone, (keepers, copies + 1), versions.by_unit(), report)


def _kept_by(settings: Dedup, priority: Ids | None, values: NDArray[np.float64] | None) -> dict[str, Any]:
    """By what it was decided which copy stays, and how many documents had it."""
    out: dict[str, Any] = {"policy": settings.keep}
    if settings.by_value and values is not None:
        out["documents_with_value"] = int(np.count_nonzero(values > -np.inf))
    if settings.priority and priority is not None:
        counts = np.bincount(priority[priority != NOWHERE], minlength=len(settings.priority))
        out["priority"] = dict(zip(settings.priority, counts.tolist(), strict=False))
    return out


def _report(units: Units, gone: Removals, settings: Dedup) -> dict[str, Any]:
    """How duplicates were looked for: the chance to find a pair at the threshold is what recall there was meant to be."""
    bands = settings.bands
    chances = {f"{jaccard:.2f}": round(bands.chance(jaccard), 4) for jaccard in sorted({*CURVE, settings.threshold})}
    return {
        "units": len(units),
        "paragraphs": int(np.count_nonzero(units.kind == PARAGRAPH)),
        "removed": len(gone),
        "scope": settings.scope,
        "near": settings.near,
        "threshold": settings.threshold,
        "bands": bands.b,
        "rows": bands.r,
        "found_at_jaccard": chances,
        "key_table_sha256": key_table_digest(),
    }
