"""Duplicates out of one JSON lines file, nothing else done to it: lines that stay as they are keep every byte.

For corpora that are clean already. No run directory, no provenance: the removals are listed, with the copy that stays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from os import fstat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cleaner.corpus.jsonl import split
from cleaner.corpus.lines import BOM, Lines
from cleaner.corpus.plain_line import splitter
from cleaner.corpus.record import dumped
from cleaner.corpus.source import Passed
from cleaner.corpus.staged import line_of
from cleaner.dedup.settings import Dedup

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaner.corpus.rows import Rows
    from cleaner.dedup.edges import Edge, Edges
    from cleaner.dedup.units import Units

LONGEST = 6  # bytes of a code point in JSON, as \\uXXXX
COPIED = 1 << 20  # bytes in one go

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many documents and units there were, how many of each went, and the lines that are no documents."""

    documents: int
    dropped: int
    units: int
    removed: int
    failed: list[Passed]


def write_survivors(
    source: IO[bytes],
    kept: IO[bytes],
    removed: IO[bytes] | None,
    settings: Dedup,
    *,
    name: str = "-",
    text_field: str = "text",
    threads: int = 1,
    folder: Path,
) -> Outcome:
    """Write the lines that stay to `kept`, one row a removed unit to `removed`.

    source   opened for reading from its start, and a file in which one can seek; `name` stands in messages
    folder   for a file without a name, if there are too many units for memory

    A removed paragraph takes its whole line with it; a document that has none left goes. Rows hold `id`, `kept` (the
    copy that stays), `jaccard` and `exact`; the id of a paragraph is DOCUMENT:LINE, lines counted from 0.
    """
    lines = Lines(source, name, text_field, settings.field, settings.held_bytes)
    units, edges = _matched(lines, settings, folder, threads)
    if removed is not None:
        removed.writelines(dumped(row) + b"\n" for row in _rows(edges, units, lines))
    at = dropped = 0
    for document, its in groupby(edges, key=lambda edge: int(units.document[edge.unit])):
        start, end = lines.span(document)
        _copy(lines.file, at, start, kept)
        left = _without(lines, document, units, list(its))
        dropped += not left
        kept.write(left)
        at = end
    _copy(lines.file, at, lines.size, kept)
    return Outcome(len(lines), dropped, len(units), len(edges), lines.failed)


def _matched(lines: Lines, settings: Dedup, folder: Path, threads: int) -> "tuple[Units, Edges]":
    import numpy as np

    from cleaner.corpus.rows import Rows
    from cleaner.dedup.match import match

    with Rows(folder, settings.held_bytes) as rows:
        _sign(lines, rows, settings, threads)
        units, bands = rows.joined()
        values = np.array(lines.values) if settings.field else None
        return units, match(units, _fetching(units, lines), settings, values=values, bands=bands, threads=threads)


def _sign(lines: Lines, rows: "Rows", settings: Dedup, threads: int) -> None:
    """The rows of all units; a chunk is signed while the next one is read, and few wait."""
    from cleaner.dedup.threads import in_threads
    from cleaner.dedup.units import Units, units_of
    from cleaner.text.machine_code import pays

    if pays(fstat(lines.file.fileno()).st_size // LONGEST):
        from cleaner.dedup import kernel  # noqa: F401  # before there are threads, beside which numba loads more

    def signed(texts: list[str]) -> tuple[int, Units]:
        return len(texts), units_of(texts, settings)

    for number, (documents, units) in enumerate(in_threads(signed, lines.read(), threads)):
        rows.put(number, documents, units)


def _fetching(units: "Units", lines: Lines) -> "Callable[[NDArray[np.int64]], list[str]]":
    def fetch(rows: "NDArray[np.int64]") -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [lines.text(document)[start:end] for document, start, end in zip(*spans, strict=True)]

    return fetch


def _rows(edges: "Edges", units: "Units", lines: Lines) -> Iterator[Row]:
    names, keepers = (_names(rows, units, lines) for rows in (edges.unit, edges.keeper))
    measured = (column.tolist() for column in (edges.common, edges.union, edges.exact))
    for name, kept, common, union, exact in zip(names, keepers, *measured, strict=True):
        yield {"id": name, "kept": kept, "jaccard": round(common / union, 6), "exact": exact}


def _names(rows: "NDArray[np.int64]", units: "Units", lines: Lines) -> Iterator[str]:
    places = (column[rows].tolist() for column in (units.kind, units.document, units.start))
    for paragraph, document, start in zip(*places, strict=True):
        line = f":{lines.text(document).count(chr(10), 0, start)}" if paragraph else ""
        yield lines.id(document) + line


def _without(lines: Lines, document: int, units: "Units", gone: "list[Edge]") -> bytes:
    """The line of a document without these units of its text; nothing where no paragraph is left."""
    if not units.kind[gone[0].unit]:
        return b""
    text = lines.text(document)
    rest: list[str] = []
    at = 0
    for edge in gone:
        rest.append(text[at : text.rfind("\n", 0, int(units.start[edge.unit])) + 1])
        at = text.find("\n", int(units.end[edge.unit])) + 1 or len(text)
    rest.append(text[at:])
    left = "".join(rest)
    if not left.strip():
        return b""
    line = lines.raw(document)
    bom = BOM if line.startswith(BOM) else b""
    body = line[len(bom) :].rstrip(b"\r\n")
    plain = splitter(lines.member)(body)
    shell = plain.shell(body) if plain else split(body.decode(), lines.member)[1]
    left = left if text.endswith("\n") else left.removesuffix("\n")
    return bom + line_of(shell, left)[:-1] + line[len(bom) + len(body) :]


def _copy(source: IO[bytes], at: int, end: int, target: IO[bytes]) -> None:
    source.seek(at)
    while at < end and (some := source.read(min(end - at, COPIED))):
        target.write(some)
        at += len(some)
