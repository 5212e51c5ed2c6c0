"""Finished runs → an index, run after run. What an index is: index/reading.py."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleaner import __version__
from cleaner.config import config_of
from cleaner.disk import LOCK, TEMPORARY, digest, locked, sync_folder, writing
from cleaner.document import Document
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import paragraphs_in
from cleaner.forms import format_named
from cleaner.index import reading
from cleaner.index.segments import Kept, join_segments, write_segment
from cleaner.pipeline import Pipeline
from cleaner.provenance import manifest
from cleaner.provenance.layout import PROVENANCE
from cleaner.provenance.restore import CleanFiles, records, source_document
from cleaner.text.errors import ConfigError, RunDirError
from cleaner.text.paragraphs import paragraphs

SEGMENTS = 8  # with more, the two neighbours that hold least become one
_SEGMENT = re.compile(r"[0-9]{5,}")

Json = dict[str, Any]


def build(out: Path, index: Path) -> Json:
    """A new index of what this run kept; its header. The settings of matching are those of the run.

    ConfigError where the directory holds something, RunDirError where the run is not complete or damaged.
    """
    content = manifest.read(out)
    settings = config_of(tomllib.loads(content["config"])).dedup or Dedup()
    _refuse_place(out, index)
    with locked(index):
        _refuse_full(index)
        header = {"schema": reading.SCHEMA, "tool": __version__, "matching": reading.matching_of(settings)}
        _write_header(index, header | {"runs": [], "segments": []})
        return _added(index, out, content)


def add(index: Path, out: Path) -> Json:
    """What this run kept, as one more segment of an index; its header.

    ConfigError where the run is in it already, RunDirError where the index or the run is damaged.
    """
    content = manifest.read(out)
    reading.read_header(index)
    _refuse_place(out, index)
    with locked(index):
        return _added(index, out, content)


def check(index: Path) -> Json:
    """Compare every byte of an index with its sha256; its header. RunDirError at the first file that is damaged."""
    with reading.opened_index(index) as open_one:
        for texts in open_one.texts:
            texts.check()
        for entry in open_one.header["segments"]:
            reading.checked(index, entry, reading.TEXTS)
        return dict(open_one.header)


def _added(index: Path, out: Path, content: Mapping[str, Any]) -> Json:
    header, _ = reading.read_header(index)
    _clear_unlisted(index, header)
    timeless = manifest.sealed({key: value for key, value in content.items() if key != "timing"})  # what the run did
    run = {"out": str(out), "sha256": sha256(timeless).hexdigest(), "config_sha256": content["config_sha256"]}
    if any(one["sha256"] == run["sha256"] for one in header["runs"]):
        raise ConfigError(f"{out}: is in {index} already")
    settings = _settings(index, header)
    name = run["out"], run["sha256"][:16]
    segment = write_segment(_new_folder(index), _kept_documents(out, content, name, settings), settings)
    sync_folder(index)
    header |= {"runs": [*header["runs"], run], "segments": [*header["segments"], segment]}
    _write_header(index, header)
    while len(header["segments"]) > SEGMENTS:
        _compact(index, header)
    return header


def _settings(index: Path, header: Mapping[str, Any]) -> Dedup:
    """The settings that an index was made with. RunDirError where this version would sign in another way."""
    settings = Dedup(**{name: header["matching"][name] for name in reading.MATCHING})
    reading.refuse_other(index, header, settings)
    return settings


def _compact(index: Path, header: Json) -> None:
    """Two neighbours become one; they go once the header has let go of them."""
    segments = header["segments"]
    at = min(range(len(segments) - 1), key=lambda at: segments[at]["units"] + segments[at + 1]["units"])
    joined = join_segments(index, _new_folder(index), *segments[at : at + 2])
    sync_folder(index)
    header["segments"] = [*segments[:at], joined, *segments[at + 2 :]]
    _write_header(index, header)
    _clear_unlisted(index, header)


def _kept_documents(out: Path, content: Mapping[str, Any], run: tuple[str, str], settings: Dedup) -> Iterator[Kept]:
    """Every document that a run kept, in order."""
    path = out / PROVENANCE
    listed = {one["path"]: (one["bytes"], one["sha256"]) for one in content["outputs"]}
    with manifest.believing(out):
        if digest(path) != listed[PROVENANCE]:
            raise RunDirError(f"{path}: is not what the run wrote; clean verify {out} tells more")
        pipeline = Pipeline.of(config_of(tomllib.loads(content["config"])))
        files = CleanFiles(out)
        for record in records(out):
            if "verbatim" not in record and record["clean"]["kept"]:
                yield _kept_document(record, files, pipeline, run, settings)


def _kept_document(
    record: Mapping[str, Any], files: CleanFiles, pipeline: Pipeline, run: tuple[str, str], settings: Dedup
) -> Kept:
    """A kept document as it stood before paragraphs of it went: a later copy of it has them all.

    It is cleaned again to have that text. Where that gives another text than it did then (a library has changed), the
    clean text of the run is taken as it is.
    """
    doc, origin = source_document(record, files)
    source = {"path": origin.path, "record": origin.record, "run": {"out": run[0], "sha256": run[1]}}
    gone = {(f.start, f.end) for f in doc.findings if f.applied and f.rule.startswith("dedup.paragraph.")}
    if gone:
        again = pipeline(Document.of(doc.raw, doc.id, {"path": origin.path, "record": origin.record}))
        back = again.change.mapper(back=True)
        every = paragraphs_in(again.text, format_named(again.id), settings)
        spans = frozenset(span for span in (paragraphs(again.text) if every is None else every) if back(*span) in gone)
        if len(spans) == len(gone):
            return Kept(_record(again, source), again.text, spans)
    return Kept(_record(doc, source), doc.text)


def _record(doc: Document, source: Json) -> Json:
    return {"id": doc.id, "source": source, "findings": [], "back": doc.change.invert(doc.raw).edits}


def _write_header(index: Path, header: Json) -> None:
    with writing(index / reading.HEADER) as file:
        file.write(manifest.sealed(header))


def _refuse_place(out: Path, index: Path) -> None:
    here, there = index.resolve(), out.resolve()
    if here == there or there in here.parents:
        raise ConfigError(f"{index}: lies inside the run {out}; pass another directory")
    if index.exists() and not index.is_dir():
        raise ConfigError(f"{index}: is a file; an index is a directory")


def _refuse_full(index: Path) -> None:
    """An index that was begun and has no run yet is begun again."""
    inside = {entry.name for entry in index.iterdir()} - {LOCK}
    if reading.HEADER in inside:
        header, _ = reading.read_header(index)
        if header["runs"]:
            raise ConfigError(f"{index}: holds an index; clean index add {index} OUT adds to it, or pass another -o")
    elif any(not TEMPORARY.fullmatch(name) for name in inside):
        raise ConfigError(f"{index}: is not empty and no index; pass another -o")


def _new_folder(index: Path) -> Path:
    numbers = [int(path.name) for path in index.iterdir() if _SEGMENT.fullmatch(path.name)]
    return index / f"{max(numbers, default=0) + 1:05}"


def _clear_unlisted(index: Path, header: Mapping[str, Any]) -> None:
    """Delete segments that the header does not list: what two were before they became one, or what a killed build
    left. Other people's files in them stay.
    """
    listed = {one["name"] for one in header["segments"]}
    for path in list(index.iterdir()):
        if TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)
        elif _SEGMENT.fullmatch(path.name) and path.name not in listed and path.is_dir():
            for file in list(path.iterdir()):
                if file.name in reading.FILES or TEMPORARY.fullmatch(file.name):
                    file.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                path.rmdir()


def as_json(index: Path, header: Mapping[str, Any]) -> Json:
    """What an index holds, for a report."""
    segments = header["segments"]
    sizes = sum(file["bytes"] for one in segments for file in one["files"].values())
    out = {"schema": reading.SCHEMA, "index": str(index), "matching": header["matching"], "runs": header["runs"]}
    counts = {name: sum(one[name] for one in segments) for name in ("documents", "units")}
    return out | counts | {"segments": len(segments), "bytes": sizes}
