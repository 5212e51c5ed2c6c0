"""A run against an index: which of its units were kept before. Stages the copies that stay like documents of this run,
so that evidence is made of them in the same way; after that the index is not needed any more.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from cleaner.corpus.first_pass import Cleaned
from cleaner.corpus.index import Index
from cleaner.corpus.record import dumped, loaded
from cleaner.corpus.staged import clean_bytes, places, staged
from cleaner.dedup.bands import chosen, promised
from cleaner.dedup.edges import Edges
from cleaner.dedup.known import Known, Search, spans_of, without
from cleaner.dedup.reading import Fetch
from cleaner.dedup.segment import Ids
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import DOCUMENT, BandKeys, Units
from cleaner.document import content_digest

TOLD = 20  # units that tie together what was apart


@dataclass(frozen=True, slots=True)
class Staged:
    """All that goes, for copies of this run and for such as were kept before.

    edges    keepers that were kept before are the last rows of `units`
    units    of the run, then the copies that stay; their documents are numbered behind those of the run
    cleaned  these documents, staged like a last shard of the run
    report   for the manifest: which index, what went for it, near copies that tie together what was kept apart
    """

    edges: Edges
    units: Units
    cleaned: Cleaned
    report: dict[str, Any]


class Earlier:
    """The new units that an index knows; `left` are the units without them."""

    def __init__(self, index: Index, units: Units, bands: BandKeys, fetch: Fetch, settings: Dedup) -> None:
        self._index, self._units, self._settings = index, units, settings
        self._known = Search(units, bands, fetch, index.segments, index.fetch, settings).known()
        self.left = without(units, self._known)

    def staged(self, out: Path, cleaned: Sequence[Cleaned], edges: Edges) -> Staged:
        """Stage the copies that stay; `edges` are what went for others of the run."""
        index, known = self._index, self._still_there(edges.unit)
        keepers, which = np.unique(known.keeper, return_inverse=True)
        names, document = np.unique(index.documents(keepers), return_inverse=True)
        old = _rows(index, keepers, document + sum(len(done.kept) for done in cleaned))
        units = Units.join([replace(self._units, bands=self._units.bands[:, :0]), old])
        edges = Edges.join([edges, _edges(known, which + len(self._units), self._settings)])
        return Staged(edges, units, _stage(index, out, len(cleaned), names), self._report(out, cleaned, known))

    def _still_there(self, gone: Ids) -> Known:
        """Without paragraphs of documents that went whole, for another document of the run."""
        units, unit = self._units, self._known.unit
        dropped = units.document[gone[units.kind[gone] == DOCUMENT]]
        return self._known.where((units.kind[unit] == DOCUMENT) | ~np.isin(units.document[unit], dropped))

    def _report(self, out: Path, cleaned: Sequence[Cleaned], known: Known) -> dict[str, Any]:
        (bridging,) = np.nonzero((known.matches > 1) & (known.agreeing >= 0))
        documents = self._units.document[known.unit[bridging[:TOLD]]].tolist()
        told = [
            {"document": _id(out, cleaned, document), "matches": matches}
            for document, matches in zip(documents, known.matches[bridging[:TOLD]].tolist(), strict=True)
        ]
        header = self._index.header
        counts = {name: sum(one[name] for one in header["segments"]) for name in ("documents", "units")}
        head = {"index": self._index.name, "sha256": self._index.sha256, "runs": header["runs"], **counts}
        return head | {"removed": len(known), "bridging": len(bridging), "bridging_first": told}


def _rows(index: Index, keepers: Ids, documents: Ids) -> Units:
    """The copies that stay as rows; only their spans are of use any more."""
    _, _, start, size, kind = spans_of(index.segments, keepers)
    blank = np.zeros((len(keepers), 2), dtype=np.int64)
    near = np.zeros(len(keepers), dtype=np.bool_)
    return Units(documents, kind.astype(np.uint8), start, start + size, blank[:, 0], blank, near, blank[:, :0])


def _edges(known: Known, keepers: Ids, settings: Dedup) -> Edges:
    bands = chosen(settings.threshold, settings.recall)
    exact = known.agreeing < 0
    estimates = np.array([promised(count, bands) for count in range(bands.b + 1)])
    estimate = np.where(exact, -1.0, estimates[known.agreeing])
    return Edges(known.unit, keepers, known.common, known.union, estimate, exact)


def _stage(index: Index, out: Path, shard: int, documents: Ids) -> Cleaned:
    """The old documents as the first pass would have staged them."""
    done = Cleaned(shard)
    with staged(out, shard) as stager:
        for document in documents.tolist():
            record: Mapping[str, Any] = index.record(document)
            done.kept.append(True)
            text = record["text"]
            rest = {key: value for key, value in record.items() if key != "text"}
            rest["clean"] = {"chars": len(text), "sha256": content_digest(text)}
            stager.document(0, dumped(rest) + b"\n", clean_bytes(text), b"", kept=True)
    done.text_at, done.record_at = stager.text_at, stager.record_at
    return done


def _id(out: Path, cleaned: Sequence[Cleaned], document: int) -> str:
    starts = list(accumulate((len(done.kept) for done in cleaned), initial=0))
    shard = bisect_right(starts, document) - 1
    with places(out, shard).records.open("rb") as file:
        file.seek(cleaned[shard].record_at[document - starts[shard]])
        return str(loaded(file.readline())["id"])
