"""A staged document without its duplicates: what goes with them, why, and what of it is told. Finds and writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.document import KEPT, OTHER, Certainty, Document, Finding, content_digest
from cleaner.duplicates.careful import version
from cleaner.duplicates.key_rows import explain
from cleaner.duplicates.repeats import Repeat, repeats
from cleaner.duplicates.settings import NO_COPY, Dedup
from cleaner.duplicates.telling import Telling
from cleaner.duplicates.told import Told
from cleaner.duplicates.verify import EXACT, VERSION, Removals
from cleaner.forms import format_named
from cleaner.pipeline import Pipeline
from cleaner.provenance.record import Parts, back_of, loaded
from cleaner.run.staging import Shards, Staged
from cleaner.text.change import Change, Edit, Mapper
from cleaner.text.line_ends import line_ends
from cleaner.text.paragraphs import Span

REMEMBERED = 256  # documents
MOST_TOLD = 8  # replacements
SHARES = 10_000  # a share is told to this part
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


def without_repeats(text: str, format: str | None = None) -> Change:
    """The change that takes out of a text what it says again."""
    gone = [_as_removal(one) for one in repeats(text, format) if one.sure]
    return without(text, gone) if gone else Change.of(len(text), ())


def said_once(doc: Document, pipeline: Pipeline) -> Document:
    """A document without what it says again, its layout settled again."""
    found = repeats(doc.text, format_named(doc.id))
    if not found:
        return doc
    doc = pipeline.guard(doc, again=True)
    level, keep, back = pipeline.level, pipeline.keep, doc.change.mapper(back=True)
    told = []
    for one in found:
        start, end = back(*one.kept)
        evidence: dict[str, Any] = {
            KEPT: {"id": doc.id, "span": (start, end), "sha256": content_digest(doc.raw[start:end])}
        }
        if one.times:
            evidence["times"] = one.times
        certainty = Certainty.LIKELY if one.sure else Certainty.SUSPECT
        told.append(Finding(one.start, one.end, one.rule, "" if one.sure else None, certainty, evidence))
    went = [
        _as_removal(one)
        for one, finding in zip(found, told, strict=True)
        if one.sure and doc.applies(finding, level, keep)
    ]
    closed = Finding.bulk("spacing.blank", line_ends(doc.text, _paragraphs(went)))
    return pipeline.settle(doc.revise([*told, *closed], level, keep), again=True)


def _as_removal(one: Repeat) -> Removal:
    return Removal(False, one.start, one.end, None, 1, 1, EXACT)


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
        """A duplicate in this text, with its evidence; a version of another document is told, and stays."""
        assert one.keeper is not None  # they were asked for
        source = self.keepers.source(one.keeper.shard, one.keeper.row)
        stays = self.settings.keep != NO_COPY or source.earlier  # what an earlier run kept, this one cannot take out
        evidence: dict[str, Any] = {KEPT if stays else OTHER: source.copy(one.keeper)}
        evidence["jaccard"] = round(one.common / one.union, 6)
        evidence["threshold"] = self.settings.threshold
        here, there = text[one.start : one.end], source.text[one.keeper.start : one.keeper.end]
        if one.met == EXACT:
            differ = explain(here, there) if here != there else ()
            return self._told(one, "exact", evidence | ({"differ": list(differ)} if differ else {}))
        evidence["shingles"] = [one.common, one.union]
        if one.met > 0:
            evidence["estimate"] = self.settings.bands.promised(one.met)
        telling = Telling.of(Told.of(there), Told.of(here))
        evidence |= differences(telling)
        if one.met == VERSION:
            evidence["differs_in"] = version(telling, self.settings)
            return Finding(one.start, one.end, "dedup.version", None, Certainty.SUSPECT, evidence)
        near = (
            not one.whole or one.common * self.settings.limit.denominator >= one.union * self.settings.limit.numerator
        )
        return self._told(one, "near" if near else "contained", evidence)

    def _told(self, one: Removal, way: str, evidence: Mapping[str, Any]) -> Finding:
        return Finding(one.start, one.end, f"dedup.{DOCUMENT if one.whole else PARAGRAPH}.{way}", evidence=evidence)


def differences(telling: Telling) -> dict[str, Any]:
    """What differs between a text that goes and the one that stays: what was replaced, figures first, and what of it stands there."""
    changed = sorted(telling.changed, key=lambda change: not (change.figures or change.contrary))
    texts = list(dict.fromkeys(change.texts for change in changed))[:MOST_TOLD]
    told: dict[str, Any] = {"replaced": list(map(list, texts))} if texts else {}
    if len(changed) > len(texts):
        told["replaced_in_all"] = len(changed)
    common, size = telling.share
    return told | {"stands_there": common * SHARES // max(size, 1) / SHARES}  # 1 is all of it


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

    def copy(self, place: Place) -> dict[str, Any]:
        """A copy: its span in the source, and the sha256 of what stands there."""
        start, end = self.to_source(place.start, place.end)
        return {"id": self.id, "span": (start, end), "sha256": content_digest(self.raw[start:end]), **self.earlier}


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
