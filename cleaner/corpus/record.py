"""One line of provenance: what was done to a document, enough to explain it and to undo it. Opens no file.

Spans are code points of the decoded source, whichever stage found them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import msgspec

from cleaner.corpus.finding_record import finding_in, finding_out
from cleaner.corpus.jsonl import Shell, rejoin
from cleaner.document import Document, content_digest
from cleaner.text.change import Change, Edit

VERSION = 1


class Origin(NamedTuple):
    """Where a document came from and how its bytes were read. A tuple, since every document has one.

    path      of the input file, as it was given
    name      of the file in the tree
    record    number of the line in a JSON lines file, from 1; None for a file that is one document
    bytes     length of the document's bytes: the file, or the line without its end
    sha256    of these bytes
    encoding  the Python codec; `errors` its error handler; `bom` whether a byte order mark stood in front
    original  sha256 of the bytes under originals/, where decoding and encoding again does not give them back
    shell     the JSON line around the text
    end       what ended the line, where it was not a line feed
    decision  how the encoding was chosen, where that is worth telling
    """

    path: str
    name: str
    record: int | None
    bytes: int
    sha256: str
    encoding: str = "utf-8"
    errors: str = "strict"
    bom: bool = False
    original: str | None = None
    shell: Shell | None = None
    end: str = "\n"
    decision: Mapping[str, Any] | None = None

    @property
    def place(self) -> str:
        """Path, and line where there is one, for messages."""
        return self.path if self.record is None else f"{self.path}:{self.record}"


def number_in(record: object, name: str) -> float:
    """The number that a record has in this member; -inf where it has none.

    >>> number_in({"score": 3}, "score"), number_in({"score": "3"}, "score"), number_in([], "score")
    (3.0, -inf, -inf)
    """
    value = record.get(name) if isinstance(record, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return -inf
    try:
        return float(value)
    except OverflowError:  # an integer beyond all floats
        return inf if value > 0 else -inf


class Occurrence(NamedTuple):
    """How often a document (`whole`) or one of its paragraphs occurred in a corpus, copies that went included."""

    whole: bool
    start: int
    end: int
    times: int


def with_occurrences(record: bytes, occurrences: Iterable[Occurrence]) -> bytes:
    """A record as it was dumped, with its line feed, and how often its document occurred."""
    return b"%b,%b\n" % (record[:-2], dumped(occurrences_out(occurrences))[1:])


def occurrences_out(occurrences: Iterable[Occurrence]) -> dict[str, Any]:
    """The member `dup_count` of a record: the document's own count, and [start, end, count] of paragraphs.

    >>> occurrences_out([Occurrence(True, 0, 90, 2), Occurrence(False, 30, 60, 5)])
    {'dup_count': {'document': 2, 'paragraphs': [[30, 60, 5]]}}
    """
    counts: dict[str, Any] = {}
    for whole, start, end, times in occurrences:
        if whole:
            counts["document"] = times
        else:
            counts.setdefault("paragraphs", []).append([start, end, times])
    return {"dup_count": counts} if counts else {}


_ENCODER = msgspec.json.Encoder()


def dumped(value: Any) -> bytes:
    """One line of JSON without spaces, in UTF-8; lone surrogates are escaped, which UTF-8 could not hold."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), default=msgspec.to_builtins).encode()


