"""A staged document without its duplicates: what goes with them, why, and what of it is told. Finds and writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.key_rows import explain
from cleaner.dedup.settings import Dedup
from cleaner.dedup.verify import EXACT, Removals
from cleaner.document import Document, Finding, content_digest
from cleaner.pipeline import Pipeline
from cleaner.provenance.record import Parts, back_of, loaded
from cleaner.run.staging import Shards, Staged
from cleaner.text.change import Change, Edit, Mapper
from cleaner.text.line_ends import line_ends
from cleaner.text.paragraphs import Span

REMEMBERED = 256  # documents
DOCUMENT, PARAGRAPH = "document", "paragraph"

Ids = NDArray[np.int64]


class Place(NamedTuple):
    """A unit in its staged file: shard, row, and its span of the clean text."""

    shard: int
    row: int
    start: int
    end: int


class Removal(NamedTuple):
    """A unit of a document that goes, [start, end) of its clean text, and where its keeper stands; the rest as in Removals."""

    whole: bool
    start: int
    end: int
    keeper: Place | None
    common: int
    union: int
    met: int


def removals_in(
    staged: Staged, first: int, removals: Removals, keepers: "Keepers | None" = None
) -> dict[int, list[Removal]]:
    """By row, what goes of the documents of a shard, whose first unit has this number."""
    row, kind, *span = staged.table("unit")[removals.unit - first].T.tolist()
    places = keepers.places(removals.keeper) if keepers else [None] * len(removals)
    rest = (column.tolist() for column in (removals.common, removals.union, removals.met))
    out: dict[int, list[Removal]] = {}
    for document, is_paragraph, start, end, keeper, *numbers in zip(row, kind, *span, places, *rest, strict=True):
        out.setdefault(document, []).append(Removal(not is_paragraph, start, end, keeper, *numbers))
    return out


def without(text: str, gone: Sequence[Removal]) -> Change:
    """The change that takes these units out of a text: a paragraph goes with its lines.

    >>> without("一\\n\\n二\\n\\n三", [Removal(False, 3, 4, None, 1, 1, -1)]).apply("一\\n\\n二\\n\\n三")
    '一\\n\\n三'
    """
    edits = [Edit(one.start, one.end) for one in gone]
    return Change.of(len(text), [*edits, *line_ends(text, _paragraphs(gone))])


def _paragraphs(gone: Iterable[Removal]) -> list[Span]:
    """Where the paragraphs stand that go; a whole document has no line ends to care for."""
    return [Span(one.start, one.end) for one in gone if not one.whole]


@dataclass(frozen=True, slots=True)
class Removing:
    """Takes duplicates out of documents as the pipeline's level and overruled findings have it."""

    pipeline: Pipeline
    settings: Dedup
    keepers: "Keepers"

    def __call__(self, doc: Document, gone: Sequence[Removal]) -> Document:
        """A document after these went; its layout settled again, and nothing kept of which only white space is left."""
        level, keep = self.pipeline.level, self.pipeline.keep
        doc = self.pipeline.guard(doc, again=True)
        if doc.guarded and any(one.whole and self._holds(one, doc) for one in gone):
            doc = replace(doc, guarded=())
        found = [self._finding(one, doc.text) for one in gone]
        went = [one for one, finding in zip(gone, found, strict=True) if doc.applies(finding, level, keep)]
        closed = Finding.bulk("spacing.blank", line_ends(doc.text, _paragraphs(went)))
        doc = doc.revise([*found, *closed], level, keep)
        return self.pipeline.settle(doc, again=True) if doc.text else doc

    def _holds(self, one: Removal, doc: Document) -> bool:
        """Whether the copy that stays holds, word for word, all that is guarded in this document."""
        assert one.keeper is not None  # they were asked for
        kept = self.keepers.source(one.keeper.shard, one.keeper.row).text[one.keeper.start : one.keeper.end]
        return all(doc.text[span.start : span.end] in kept for span in doc.guards().spans)

    def _finding(self, one: Removal, text: str) -> Finding:
        """A duplicate in this text, with its evidence."""
        assert one.keeper is not None  # they were asked for
        source, exact = self.keepers.source(one.keeper.shard, one.keeper.row), one.met == EXACT
        evidence: dict[str, Any] = {"kept": source.kept(one.keeper), "jaccard": round(one.common / one.union, 6)}
        evidence["threshold"] = self.settings.threshold
        if not exact:
            evidence["shingles"] = [one.common, one.union]
            evidence["estimate"] = self.settings.bands.promised(one.met)
        elif differ := source.differ(one.keeper, text[one.start : one.end]):
            evidence["differ"] = list(differ)
        kind, way = DOCUMENT if one.whole else PARAGRAPH, "exact" if exact else "near"
        return Finding(one.start, one.end, f"dedup.{kind}.{way}", evidence=evidence)


def document_of(parts: Parts, text: str) -> Document:
    """A document as it was staged; what was found in it before stays where it is told."""
    id = loaded(parts.head + b"}")["id"]
    if not parts.back:
        return Document.of(text, id)
    back = back_of(parts, text)
    return Document(id, back.apply(text), text, back.invert(text))


@dataclass(frozen=True, slots=True)
class Source:
    """A document of which a copy stays: its text, its source and the way there; where `earlier`, the run that kept it."""

    id: str
    earlier: Mapping[str, Any]
    text: str
    raw: str
    to_source: Mapper

    def kept(self, place: Place) -> dict[str, Any]:
        """A copy: its span in the source, and the sha256 of what stands there."""
        start, end = self.to_source(place.start, place.end)
        return {"id": self.id, "span": (start, end), "sha256": content_digest(self.raw[start:end]), **self.earlier}

    def differ(self, place: Place, text: str) -> tuple[str, ...]:
        """In what a text differs from a copy, which has the same key."""
        kept = self.text[place.start : place.end]
        return () if text == kept else explain(text, kept)


class Keepers:
    """The copies that stay, by number of the unit; the last documents are remembered.

    first  the number of the first unit of each shard; int64, ascending
    """

    def __init__(self, shards: Shards, first: Ids) -> None:
        self._shards, self._first = shards, first
        self.source = lru_cache(REMEMBERED)(self._read)

    def places(self, units: Ids) -> list[Place]:
        """Where these units stand."""
        shards = self._first.searchsorted(units, "right") - 1
        local = units - self._first[shards]
        out = []
        for shard, unit in zip(shards.tolist(), local.tolist(), strict=True):
            row, _, start, end = self._shards[shard].unit(unit)
            out.append(Place(shard, row, start, end))
        return out

    def _read(self, shard: int, row: int) -> Source:
        staged = self._shards[shard]
        numbers = staged.row(row)
        parts, text = staged.parts(numbers), staged.text(numbers)
        back = back_of(parts, text)
        head = loaded(parts.head + b"}")
        told = {key: head["source"][key] for key in ("path", "run") if key in head["source"]}  # of an earlier run
        return Source(head["id"], told, text, back.apply(text), back.mapper())
