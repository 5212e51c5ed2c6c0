"""A staged document with what matching found: how often it occurred, and without its duplicates. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cleaner.corpus.duplicates import Duplicate, Keepers, finding_of
from cleaner.corpus.plain_document import untouched_in
from cleaner.corpus.record import (
    Occurrence,
    back_in,
    brief_of,
    document_in,
    dumped,
    finding_out,
    id_of,
    loaded,
    origin_in,
    record_of,
    shell_in,
    shell_out,
    with_occurrences,
)
from cleaner.corpus.staged import clean_bytes, clean_text, line_of
from cleaner.corpus.staged_shard import Entry
from cleaner.corpus.tally import Tally
from cleaner.dedup.settings import Dedup
from cleaner.document import Certainty, Document, Finding, content_digest
from cleaner.pipeline import Pipeline

_NO_TEXT = {"chars": 0, "sha256": sha256(b"").hexdigest(), "kept": False}


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
        return self._dropped(entry, duplicates[0]) if duplicates[0].whole and certain else self._less(entry, duplicates)

    def _dropped(self, entry: Entry, one: Duplicate) -> Entry:
        """A document that goes whole. `Document.revise` says the same of it, but here there is less to work out."""
        text = clean_text(entry.text)
        finding = finding_of(one, text, self.keepers, self.settings, applied=True)
        untouched = untouched_in(entry.record, text, entry.line)
        if untouched is not None:
            record = untouched.gone(finding_out(finding, text, untouched.content))
        else:
            finding, record = _gone(entry, text, finding)
        self.tally.dropped(id_of(entry.record), len(text), finding)
        return Entry(False, record, b"", b"")

    def _less(self, entry: Entry, duplicates: Sequence[Duplicate]) -> Entry:
        record = loaded(entry.record)
        before = document_in(record, clean_text(entry.text))
        after = self._revised(before, [finding_of(one, before.text, self.keepers, self.settings) for one in duplicates])
        self.tally.replace(before, after)
        origin = origin_in(record, _line(entry))
        out = record_of(after, origin, path=None, record=None)
        out |= {key: record[key] for key in ("dup_count", "salvaged") if key in record}
        line = line_of(origin.shell, after.text) if origin.shell and after.kept else b""
        return Entry(after.kept, dumped(out) + b"\n", clean_bytes(after.text), line)

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


def _gone(entry: Entry, text: str, finding: Finding) -> tuple[Finding, bytes]:
    """The finding in terms of the source, and the record of a document that goes whole."""
    record = loaded(entry.record)
    back = back_in(record["back"], text)
    raw = back.apply(text)
    finding = finding.moved(back.mapper(), applied=True)
    record["findings"].append(finding_out(finding, raw, content_digest(raw)))
    record["clean"] |= _NO_TEXT
    record["back"] = [(0, 0, raw)]
    if "shell" in record:
        record["shell"] = shell_out(shell_in(record["shell"], _line(entry)), kept=False)
    return finding, dumped(record) + b"\n"


def _line(entry: Entry) -> str:
    return entry.line[:-1].decode("utf-8", "surrogateescape")
