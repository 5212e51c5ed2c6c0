"""Why a duplicate went, or a version stayed: a sentence or two for a person, made of what was measured. Measures nothing."""

from collections.abc import Mapping
from typing import Any

from cleaner.document import KEPT, Document, Finding, other_copy
from cleaner.report.cells import clipped

CELLS = 40  # of a replacement
TOLD = {"differ", "differs_in", "replaced", "replaced_in_all", "stands_there", "times"}  # evidence that is in the words
NO_COPY = "no copy is to stay"  # as the settings say
APART = {
    "figures": "they differ in figures",
    "negation": "one denies what the other says",
    "title": "their titles differ in a number",
    "words": "words differ in a short text, or in one with another title",
    "word": "one word or name stands for another throughout",
}


def why(finding: Finding, doc: Document) -> str:
    """The sentences on one finding; "" where it is about no copy."""
    copy = other_copy(finding.evidence)
    if copy is None or not finding.rule.startswith("dedup."):
        return ""
    _, *kind, way = finding.rule.split(".")
    own = {"repeat": _repeat, "loop": _loop}.get(way)
    return own(finding, _lines(doc.raw, copy["span"])) if own else _beside(finding, doc.id, "".join(kind), way)


def what_differs(evidence: Mapping[str, Any]) -> str:
    """What stands in the one text where the other has something else; "" where nothing was measured."""
    pairs = evidence.get("replaced", ())
    told = list(dict.fromkeys(_replaced(*pair) for pair in pairs))
    if (count := evidence.get("replaced_in_all", 0)) > len(told):
        told.append(f"{count:,} places in all")
    return "; ".join(told)


def _replaced(there: str, here: str) -> str:
    """One replacement.

    >>> _replaced("1.022", "1.032"), _replaced("", "not")
    ('“1.022” there, “1.032” here', '“not” only here')
    """
    both = ((clipped(text, CELLS), place) for text, place in ((there, "there"), (here, "here")))
    only = "" if there and here else "only "
    return ", ".join(f"“{text}” {only}{place}" for text, place in both if text)


def _repeat(finding: Finding, lines: str) -> str:
    return f"The document has said this before, in {lines}; there it stays."


def _loop(finding: Finding, lines: str) -> str:
    stays = "that is too seldom to be sure, so all stay" if finding.flag else "the first time stays"
    return f"The same words come {finding.evidence['times']:,} times in a row, from {lines} on; {stays}."


def _beside(finding: Finding, id: str, kind: str, way: str) -> str:
    """Of a copy in another document, or elsewhere in this one."""
    evidence, copy = finding.evidence, other_copy(finding.evidence)
    assert copy is not None  # it was asked for
    name = _name(copy, id)
    stays = "that copy stays" if KEPT in evidence else NO_COPY
    if way == "exact":
        differ = " and ".join(evidence.get("differ", ()))
        but = f", equal but for {differ}" if differ else ", word for word"
        return f"This {kind} stands in {name} as well{but}; {stays}."
    there = _stands_there(evidence)
    if way == "version":
        apart = APART.get(evidence.get("differs_in", ""), "what differs may matter")
        return f"This document and {name} are two versions of one text, and both stay: {apart}. Of this one, {there}."
    if way == "contained":
        every = f"Every longer sentence of this document stands in {name}, or one much like it: {there}"
        whole = evidence.get("stands_there") == 1
        return f"{f'All of this document stands in {name}' if whole else every}; {stays}{_longer(finding, copy)}."
    same = name if kind == "document" else f"one in {name}"
    return f"This {kind} is nearly the same as {same}: {there}; {stays}."


def _name(copy: Mapping[str, Any], id: str) -> str:
    """What the copy is called beside a document of this id."""
    if "run" in copy:
        return f"{copy['id']} of the run {copy['run']['out']}"
    return "another place of this document" if copy["id"] == id else str(copy["id"])


def _longer(finding: Finding, copy: Mapping[str, Any]) -> str:
    """How much longer the copy is."""
    here, there = finding.end - finding.start, copy["span"][1] - copy["span"][0]
    return f", with {there:,} characters where this one has {here:,}" if there > here else ""


def _stands_there(evidence: Mapping[str, Any]) -> str:
    """How much of a text stands in the other one."""
    share = evidence.get("stands_there")
    if share is None:
        common, union = evidence["shingles"]
        return f"{common:,} of the {union:,} five-character sequences of the two are the same"
    return (
        "all of the text stands there"
        if share == 1
        else f"{int(1000 * share + 1e-6) / 10:.1f} % of the text stands there"
    )


def _lines(raw: str, span: tuple[int, int]) -> str:
    """The lines of a span, from 1."""
    first, last = (1 + raw.count("\n", 0, at) for at in span)
    return f"line {first:,}" if first == last else f"lines {first:,}–{last:,}"
