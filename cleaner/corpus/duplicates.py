"""What matching found for one shard, as columns, and as findings with evidence."""

from array import array
from dataclasses import dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from cleaner.corpus.keepers import Keepers
from cleaner.dedup.settings import Dedup
from cleaner.document import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

Column: TypeAlias = "array[Any]"  # as numpy's, for processes that need not load it


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


def finding_of(one: Duplicate, text: str, keepers: Keepers, settings: Dedup, *, applied: bool = False) -> Finding:
    """A duplicate in this text, with the copy that stays for it and how alike the two were measured to be."""
    keeper = keepers.of(one.kept_shard, one.kept_record, one.kept_text, one.kept_end)
    kept = keeper.evidence(one.kept_start, one.kept_stop)
    evidence = {
        "kept": kept,
        "jaccard": round(one.common / one.union, 6),
        "threshold": settings.threshold,
        "shingles": [one.common, one.union],
        "keep": settings.keep,
    }
    if one.estimate >= 0:
        evidence["estimate"] = round(one.estimate, 3)
    differ = keeper.differ(text[one.start : one.end], one.kept_start, one.kept_stop) if one.exact else ()
    kind, way = "document" if one.whole else "paragraph", "exact" if one.exact else "near"
    name = f"{kept['id']} of the run {kept['run']['out']}" if "run" in kept else kept["id"]
    evidence["words"] = _words(kind, one, name, differ)
    return Finding(one.start, one.end, f"dedup.{kind}.{way}", evidence=evidence, applied=applied)


def _words(kind: str, one: Duplicate, keeper: str, differ: tuple[str, ...]) -> str:
    if one.exact:
        but = f", equal but for {' and '.join(differ)}" if differ else ", word for word"
        return f"This {kind} stands in {keeper} as well{but}; that copy stays."
    return f"{one.common:,} of the {one.union:,} five-character sequences of this {kind} and of the one that stays in {keeper} are the same."
