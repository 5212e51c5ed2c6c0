"""The source again, byte for byte, from the clean corpus and its provenance. Reads a finished run, never changes it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from cleaner.disk import inside, opened, rename, staging, sync_folder
from cleaner.document import Document, content_digest
from cleaner.formats.carrier import Origin, text_of
from cleaner.provenance import manifest
from cleaner.provenance.layout import ORIGINALS, PROVENANCE
from cleaner.provenance.record import Record, document_in, origin_in, record_in, text_at
from cleaner.text.errors import ConfigError, RunDirError


@dataclass(slots=True)
class Restored:
    """What `restore` did: files written, inputs that the run had skipped, and what is damaged (place, reason)."""

    files: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def records(out: Path, damaged: list[str] | None = None) -> Iterator[Record]:
    """Every line of a run's provenance. RunDirError where it cannot be read, or at a line that is no record.

    damaged  notes such lines instead, so that the others can still be had
    """
    path, numbers = out / PROVENANCE, dict[str, int]()
    paths = {one["name"]: one["path"] for one in manifest.read(out)["inputs"]}
    for number, line in enumerate(_lines(path), 1):
        try:
            yield record_in(line, numbers, paths)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as failure:
            fault = f"{path}:{number}: is no record of a run: {failure or type(failure).__name__}"
            if damaged is None:
                raise RunDirError(fault) from failure
            damaged.append(fault)


class CleanFiles:
    """The clean texts of a run; asked for in the order of its provenance, each file is read once."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._name, self._number = "", 0
        self._lines: Iterator[bytes] = iter(())

    def __call__(self, record: Mapping[str, Any]) -> tuple[str, bytes | None]:
        """The clean text of a record, and the JSON line it stands in. RunDirError where it is not what was written."""
        clean = record["clean"]
        line: bytes | None = None
        if clean["path"] is None:
            text = ""
        elif clean["record"] is None:
            text = _decoded(clean["path"], _contents(inside(self._out, clean["path"])))
        else:
            line = self._line(clean["path"], clean["record"])
            text = text_at(record, line)
        if content_digest(text) != clean["sha256"]:
            raise RunDirError(f"{clean['path']}: {record['id']}: the clean text is not what the run wrote")
        return text, line

    def _line(self, name: str, number: int) -> bytes:
        if name != self._name or number <= self._number:
            self._name, self._number, self._lines = name, 0, _lines(inside(self._out, name))
        skipped, self._number = number - self._number - 1, number
        return next(islice(self._lines, skipped, None), b"")


def _decoded(name: str, data: bytes) -> str:
    try:
        return text_of(data)
    except UnicodeDecodeError as failure:
        raise RunDirError(f"{name}: byte {failure.start} is not UTF-8; it is not what the run wrote") from None


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with opened(path) as file:
            for line in file:
                yield line.removesuffix(b"\n")
    except OSError as failure:
        raise RunDirError(f"{path}: cannot be read: {failure.strerror}") from failure


def source_bytes(out: Path, record: Mapping[str, Any], files: CleanFiles) -> bytes:
    """The bytes of one record's source, with the end of its line, checked. RunDirError where they do not come back."""
    with manifest.believing(out):
        if "verbatim" in record:
            origin = origin_in(record)
            data = origin.carrier.source_bytes(record["verbatim"])
        else:
            doc, origin = source_document(record, files)
            kept = _contents(inside(out, f"{ORIGINALS}/{origin.original}")) if origin.original else None
            data = origin.carrier.source_bytes(doc.raw) if kept is None else kept
        if sha256(data).hexdigest() != origin.sha256:
            raise RunDirError(f"{origin.place}: restored bytes differ from the source ({len(data)} and {origin.bytes})")
        return data + (origin.carrier.end.encode() if origin.record is not None else b"")


def source_document(record: Mapping[str, Any], files: CleanFiles) -> tuple[Document, Origin]:
    """A document as it stood after cleaning, with its source text, and where it came from."""
    text, line = files(record)
    return document_in(record, text), origin_in(record, line)


def _contents(path: Path) -> bytes:
    try:
        with opened(path) as file:
            return file.read()
    except OSError as failure:
        raise RunDirError(f"{path}: cannot be read: {failure.strerror}") from failure


def restore(out: Path, target: Path, only: tuple[str, ...] = ()) -> Restored:
    """Write every input of a run below `target` again, or those that `only` names (prefixes of names).

    Every sound input is restored; the damaged ones are listed. ConfigError where a file stands in the way.
    """
    done, content = Restored(), manifest.read(out)
    with manifest.believing(out):
        wanted = {one["name"]: one for one in content["inputs"] if not only or one["name"].startswith(only)}
        _refuse_target(out, target, only, wanted)
        left = dict(wanted)
        for name, group in groupby(records(out, done.damaged), key=lambda record: record["source"]["name"]):
            if name in left:
                _restore_one(out, target, left.pop(name), group, done)
        for one in left.values():  # inputs without any line
            _restore_one(out, target, one, [], done)
        for folder in sorted({inside(target, name).parent for name in wanted}):
            if folder.is_dir():
                sync_folder(folder)
        done.missing = [one["path"] for one in content["skipped"] if not only]
    return done


def _refuse_target(out: Path, target: Path, only: tuple[str, ...], wanted: Iterable[str]) -> None:
    if only and not wanted:
        raise ConfigError(f"{out}: no input begins with {', '.join(only)}; clean audit {out} list names them all")
    if os.path.realpath(target) == os.path.realpath(out):
        raise ConfigError(f"{target}: is the run itself; pass another -o")
    for name in wanted:
        if os.path.lexists(inside(target, name)):
            raise ConfigError(f"{target / name}: stands there already; restore into a new directory")


def _restore_one(out: Path, target: Path, source: Mapping[str, Any], group: Iterable[Record], done: Restored) -> None:
    path = inside(target, source["name"])
    files = CleanFiles(out)
    try:
        with staging(path.parent) as (file, temporary):
            sha = sha256()
            for record in group:
                data = source_bytes(out, record, files)
                sha.update(data)
                file.write(data)
            if sha.hexdigest() != source["sha256"]:
                raise RunDirError(f"{source['path']}: the restored file differs from the source")
    except RunDirError as failure:
        done.damaged.append(str(failure))
        return
    rename(temporary, path)
    done.files += 1
