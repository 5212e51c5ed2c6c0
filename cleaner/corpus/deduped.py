"""A staged document with what matching found: how often it occurred, and without its duplicates. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleaner.corpus.duplicates import Duplicate
from cleaner.corpus.evidence import evidence_of, finding_of
from cleaner.corpus.finding_record import Removal
from cleaner.corpus.keepers import Keepers
from cleaner.corpus.plain_document import untouched_in
from cleaner.corpus.record import (
    Occurrence,
    back_in,
    brief_of,
    document_in,
    dumped,
    id_of,
    loaded,
    shell_in,
    shell_out,
    told,
    told_of,
    with_occurrences,
)
from cleaner.corpus.staged import clean_bytes, clean_text, line_of
from cleaner.corpus.staged_shard import Entry
from cleaner.corpus.tally import Tally, margin
from cleaner.dedup.settings import Dedup
from cleaner.document import Certainty, Document, Finding, content_digest
from cleaner.pipeline import Pipeline
from cleaner.text.change import Change, Edit


def counted(entry: Entry, counts: Sequence[Occurrence]) -> Entry:
    """The document with how often it occurred, in code points of the decoded source, as all spans of a record are."""
    if edits := brief_of(entry.record).back:
        back = back_in(edits, clean_text(entry.text)).mapper()
        counts = [Occurrence(one.whole, *back(one.start, one.end), one.times) for one in counts]
    return Entry(entry.kept, with_occurrences(entry.record, counts), entry.text, entry.line)


@dataclass(frozen=True, slots=True)
class Without:
    """Takes duplicates out of documents, and counts that in `tally`."""

    pipeline: Pipeline
    settings: Dedup
    keepers: Keepers
    tally: Tally

    def __call__(self, entry: Entry, duplicates: Sequence[Duplicate]) -> Entry:
        """The document as it is written, with what was found."""
        certain = self.pipeline.level <= Certainty.LIKELY and not self.pipeline.keep
        left_alone = duplicates[0].whole or not self.pipeline.settles
        plain = self._plainly(entry, duplicates) if certain and left_alone else None
        return plain or self._less(entry, duplicates)

    def _plainly(self, entry: Entry, duplicates: Sequence[Duplicate]) -> Entry | None:
        """A document that no stage touched and none will settle: then there is little to work out."""
        text = clean_text(entry.text)
        untouched = untouched_in(entry.record, text, entry.line)
        if untouched is None:
            return None
        id = id_of(entry.record)
        out = [self._removal(one, text, id, untouched.content) for one in duplicates]
        change = Change.of(len(text), [Edit(one.start, one.end) for one in duplicates])
        left = change.apply(text)
        if left.isspace():
            rest = _rest(left).moved(change.mapper(back=True), applied=True)
            self.tally.removed(id, rest.rule, rest.end - rest.start)
            out.append(Removal.of(rest.rule, rest.start, rest.end, untouched.content))
            change, left = Change(len(text), (Edit(0, len(text)),)), ""
        self.tally.less(len(text), len(left))
        kept = bool(left)
        record = untouched.told(told(left, out, change.invert(text), kept=kept), kept=kept)
        return Entry(kept, record, clean_bytes(left), untouched.line(left) if kept else b"")

    def _removal(self, one: Duplicate, text: str, id: str, content: str) -> Removal:
        evidence = evidence_of(one, text, self.keepers, self.settings)
        self.tally.removed(id, one.rule, one.end - one.start, margin(evidence.jaccard, evidence.threshold))
        return Removal.of(one.rule, one.start, one.end, content, evidence, evidence.kept.sha256)

    def _less(self, entry: Entry, duplicates: Sequence[Duplicate]) -> Entry:
        record = loaded(entry.record)
        before = document_in(record, clean_text(entry.text))
        content = content_digest(before.raw) if record["back"] else record["clean"]["sha256"]
        after = self._revised(before, [self._finding(one, before.text) for one in duplicates])
        self.tally.replace(before, after)
        record |= told_of(after, content)
        line = b""
        if "shell" in record:
            shell = shell_in(record["shell"], entry.line[:-1].decode("utf-8", "surrogateescape"))
            record["shell"] = shell_out(shell, kept=after.kept)
            line = line_of(shell, after.text) if after.kept else b""
        return Entry(after.kept, dumped(record) + b"\n", clean_bytes(after.text), line)

    def _finding(self, one: Duplicate, text: str) -> Finding:
        applied = self.pipeline.level <= Certainty.LIKELY
        return finding_of(one, text, self.keepers, self.settings, applied=applied)

    def _revised(self, doc: Document, duplicates: Sequence[Finding]) -> Document:
        """The document after they went, its layout settled again; where nothing but white space is left, nothing is."""
        level, keep = self.pipeline.level, self.pipeline.keep
        doc = doc.revise(duplicates, level, keep)
        if doc.text:
            doc = self.pipeline.settle(doc, again=True)
        if doc.text.isspace():
            doc = doc.revise([_rest(doc.text)], level, keep)
        return doc


def _rest(left: str) -> Finding:
    """White space alone is left."""
    return Finding(0, len(left), "dedup.document.rest", certainty=Certainty.LIKELY)
