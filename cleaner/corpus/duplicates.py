"""What matching found for one shard → findings with evidence. Reads the copies that stay from what was staged."""

from array import array
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from cleaner.corpus.record import Brief, back_in, brief_of
from cleaner.corpus.staged import StagedFiles
from cleaner.dedup.settings import Dedup
from cleaner.document import Finding, content_digest
from cleaner.text.change import Mapper

if TYPE_CHECKING:
    from numpy.typing import NDArray

Column: TypeAlias = "array[Any]"  # as numpy's, for processes that need not load it
REMEMBERED = 256  # documents, and evidence of as many copies


class Duplicate(NamedTuple):
    """A unit that goes, in offsets of the clean text of its document, and the copy that stays for it.

    document     in the shard, from 0
    whole        it is a document, not a paragraph
    kept_shard   the shard of the copy; kept_record, kept_text: where its document is staged there, in bytes (the text
                 up to kept_end); kept_start, kept_stop: its span
    common       as in dedup.edges.Edge, with union, estimate and exact
    """

    document: int
    whole: bool
    start: int
    end: int
    kept_shard: int
    kept_record: int
    kept_text: int
    kept_end: int
    kept_start: int
    kept_stop: int
    common: int
    union: int
    estimate: float
    exact: bool


def column(values: "NDArray[Any]") -> Column:
    """Integers, floats or truth values as a column."""
    return array({"i": "q", "f": "d", "b": "b"}[values.dtype.kind], values.tobytes())


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Duplicates of one shard as columns, in order of their documents."""

    document: Column
    whole: Column
    start: Column
    end: Column
    kept_shard: Column
    kept_record: Column
    kept_text: Column
    kept_end: Column
    kept_start: Column
    kept_stop: Column
    common: Column
    union: Column
    estimate: Column
    exact: Column

    @classmethod
    def of(cls, **columns: "NDArray[Any]") -> Self:
        """The same of arrays."""
        return cls(**{name: column(values) for name, values in columns.items()})

    def by_document(self) -> dict[int, list[Duplicate]]:
        """The same, document by document."""
        rows = map(Duplicate._make, zip(*(getattr(self, one.name) for one in fields(self)), strict=True))
        return {document: list(its) for document, its in groupby(rows, key=lambda one: one.document)}


class Place(NamedTuple):
    """Where a copy that stays is staged, as in `Duplicate`."""

    shard: int
    record: int
    text: int
    end: int


class Copy(NamedTuple):
    """The document of a copy that stays: `back` carries spans of its text to its source `raw`."""

    raw: str
    text: str
    back: Mapper


class Keepers:
    """The copies that stay, with the way of their spans back to their sources; the last ones are remembered."""

    def __init__(self, files: StagedFiles) -> None:
        self._files = files
        self._brief = lru_cache(REMEMBERED)(self._read_brief)
        self._copy = lru_cache(REMEMBERED)(self._read_copy)

    def evidence(self, place: Place, start: int, end: int) -> dict[str, Any]:
        """Where a copy stands, and its digest."""
        brief = self._brief(place)
        sha = _known(brief, start, end)
        if sha is None:
            copy = self._copy(place)
            start, end = copy.back(start, end)
            sha = content_digest(copy.raw[start:end])
        kept = {"id": brief.id, "path": brief.source["path"], "span": [start, end], "sha256": sha}
        if "run" in brief.source:
            kept["run"] = brief.source["run"]
        return kept

    def differ(self, text: str, place: Place, start: int, end: int) -> tuple[str, ...]:
        """In what a text differs from a copy that has the same key."""
        if (known := _known(self._brief(place), start, end)) is not None and known == content_digest(text):
            return ()
        kept = self._copy(place).text[start:end]
        if text == kept:
            return ()
        from cleaner.dedup.explain import explain

        return explain(text, kept)

    def _read_brief(self, place: Place) -> Brief:
        return brief_of(self._files.record(place.shard, place.record))

    def _read_copy(self, place: Place) -> Copy:
        text = self._files.text(place.shard, place.text, place.end)
        back = back_in(self._brief(place).back, text)
        return Copy(back.apply(text), text, back.mapper())


def _known(brief: Brief, start: int, end: int) -> str | None:
    """The sha256 of a whole text that is as it came; else it must be read."""
    return None if brief.back or (start, end) != (0, brief.clean.chars) else brief.clean.sha256


def finding_of(one: Duplicate, text: str, keepers: Keepers, settings: Dedup, *, applied: bool = False) -> Finding:
    """A duplicate in this text, with the copy that stays for it and how alike the two were measured to be."""
    kind = "document" if one.whole else "paragraph"
    place = Place._make(one[4:8])
    kept = keepers.evidence(place, one.kept_start, one.kept_stop)
    common, union = one.common, one.union
    evidence = {"kept": kept, "jaccard": round(common / union, 6), "threshold": settings.threshold}
    evidence |= {"shingles": [common, union], "keep": settings.keep}
    if one.estimate >= 0:
        evidence["estimate"] = round(one.estimate, 3)
    differ = keepers.differ(text[one.start : one.end], place, one.kept_start, one.kept_stop) if one.exact else ()
    keeper = f"{kept['id']} of the run {kept['run']['out']}" if "run" in kept else kept["id"]
    evidence["words"] = _words(kind, one, keeper, differ)
    rule = f"dedup.{kind}.{'exact' if one.exact else 'near'}"
    return Finding(one.start, one.end, rule, evidence=evidence, applied=applied)


def _words(kind: str, one: Duplicate, keeper: str, differ: tuple[str, ...]) -> str:
    if one.exact:
        but = f", equal but for {' and '.join(differ)}" if differ else ", word for word"
        return f"This {kind} stands in {keeper} as well{but}; that copy stays."
    return f"{one.common:,} of the {one.union:,} five-character sequences of this {kind} and of the one that stays in {keeper} are the same."
