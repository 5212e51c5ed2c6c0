"""Cut the inputs into shards of about equal size: the unit of work. The cut never shows in what a run writes."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from cleaner.corpus.source import Source
from cleaner.corpus.workdir import opened

SMALLEST, LARGEST = 256 * 1024, 64 * 1024 * 1024  # bytes
SHARDS = 32  # enough to keep a few workers busy to the end
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one input, in bytes; a text file is one piece, a JSON lines file is cut behind line ends.

    first_line  number of its first line, from 1
    failure     why it cannot be read, if that is known already
    """

    source: Source
    start: int
    end: int
    first_line: int = 1
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """Pieces that one worker cleans in one go; `number` counts from 0 in input order."""

    number: int
    pieces: tuple[Piece, ...]

    def without(self, names: Collection[str]) -> "Shard":
        """The shard without the pieces of these inputs."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.source.name not in names))


class Cut:
    """The inputs in order, in shards: cut as they are asked for, so that work on the first begins at once. Ask once.

    shards   those that were cut so far
    digests  the sha256 of every file that was cut in pieces, by name, once it was
    size     bytes of all inputs
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.shards: list[Shard] = []
        self.digests: dict[str, str] = {}
        self.size = sum(source.size for source in sources)
        self._sources = sources

    def __iter__(self) -> Iterator[Shard]:
        size = min(max(self.size // SHARDS, SMALLEST), LARGEST)
        pieces: list[Piece] = []
        held = 0
        for source in self._sources:
            for piece in _pieces(source, size, self.digests):
                pieces.append(piece)
                held += max(piece.end - piece.start, 1024)  # a million empty files are work, too
                if held >= size:
                    yield self._shard(pieces)
                    pieces, held = [], 0
        if pieces:
            yield self._shard(pieces)

    def _shard(self, pieces: list[Piece]) -> Shard:
        self.shards.append(Shard(len(self.shards), tuple(pieces)))
        return self.shards[-1]


def _pieces(source: Source, size: int, digests: dict[str, str]) -> Iterable[Piece]:
    if source.format != "jsonl" or source.size <= 2 * size:
        return [Piece(source, 0, source.size)]
    return _cut(source, size, digests)


def _cut(source: Source, size: int, digests: dict[str, str]) -> Iterator[Piece]:
    """Pieces of at least `size` bytes that end behind a line feed; where it cannot be read, the rest is one piece that says so."""
    start = at = 0
    line = first_line = 1
    sha = sha256()
    try:
        with source.open() as file:
            while chunk := file.read(_CHUNK):
                if at + len(chunk) - start >= size:
                    chunk += file.readline()
                sha.update(chunk)
                at += len(chunk)
                line += chunk.count(b"\n")
                if at - start >= size:
                    yield Piece(source, start, at, first_line)
                    start, first_line = at, line
    except OSError as failure:
        yield Piece(source, start, max(start, source.size), first_line, f"cannot be read: {failure.strerror}")
        return
    if at > start:
        yield Piece(source, start, at, first_line)
    digests[source.name] = sha.hexdigest()


def digest(path: Path) -> tuple[int, str]:
    """Bytes and sha256 of a file of a run directory."""
    size, sha = 0, sha256()
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            sha.update(chunk)
    return size, sha.hexdigest()
