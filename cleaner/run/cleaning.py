"""The first pass: every document of a shard cleaned on its own, and staged. Decides nothing across documents."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cleaner import disk
from cleaner.document import Document
from cleaner.duplicates.settings import Dedup
from cleaner.formats.carrier import Origin, text_bytes
from cleaner.formats.documents import Read, Reading, Verbatim, documents
from cleaner.formats.groups import group_key, group_of
from cleaner.formats.listing import Passed
from cleaner.formats.rank import Rank, rank_of
from cleaner.formats.shards import Piece, Shard
from cleaner.forms import format_named
from cleaner.pipeline import Pipeline
from cleaner.provenance.layout import ORIGINALS, STAGED, WORK
from cleaner.provenance.record import (
    Parts,
    clean_part,
    head_of,
    parts_of,
    salvaged_part,
    shell_part,
    verbatim_parts,
)
from cleaner.provenance.salvaged import salvaged
from cleaner.provenance.tally import Tally, source_of
from cleaner.run.removing import said_once
from cleaner.run.staging import NO_GROUP, NONE, Row, Shards, Stager, staged
from cleaner.text.errors import InputError
from cleaner.text.machine_code import pays

BYTES = 3  # of a character in UTF-8


class Salvaged(NamedTuple):
    """What a run must know of a salvaged article before any is written: its input, its name and number, its text."""

    name: str
    id: str
    article: int
    sha256: str
    chars: int


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
    """What the first pass of a shard says of itself; the rest is in its staged file.

    rows      documents, and lines that are none; `units`: of its documents
    read      its inputs, in order
    skipped   inputs of which a piece could not be read, by name
    salvaged  articles put together again from what was taken out of its documents
    tally     of its documents, before duplicates go
    """

    shard: int
    rows: int = 0
    units: int = 0
    read: list[Input] = field(default_factory=list)
    skipped: dict[str, Passed] = field(default_factory=dict)
    failed: list[Passed] = field(default_factory=list)
    originals: set[str] = field(default_factory=set)
    salvaged: list[Salvaged] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """All that a worker needs to clean shards.

    out     the run directory
    config  digest of the settings
    size    bytes of all inputs
    """

    out: Path
    pipeline: Pipeline
    reading: Reading
    dedup: Dedup | None
    config: str
    size: int = 0

    def __call__(self, shard: Shard) -> Cleaned:
        """Clean and stage a shard."""
        if self.dedup is not None and pays(self.size // BYTES):
            from cleaner.duplicates import kernel  # noqa: F401  # from now on every shard, however small, is signed by it
        done = Cleaned(shard.number)
        pieces = [(piece.source.name, piece.start, piece.end) for piece in shard.pieces]
        with staged(Shards(self.out / WORK / STAGED).place(shard.number), shard.number, self.dedup) as stager:
            for piece in shard.pieces:
                try:
                    _Piece(self, piece, done, stager).clean()
                except InputError as failure:
                    done.skipped[piece.source.name] = Passed(piece.source.path, str(failure))
            stager.head = {"shard": shard.number, "config": self.config, "pieces": pieces, "inputs": done.read}
        done.rows, done.units = len(stager), stager.units
        return done


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of an input on its way into a shard."""

    job: Cleaning
    piece: Piece
    done: Cleaned
    stager: Stager

    def clean(self) -> None:
        source, data = self.piece.source, disk.piece_bytes(self.piece)
        count = 0
        for one in documents(self.piece, data, self.job.reading):
            if isinstance(one, Read):
                self._document(one)
                count += 1
            else:
                self._carry(one)
        whole = self.piece.start == 0 and self.piece.end == source.size
        sha = sha256(data).hexdigest() if whole else None
        self.done.read.append(Input(source.path, source.name, source.format, len(data), sha, count))

    @property
    def _source(self) -> str:
        return source_of(self.piece.source.name, lines=self.piece.source.format == "jsonl")

    def _carry(self, one: Verbatim) -> None:
        self.stager.put(Row(len(self.done.read), False, NONE, verbatim_parts(one.origin, one.text, one.reason), b""))
        if one.reason is not None:
            self.done.failed.append(Passed(one.origin.place, one.reason))

    def _document(self, one: Read) -> None:
        pipeline, origin = self.job.pipeline, one.origin
        if one.original is not None:
            self.done.originals.add(_keep_original(self.job.out, one.original))
        doc = Document.of(one.text, origin.id, {"path": origin.path, "record": origin.record})
        doc = pipeline(doc) if pipeline.stages else doc
        if self.job.dedup is not None and self.job.dedup.of_repeats:
            doc = said_once(doc, pipeline)
        if not doc.findings:
            self._untouched(one)
            return
        self.done.tally.add(doc, self._source)
        self.done.failed += _failures(doc, origin)
        parts = parts_of(doc, origin)
        if pipeline.salvages and (articles := salvaged(pipeline, doc)):
            named = ((entry["id"], entry["article"], entry["sha256"], entry["chars"]) for entry in articles)
            self.done.salvaged += (Salvaged(origin.name, *one) for one in named)
            parts = parts._replace(salvaged=salvaged_part(articles))
        line = origin.carrier.staged_bytes(doc.text)
        start, end = origin.carrier.place(line)
        self._put(one, Row(len(self.done.read), doc.kept, len(doc.text), parts, line, start, end), doc.text)

    def _untouched(self, one: Read) -> None:
        """A document in which nothing was found: its line stays as it is."""
        origin, text = one.origin, text_bytes(one.text)
        carrier = origin.carrier
        self.done.tally.untouched(len(one.text), self._source)
        clean = clean_part(len(one.text), sha256(text).hexdigest(), kept=True)
        parts = Parts(head_of(origin), clean, shell=shell_part(carrier, kept=True))
        if carrier.shell is None:
            line, start, end = text, 0, len(text)
        elif carrier.shell.literal is None:
            line, start, end = one.line + b"\n", one.start, one.end
        else:
            line = carrier.staged_bytes(one.text)
            start, end = carrier.place(line)
        self._put(one, Row(len(self.done.read), True, len(one.text), parts, line, start, end), one.text)

    def _put(self, one: Read, row: Row, text: str) -> None:
        self.stager.put(row, text, self._rank(one), format_named(one.origin.id), self._group(one.origin))

    def _group(self, origin: Origin) -> int:
        if self.job.dedup is None or not self.job.dedup.of_templates:
            return NO_GROUP
        shell = origin.carrier.shell
        return group_key(group_of(origin.name, shell and (shell.before, shell.after)))

    def _rank(self, one: Read) -> Rank:
        """How much a document is preferred to copies of it; the record of its line is read only where that is asked for."""
        settings, shell = self.job.dedup or Dedup(), one.origin.carrier.shell
        asked = shell is not None and settings.by_value
        record = json.loads(b'%b""%b' % (shell.before, shell.after)) if shell and asked else None
        return rank_of(one.origin.id, record, settings)


def _failures(doc: Document, origin: Origin) -> list[Passed]:
    """Stages that failed on this document: it passed unharmed, and the run says so."""
    failed = (finding for finding in doc.findings if finding.rule.startswith("error."))
    return [Passed(origin.place, f"{one.rule}: {json.dumps(dict(one.evidence), ensure_ascii=False)}") for one in failed]


def _keep_original(out: Path, data: bytes) -> str:
    """The bytes of an input under the name of their sha256; the name of the file in the run directory."""
    name = f"{ORIGINALS}/{sha256(data).hexdigest()}"
    with disk.staging(out / ORIGINALS) as (file, temporary):
        file.write(data)
    disk.publish(temporary, out / name)
    return name
