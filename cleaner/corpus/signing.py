"""The rows of a shard's staged texts, a chunk at a time. Matches nothing.

Signing is done where matching is done, by threads of one process, so that workers need not load numpy and compiled code.
"""

from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from cleaner.corpus.staged import clean_text
from cleaner.dedup.compiled import pays
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import Units, units_of

BYTES = 3  # of a character in UTF-8
CHUNK = 1 << 22  # bytes of text held at a time


def prepare(size: int) -> None:
    """Load compiled code, which then signs every shard however small, where so many bytes of text are worth that."""
    if pays(size // BYTES):
        from cleaner.dedup import kernel  # noqa: F401  # before there are threads, beside which numba loads more


def signed(texts: Path, ends: "array[int]", settings: Dedup) -> Units:
    """The rows of the documents in this file; `ends` says where each text ends, in bytes, after a first 0."""
    first, parts = 0, []
    for chunk in _chunks(texts, ends):
        parts.append(units_of(chunk, settings).numbered(first))
        first += len(chunk)
    return parts[0] if len(parts) == 1 else Units.join(parts or [units_of([], settings)])


def _chunks(texts: Path, ends: "array[int]") -> Iterator[list[str]]:
    chunk: list[str] = []
    begun = 0
    with texts.open("rb") as file:
        for start, end in pairwise(ends):
            chunk.append(clean_text(file.read(end - start)))
            if end - begun >= CHUNK:
                yield chunk
                chunk, begun = [], end
    if chunk:
        yield chunk
