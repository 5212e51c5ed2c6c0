"""Clean every document of a shard on its own and stage what the second pass needs. Decides nothing across documents."""

import json
from array import array
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from cleaner.corpus.plain_document import PlainDocument
from cleaner.corpus.reader import Read, Reading, Verbatim, piece_bytes, read
from cleaner.corpus.record import Origin, dumped, number_in, record_of
from cleaner.corpus.salvaged import salvaged
from cleaner.corpus.shards import Piece, Shard
from cleaner.corpus.shelf import Brief, briefs
from cleaner.corpus.source import Passed
from cleaner.corpus.staged import Stager, clean_bytes, line_of, staged
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import publish, staging
from cleaner.document import Document
from cleaner.pipeline import Pipeline
from cleaner.text.errors import InputError

ORIGINALS = "originals"


@dataclass(frozen=True, slots=True)
class FirstPass:
    """All that a worker needs to clean shards: `out` is the run directory.

    value  the member whose number decides which copy of a document stays, if one does
    """

    out: Path
    pipeline: Pipeline
    reading: Reading
    value: str | None = None

    def __call__(self, shard: Shard) -> "Cleaned":
        return _clean(self, shard)


@dataclass(frozen=True, slots=True)
class Input:
    """What was read of one input: `documents` of a piece of it, `sha256` where the piece is the whole file."""

    path: str
    name: str
    format: str
    bytes: int
    sha256: str | None
    documents: int


@dataclass(slots=True)
class Cleaned:
    """What the first pass of a shard leaves.

    kept       by document, in order: whether it has a clean text
    inputs     of its documents: the index in `read` of each
    skipped    inputs of which a piece could not be read, by name
    chars      code points of each document's text
    text_at    where each document's text ends in the staged texts, in bytes, after a first 0
    record_at  where each document's record begins in the staged records, in bytes
    values     of its documents, for `keep = "field:NAME"`
    salvaged   articles put together again from what was taken out of its documents
    tally      of its documents, before duplicates go
    """

    shard: int
    kept: bytearray = field(default_factory=bytearray)
    inputs: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    chars: "array[int]" = field(default_factory=lambda: array("q"))
    text_at: "array[int]" = field(default_factory=lambda: array("q", [0]))
    record_at: "array[int]" = field(default_factory=lambda: array("q"))
    read: list[Input] = field(default_factory=list)
    skipped: dict[str, Passed] = field(default_factory=dict)
    failed: list[Passed] = field(default_factory=list)
    originals: set[str] = field(default_factory=set)
    salvaged: list[Brief] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def _clean(job: FirstPass, shard: Shard) -> Cleaned:
    done = Cleaned(shard.number)
    with staged(job.out, shard.number) as stager:
        for piece in shard.pieces:
            try:
                _piece(job, piece, done, stager)
            except InputError as failure:
                done.skipped[piece.source.name] = Passed(piece.source.path, str(failure))
    done.text_at, done.record_at = stager.text_at, stager.record_at
    return done


def _piece(job: FirstPass, piece: Piece, done: Cleaned, stager: Stager) -> None:
    source, data = piece.source, piece_bytes(piece)
    before = len(done.kept)
    for one in read(piece, data, job.reading):
        if isinstance(one, PlainDocument):
            _plain(job, one, done, stager)
        elif isinstance(one, Read):
            _document(job, one, job.pipeline(one.doc), done, stager)
        else:
            _carry(one, done, stager)
    whole = piece.start == 0 and piece.end == source.size
    sha = sha256(data).hexdigest() if whole else None
    done.read.append(Input(source.path, source.name, source.format, len(data), sha, len(done.kept) - before))


def _carry(one: Verbatim, done: Cleaned, stager: Stager) -> None:
    stager.verbatim(len(done.read), _verbatim(one) + b"\n")
    if one.reason is not None:
        done.failed.append(Passed(one.origin.place, one.reason))


def _plain(job: FirstPass, one: PlainDocument, done: Cleaned, stager: Stager) -> None:
    if job.pipeline.stages and (doc := job.pipeline(one.doc)).findings:
        _document(job, one, doc, done, stager)
    else:
        _untouched(job, one, done, stager)


def _untouched(job: FirstPass, one: PlainDocument, done: Cleaned, stager: Stager) -> None:
    """A document in which no stage found anything: its line stays as it is."""
    text = clean_bytes(one.found.text)
    _count(job, one, done, len(one.found.text), kept=True)
    stager.document(len(done.read), one.untouched(text), text, one.line + b"\n", kept=True)
    done.tally.untouched(len(one.found.text))


def _document(job: FirstPass, one: Read | PlainDocument, doc: Document, done: Cleaned, stager: Stager) -> None:
    kept, origin = doc.kept, one.origin
    if isinstance(one, Read) and one.original is not None:
        done.originals.add(_keep_original(job.out, one.original))
    done.failed += _failures(doc, origin)
    _count(job, one, done, len(doc.text), kept=kept)
    record = record_of(doc, origin)
    if articles := salvaged(job.pipeline, doc):
        done.salvaged += briefs(origin.name, articles)
        record["salvaged"] = articles
    line = line_of(origin.shell, doc.text) if kept and origin.shell else b""
    stager.document(len(done.read), dumped(record) + b"\n", clean_bytes(doc.text), line, kept=kept)
    done.tally.add(doc)


def _count(job: FirstPass, one: Read | PlainDocument, done: Cleaned, chars: int, *, kept: bool) -> None:
    done.kept.append(kept)
    done.chars.append(chars)
    done.inputs.append(len(done.read))
    if job.value is not None:
        done.values.append(_value(job.value, one.origin))


def _value(name: str, origin: Origin) -> float:
    """The number by which copies of a document are preferred; documents that are no records have none."""
    if origin.shell is None:
        return -inf
    return number_in(json.loads(f'{origin.shell.before}""{origin.shell.after}'), name)


def _verbatim(one: Verbatim) -> bytes:
    """A line that is no document: it stands in provenance alone, and comes back from there."""
    origin = one.origin
    source: dict[str, Any] = {"path": origin.path, "name": origin.name, "record": origin.record, "bytes": origin.bytes}
    source |= {
        "sha256": origin.sha256,
        "encoding": origin.encoding,
        "bom": origin.bom,
        "errors": origin.errors,
        "end": origin.end,
    }
    return dumped({"v": 1, "id": None, "source": source, "verbatim": one.text, "reason": one.reason})


def _failures(doc: Document, origin: Origin) -> list[Passed]:
    """Stages that failed on this document: it passed unharmed, and the run says so."""
    out = []
    for finding in doc.findings:
        if finding.rule.startswith("error."):
            out.append(
                Passed(origin.place, f"{finding.rule}: {json.dumps(dict(finding.evidence), ensure_ascii=False)}")
            )
    return out


def _keep_original(out: Path, data: bytes) -> str:
    """The bytes of an input under the name of their sha256; the name of the file in the run directory."""
    name = f"{ORIGINALS}/{sha256(data).hexdigest()}"
    with staging(out / ORIGINALS) as (file, temporary):
        file.write(data)
    publish(temporary, out / name)
    return name
