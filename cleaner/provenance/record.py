"""One line of provenance: what was done to a document, enough to explain it and to undo it. One writer, one reader.

Spans are code points of the decoded source, whichever stage found them. What is as nearly always is left out, and where
the clean text stands is no part of a record: records stand in the order of their clean texts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from cleaner.document import Document, content_digest
from cleaner.formats.carrier import STRAY, UTF8, Carrier, Origin, Shell
from cleaner.formats.jsonl import literal_at
from cleaner.provenance.finding import all_told, finding_in, finding_out
from cleaner.provenance.layout import CORPUS
from cleaner.text.change import Change, Edit

VERSION = 2
Record = dict[str, Any]
_ENCODE = msgspec.json.Encoder().encode


def dumped(value: Any) -> bytes:
    """One line of JSON without spaces, in UTF-8; lone surrogates are escaped, which UTF-8 could not hold."""
    try:
        return _ENCODE(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), default=msgspec.to_builtins).encode()


def loaded(line: bytes) -> Any:
    """The value of a line of JSON. ValueError where it is none."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):  # lone surrogates, which msgspec refuses, or damage
        return json.loads(line)


class Occurrence(NamedTuple):
    """How often a document (`whole`) or one of its paragraphs occurred in a corpus, copies that went included."""

    whole: bool
    start: int
    end: int
    times: int


class Parts(NamedTuple):
    """A record in the pieces that it is put together from; b"" where there is nothing to say.

    head      the brace that opens it, the document's id, its source
    clean     its clean text
    findings  what was found, and the edits that lead `back` from the clean text to the source
    counts    how often it occurred
    salvaged  the articles put together from what was taken out of it
    shell     where the text stands in its clean line; what stood around it where no such line is written
    """

    head: bytes
    clean: bytes = b""
    findings: bytes = b""
    back: bytes = b""
    counts: bytes = b""
    salvaged: bytes = b""
    shell: bytes = b""


CLOSE = b"}\n"  # behind the pieces of a record


def record_bytes(parts: Parts) -> bytes:
    """The record, with a line feed."""
    return b"".join(parts) + CLOSE


def parts_of(doc: Document, origin: Origin) -> Parts:
    """All that is told of a cleaned document."""
    clean = clean_part(len(doc.text), content_digest(doc.text), kept=doc.kept)
    findings = findings_part(findings_out(doc)) if doc.findings else b""
    back = back_part(doc.change.invert(doc.raw))
    return Parts(head_of(origin), clean, findings, back, shell=shell_part(origin.carrier, kept=doc.kept))


def clean_part(chars: int, sha256: str, *, kept: bool) -> bytes:
    """What a record says of a clean text."""
    return b',"clean":{"chars":%d,"sha256":"%b"%b}' % (chars, sha256.encode(), b"" if kept else b',"kept":false')


def findings_part(*some: bytes) -> bytes:
    """What a record says of findings, each as `findings_out` gives them."""
    return b',"findings":[%b]' % b",".join(filter(None, some))


def back_part(back: Change) -> bytes:
    """What a record says of the way back."""
    return b',"back":%b' % dumped(back.edits) if back.edits else b""


def findings_out(doc: Document) -> bytes:
    """The findings of a document, with commas between."""
    alone = any(not finding.edits for finding in doc.findings)  # only such have a name, which needs the digest
    content = content_digest(doc.raw) if alone else ""
    return dumped([finding_out(finding, doc.raw, content) for finding in doc.findings])[1:-1]


def findings_of(parts: Parts) -> bytes:
    """The same, of a document that was told already."""
    return parts.findings[len(b',"findings":[') : -1]


def back_of(parts: Parts, text: str) -> Change:
    """The way from this text back to its source, which is told already."""
    return back_in(loaded(parts.back[len(b',"back":') :]), text) if parts.back else Change(len(text))


def salvaged_part(articles: Any) -> bytes:
    """What a record says of salvaged articles."""
    return b',"salvaged":%b' % dumped(articles)


def verbatim_parts(origin: Origin, text: str, reason: str | None) -> Parts:
    """The record of a line that is no document: it stands in provenance alone, and comes back from there."""
    return Parts(b'%b,"verbatim":%b,"reason":%b' % (head_of(origin), dumped(text), dumped(reason)))


def head_of(origin: Origin) -> bytes:
    """The id of a document and its source, with the brace that opens the record. The id names the input."""
    _, name, record, size, sha256, carrier, original, decision = origin
    rest = b"" if carrier[:3] == _USUAL and not (original or decision) and carrier.end == "\n" else _rest(origin)
    if record is None:
        return b'{"v":%d,"id":%b,"source":{"bytes":%d,"sha256":"%b"%b}' % (
            VERSION,
            dumped(name),
            size,
            sha256.encode(),
            rest,
        )
    line = _id_of_lines(name), record, record, size, sha256.encode(), rest
    return b'%b%d","source":{"record":%d,"bytes":%d,"sha256":"%b"%b}' % line


_USUAL = (UTF8, "strict", False)


@lru_cache
def _id_of_lines(name: str) -> bytes:
    """How the records of a JSON lines file begin, up to the number of the line."""
    return b'{"v":%d,"id":%b' % (VERSION, dumped(f"{name}:")[:-1])


def _rest(origin: Origin) -> bytes:
    """What is not as nearly always of how a source was read."""
    carrier = origin.carrier
    out: Record = {}
    if carrier.encoding != UTF8:
        out["encoding"] = carrier.encoding
    if carrier.bom:
        out["bom"] = True
    if carrier.errors != "strict":
        out["errors"] = carrier.errors
    if origin.original is not None:
        out["original"] = origin.original
    if carrier.end != "\n":
        out["end"] = carrier.end
    if origin.decision:
        out["decision"] = origin.decision
    return b"," + dumped(out)[1:-1] if out else b""


