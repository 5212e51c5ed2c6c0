"""What a run did, in numbers. Adds up; explains nothing."""

from dataclasses import dataclass, field
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
        self._count(1, doc.kept, len(doc.raw), len(doc.text))
        for finding in doc.findings:
            self._found(doc.id, finding)

    def untouched(self, chars: int) -> None:
        """Count a document of so many characters in which nothing was found."""
        self._count(1, 1, chars, chars)

    def _count(self, documents: int, kept: int, chars_in: int, chars_out: int) -> None:
        self.documents += documents
        self.kept += kept
        self.chars_in += chars_in
        self.chars_out += chars_out

    def revised(self, chars: int, doc: Document) -> None:
        """Count anew a document that had so many characters, to which more was done; its findings are only the new ones."""
        self.kept -= not doc.kept
        self.chars_out -= chars - len(doc.text)
        for finding in doc.findings:
            self._found(doc.id, finding)

    def _found(self, doc: str, finding: Finding) -> None:
        counts, count = self.rules.setdefault(finding.rule, [0, 0, 0]), finding.count
        counts[0] += count
        if finding.applied:
            counts[1] += count
            counts[2] += sum(end - start for start, end, _ in finding.where)
            if finding.evidence and (margin := margin_of(finding)) is not None:
                self._note((margin, doc, finding.rule))

    def merge(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        self._count(other.documents, other.kept, other.chars_in, other.chars_out)
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


def margin_of(finding: Finding) -> float | None:
    """How far a measured value lies beyond the limit it was held against; None where nothing was measured."""
    evidence = finding.evidence
    for measure, limit in (("jaccard", "threshold"), ("p", "limit"), ("score", "limit")):
        if isinstance(evidence.get(measure), _NUMBERS) and isinstance(evidence.get(limit), _NUMBERS):
            return round(float(abs(evidence[measure] - evidence[limit])), 4)
    return None
