"""What matching found for one shard → findings with evidence. Reads the copies that stay from what was staged."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner.corpus.record import back_in, brief_of
from cleaner.corpus.staged import StagedFiles
from cleaner.dedup.settings import Dedup
from cleaner.document import Finding, content_digest
from cleaner.text.change import Mapper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

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


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Duplicates of one shard as columns, in order of their documents."""

    document: "Ids"
    whole: "NDArray[np.bool_]"
    start: "Ids"
    end: "Ids"
    kept_shard: "Ids"
    kept_record: "Ids"
    kept_text: "Ids"
    kept_end: "Ids"
    kept_start: "Ids"
    kept_stop: "Ids"
    common: "Ids"
    union: "Ids"
    estimate: "NDArray[np.float64]"
    exact: "NDArray[np.bool_]"

    def by_document(self) -> dict[int, list[Duplicate]]:
        """The same, document by document."""
        rows = map(Duplicate, *(getattr(self, one.name).tolist() for one in fields(self)))
        return {document: list(its) for document, its in groupby(rows, key=lambda one: one.document)}


class Copy(NamedTuple):
    """The document of a copy that stays: `back` carries spans of its text to its source `raw`."""

    id: str
    origin: Mapping[str, Any]
    raw: str
    text: str
    back: Mapper


class Keepers:
    """The copies that stay, with the way of their spans back to their sources; the last ones are remembered."""

    def __init__(self, files: StagedFiles) -> None:
        self._files = files
        self.copy = lru_cache(REMEMBERED)(self._copy)
        self.evidence = lru_cache(REMEMBERED)(self._evidence)

    def _copy(self, shard: int, record_at: int, text_at: int, text_end: int) -> Copy:
        record, text = brief_of(self._files.record(shard, record_at)), self._files.text(shard, text_at, text_end)
        back = back_in(record.back, text)
        return Copy(record.id, record.source, back.apply(text), text, back.mapper())

    def _evidence(self, place: tuple[int, int, int, int], start: int, end: int) -> Mapping[str, Any]:
        copy = self.copy(*place)
        start, end = copy.back(start, end)
        kept = {"id": copy.id, "path": copy.origin["path"], "span": [start, end]}
        kept |= {"sha256": content_digest(copy.raw[start:end])}
        return kept | ({"run": copy.origin["run"]} if "run" in copy.origin else {})


def finding_of(one: Duplicate, text: str, keepers: Keepers, settings: Dedup) -> Finding:
    """A duplicate in this text, with the copy that stays for it and how alike the two were measured to be."""
    kind = "document" if one.whole else "paragraph"
    place = (one.kept_shard, one.kept_record, one.kept_text, one.kept_end)
    kept = keepers.evidence(place, one.kept_start, one.kept_stop)
    evidence: dict[str, Any] = {
        "kept": kept,
        "jaccard": round(one.common / one.union, 6),
        "threshold": settings.threshold,
    }
    evidence |= {"shingles": [one.common, one.union], "keep": settings.keep}
    if one.estimate >= 0:
        evidence["estimate"] = round(one.estimate, 3)
    differ: tuple[str, ...] = ()
    if one.exact:
        differ = _differ(text[one.start : one.end], keepers.copy(*place).text[one.kept_start : one.kept_stop])
    keeper = f"{kept['id']} of the run {kept['run']['out']}" if "run" in kept else kept["id"]
    evidence["words"] = _words(kind, one, keeper, differ)
    rule = f"dedup.{kind}.{'exact' if one.exact else 'near'}"
    return Finding(one.start, one.end, rule, evidence=evidence)


def _differ(text: str, kept: str) -> tuple[str, ...]:
    if text == kept:
        return ()
    from cleaner.dedup.explain import explain

    return explain(text, kept)


def _words(kind: str, one: Duplicate, keeper: str, differ: tuple[str, ...]) -> str:
    if one.exact:
        but = f", equal but for {' and '.join(differ)}" if differ else ", word for word"
        return f"This {kind} stands in {keeper} as well{but}; that copy stays."
    return f"{one.common:,} of the {one.union:,} five-character sequences of this {kind} and of the one that stays in {keeper} are the same."
