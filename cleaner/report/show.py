"""What was found in one document, and why, for a person to disagree with; and the articles that were salvaged from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.document import KEPT, OTHER, Document, Finding, content_digest, finding_id, other_copy
from cleaner.report import copies
from cleaner.report.cells import broken_to_fit, clipped
from cleaner.report.lookup import Past
from cleaner.text.shown import shown

CELLS = 100
EXAMPLES = 3
PARAGRAPHS = 8
LEFT_OUT = {"mixed": "it holds a part of another sentence", "repeat": "written once"}  # why, of salvaged parts
TOLD = {"words", KEPT, OTHER, "cues", "held_back", *copies.TOLD}  # evidence with a line of its own, or in the sentence


def show(past: Past, findings: list[Finding]) -> Iterator[str]:
    """These findings of a document, one block each: what, where, the text, the reason."""
    doc = past.doc
    state = "kept" if doc.kept else "dropped"
    yield f"{shown(past.origin.place)}: {len(doc.raw):,} → {len(doc.text):,} characters, {state}"
    if decision := past.origin.decision:
        yield f"read as {past.origin.carrier.encoding}: {_figures(decision)}"
    if not findings:
        yield "nothing found"
    for finding in findings:
        yield ""
        yield from _block(finding, doc)


def selected(doc: Document, rule: str | None, certainty: str | None) -> list[Finding]:
    """The findings of a document in the order of the source: those of a rule (or rules that begin so), of a certainty."""
    found = [f for f in doc.findings if rule is None or f.rule == rule or f.rule.startswith(f"{rule}.")]
    found = [f for f in found if certainty is None or f.certainty.name.lower() == certainty]
    return sorted(found, key=lambda f: (f.start, f.end, f.rule))


def _block(finding: Finding, doc: Document) -> Iterator[str]:
    yield _title(finding, doc)
    yield from _bulk(finding, doc) if finding.edits else _text(finding, doc)
    yield from _why(finding, doc)


def _title(finding: Finding, doc: Document) -> str:
    head = f"{finding.rule}  {_done(finding)}, {finding.certainty.name.lower()}"
    if finding.edits:
        return f"{head}, {finding.count:,} {'time' if finding.count == 1 else 'times'}"
    span = f"characters {finding.start:,}–{finding.end:,}, {finding.end - finding.start:,} long"
    return f"{head}, {span}, {finding_id(finding, content_digest(doc.raw))}"


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
        yield f"  │ {clipped(line, CELLS, layout=False)}"
    if len(lines) > PARAGRAPHS:
        yield f"  │ … and {len(lines) - PARAGRAPHS} more paragraphs"
    if finding.text:
        yield f"  → {clipped(finding.text, CELLS)}"


def _bulk(finding: Finding, doc: Document) -> Iterator[str]:
    for edit in finding.edits[:EXAMPLES]:
        old, new = clipped(doc.raw[edit.start : edit.end], CELLS // 3), clipped(edit.text, CELLS // 3)
        becomes = "" if finding.flag else f" → {new}" if new else " goes"
        around = clipped(doc.raw[edit.end : edit.end + 16], CELLS // 3)
        yield f"  at {edit.start:,}: {old}{becomes}, {f'before {around}' if around else 'at the end'}"
    if finding.count > EXAMPLES:
        yield f"  … and {finding.count - EXAMPLES:,} more"


def _why(finding: Finding, doc: Document) -> Iterator[str]:
    """The sentence first, that of its rule or of its evidence; then whatever was measured."""
    evidence = finding.evidence
    if words := evidence.get("words") or copies.why(finding, doc):
        yield from _hanging("why", shown(words))
    if differs := copies.what_differs(evidence):
        yield from _hanging("differs", differs)
    if held_back := evidence.get("held_back"):
        yield f"  held back: {shown(held_back)}"
    if copy := other_copy(evidence):
        start, end = copy["span"]
        yield f"  {'stays' if KEPT in evidence else 'copy'}: {shown(copy['id'])}, characters {start:,}–{end:,}"
    for cue in evidence.get("cues", ()):
        yield f"  cue: {cue['cue']}: {clipped(str(cue['line']), CELLS - 20, layout=False)}"
    if rest := {key: value for key, value in evidence.items() if key not in TOLD and value not in (None, False, "")}:
        yield from _hanging("measured", _figures(rest))


def _hanging(label: str, text: str) -> Iterator[str]:
    """A label and its text, in lines under it."""
    head, *rest = broken_to_fit(f"{label}: {text}", CELLS - 2)
    yield f"  {head}"
    yield from (f"    {line}" for line in rest)


def _figures(evidence: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_printed(value)}" for key, value in evidence.items())


def _printed(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list | tuple):
        return " ".join(map(_printed, value))
    if isinstance(value, Mapping):
        return f"({_figures(value)})"
    return clipped(str(value), CELLS)


def salvaged_article(past: Past, entry: Mapping[str, Any]) -> Iterator[str]:
    """One article: its paragraphs in order with the lines of the source they come from, and what was left out."""
    yield salvaged_line(entry)
    yield f"from {shown(past.origin.place)}"
    yield from (f"{mark}: {shown(why)}" for mark, why in entry["missing"].items())
    yield ""
    for part in entry["parts"]:
        joined = "  joined to the paragraph before" if "glue" in part else ""
        yield _source_line(past.doc.raw, part["span"]) + joined
    for left in entry["left_out"]:
        like = f", like line {_number(past.doc.raw, left['like'])}" if "like" in left else ""
        yield f"{_source_line(past.doc.raw, left['span'])}  left out: {LEFT_OUT.get(left['why'], left['why'])}{like}"


def salvaged_line(entry: Mapping[str, Any]) -> str:
    """An article that was salvaged from a document, in one line."""
    if "same_as" in entry:
        return f"salvaged  {shown(entry['id'])}: word for word {shown(entry['same_as'])}, not written again"
    line = f":{entry['record']}" if entry["record"] is not None else ""
    marks = "".join(f", {mark}" for mark in entry["missing"])
    return f"salvaged  {shown(entry['id'])} → {shown(entry['path'])}{line}, {entry['chars']:,} characters{marks}"


def _source_line(raw: str, span: list[int]) -> str:
    start, end = span
    return f"  line {_number(raw, span)}, characters {start:,}–{end:,}: {clipped(raw[start:end], CELLS // 2, layout=False)}"


def _number(raw: str, span: list[int]) -> int:
    """Line of the source text, from 1."""
    return raw.count("\n", 0, span[0]) + 1
