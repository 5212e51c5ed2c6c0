"""What a run did, in numbers. Adds up; explains nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from cleaner.document import Document, Finding

WEAKEST = 3
Weak = tuple[float, str, str]  # margin, document, rule


@dataclass(slots=True)
class Tally:
    """Counts over documents.

    rules    rule → findings, applied, and the source characters that the applied ones took away or replaced
    weakest  the least certain removals
    """

    documents: int = 0
    kept: int = 0
    chars_in: int = 0
    chars_out: int = 0
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    weakest: list[Weak] = field(default_factory=list)

    def add(self, doc: Document, times: int = 1) -> None:
        """Count one finished document; -1 takes it back."""
        self._count(doc, doc.findings, times)

    def _count(self, doc: Document, findings: Iterable[Finding], times: int) -> None:
        self.documents += times
        self.kept += times * doc.kept
        self.chars_in += times * len(doc.raw)
        self.chars_out += times * len(doc.text)
        for finding in findings:
            counts = self.rules.setdefault(finding.rule, Counter())
            counts["findings"] += times * finding.count
            if finding.applied:
                counts["applied"] += times * finding.count
                counts["chars"] += times * sum(edit.end - edit.start for edit in finding.where)
                if (margin := margin_of(finding)) is not None:
                    self._note((margin, doc.id, finding.rule))

    def replace(self, before: Document, after: Document) -> None:
        """Count a document anew to which more was done: what was found before stays found."""
        both = zip_longest(before.findings, after.findings)
        changed = [pair for pair in both if pair[0] is not pair[1]]  # most stay what they are
        self._count(before, (old for old, _ in changed if old is not None), -1)
        self._count(after, (new for _, new in changed if new is not None), 1)

    def merge(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        self.documents += other.documents
        self.kept += other.kept
        self.chars_in += other.chars_in
        self.chars_out += other.chars_out
        for rule, counts in other.rules.items():
            self.rules.setdefault(rule, Counter()).update(counts)
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
                rule: {key: counts[key] for key in ("findings", "applied", "chars")}
                for rule, counts in sorted(self.rules.items())
            },
            "weakest": [{"document": doc, "rule": rule, "margin": margin} for margin, doc, rule in self.weakest],
        }

    def _note(self, one: Weak) -> None:
        if len(self.weakest) == WEAKEST and one >= self.weakest[-1]:
            return
        self.weakest = sorted({*self.weakest, one})[:WEAKEST]


def margin_of(finding: Finding) -> float | None:
    """How far a measured value lies beyond the limit it was held against; None where nothing was measured."""
    evidence = finding.evidence
    for measure, limit in (("jaccard", "threshold"), ("p", "limit"), ("score", "limit")):
        if isinstance(evidence.get(measure), int | float) and isinstance(evidence.get(limit), int | float):
            return round(float(abs(evidence[measure] - evidence[limit])), 4)
    return None
