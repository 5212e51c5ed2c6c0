"""The audit's answers: each as JSON with a versioned shape, and as lines for a person."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from cleaner.document import Document
from cleaner.provenance import manifest
from cleaner.report import forms, lookup, show, summary, where
from cleaner.report.cells import aligned
from cleaner.text.errors import ConfigError
from cleaner.text.shown import shown

Answer = tuple[dict[str, Any], Iterable[str]]


def of_run(out: Path) -> Answer:
    """The whole run."""
    content = manifest.read(out)
    lines = [*summary.summary(content, str(out)), *summary.thoroughness(content), *summary.passed_over(content)]
    return {**content, "schema": "cleaner/audit/1"}, lines


def of_document(out: Path, asked: str, rule: str | None, certainty: str | None) -> Answer:
    """The findings of one document, or one article that was salvaged from it."""
    with manifest.believing(out):
        try:
            past = lookup.find(out, asked)
        except ConfigError:
            if (article := lookup.find_article(out, asked)) is None:
                raise
            past, entry = article
            head = {"schema": "cleaner/salvaged/1", "source": past.record["source"], "document": past.doc.id}
            return {**head, **entry}, show.salvaged_article(past, entry)
    found = show.selected(past.doc, rule, certainty)
    wanted = {id(finding) for finding in found}
    both = zip(past.doc.findings, past.record["findings"], strict=True)
    findings = [one for finding, one in both if id(finding) in wanted]
    entries = past.record.get("salvaged", ()) if certainty is None and (rule or "splice").startswith("splice") else ()
    lines = chain(show.show(past, found), *(("", show.salvaged_line(entry)) for entry in entries))
    return {**past.record, "schema": "cleaner/show/1", "findings": findings}, lines


def of_place(out: Path, asked: str) -> Answer:
    """The source of one clean character."""
    with manifest.believing(out):
        place = where.where(out, asked)
    source = {"document": place.past.doc.id, "path": place.past.origin.path, "record": place.past.origin.record}
    found = {"span": list(place.span), "line": place.line, "rules": list(place.rules)}
    return {"schema": "cleaner/where/1", **source, **found}, where.described(place)


def of_form(out: Path, asked: str) -> Answer:
    """What kind of text every line of a clean text belongs to."""
    manifest.read(out)
    with manifest.believing(out):
        past = lookup.find(out, asked)
    form = forms.form(past)
    content = {
        "schema": "cleaner/forms/1",
        "document": past.doc.id,
        "format": form.format,
        "blocks": forms.blocks(form),
    }
    return content, forms.described(past, form)


def of_documents(out: Path, rule: str | None, certainty: str | None) -> Answer:
    """Every document, with how much of it is left and how many findings it has; or those with such findings alone."""
    rows = list[dict[str, Any]]()
    with manifest.believing(out):
        for past in lookup.past_documents(out):
            found = show.selected(past.doc, rule, certainty)
            if rule is None and certainty is None:
                rows += (_row(past.doc, len(found)), *_article_rows(past))
            elif found:
                rows.append(_row(past.doc, len(found)))
    return {"schema": "cleaner/list/1", "documents": rows}, _listed(rows)


def _row(doc: Document, findings: int) -> dict[str, Any]:
    sizes = {"chars_in": len(doc.raw), "chars_out": len(doc.text)}
    return {"id": doc.id, **sizes, "kept": doc.kept, "findings": findings}


def _article_rows(past: lookup.Past) -> Iterator[dict[str, Any]]:
    for entry in past.record.get("salvaged", ()):
        chars_in = sum(end - start for start, end in (part["span"] for part in entry["parts"]))
        row = {"id": entry["id"], "chars_in": chars_in, "chars_out": entry["chars"], "kept": "same_as" not in entry}
        yield {**row, "findings": 0, "salvaged_from": past.doc.id}


def _listed(rows: list[dict[str, Any]]) -> list[str]:
    cells: list[tuple[str, ...]] = [("document", "characters", "clean", "findings", "")]
    for row in rows:
        figures = (f"{row[name]:,}" for name in ("chars_in", "chars_out", "findings"))
        cells.append((shown(row["id"]), *figures, _state(row)))
    return aligned(cells, right=(1, 2, 3))


def _state(row: Mapping[str, Any]) -> str:
    if "salvaged_from" in row:
        return "salvaged" if row["kept"] else "salvaged, a copy"
    return "" if row["kept"] else "dropped"