def loaded(line: bytes) -> Any:
    """The value of a line of JSON. ValueError where it is none."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):  # lone surrogates, which msgspec refuses, or damage
        return json.loads(line)


def record_of(doc: Document, origin: Origin) -> dict[str, Any]:
    """The provenance of a cleaned document, which does not say yet where its clean text stands."""
    out: dict[str, Any] = {"v": VERSION, "id": doc.id, "source": _source_of(origin)}
    out |= told_of(doc, content_digest(doc.raw) if doc.findings else "")
    if origin.shell is not None:
        out["shell"] = shell_out(origin.shell, kept=doc.kept)
    return out


def told_of(doc: Document, content: str) -> dict[str, Any]:
    """What a record says of what was done to a document; `content` is the digest of its source."""
    findings = [finding_out(finding, doc.raw, content) for finding in doc.findings]
    return told(doc.text, findings, doc.change.invert(doc.raw), kept=doc.kept)


def told(text: str, findings: Sequence[Any], back: Change, *, kept: bool) -> dict[str, Any]:
    """What a record says of what was done: the clean text, the findings, the way back."""
    clean = {"path": None, "record": None, "chars": len(text), "sha256": content_digest(text), "kept": kept}
    return {"clean": clean, "findings": findings, "back": back.edits}


def origin_in(record: Mapping[str, Any], line: str | None = None) -> Origin:
    """The origin a record tells of; `line` is the clean JSON line, which holds the shell of a kept document."""
    source = record["source"]
    shell = shell_in(record["shell"], line) if "shell" in record else None
    known = {key: source[key] for key in ("path", "name", "record", "bytes", "sha256", "encoding")}
    rest = {key: source[key] for key in ("errors", "bom", "original", "end", "decision") if key in source}
    return Origin(**known, **rest, shell=shell)


def document_in(record: Mapping[str, Any], text: str) -> Document:
    """The document a record and its clean text tell of, as it stood after cleaning."""
    back = back_in(record["back"], text)
    raw = back.apply(text)
    findings = tuple(finding_in(one) for one in record["findings"])
    return Document(record["id"], raw, text, back.invert(text), findings, {"origin": record["source"]})


class Clean(msgspec.Struct):
    """The clean text of a copy that stays."""

    chars: int
    sha256: str


class Whence(msgspec.Struct):
    """Where a copy that stays came from; `run` is the earlier run that kept it."""

    path: str
    run: dict[str, Any] | None = None


class Brief(msgspec.Struct):
    """What must be known of a copy that stays."""

    id: str
    source: Whence
    clean: Clean
    back: list[tuple[int, int, str]]


_BRIEF = msgspec.json.Decoder(Brief)


def brief_of(record: bytes) -> Brief:
    """A part of a record as it was dumped; the rest is not read."""
    try:
        return _BRIEF.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError):  # lone surrogates
        return msgspec.convert(loaded(record), Brief)


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def id_of(record: bytes) -> str:
    """The id of a document, from its record as it was dumped."""
    try:
        return _NAMED.decode(record).id
    except (msgspec.MsgspecError, UnicodeDecodeError):  # lone surrogates
        return str(loaded(record)["id"])


def back_in(edits: Sequence[Sequence[Any]], text: str) -> Change:
    """The change that leads from this clean text back to its source; `edits` as a record holds them."""
    return Change.of(len(text), (Edit(*edit) for edit in edits)) if edits else Change(len(text))


def _source_of(origin: Origin) -> dict[str, Any]:
    out: dict[str, Any] = {
        "path": origin.path,
        "name": origin.name,
        "record": origin.record,
        "bytes": origin.bytes,
        "sha256": origin.sha256,
        "encoding": origin.encoding,
        "bom": origin.bom,
    }
    if origin.errors != "strict":
        out["errors"] = origin.errors
    if origin.original is not None:
        out["original"] = origin.original
    if origin.end != "\n":
        out["end"] = origin.end
    if origin.decision:
        out["decision"] = origin.decision
    return out


def shell_out(shell: Shell, *, kept: bool) -> dict[str, Any]:
    """Where a kept document's clean line holds the shell already, its place is enough."""
    out: dict[str, Any] = {"at": len(shell.before)} if kept else {"before": shell.before, "after": shell.after}
    if shell.ascii:
        out["ascii"] = True
    if shell.literal is not None:
        out["literal"] = shell.literal
    return out


def shell_in(shell: Mapping[str, Any], line: str | None) -> Shell:
    """The shell that a record tells of; the clean line of a kept document holds it."""
    before, after = shell.get("before", ""), shell.get("after", "")
    if "at" in shell and line is not None:
        before, _, after = rejoin(line, shell["at"])
    return Shell(before, after, shell.get("ascii", False), shell.get("literal"))
