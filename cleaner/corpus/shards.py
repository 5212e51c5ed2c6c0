"""Cut the inputs into shards of about equal size: the unit of work. The cut never shows in what a run writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cleaner.corpus.source import Source

SMALLEST, LARGEST = 256 * 1024, 64 * 1024 * 1024  # bytes
SHARDS = 32  # enough to keep a few workers busy to the end
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one input, in bytes; a text file is one piece, a JSON lines file is cut behind line ends.

    first_line  number of its first line, from 1
    """

    source: Source
    start: int
    end: int
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Shard:
    """Pieces that one worker cleans in one go; `number` counts from 0 in input order."""

    number: int
    pieces: tuple[Piece, ...]


def shards(sources: Sequence[Source]) -> list[Shard]:
    """The inputs in order, in shards. OSError of a file that must be cut and cannot be read is left to its reader."""
    size = min(max(sum(source.size for source in sources) // SHARDS, SMALLEST), LARGEST)
    out: list[Shard] = []
    pieces: list[Piece] = []
    held = 0
    for source in sources:
        for piece in _pieces(source, size):
            pieces.append(piece)
            held += max(piece.end - piece.start, 1024)  # a million empty files are work, too
            if held >= size:
                out.append(Shard(len(out), tuple(pieces)))
                pieces, held = [], 0
    if pieces:
        out.append(Shard(len(out), tuple(pieces)))
    return out


def _pieces(source: Source, size: int) -> Iterator[Piece]:
    if source.format != "jsonl" or source.size <= 2 * size:
        yield Piece(source, 0, source.size)
        return
    try:
        yield from _cut(source, size)
    except OSError:
        yield Piece(source, 0, source.size)


def _cut(source: Source, size: int) -> Iterator[Piece]:
    """Pieces of at least `size` bytes that end behind a line feed."""
    start = at = 0
    line = first_line = 1
    with Path(source.path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            at += len(chunk)
            line += chunk.count(b"\n")
            if at - start >= size:
                rest = file.readline()
                at += len(rest)
                line += rest.count(b"\n")
                yield Piece(source, start, at, first_line)
                start, first_line = at, line
    if at > start:
        yield Piece(source, start, at, first_line)


def digest(path: str) -> tuple[int, str]:
    """Bytes and sha256 of a file."""
    size, sha = 0, sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            sha.update(chunk)
    return size, sha.hexdigest()
