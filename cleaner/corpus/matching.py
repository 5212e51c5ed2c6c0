"""Duplicates among the staged documents, as columns by shard. Never holds the text of the whole corpus."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.corpus.duplicates import Column, Duplicates, column
from cleaner.corpus.engine import Engine
from cleaner.corpus.first_pass import Cleaned
from cleaner.corpus.record import Occurrence
from cleaner.corpus.staged import StagedFiles
from cleaner.dedup.settings import Dedup
from cleaner.document import Certainty
from cleaner.pipeline import Pipeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaner.corpus.against import Earlier
    from cleaner.corpus.index import Index
    from cleaner.corpus.rows import Rows
    from cleaner.dedup.edges import Edges
    from cleaner.dedup.reading import Fetch
    from cleaner.dedup.units import BandKeys, Units

    Ids = NDArray[np.int64]


CURVE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)  # similarities at which the manifest tells the chance to find a pair


@dataclass(frozen=True, slots=True)
class Counts:
    """How often documents and paragraphs that stay occurred in the corpus, as columns; each as in record.Occurrence.

    index  of the document in its shard
    """

    index: Column
    whole: Column
    start: Column
    end: Column
    times: Column

    def by_document(self) -> dict[int, list[Occurrence]]:
        """The same, document by document."""
        rows = zip(self.index, self.whole, self.start, self.end, self.times, strict=True)
        return {
            document: [Occurrence._make(one[1:]) for one in its] for document, its in groupby(rows, key=itemgetter(0))
        }


@dataclass(slots=True)
class Matched:
    """What goes.

    removals  by shard: its duplicates
    counts    by shard: how often its documents and paragraphs occurred, where more than once
    emptied   by shard: documents that have nothing left, as far as can be told before they are written
    report    how duplicates were looked for, for the manifest
    """

    removals: list[Duplicates | None]
    emptied: list[set[int]]
    counts: list[Counts | None]
    report: dict[str, Any] = field(default_factory=dict)


def match_documents(
    out: Path,
    cleaned: Sequence[Cleaned],
    rows: "Rows | None",
    settings: Dedup | None,
    pipeline: Pipeline,
    engine: Engine,
    index: "Index | None" = None,
) -> Matched:
    """The duplicates of a corpus, document by document; also of what an index knows."""
    shards = len(cleaned)
    matched = Matched([None] * shards, [set() for _ in cleaned], [None] * shards)
    if settings is None or rows is None:
        return matched
    import numpy as np

    from cleaner.dedup.candidates import Crowds
    from cleaner.dedup.match import match
    from cleaner.dedup.missed import missed

    crowds = Crowds()
    units, bands = rows.joined()
    with StagedFiles(out) as files:
        places, held = _Places.of(cleaned), rows.texts.reader()

        def fetch(rows: "Ids") -> list[str]:
            if held is not None:
                return held.spans(units.document[rows], units.start[rows], units.end[rows])
            return list(_texts(units, places, files, rows))

        values = np.concatenate([np.empty(0), *(done.values for done in cleaned)]) if settings.field else None
        earlier = None if index is None else _earlier(index, units, bands, fetch, settings)
        left = units if earlier is None else earlier.left
        threads = getattr(engine, "workers", 1)
        edges = match(left, fetch, settings, engine.shuffle, values=values, bands=bands, crowds=crowds, threads=threads)
        matched.report = _report(units, edges, settings) | {"crowds": asdict(crowds)}
        if settings.near and settings.scope == "corpus":  # a sample of a corpus hardly has two units of one document
            matched.report["sample"] = missed(left, fetch, edges, settings)
    _share_counts(matched, units, edges, places)
    if earlier is not None:
        old = earlier.staged(out, cleaned, edges)
        units, edges, places = old.units, old.edges, _Places.of([*cleaned, old.cleaned])
        matched.removals.append(None)  # of the copies that stay, which are staged like a last shard
        matched.report |= {"removed": len(edges), "against": old.report}
    _share_removals(matched, units, edges, places)
    if pipeline.level <= Certainty.LIKELY:  # else duplicates are reported and stay
        _note_emptied(matched, units, edges, places)
    return matched


def _earlier(index: "Index", units: "Units", bands: "BandKeys", fetch: "Fetch", settings: Dedup) -> "Earlier":
    from cleaner.corpus.against import Earlier

    return Earlier(index, units, bands, fetch, settings)


def _report(units: "Units", edges: "Edges", settings: Dedup) -> dict[str, Any]:
    """How duplicates were looked for: the chance to find a pair at the threshold is what recall there was meant to be."""
    from cleaner.dedup.bands import chosen, found
    from cleaner.dedup.key import digest

    bands = chosen(settings.threshold, settings.recall)
    chances = {f"{jaccard:.2f}": round(found(jaccard, bands), 4) for jaccard in sorted({*CURVE, settings.threshold})}
    return {
        "units": len(units),
        "removed": len(edges),
        "scope": settings.scope,
        "near": settings.near,
        "threshold": settings.threshold,
        "bands": bands.b,
        "rows": bands.r,
        "found_at_jaccard": chances,
        "key_table_sha256": digest(),
    }


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the documents of the corpus are staged.

    starts  the number of the first document of each shard, and of all documents
    """

    starts: "Ids"
    record_at: "Ids"
    text_at: "Ids"
    text_end: "Ids"

    @classmethod
    def of(cls, cleaned: Sequence[Cleaned]) -> "_Places":
        import numpy as np

        none = np.empty(0, dtype=np.int64)
        at = [np.frombuffer(done.text_at, dtype=np.int64) for done in cleaned]
        return cls(
            np.cumsum([0, *(len(done.kept) for done in cleaned)], dtype=np.int64),
            np.concatenate([none, *(np.array(done.record_at, dtype=np.int64) for done in cleaned)]),
            np.concatenate([none, *(one[:-1] for one in at)]),
            np.concatenate([none, *(one[1:] for one in at)]),
        )

    def shard(self, documents: "Ids") -> "Ids":
        """The shards of these documents."""
        shards: Ids = self.starts.searchsorted(documents, "right") - 1
        return shards

    def staged(self, documents: "Ids") -> Iterator[tuple[int, int, int]]:
        """Shard, and start and end of the text in bytes, of each of these documents."""
        columns = self.shard(documents), self.text_at[documents], self.text_end[documents]
        return zip(*(column.tolist() for column in columns), strict=True)

    def slices(self, documents: "Ids") -> Iterator[tuple[int, slice]]:
        """Shards, and where in an ascending column of documents theirs stand."""
        cuts = documents.searchsorted(self.starts).tolist()
        yield from ((shard, slice(*cut)) for shard, cut in enumerate(pairwise(cuts)))


