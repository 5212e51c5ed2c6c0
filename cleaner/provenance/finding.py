"""A finding as a record holds it, and back. Spans are code points of the decoded source."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from cleaner.document import KEPT, OTHER, Certainty, Finding, finding_id
from cleaner.text.change import Edit

_CERTAINTY = {certainty: certainty.name.lower() for certainty in Certainty}


def finding_out(finding: Finding, raw: str, content: str) -> dict[str, Any]:
    """A finding as JSON; `content` is the digest of the source `raw`."""
    out: dict[str, Any] = {} if finding.edits else {"f": finding_id(finding, content)}
    out["rule"] = finding.rule
    if not (finding.edits and finding.applied and finding.certainty is Certainty.SAFE):  # as most bulk findings are
        out |= {"certainty": _CERTAINTY[finding.certainty], "applied": finding.applied}
    if finding.flag:
        out["flag"] = True
    if finding.edits:
        out |= _edits_out(finding.edits, raw)
    else:
        out["span"] = [finding.start, finding.end]
    if finding.text and not finding.edits:
        out["text"] = finding.text
    if finding.evidence:
        out["evidence"] = finding.evidence
    return out


def all_told(out: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    """A finding as a record holds it, with what that leaves unsaid: of `paths` of inputs by name, that of the other copy."""
    evidence = out.get("evidence", {})
    for name in (KEPT, OTHER):
        if (copy := evidence.get(name)) and "path" not in copy:
            path = paths.get(copy["id"]) or paths[copy["id"].rpartition(":")[0]]
            return {**out, "evidence": {**evidence, name: {**copy, "path": path}}}
    return dict(out) if "span" in out else {"certainty": "safe", "applied": True, "count": len(_edits_in(out)), **out}


def finding_in(out: Mapping[str, Any]) -> Finding:
    """The finding that this JSON tells of, in code points of the source."""
    edits = () if "span" in out else tuple(_edits_in(out))
    start, end = out["span"] if "span" in out else (edits[0].start, max(edit.end for edit in edits))
    text, certainty = None if out.get("flag") else out.get("text", ""), Certainty[out.get("certainty", "safe").upper()]
    return Finding(start, end, out["rule"], text, certainty, out.get("evidence", {}), out.get("applied", True), edits)


def _edits_out(edits: Iterable[Edit], raw: str) -> dict[str, Any]:
    """Removals as spans; one character for another as {old, new, at}, offsets delta-coded; the rest as [start, end, text]."""
    spans: list[tuple[int, int]] = []
    swaps: dict[tuple[str, str], list[int]] = {}
    other: list[Edit] = []
    for edit in edits:
        start, end, text = edit
        if not text:
            spans.append((start, end))
        elif end - start == len(text) == 1:
            swaps.setdefault((raw[start], text), []).append(start)
        else:
            other.append(edit)
    out: dict[str, Any] = {"spans": spans} if spans else {}
    if swaps:
        deltas = {pair: [at[0], *(here - before for before, here in pairwise(at))] for pair, at in swaps.items()}
        out["swaps"] = [{"old": old, "new": new, "at": at} for (old, new), at in deltas.items()]
    if other:
        out["edits"] = other
    return out


def _edits_in(out: Mapping[str, Any]) -> list[Edit]:
    edits = [Edit(start, end) for start, end in out.get("spans", ())]
    edits += [Edit(*edit) for edit in out.get("edits", ())]
    for swap in out.get("swaps", ()):
        at = 0
        for delta in swap["at"]:
            at += delta
            edits.append(Edit(at, at + 1, swap["new"]))
    return sorted(edits)
