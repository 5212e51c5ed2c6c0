"""An index: what earlier runs kept, in one directory of immutable segments. Read here, checked by sha256; never pickled.

index.json   the header, sealed: version, settings of matching, and every file with bytes and sha256
00001/ …     a segment: arrays (.npy) as in dedup/known.py, and the documents as in texts.py
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cleaner.disk import digest, inside
from cleaner.duplicates.articles import article_of, free_of
from cleaner.duplicates.key import key_table_digest
from cleaner.duplicates.known import Segment, spans_of
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import Ids
from cleaner.forms import format_named
from cleaner.index.texts import TextReader
from cleaner.provenance import manifest
from cleaner.text.errors import CleanerError, ConfigError, RunDirError

SCHEMA = "cleaner/index/1"
HEADER, TEXTS = "index.json", "documents.z"
ARRAYS = ("units", "exact", "exact_rows", "keys", "rows")  # the columns of a segment
BLOCKS = ("places", "digests")  # of the documents
FILES = frozenset({TEXTS, *(f"{name}.npy" for name in (*ARRAYS, *BLOCKS))})
MATCHING = (  # settings that decide what is in it
    "units",
    "paragraphs",
    "numbers",
    "near",
    "threshold",
    "shortest",
    "recall",
    "seed",
)
VERSION = "unit"  # of a header: older ones do not say what their paragraphs are, and cannot be compared with
UNIT = {"all": "block of prose", "careful": "line", "off": "none"}  # what a paragraph is


class Index(NamedTuple):
    """An open index.

    name      the directory, as it was given
    sha256    of its header, which names every file with its sha256
    segments  in the order in which they were added
    texts     the documents of each segment
    """

    name: str
    sha256: str
    header: Mapping[str, Any]
    segments: Sequence[Segment]
    texts: Sequence[TextReader]

    def documents(self, rows: Ids) -> Ids:
        """The documents of units (ascending numbers), numbered through the segments."""
        starts = np.cumsum([0, *(one["documents"] for one in self.header["segments"])])
        segment, document = spans_of(self.segments, rows)[:2]
        numbered: Ids = starts[segment] + document
        return numbered

    def record(self, document: int) -> dict[str, Any]:
        """The record of a document, with its `text`."""
        with _believing(self.name):
            starts = list(accumulate((one["documents"] for one in self.header["segments"]), initial=0))
            segment = next(at for at in range(len(self.texts)) if document < starts[at + 1])
            return self.texts[segment].record(document - starts[segment])

    def free(self, rows: Ids) -> Ids:
        """How each of these paragraphs (ascending numbers) may go where care is taken."""
        documents = self.documents(rows)
        records = {document: self.record(document) for document in dict.fromkeys(documents.tolist())}
        articles = {document: article_of(one["text"], format_named(one["id"])) for document, one in records.items()}
        _, _, start, size, _ = spans_of(self.segments, rows)
        return free_of(documents.tolist(), list(zip(start.tolist(), (start + size).tolist(), strict=True)), articles)

    def fetch(self, rows: Ids) -> list[str]:
        """The texts of units, by ascending number."""
        out: list[str] = []
        document, text = (-1, -1), ""
        with _believing(self.name):
            for segment, number, start, size, _ in spans_of(self.segments, rows).T.tolist():
                if (segment, number) != document:
                    document, text = (segment, number), self.texts[segment].record(number)["text"]
                out.append(text[start : start + size])
        return out


@contextmanager
def opened_index(folder: Path, settings: Dedup | None = None) -> Iterator[Index]:
    """The index in this directory. Every array is compared with its sha256; blocks of documents are when they are read.

    settings  of a run: what they say of matching must be what the index was made with

    ConfigError where there is no index; RunDirError where it is damaged, of another version or made with other settings.
    """
    header, sha = read_header(folder)
    if settings is not None:
        refuse_other(folder, header, settings)
    with ExitStack() as held:
        with _believing(str(folder)):
            segments = [segment_in(folder, one) for one in header["segments"]]
            texts = [held.enter_context(closing(_texts_in(folder, one))) for one in header["segments"]]
        yield Index(str(folder), sha, header, segments, texts)


def read_header(folder: Path) -> tuple[dict[str, Any], str]:
    """The header and its sha256. ConfigError where there is none, RunDirError where it cannot be believed."""
    missing = ConfigError(f"{folder}: holds no index (no {HEADER}); clean index build OUT -o {folder} makes one")
    return manifest.read_sealed(folder / HEADER, (SCHEMA,), missing, "build the index again")


def matching_of(settings: Dedup) -> dict[str, Any]:
    """What decides how units are signed and compared: the part of a header that a run must agree with."""
    bands = settings.bands
    out = {name: getattr(settings, name) for name in MATCHING}
    signing = {"bands": [bands.b, bands.r], "near_from": [*settings.near_from], "key_table_sha256": key_table_digest()}
    return out | signing | {VERSION: UNIT[settings.paragraphs]}


def refuse_other(folder: Path, header: Mapping[str, Any], settings: Dedup) -> None:
    """RunDirError where an index was made with other settings of matching, or by a version that signs in another way."""
    mine, its = matching_of(settings), header.get("matching", {})
    for name in MATCHING if VERSION in its else ():
        if mine[name] != its.get(name):
            given = its.get(name)
            raise RunDirError(
                f"{folder}: was made with dedup.{name} = {given!r}, this run has {mine[name]!r}; "
                f"pass -s dedup.{name}={str(given).lower() if isinstance(given, bool) else given}, or build another index"
            )
    for name in (VERSION, "bands", "near_from", "key_table_sha256"):
        if mine.get(name) != its.get(name):
            raise RunDirError(
                f"{folder}: was made by another version ({name.replace('_', ' ')} {its.get(name)}, here {mine.get(name)}); "
                "build the index again"
            )


def segment_in(folder: Path, entry: Mapping[str, Any]) -> Segment:
    """The arrays of a segment, which stay on disk. ValueError where they do not fit each other."""
    segment = Segment(*(_array(folder, entry, name) for name in ARRAYS))
    units, bands = entry["units"], len(segment.keys)
    shapes = ((4, units), (units, 2), (units,), segment.keys.shape, (bands, *segment.keys.shape[1:]))
    kinds = (np.uint32, np.int64, np.uint32, np.int64, np.uint32)
    for name, shape, kind in zip(ARRAYS, shapes, kinds, strict=True):
        array = getattr(segment, name)
        if array.shape != shape or array.dtype != kind:
            raise ValueError(f"{entry['name']}/{name}.npy is {array.dtype} of shape {array.shape}")
    for rows, most in ((segment.units[0], entry["documents"]), (segment.exact_rows, units), (segment.rows, units)):
        if rows.size and rows.max() >= most:
            raise ValueError(f"{entry['name']} names {int(rows.max()):,} of {most:,} rows")
    return segment


def _texts_in(folder: Path, entry: Mapping[str, Any]) -> TextReader:
    """The documents of a segment."""
    places, digests = (_array(folder, entry, name) for name in BLOCKS)
    return TextReader(inside(folder, f"{entry['name']}/{TEXTS}"), places, digests)


def _array(folder: Path, entry: Mapping[str, Any], name: str) -> Any:
    return np.load(checked(folder, entry, f"{name}.npy"), mmap_mode="r", allow_pickle=False)


def checked(folder: Path, entry: Mapping[str, Any], name: str) -> Path:
    """A file of a segment. RunDirError where it is not what was written."""
    path = inside(folder, f"{entry['name']}/{name}")
    listed = entry["files"][name]
    size, sha = digest(path)
    if (size, sha) != (listed["bytes"], listed["sha256"]):
        told = f"sha256 {listed['sha256'][:12]}… in {HEADER}, {sha[:12]}… on disk"
        raise RunDirError(f"{path}: is damaged: {told} ({listed['bytes']:,} and {size:,} bytes); build the index again")
    return path


@contextmanager
def _believing(name: str) -> Iterator[None]:
    """Whatever a broken or forged file makes our code stumble over is a damaged index: RunDirError."""
    try:
        yield
    except CleanerError:
        raise
    except OSError as failure:
        where = failure.filename or name
        raise RunDirError(f"{where}: cannot be read: {failure.strerror or failure}; build the index again") from failure
    except Exception as failure:
        kind = type(failure).__name__
        raise RunDirError(f"{name}: is not as an index is written ({kind}: {failure}); build it again") from failure
