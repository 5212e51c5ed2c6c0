"""The audit's answers: each as JSON with a versioned shape, and as lines for a person."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from cleaner.corpus import manifest
from cleaner.document import Document
from cleaner.report import lookup, recall
from cleaner.report import salvaged as salvages
from cleaner.report import show as shows
from cleaner.report import summary as summaries
from cleaner.report import where as places
from cleaner.report.cells import table
from cleaner.text.errors import ConfigError
from cleaner.text.shown import shown

Answer = tuple[dict[str, Any], Iterable[str]]


def summary(out: Path) -> Answer:
    """The whole run."""
    content = manifest.read(out)
    lines = [*summaries.summary(content, str(out)), *recall.lines(content), *summaries.passed(content)]
    return {**content, "schema": "cleaner/audit/1"}, lines


def show(out: Path, asked: str, rule: str | None, certainty: str | None) -> Answer:
    """The findings of one document."""
    manifest.read(out)
    with manifest.believing(out):
        try:
            past = lookup.find(out, asked)
        except ConfigError:
            if (article := lookup.find_article(out, asked)) is None:
                raise
            return _article(*article)
    found = shows.chosen(past.doc, rule, certainty)
    wanted = {id(finding) for finding in found}
    findings = [
        one for finding, one in zip(past.doc.findings, past.record["findings"], strict=True) if id(finding) in wanted
    ]
    entries = past.record.get("salvaged", ()) if certainty is None and (rule or "splice").startswith("splice") else ()
    lines = chain(shows.show(past, found), salvages.told(entries))
    return {**past.record, "schema": "cleaner/show/1", "findings": findings}, lines


def _article(past: lookup.Past, entry: Mapping[str, Any]) -> Answer:
    """One salvaged article."""
    content = {"schema": "cleaner/salvaged/1", "source": past.record["source"], "document": past.doc.id, **entry}
    return content, salvages.show(past, entry)


def where(out: Path, asked: str) -> Answer:
    """The source of one clean character."""
    manifest.read(out)
    with manifest.believing(out):
        place = places.where(out, asked)
    origin = place.past.origin
    content: dict[str, Any] = {
        "schema": "cleaner/where/1",
        "document": place.past.doc.id,
        "path": origin.path,
        "record": origin.record,
    }
    content |= {"span": list(place.span), "line": place.line, "rules": list(place.rules)}
    return content, places.told(place)


def documents(out: Path) -> Answer:
    """Every document, with how much of it is left and how many findings it has."""
    manifest.read(out)
    with manifest.believing(out):
        rows = [row for past in lookup.documents(out) for row in (_row(past.doc), *_salvaged(past))]
    return {"schema": "cleaner/list/1", "documents": rows}, _listed(rows)


def _row(doc: Document) -> dict[str, Any]:
    return {
        "id": doc.id,
        "chars_in": len(doc.raw),
        "chars_out": len(doc.text),
        "kept": doc.kept,
        "findings": len(doc.findings),
    }


def _salvaged(past: lookup.Past) -> Iterator[dict[str, Any]]:
    for entry in past.record.get("salvaged", ()):
        chars_in = sum(end - start for start, end in (part["span"] for part in entry["parts"]))
        row = {"id": entry["id"], "chars_in": chars_in, "chars_out": entry["chars"], "kept": "same_as" not in entry}
        yield {**row, "findings": 0, "salvaged_from": past.doc.id}


def _listed(rows: list[dict[str, Any]]) -> list[str]:
    cells = [("document", "characters", "clean", "findings", "")]
    cells += [
        (
            shown(row["id"]),
            f"{row['chars_in']:,}",
            f"{row['chars_out']:,}",
            f"{row['findings']:,}",
            _state(row),
        )
        for row in rows
    ]
    return table(cells, right=(1, 2, 3))


def _state(row: Mapping[str, Any]) -> str:
    if "salvaged_from" in row:
        return "salvaged" if row["kept"] else "salvaged, a copy"
    return "" if row["kept"] else "dropped"