def shell_part(carrier: Carrier, *, kept: bool) -> bytes:
    """What a record says of the line around a text. Where the clean line holds it already, its place is enough, in bytes."""
    shell = carrier.shell
    if shell is None:
        return b""
    if kept and not (shell.ascii or shell.literal):
        return b',"shell":{"at":%d}' % len(shell.before)
    out: Record = {"at": len(shell.before)}
    if not kept:
        out = {"before": shell.before.decode(UTF8, STRAY), "after": shell.after.decode(UTF8, STRAY)}
    if shell.ascii:
        out["ascii"] = True
    if shell.literal is not None:
        out["literal"] = shell.literal.decode(UTF8, STRAY)
    return b',"shell":%b' % dumped(out)


def shell_of(parts: Parts, before: bytes, after: bytes) -> Shell:
    """The shell of a document that was told already, with what stands around its text."""
    return _shell(loaded(parts.shell[len(b',"shell":') :]), before, after)


def _shell(shell: Mapping[str, Any], before: bytes, after: bytes) -> Shell:
    literal = shell.get("literal")
    return Shell(before, after, shell.get("ascii", False), None if literal is None else literal.encode(UTF8, STRAY))


def counts_part(occurrences: Iterable[Occurrence]) -> bytes:
    """What a record says of occurrences: the document's own count, and [start, end, count] of paragraphs.

    >>> counts_part([Occurrence(True, 0, 90, 2), Occurrence(False, 30, 60, 5)])
    b',"dup_count":{"document":2,"paragraphs":[[30,60,5]]}'
    """
    counts: Record = {}
    for whole, start, end, times in occurrences:
        if whole:
            counts["document"] = times
        else:
            counts.setdefault("paragraphs", []).append([start, end, times])
    return b',"dup_count":%b' % dumped(counts)


def record_in(line: bytes, numbers: dict[str, int], paths: Mapping[str, str]) -> Record:
    """A record, whichever version wrote it, with all members and where its clean text stands.

    numbers  how many lines of each JSON lines file the records before it stand for; counts on
    paths    of the inputs, as they were given, by name

    ValueError, LookupError, TypeError, AttributeError where it is no record.
    """
    record: Record = loaded(line)
    source = record["source"] = _UNSAID | record["source"]
    if record["v"] > 1:
        number = source["record"]
        source["name"] = record["id"] if number is None else record["id"].removesuffix(f":{number}")
        source["path"] = paths[source["name"]]
    if not isinstance(source["name"], str):
        raise ValueError("its source has no name")
    if "verbatim" in record:
        return record | {"id": None}
    clean = record["clean"] = {"path": None, "record": None, "kept": True, **record["clean"]}
    if record["v"] > 1 and clean["kept"]:
        _place(record, numbers)
    elif record["v"] == 1 and clean["kept"] and clean["path"] is None:
        raise ValueError("its clean text has no name")
    record["findings"] = [all_told(one, paths) for one in record.get("findings", ())]
    return {"back": [], **record}


_UNSAID = {"record": None, "encoding": UTF8, "bom": False}


def _place(record: Record, numbers: dict[str, int]) -> None:
    """Where the clean text stands: the records of a file are in the order of its lines."""
    name, clean = record["source"]["name"], record["clean"]
    clean["path"] = f"{CORPUS}/{name}"
    if record["source"]["record"] is not None:
        clean["record"] = numbers[name] = numbers.get(name, 0) + 1


def origin_in(record: Mapping[str, Any], line: bytes | None = None) -> Origin:
    """The origin a record tells of; `line` is the clean JSON line, which holds the shell of a kept document."""
    source = record["source"]
    shell = _shell_in(record, line) if "shell" in record else None
    end = source.get("end", "\n")
    carrier = Carrier(source["encoding"], source.get("errors", "strict"), source["bom"], shell, end)
    path, name, number, size, sha256 = (source[key] for key in ("path", "name", "record", "bytes", "sha256"))
    return Origin(path, name, number, size, sha256, carrier, source.get("original"), source.get("decision"))


def text_at(record: Mapping[str, Any], line: bytes) -> str:
    """The clean text of a record in its clean line."""
    return literal_at(line, _at(record, line))[0]


def _shell_in(record: Mapping[str, Any], line: bytes | None) -> Shell:
    shell = record["shell"]
    before, after = (shell.get(side, "").encode(UTF8, STRAY) for side in ("before", "after"))
    if "at" in shell and line is not None:
        at = _at(record, line)
        before, after = line[:at], line[literal_at(line, at)[1] :]
    return _shell(shell, before, after)


def _at(record: Mapping[str, Any], line: bytes) -> int:
    """Where the literal starts, in bytes; version 1 counts characters."""
    at: int = record["shell"]["at"]
    return len(line.decode(UTF8, STRAY)[:at].encode(UTF8, STRAY)) if record["v"] == 1 else at


def document_in(record: Mapping[str, Any], text: str) -> Document:
    """The document a record and its clean text tell of, as it stood after cleaning."""
    back = back_in(record["back"], text)
    raw = back.apply(text)
    findings = tuple(finding_in(one) for one in record["findings"])
    return Document(record["id"], raw, text, back.invert(text), findings, {"origin": record["source"]})


def back_in(edits: Sequence[Sequence[Any]], text: str) -> Change:
    """The change that leads from this clean text back to its source; `edits` as a record holds them."""
    return Change.of(len(text), (Edit(*edit) for edit in edits)) if edits else Change(len(text))
