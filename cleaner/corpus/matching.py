"""Duplicates among the staged documents, as findings with evidence. Never holds the text of the whole corpus."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cleaner.corpus.engine import Engine
from cleaner.corpus.first_pass import Cleaned, clean_text, staged
from cleaner.corpus.record import Occurrence, document_in, loaded
from cleaner.dedup.settings import Dedup
from cleaner.document import Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.text.change import Mapper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaner.dedup.match import Edge
    from cleaner.dedup.units import Units


@dataclass(slots=True)
class Matched:
    """What goes.

    removals  shard → index of a document in it → its duplicates, in offsets of its text
    counts    shard → index of a document in it → how often it and its paragraphs occurred, where more than once
    emptied   shard → documents that have nothing left
    report    how duplicates were looked for, for the manifest
    """

    removals: list[dict[int, list[Finding]]]
    emptied: list[set[int]]
    counts: list[dict[int, list[Occurrence]]]
    report: dict[str, Any] = field(default_factory=dict)


def match_documents(
    out: Path, cleaned: Sequence[Cleaned], settings: Dedup | None, pipeline: Pipeline, engine: Engine
) -> Matched:
    """The duplicates of a corpus, document by document."""
    matched = Matched([{} for _ in cleaned], [set() for _ in cleaned], [{} for _ in cleaned])
    if settings is None:
        return matched
    import numpy as np

    from cleaner.dedup.match import match
    from cleaner.dedup.missed import missed
    from cleaner.dedup.units import Units

    staging = StagedDocuments(out, cleaned)
    units = Units.join(_taken(cleaned))

    def fetch(rows: "NDArray[np.int64]") -> list[str]:
        return list(_texts(units, staging, rows))

    values = np.concatenate([np.empty(0), *(done.values for done in cleaned)])
    edges = match(units, fetch, settings, engine.shuffle, values=values)
    for edge in edges:
        shard, index = staging.place(int(units.document[edge.unit]))
        matched.removals[shard].setdefault(index, []).append(_finding(units, staging, edge, settings))
    for keeper, copies in sorted(Counter(edge.keeper for edge in edges).items()):
        shard, index = staging.place(int(units.document[keeper]))
        whole, start, end = not units.kind[keeper], int(units.start[keeper]), int(units.end[keeper])
        matched.counts[shard].setdefault(index, []).append(Occurrence(whole, start, end, copies + 1))
    matched.report = _report(units, edges, settings) | {"sample": missed(units, fetch, edges, settings)}
    _note_emptied(matched, units, staging, edges, pipeline)
    return matched


def _taken(cleaned: Sequence[Cleaned]) -> "Iterator[Units]":
    """The rows of all shards, numbered through; a shard lets go of its own, which are most of what it holds."""
    first = 0
    for done in cleaned:
        if done.units is not None:
            yield done.units.numbered(first)
        done.units = None
        first += len(done.ids)


def _report(units: "Units", edges: "Sequence[Edge]", settings: Dedup) -> dict[str, Any]:
    """How duplicates were looked for: the chance to find a pair at the threshold is what recall there was meant to be."""
    from cleaner.dedup.bands import chosen, found
    from cleaner.dedup.key import digest

    bands = chosen(settings.threshold, settings.recall)
    chances = {f"{jaccard:.2f}": round(found(jaccard, bands), 4) for jaccard in (0.7, settings.threshold, 0.9, 0.95)}
    return {
        "units": len(units),
        "removed": len(edges),
        "bands": bands.b,
        "rows": bands.r,
        "found_at_jaccard": chances,
        "key_table_sha256": digest(),
    }


class StagedDocuments:
    """The staged documents of all shards, numbered through; read one at a time."""

    def __init__(self, out: Path, cleaned: Sequence[Cleaned]) -> None:
        self._out, self._cleaned = out, cleaned
        self._starts = [0, *accumulate(len(done.ids) for done in cleaned)]
        self._last: tuple[int, str] = (-1, "")
        self._read: tuple[int, tuple[Document, Mapper]] = (-1, (Document.of(""), Mapper([], [], [], [])))
        self._open: tuple[int, IO[bytes] | None] = (-1, None)

    def place(self, document: int) -> tuple[int, int]:
        """Shard of a document, and its index there."""
        shard = bisect_right(self._starts, document) - 1
        return shard, document - self._starts[shard]

    def text(self, document: int) -> str:
        """The text of a document as the first pass left it."""
        if self._last[0] != document:
            shard, index = self.place(document)
            at = self._cleaned[shard].text_at
            file = self._texts(shard)
            file.seek(at[index])
            self._last = document, clean_text(file.read(at[index + 1] - at[index]))
        return self._last[1]

    def _texts(self, shard: int) -> IO[bytes]:
        """The staged texts of a shard, left open: documents are asked for in order."""
        number, file = self._open
        if file is None or number != shard:
            if file is not None:
                file.close()
            file = staged(self._out, shard)[1].open("rb")
            self._open = shard, file
        return file

    def document(self, document: int) -> tuple[Document, Mapper]:
        """The document itself, with its source and the way of spans back to it."""
        if self._read[0] != document:
            shard, index = self.place(document)
            with staged(self._out, shard)[0].open("rb") as file:
                file.seek(self._cleaned[shard].record_at[index])
                doc = document_in(loaded(file.readline()), self.text(document))
            self._read = document, (doc, doc.change.mapper(back=True))
        return self._read[1]


def _texts(units: "Units", staging: StagedDocuments, rows: "NDArray[np.int64]") -> Iterator[str]:
    for row in rows:
        yield staging.text(int(units.document[row]))[units.start[row] : units.end[row]]


def _finding(units: "Units", staging: StagedDocuments, edge: "Edge", settings: Dedup) -> Finding:
    """A duplicate, with the copy that stays for it and how alike the two were measured to be."""
    kind = "paragraph" if units.kind[edge.unit] else "document"
    rule = f"dedup.{kind}.{'exact' if edge.exact else 'near'}"
    keeper, back = staging.document(int(units.document[edge.keeper]))
    start, end = back(int(units.start[edge.keeper]), int(units.end[edge.keeper]))
    kept = {"id": keeper.id, "path": keeper.meta["origin"]["path"], "span": [start, end]}
    kept["sha256"] = sha256(keeper.raw[start:end].encode("utf-8", "surrogatepass")).hexdigest()
    evidence: dict[str, Any] = {
        "kept": kept,
        "jaccard": round(edge.common / edge.union, 6),
        "threshold": settings.threshold,
    }
    evidence |= {"shingles": [int(edge.common), int(edge.union)], "keep": settings.keep}
    if edge.estimate >= 0:
        evidence["estimate"] = round(float(edge.estimate), 3)
    differ = _differ(units, staging, edge, keeper) if edge.exact else ()
    evidence["words"] = _words(kind, edge, keeper.id, differ)
    return Finding(int(units.start[edge.unit]), int(units.end[edge.unit]), rule, evidence=evidence)


def _differ(units: "Units", staging: StagedDocuments, edge: "Edge", keeper: Document) -> tuple[str, ...]:
    from cleaner.dedup.explain import explain

    unit = staging.text(int(units.document[edge.unit]))[units.start[edge.unit] : units.end[edge.unit]]
    return explain(unit, keeper.text[units.start[edge.keeper] : units.end[edge.keeper]])


def _words(kind: str, edge: "Edge", keeper: str, differ: tuple[str, ...]) -> str:
    if edge.exact:
        but = f", equal but for {' and '.join(differ)}" if differ else ", word for word"
        return f"This {kind} stands in {keeper} as well{but}; that copy stays."
    return f"{edge.common:,} of the {edge.union:,} five-character sequences of this {kind} and of the one that stays in {keeper} are the same."


def _note_emptied(
    matched: Matched, units: "Units", staging: StagedDocuments, edges: "Sequence[Edge]", pipeline: Pipeline
) -> None:
    """Documents of which nothing is left once what reaches the level has gone."""
    for document in sorted({int(units.document[edge.unit]) for edge in edges}):
        shard, index = staging.place(document)
        doc, _ = staging.document(document)
        if not pipeline.settle(
            doc.revise(matched.removals[shard][index], pipeline.level, pipeline.keep), again=True
        ).kept:
            matched.emptied[shard].add(index)
