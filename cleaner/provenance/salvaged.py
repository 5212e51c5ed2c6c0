"""Salvaged articles as entries of a document's record: made of its findings, and read back from its source.

Which articles there are, and in which order they are read, `stages/splice` says; where they are written, `shelf.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner.document import Document, Finding, content_digest, finding_id
from cleaner.pipeline import Pipeline
from cleaner.text.change import Edit
from cleaner.text.errors import RunDirError

if TYPE_CHECKING:
    from cleaner.stages.splice.salvage import Article, LeftOut, Part

SPLICE = "splice"
Entry = dict[str, Any]


def salvaged(pipeline: Pipeline, doc: Document) -> list[Entry]:
    """The articles that `splice` took out of this cleaned document, each with its `text`."""
    if not any(map(_went, doc.findings)):
        return []
    from cleaner.stages.splice.salvage import articles

    content = content_digest(doc.raw)
    found = articles(_as_splice_saw_it(pipeline, doc), doc.findings)
    return [_entry(article, doc, content) for article in found]


def _went(finding: Finding) -> bool:
    return finding.applied and finding.rule == "splice.foreign"


def _as_splice_saw_it(pipeline: Pipeline, doc: Document) -> Document:
    """The document after the stages before `splice`: they run again, on the few documents that lost something."""
    names = [stage.name for stage in pipeline.stages]
    before = replace(pipeline, stages=pipeline.stages[: names.index(SPLICE)])
    return before(Document.of(doc.raw, doc.id, doc.meta))


def _entry(article: "Article", doc: Document, content: str) -> Entry:
    text = article.text(doc.raw)
    return {
        "id": f"{doc.id}/{article.number}",
        "article": article.number,
        "path": None,
        "record": None,
        "chars": len(text),
        "sha256": _sha(text),
        "missing": dict(article.missing),
        "parts": [_part_out(part, content) for part in article.parts],
        "between": article.between,
        "end": article.end,
        "left_out": [_left_out(left, content) for left in article.left_out],
        "text": text,
    }


def _sha(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _part_out(part: "Part", content: str) -> Entry:
    out: Entry = {"span": [part.start, part.end], "from": finding_id(part.finding, content)}
    if part.edits:
        out["edits"] = part.edits
    if part.glue is not None:
        out["glue"] = part.glue
    return out


def _left_out(left: "LeftOut", content: str) -> Entry:
    out: Entry = {"span": [left.start, left.end], "from": finding_id(left.finding, content), "why": left.why}
    return out | ({"like": left.like} if left.like else {})


class Stretch(NamedTuple):
    """A stretch of a salvaged text: a part, or what joins two of them."""

    text: str
    part: "Part | None"


def stretches(entry: Mapping[str, Any], raw: str) -> Iterator[Stretch]:
    """A salvaged text, from its entry and the source alone."""
    from cleaner.stages.splice.salvage import Part

    for at, one in enumerate(entry["parts"]):
        if at:
            yield Stretch(one.get("glue", entry["between"]), None)
        start, end = one["span"]
        part = Part(start, end, _UNSAID, tuple(Edit(*edit) for edit in one.get("edits", ())))
        yield Stretch(part.text(raw), part)
    yield Stretch(entry["end"], None)


def source_of(entry: Mapping[str, Any], raw: str, at: int) -> tuple[int, int]:
    """The source span of a salvaged character; an empty one where it only joins two parts."""
    last = 0
    for text, part in stretches(entry, raw):
        if part is not None:
            last = part.end
        if at < len(text):
            return part.source(at) if part is not None else (last, last)
        at -= len(text)
    raise IndexError(at)


_UNSAID = Finding(0, 0, "splice.foreign")  # an entry names its removals by id


def check(record: Mapping[str, Any], raw: str) -> None:
    """Do the salvaged texts of a record come out of its source as they were written? RunDirError where one does not."""
    for entry in record.get("salvaged", ()):
        if _sha("".join(stretch.text for stretch in stretches(entry, raw))) != entry["sha256"]:
            raise RunDirError(f"{entry['id']}: the salvaged text is not what its source spans give")
