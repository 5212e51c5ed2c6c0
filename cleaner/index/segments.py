"""Write segments of an index: one from kept documents, one from two. What is in them: index/reading.py."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from cleaner.disk import digest, explained, make_folder, opened, scratch, writing
from cleaner.duplicates.known import Rows, by_kind, sorted_band, sorted_exact
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, Ids, Units, units_of
from cleaner.forms import format_named
from cleaner.index.reading import BLOCKS, FILES, TEXTS, checked, segment_in
from cleaner.index.texts import TextWriter

CHUNK = 1 << 22  # code points signed at a time
_COPY = 1 << 20

Json = dict[str, Any]


class Kept(NamedTuple):
    """A document that a run kept: its record as the first pass stages it, its text before paragraphs went, and which
    did, in offsets of that text.
    """

    record: Json
    text: str
    gone: frozenset[tuple[int, int]] = frozenset()


@dataclass(slots=True)
class _Columns:
    """What is held of a segment while it is written; band keys go to a file."""

    keys: IO[bytes]
    units: list[Rows] = field(default_factory=list)
    exact: list[Ids] = field(default_factory=list)
    near: list[Rows] = field(default_factory=list)
    documents: int = 0
    count: int = 0

    def put(self, units: Units, rows: Ids) -> None:
        """These rows of a chunk, whose documents have numbers of their own."""
        columns = (units.document + self.documents, units.kind, units.start, units.end)
        self.units.append(np.array([column[rows] for column in columns], dtype=np.uint32))
        self.exact.append(by_kind(units.exact[rows], units.kind[rows]))
        near = np.flatnonzero(units.near[rows])
        self.keys.write(by_kind(units.bands[rows[near]], units.kind[rows[near]]).tobytes())
        self.near.append((near + self.count).astype(np.uint32))
        self.count += len(rows)


def write_segment(folder: Path, documents: Iterable[Kept], settings: Dedup) -> Json:
    """A segment of these documents; its entry in the header. Documents that nothing could equal are left out."""
    with scratch(folder) as keys:
        columns = _Columns(keys)
        with writing(folder / TEXTS) as file:
            texts = TextWriter(file)
            for chunk in _chunks(documents):
                _put(columns, texts, chunk, settings)
            places, digests = texts.done()
        units = np.concatenate([np.empty((4, 0), dtype=np.uint32), *columns.units], axis=1)
        exact = np.concatenate([np.empty((0, 2), dtype=np.int64), *columns.exact])
        near = np.concatenate([np.empty(0, dtype=np.uint32), *columns.near])
        bands = settings.bands.b
        with explained(folder):
            keys.flush()
        shape = len(near), bands  # of the band keys as they were put, unit by unit; they stay on disk
        stored: Any = np.memmap(keys, np.int64, "r", shape=shape) if len(near) else np.empty(shape, np.int64)
        _write_arrays(folder, units, exact, ((stored[:, band], near) for band in range(bands)), (bands, len(near)))
    _save(folder, BLOCKS[0], places)
    _save(folder, BLOCKS[1], digests)
    return header_entry(folder, columns.documents, columns.count)


def join_segments(index: Path, folder: Path, one: Json, other: Json) -> Json:
    """A segment of the documents of two, the second behind the first."""
    parts = [segment_in(index, one), segment_in(index, other)]
    with explained(folder):
        make_folder(folder)
    moved = np.array([[one["documents"]], [0], [0], [0]], dtype=np.uint32)
    units = np.concatenate([parts[0].units, parts[1].units + moved], axis=1)
    exact = np.empty((units.shape[1], 2), dtype=np.int64)
    for part, start in zip(parts, (0, len(parts[0])), strict=True):
        exact[part.exact_rows.astype(np.int64) + start] = part.exact
    bands, count = parts[0].keys.shape[0], parts[0].keys.shape[1] + parts[1].keys.shape[1]
    behind = np.uint32(len(parts[0]))
    keys = (np.concatenate([part.keys[band] for part in parts]) for band in range(bands))
    rows = (np.concatenate([parts[0].rows[band], parts[1].rows[band] + behind]) for band in range(bands))
    _write_arrays(folder, units, exact, zip(keys, rows, strict=True), (bands, count))
    _join_texts(index, folder, one, other)
    return header_entry(folder, one["documents"] + other["documents"], units.shape[1])


def header_entry(folder: Path, documents: int, units: int) -> Json:
    """What the header says of a segment."""
    files = {name: dict(zip(("bytes", "sha256"), digest(folder / name), strict=True)) for name in sorted(FILES)}
    return {"name": folder.name, "documents": documents, "units": units, "files": files}


def _chunks(documents: Iterable[Kept]) -> Iterator[list[Kept]]:
    chunk: list[Kept] = []
    size = 0
    for document in documents:
        chunk.append(document)
        size += len(document.text)
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _put(columns: _Columns, texts: TextWriter, chunk: list[Kept], settings: Dedup) -> None:
    """Sign a chunk; keep what a later unit could equal."""
    formats = [format_named(one.record["id"]) for one in chunk]
    units = units_of([one.text for one in chunk], settings, formats)
    rows = np.flatnonzero(units.letters >= np.where(units.kind == DOCUMENT, 1, settings.paragraph_from))
    gone = {(at, *span) for at, one in enumerate(chunk) for span in one.gone}
    if gone:
        spans = zip(units.document[rows].tolist(), units.start[rows].tolist(), units.end[rows].tolist(), strict=True)
        stays = [kind == DOCUMENT or span not in gone for kind, span in zip(units.kind[rows], spans, strict=True)]
        rows = rows[stays]
    held, numbers = np.unique(units.document[rows], return_inverse=True)
    units.document[rows] = numbers
    columns.put(units, rows)
    columns.documents += len(held)
    for at in held.tolist():
        texts.put(chunk[at].record, chunk[at].text)


def _write_arrays(
    folder: Path, units: Rows, exact: Ids, bands: Iterable[tuple[Ids, Rows]], shape: tuple[int, int]
) -> None:
    """The arrays of a segment, sorted; of the bands only one is held."""
    _save(folder, "units", units)
    hashes, rows = sorted_exact(exact, np.arange(len(exact), dtype=np.uint32))
    _save(folder, "exact", hashes)
    _save(folder, "exact_rows", rows)
    with writing(folder / "keys.npy") as key_file, writing(folder / "rows.npy") as row_file:
        for file, kind in ((key_file, "<i8"), (row_file, "<u4")):
            header = {"descr": kind, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
        for band_keys, band_rows in bands:
            keys, rows = sorted_band(band_keys, band_rows)
            key_file.write(keys.tobytes())
            row_file.write(rows.tobytes())


def _join_texts(index: Path, folder: Path, one: Json, other: Json) -> None:
    """Blocks stay as they are; only their places move."""
    sizes = [part["files"][TEXTS]["bytes"] for part in (one, other)]
    with writing(folder / TEXTS) as file:
        for part in (one, other):
            with opened(checked(index, part, TEXTS)) as source:
                while data := source.read(_COPY):
                    file.write(data)
    (places, digests), (places_2, digests_2) = (
        [np.load(checked(index, part, f"{name}.npy"), allow_pickle=False) for name in BLOCKS] for part in (one, other)
    )
    moved = places_2 + np.array([sizes[0], one["documents"]])
    _save(folder, BLOCKS[0], np.concatenate([places[:-1], moved]))
    _save(folder, BLOCKS[1], np.concatenate([digests, digests_2]))


def _save(folder: Path, name: str, array: Any) -> None:
    with writing(folder / f"{name}.npy") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
