"""What a run did, in numbers. Adds up; explains nothing."""

from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from cleaner.document import Document, Finding

WEAKEST = 3
_NUMBERS = (int, float)
Weak = tuple[float, str, str]  # margin, document, rule


@dataclass(slots=True)
class Tally:
    """Counts over documents.

    rules    rule → findings, applied, and source characters that the applied ones took away or replaced
    weakest  the least certain removals
    """

    documents: int = 0
    kept: int = 0
    chars_in: int = 0
    chars_out: int = 0
    rules: dict[str, list[int]] = field(default_factory=dict)
    weakest: list[Weak] = field(default_factory=list)

    def add(self, doc: Document) -> None:
        """Count one finished document."""
        self.documents += 1
        self.kept += doc.kept
        self.chars_in += len(doc.raw)
        self.chars_out += len(doc.text)
        for finding in doc.findings:
            self._found(doc.id, finding, 1)

    def untouched(self, chars: int) -> None:
        """Count a document of so many characters in which nothing was found."""
        self.documents += 1
        self.kept += 1
        self.chars_in += chars
        self.chars_out += chars

    def less(self, chars: int, left: int) -> None:
        """Count that of a document with so many characters only these are left."""
        self.kept -= not left
        self.chars_out -= chars - left

    def removed(self, doc: str, rule: str, chars: int, margin: float | None = None) -> None:
        """Count that a rule took so many characters of a document away."""
        counts = self._counts(rule)
        counts[0] += 1
        counts[1] += 1
        counts[2] += chars
        if margin is not None:
            self._note((margin, doc, rule))

    def _found(self, doc: str, finding: Finding, times: int) -> None:
        counts, count = self._counts(finding.rule), times * finding.count
        counts[0] += count
        if finding.applied:
            counts[1] += count
            counts[2] += times * _chars(finding)
            if finding.evidence and (margin := margin_of(finding)) is not None:
                self._note((margin, doc, finding.rule))

    def _counts(self, rule: str) -> list[int]:
        return self.rules.get(rule) or self.rules.setdefault(rule, [0, 0, 0])

    def replace(self, before: Document, after: Document) -> None:
        """Count a document anew to which more was done: what was found before stays found."""
        self.kept += after.kept - before.kept
        self.chars_out += len(after.text) - len(before.text)
        both = zip(before.findings, after.findings, strict=False)  # most findings stay what they are
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], both))
        for finding in before.findings[same:]:
            self._found(before.id, finding, -1)
        for finding in after.findings[same:]:
            self._found(after.id, finding, 1)

    def merge(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        self.documents += other.documents
        self.kept += other.kept
        self.chars_in += other.chars_in
        self.chars_out += other.chars_out
        for rule, counts in other.rules.items():
            own = self.rules.get(rule, (0, 0, 0))
            self.rules[rule] = [one + more for one, more in zip(own, counts, strict=True)]
        for one in other.weakest:
            self._note(one)

    def as_json(self) -> dict[str, Any]:
        """The counts as they stand in the manifest."""
        return {
            "documents": self.documents,
            "kept": self.kept,
            "chars_in": self.chars_in,
            "chars_out": self.chars_out,
            "rules": {
                rule: dict(zip(("findings", "applied", "chars"), counts, strict=True))
                for rule, counts in sorted(self.rules.items())
            },
            "weakest": [{"document": doc, "rule": rule, "margin": margin} for margin, doc, rule in self.weakest],
        }

    def _note(self, one: Weak) -> None:
        if len(self.weakest) == WEAKEST and one >= self.weakest[-1]:
            return
        self.weakest = sorted({*self.weakest, one})[:WEAKEST]


def _chars(finding: Finding) -> int:
    if not finding.edits:
        return finding.end - finding.start
    return sum(end - start for start, end, _ in finding.edits)


def margin_of(finding: Finding) -> float | None:
    """How far a measured value lies beyond the limit it was held against; None where nothing was measured."""
    evidence = finding.evidence
    for measure, limit in (("jaccard", "threshold"), ("p", "limit"), ("score", "limit")):
        if isinstance(evidence.get(measure), _NUMBERS) and isinstance(evidence.get(limit), _NUMBERS):
            return margin(evidence[measure], evidence[limit])
    return None


def margin(measured: float, limit: float) -> float:
    """How far a value lies beyond its limit, as it is told."""
    return round(float(abs(measured - limit)), 4)
