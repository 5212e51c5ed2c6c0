"""What was found in one document, and why, for a person to read and to disagree with."""

from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.document import Document, Finding, content_digest, finding_id
from cleaner.report.cells import cut, wrapped
from cleaner.report.lookup import Past
from cleaner.text.shown import shown

CELLS = 100
EXAMPLES = 3
PARAGRAPHS = 8
TOLD = {"words", "kept", "cues", "held_back"}  # evidence that has a line of its own


def show(past: Past, findings: list[Finding]) -> Iterator[str]:
    """These findings of a document, one block each: what, where, the text, the reason."""
    doc = past.doc
    state = "kept" if doc.kept else "dropped"
    yield f"{shown(past.origin.place)}: {len(doc.raw):,} → {len(doc.text):,} characters, {state}"
    if decision := past.origin.decision:
        yield f"read as {past.origin.encoding}: {_pairs(decision)}"
    if not findings:
        yield "nothing found"
    for finding in findings:
        yield ""
        yield from _block(finding, doc)


def chosen(doc: Document, rule: str | None, certainty: str | None) -> list[Finding]:
    """The findings of a document in the order of the source: those of a rule (or rules that begin so), of a certainty."""
    found = [f for f in doc.findings if rule is None or f.rule == rule or f.rule.startswith(f"{rule}.")]
    found = [f for f in found if certainty is None or f.certainty.name.lower() == certainty]
    return sorted(found, key=lambda f: (f.start, f.end, f.rule))


def _block(finding: Finding, doc: Document) -> Iterator[str]:
    yield _title(finding, doc)
    yield from _bulk(finding, doc) if finding.edits else _text(finding, doc)
    yield from _why(finding.evidence)


def _title(finding: Finding, doc: Document) -> str:
    done = _done(finding)
    if finding.edits:
        return f"{finding.rule}  {done}, {finding.certainty.name.lower()}, {finding.count:,} {'time' if finding.count == 1 else 'times'}"
    span = f"characters {finding.start:,}–{finding.end:,}, {finding.end - finding.start:,} long"
    return f"{finding.rule}  {done}, {finding.certainty.name.lower()}, {span}, {finding_id(finding, content_digest(doc.raw))}"


def _done(finding: Finding) -> str:
    if finding.flag:
        return "flag"
    if not finding.applied:
        return "not applied"
    return "changed" if finding.text or any(edit.text for edit in finding.edits) else "removed"


def _text(finding: Finding, doc: Document) -> Iterator[str]:
    """The text a finding speaks of, paragraph by paragraph, and what stands there now if anything does."""
    lines = [line for line in doc.raw[finding.start : finding.end].split("\n") if line]
    for line in lines[:PARAGRAPHS]:
        yield f"  │ {cut(line, CELLS, layout=False)}"
    if len(lines) > PARAGRAPHS:
        yield f"  │ … and {len(lines) - PARAGRAPHS} more paragraphs"
    if finding.text:
        yield f"  → {cut(finding.text, CELLS)}"


def _bulk(finding: Finding, doc: Document) -> Iterator[str]:
    for edit in finding.edits[:EXAMPLES]:
        old, new = cut(doc.raw[edit.start : edit.end], CELLS // 3), cut(edit.text, CELLS // 3)
        becomes = "" if finding.flag else f" → {new}" if new else " goes"
        around = cut(doc.raw[edit.end : edit.end + 16], CELLS // 3)
        yield (
            f"  at {edit.start:,}: {old}{becomes}, before {around}"
            if around
            else f"  at {edit.start:,}: {old}{becomes}, at the end"
        )
    if finding.count > EXAMPLES:
        yield f"  … and {finding.count - EXAMPLES:,} more"


def _why(evidence: Mapping[str, Any]) -> Iterator[str]:
    """The sentence first, then whatever was measured."""
    if words := evidence.get("words"):
        yield from _set("why", shown(words))
    if held_back := evidence.get("held_back"):
        yield f"  held back: {shown(held_back)}"
    if kept := evidence.get("kept"):
        start, end = kept["span"]
        yield f"  stays: {shown(kept['id'])}, characters {start:,}–{end:,}"
    for cue in evidence.get("cues", ()):
        yield f"  cue: {cue['cue']}: {cut(str(cue['line']), CELLS - 20, layout=False)}"
    if rest := {key: value for key, value in evidence.items() if key not in TOLD and value not in (None, False, "")}:
        yield from _set("measured", _pairs(rest))


def _set(label: str, text: str) -> Iterator[str]:
    """A label and its text, wrapped under it."""
    head, *rest = wrapped(f"{label}: {text}", CELLS - 2)
    yield f"  {head}"
    yield from (f"    {line}" for line in rest)


def _pairs(evidence: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in evidence.items())


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list | tuple):
        return " ".join(map(_value, value))
    if isinstance(value, Mapping):
        return f"({_pairs(value)})"
    return cut(str(value), CELLS)
