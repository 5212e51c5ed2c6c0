"""What matching found for one shard: units that go, and for each the copy that stays. Holds numbers alone."""

from array import array
from dataclasses import dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

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

    @property
    def rule(self) -> str:
        """The rule that takes it away."""
        return _RULES[self.whole][self.exact]


_RULES = [[f"dedup.{kind}.{way}" for way in ("near", "exact")] for kind in ("paragraph", "document")]


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
