"""Salvaged articles as entries of a document's record: made of its findings, and read back from its source.

Which articles there are, and in which order they are read, `stages/splice` says; where they are written, `shelf.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

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
    if not any(finding.applied and finding.rule == "splice.foreign" for finding in doc.findings):
        return []
    from cleaner.stages.splice.salvage import articles

    content = content_digest(doc.raw)
    found = articles(_as_splice_saw_it(pipeline, doc), doc.findings)
    return [_entry(article, doc, content) for article in found]


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


def article_in(entry: Mapping[str, Any]) -> "Article":
    """A salvaged article that an entry tells of; with the source alone it gives its text again."""
    from cleaner.stages.splice.salvage import Article, Part

    parts = []
    for one in entry["parts"]:
        (start, end), edits = one["span"], tuple(Edit(*edit) for edit in one.get("edits", ()))
        parts.append(Part(start, end, _UNSAID, edits, one.get("glue")))
    return Article(entry["article"], tuple(parts), (), entry["missing"], entry["between"], entry["end"])


_UNSAID = Finding(0, 0, "splice.foreign")  # an entry names its removals by id


def check(record: Mapping[str, Any], raw: str) -> None:
    """Do the salvaged texts of a record come out of its source as they were written? RunDirError where one does not."""
    for entry in record.get("salvaged", ()):
        if _sha(article_in(entry).text(raw)) != entry["sha256"]:
            raise RunDirError(f"{entry['id']}: the salvaged text is not what its source spans give")
