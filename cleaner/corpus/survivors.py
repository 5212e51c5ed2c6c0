"""Duplicates out of one JSON lines file, nothing else done to it: lines that stay as they are keep every byte.

For corpora that are clean already. No run directory, no provenance: the removals are listed, with the copy that stays.
"""

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cleaner.corpus.jsonl import split
from cleaner.corpus.record import number_in
from cleaner.corpus.workdir import writing
from cleaner.dedup.settings import Dedup
from cleaner.text.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaner.dedup.match import Edge
    from cleaner.dedup.units import Units

CHUNK = 1 << 22  # code points signed by one thread in one go

Row = dict[str, Any]


@dataclass(slots=True)
class Corpus:
    """The documents of a file. A line without any sign is none, and stays.

    ids     the member `id`, or the number of the line, from 1
    values  for `keep = "field:NAME"`
    starts  where the line of each document starts, in bytes; ends: behind its line end
    """

    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    values: "array[float]" = field(default_factory=lambda: array("d"))
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))


def write_survivors(
    path: Path, kept: Path, removed: Path, settings: Dedup, *, text_field: str = "text", threads: int = 1
) -> dict[str, int]:
    """Write the lines that stay to `kept`, one row a removed unit to `removed`; how many units there were, and went.

    A removed paragraph takes its whole line with it; a document that has none left goes. Rows hold `id`, `kept` (the
    copy that stays), `jaccard` and `exact`; the id of a paragraph is DOCUMENT:LINE, lines counted from 0.
    """
    import numpy as np

    from cleaner.dedup.match import match

    corpus = Corpus()
    units = _signed(path, corpus, settings, text_field, threads)
    edges = match(units, _fetching(units, corpus.texts), settings, values=np.array(corpus.values))
    with writing(removed) as file:
        file.writelines((json.dumps(row, ensure_ascii=False) + "\n").encode() for row in _rows(edges, units, corpus))
    with path.open("rb") as source, writing(kept) as file:
        at = 0
        for document, its in groupby(edges, key=lambda edge: int(units.document[edge.unit])):
            file.write(_bytes(source, at, corpus.starts[document]))
            line = _bytes(source, corpus.starts[document], corpus.ends[document])
            file.write(_without(line, corpus.texts[document], units, [edge.unit for edge in its], text_field))
            at = corpus.ends[document]
        source.seek(at)
        file.write(source.read())
    return {"documents": len(corpus.texts), "units": len(units), "removed": len(edges)}


def _signed(path: Path, corpus: Corpus, settings: Dedup, text_field: str, threads: int) -> "Units":
    """The rows of all units; a chunk is signed while the next one is read."""
    from cleaner.dedup.units import Units, units_of

    parts: list[Future[Units]] = []
    with ThreadPoolExecutor(threads) as pool:
        for first in _read(path, corpus, text_field, settings.field):
            parts.append(
                pool.submit(lambda first, texts: units_of(texts, settings).numbered(first), first, corpus.texts[first:])
            )
        return Units.join(parts.pop(0).result() for _ in range(len(parts)))


def _read(path: Path, corpus: Corpus, text_field: str, value: str | None) -> Iterator[int]:
    """Read the documents; the number of the first of each chunk, once it is there."""
    first = size = at = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                record = _record(line, f"{path}:{number}", text_field)
                corpus.texts.append(record[text_field])
                corpus.ids.append(str(record.get("id", number)))
                corpus.values.append(0 if value is None else number_in(record, value))
                corpus.starts.append(at)
                corpus.ends.append(at + len(line))
                size += len(record[text_field])
            at += len(line)
            if size >= CHUNK:
                yield first
                first, size = len(corpus.texts), 0
    yield first


def _record(line: bytes, place: str, text_field: str) -> Row:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as failure:
        raise InputError(f"{place}: is not a line of JSON: {failure}") from None
    if not isinstance(record, dict) or not isinstance(record.get(text_field), str):
        raise InputError(f"{place}: has no text in a member {text_field!r}")
    return record


def _fetching(units: "Units", texts: Sequence[str]) -> "Callable[[NDArray[np.int64]], list[str]]":
    def fetch(rows: "NDArray[np.int64]") -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [texts[document][start:end] for document, start, end in zip(*spans, strict=True)]

    return fetch


def _rows(edges: "Sequence[Edge]", units: "Units", corpus: Corpus) -> Iterator[Row]:
    def name(unit: int) -> str:
        document = int(units.document[unit])
        if not units.kind[unit]:
            return corpus.ids[document]
        return f"{corpus.ids[document]}:{corpus.texts[document].count(chr(10), 0, int(units.start[unit]))}"

    for edge in edges:
        jaccard = round(edge.common / edge.union, 6)
        yield {"id": name(edge.unit), "kept": name(edge.keeper), "jaccard": jaccard, "exact": edge.exact}


def _without(line: bytes, text: str, units: "Units", gone: Sequence[int], text_field: str) -> bytes:
    """The line without these units of its text; nothing where no paragraph is left."""
    if not units.kind[gone[0]]:
        return b""
    rest: list[str] = []
    at = 0
    for unit in gone:
        rest.append(text[at : text.rfind("\n", 0, int(units.start[unit])) + 1])
        at = text.find("\n", int(units.end[unit])) + 1 or len(text)
    rest.append(text[at:])
    left = "".join(rest)
    if not left.strip():
        return b""
    body = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
    end = line[len(line.rstrip(b"\r\n")) :]
    return (
        split(body, text_field)[1]
        .line(left if text.endswith("\n") else left.removesuffix("\n"))
        .encode("utf-8", "surrogateescape")
        + end
    )


def _bytes(source: IO[bytes], start: int, end: int) -> bytes:
    source.seek(start)
    return source.read(end - start)
