"""What a run did, in numbers. Adds up; explains nothing."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cleaner.document import Certainty, Document, Finding

WEAKEST = 3
_NUMBERS = (int, float)
Weak = tuple[float, str, str]  # margin, document, rule
Share = tuple[int, int, int, int]  # documents, kept, and characters before and after
NO_SHARE: Share = 0, 0, 0, 0


@dataclass(slots=True)
class Tally:
    """Counts over documents.

    rules    rule → findings, applied, and source characters that the applied ones took away or replaced
    weakest  the least certain removals
    sources  source (see `source_of`) → its share of the numbers above
    lengths  rule → how often what it took had so many characters; of rules that judge, not of safe repairs
    """

    documents: int = 0
    kept: int = 0
    chars_in: int = 0
    chars_out: int = 0
    rules: dict[str, list[int]] = field(default_factory=dict)
    weakest: list[Weak] = field(default_factory=list)
    sources: dict[str, Share] = field(default_factory=dict)
    lengths: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, doc: Document, source: str) -> None:
        """Count one finished document of this source."""
        self._count((1, int(doc.kept), len(doc.raw), len(doc.text)), source)
        for finding in doc.findings:
            self._found(doc.id, finding)

    def untouched(self, chars: int, source: str) -> None:
        """Count a document of so many characters in which nothing was found."""
        self._count((1, 1, chars, chars), source)

    def _count(self, share: Share, source: str) -> None:
        self._sum(share)
        self.sources[source] = _added(self.sources.get(source, NO_SHARE), share)

    def _sum(self, share: Share) -> None:
        documents, kept, chars_in, chars_out = share
        self.documents += documents
        self.kept += kept
        self.chars_in += chars_in
        self.chars_out += chars_out

    def revised(self, chars: int, doc: Document, source: str) -> None:
        """Count anew a document that had so many characters, to which more was done; its findings are only the new ones."""
        self._count((0, -int(not doc.kept), 0, len(doc.text) - chars), source)
        for finding in doc.findings:
            self._found(doc.id, finding)

    def _found(self, doc: str, finding: Finding) -> None:
        counts, count = self.rules.setdefault(finding.rule, [0, 0, 0]), finding.count
        counts[0] += count
        if finding.applied:
            counts[1] += count
            counts[2] += sum(end - start for start, end, _ in finding.where)
            if finding.certainty < Certainty.SAFE:
                taken = (end - start for start, end, text in finding.where if len(text) < end - start)
                self.lengths.setdefault(finding.rule, Counter()).update(taken)
            if finding.evidence and (margin := margin_of(finding)) is not None:
                self._note((margin, doc, finding.rule))

    def merge(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        self._sum((other.documents, other.kept, other.chars_in, other.chars_out))
        for source, share in other.sources.items():
            self.sources[source] = _added(self.sources.get(source, NO_SHARE), share)
        for rule, lengths in other.lengths.items():
            self.lengths.setdefault(rule, Counter()).update(lengths)
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


def source_of(name: str, *, lines: bool) -> str:
    """What an input belongs to when losses are counted: a JSON lines file is a source, text files of one folder are one.

    >>> source_of("web/a.jsonl", lines=True), source_of("web/news/a.txt", lines=False), source_of("a.txt", lines=False)
    ('web/a.jsonl', 'web/news/', '')
    """
    return name if lines else name[: name.rfind("/") + 1]


def _added(one: Share, other: Share) -> Share:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def margin_of(finding: Finding) -> float | None:
    """How far a measured value lies beyond the limit it was held against; None where nothing was measured."""
    evidence = finding.evidence
    for measure, limit in (("jaccard", "threshold"), ("p", "limit"), ("score", "limit")):
        if isinstance(evidence.get(measure), _NUMBERS) and isinstance(evidence.get(limit), _NUMBERS):
            return round(float(abs(evidence[measure] - evidence[limit])), 4)
    return None
