"""A staged document with what matching found: how often it occurred, and without its duplicates. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleaner.corpus.duplicates import Duplicate, finding_of
from cleaner.corpus.finding_record import finding_out
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
    told_of,
    with_occurrences,
)
from cleaner.corpus.staged import clean_bytes, clean_text, line_of
from cleaner.corpus.staged_shard import Entry
from cleaner.corpus.tally import Tally
from cleaner.dedup.settings import Dedup
from cleaner.document import Certainty, Document, Finding, content_digest
from cleaner.pipeline import Pipeline


def counted(entry: Entry, counts: Sequence[Occurrence]) -> Entry:
    """The document with how often it occurred, in code points of the decoded source, as all spans of a record are."""
    back = back_in(brief_of(entry.record).back, clean_text(entry.text)).mapper()
    moved = [Occurrence(one.whole, *back(one.start, one.end), one.times) for one in counts]
    return Entry(entry.kept, with_occurrences(entry.record, moved), entry.text, entry.line)


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
        whole = self._whole(entry, duplicates[0]) if duplicates[0].whole and certain else None
        return whole or self._less(entry, duplicates)

    def _whole(self, entry: Entry, one: Duplicate) -> Entry | None:
        """A document that goes whole, if no stage touched it: then there is little to work out."""
        text = clean_text(entry.text)
        untouched = untouched_in(entry.record, text, entry.line)
        if untouched is None:
            return None
        finding = self._finding(one, text)
        self.tally.dropped(id_of(entry.record), len(text), finding)
        return Entry(False, untouched.gone(finding_out(finding, text, untouched.content)), b"", b"")

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
            rest = Finding(0, len(doc.text), "dedup.document.rest", certainty=Certainty.LIKELY)
            doc = doc.revise([rest], level, keep)
        return doc