def _texts(units: "Units", places: _Places, files: StagedFiles, rows: "Ids") -> Iterator[str]:
    """The texts of these units; a document with several of them is read once."""
    documents = units.document[rows]
    spans = zip(units.start[rows].tolist(), units.end[rows].tolist(), strict=True)
    last, text = (-1, -1, -1), ""
    for place, (start, end) in zip(places.staged(documents), spans, strict=True):
        if place != last:
            last, text = place, files.text(*place)
        yield text[start:end]


def _share_removals(matched: Matched, units: "Units", edges: "Edges", places: _Places) -> None:
    from cleaner.dedup.units import DOCUMENT

    gone, kept = units.document[edges.unit], units.document[edges.keeper]
    for shard, some in places.slices(gone):
        unit, keeper, document = edges.unit[some], edges.keeper[some], kept[some]
        matched.removals[shard] = Duplicates.of(
            document=gone[some] - places.starts[shard],
            whole=units.kind[unit] == DOCUMENT,
            start=units.start[unit],
            end=units.end[unit],
            kept_shard=places.shard(document),
            kept_record=places.record_at[document],
            kept_text=places.text_at[document],
            kept_end=places.text_end[document],
            kept_start=units.start[keeper],
            kept_stop=units.end[keeper],
            common=edges.common[some],
            union=edges.union[some],
            estimate=edges.estimate[some],
            exact=edges.exact[some],
        )


def _share_counts(matched: Matched, units: "Units", edges: "Edges", places: _Places) -> None:
    import numpy as np

    from cleaner.dedup.units import DOCUMENT

    keepers, copies = np.unique(edges.keeper, return_counts=True)
    documents = units.document[keepers]
    for shard, some in places.slices(documents):
        its = keepers[some]
        index, whole = documents[some] - places.starts[shard], units.kind[its] == DOCUMENT
        columns = index, whole, units.start[its], units.end[its], copies[some] + 1
        matched.counts[shard] = Counts(*map(column, columns))


def _note_emptied(matched: Matched, units: "Units", edges: "Edges", places: _Places) -> None:
    """Documents that go whole or with all their paragraphs. A person may overrule a removal: the second pass knows."""
    import numpy as np

    from cleaner.dedup.units import DOCUMENT

    count = int(places.starts[-1])
    gone, whole = units.document[edges.unit], units.kind[edges.unit] == DOCUMENT
    paragraphs = np.bincount(units.document[units.kind != DOCUMENT], minlength=count)
    emptied = np.bincount(gone[~whole], minlength=count) >= np.maximum(paragraphs, 1)
    emptied[gone[whole]] = True
    for document in np.flatnonzero(emptied).tolist():
        shard = bisect_right(places.starts, document) - 1
        matched.emptied[shard].add(document - int(places.starts[shard]))
