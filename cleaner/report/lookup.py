"""Find documents of a finished run. Reads its provenance and clean text, changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.document import Document
from cleaner.formats.carrier import Origin
from cleaner.provenance.restore import CleanFiles, records, source_document
from cleaner.text.errors import ConfigError

Json = dict[str, Any]


class Past(NamedTuple):
    """A document of a finished run: its record, itself with source and clean text, and where it came from."""

    record: Json
    doc: Document
    origin: Origin


def find(out: Path, asked: str) -> Past:
    """The one document whose id is `asked`, or begins with it. ConfigError where there is none or more than one."""
    found: list[Json] = []
    for record in _own_records(out):
        if record["id"] == asked:
            return _as_past(record, CleanFiles(out))
        if record["id"].startswith(asked):
            found.append(record)
    if not found:
        raise ConfigError(f"{out}: no document begins with {asked!r}; clean audit {out} list names them all")
    if len(found) > 1:
        names = ", ".join(record["id"] for record in found[:3])
        raise ConfigError(f"{out}: {len(found):,} documents begin with {asked!r}: {names} …")
    return _as_past(found[0], CleanFiles(out))


def find_clean(out: Path, path: str, record: int | None) -> Past | None:
    """The document whose clean text stands in this file of the run, in this line of it."""
    place = path, record
    found = (one for one in _own_records(out) if (one["clean"]["path"], one["clean"]["record"]) == place)
    return next((_as_past(one, CleanFiles(out)) for one in found), None)


def find_article(out: Path, asked: str) -> tuple[Past, Json] | None:
    """The salvaged article DOCUMENT/NUMBER and the document it was part of; the first where more begin so."""
    head, slash, number = asked.rpartition("/")
    if not slash or not number.isdecimal():
        return None
    wanted = int(number)
    return _first_article(out, lambda one, entry: one["id"].startswith(head) and entry["article"] == wanted)


def find_salvaged(out: Path, path: str, record: int | None) -> tuple[Past, Json] | None:
    """The salvaged article that stands in this file of the run, in this line of it."""
    return _first_article(out, lambda _, entry: (entry["path"], entry["record"]) == (path, record))


def _first_article(out: Path, fits: Callable[[Json, Json], bool]) -> tuple[Past, Json] | None:
    found = ((one, entry) for one in _own_records(out) for entry in one.get("salvaged", ()) if fits(one, entry))
    return next(((_as_past(one, CleanFiles(out)), entry) for one, entry in found), None)


def past_documents(out: Path) -> Iterator[Past]:
    """Every document of a run, in order. RunDirError where the run is damaged."""
    files = CleanFiles(out)
    return (_as_past(record, files) for record in _own_records(out))


def _own_records(out: Path) -> Iterator[Json]:
    return (record for record in records(out) if "verbatim" not in record)


def _as_past(record: Json, files: CleanFiles) -> Past:
    doc, origin = source_document(record, files)
    return Past(record, doc, origin)
