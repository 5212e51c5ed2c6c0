"""Cut the inputs into shards of about equal size: the unit of work. The cut never shows in what a run writes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import IO

from cleaner.formats.listing import Source

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

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(piece.end - piece.start for piece in self.pieces)

    def without(self, names: Collection[str]) -> "Shard":
        """The shard without the pieces of these inputs."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.source.name not in names))


class Cut:
    """The inputs in order, in shards: cut as they are asked for, so that work on the first begins at once. Ask once.

    shards   those that were cut so far
    digests  the sha256 of every file that was cut in pieces, by name, once it was
    size     bytes of all inputs
    """

    def __init__(self, sources: Sequence[Source], opened: Callable[[str], IO[bytes]]) -> None:
        self.shards: list[Shard] = []
        self.digests: dict[str, str] = {}
        self.size = sum(source.size for source in sources)
        self._sources, self._opened = sources, opened

    def __iter__(self) -> Iterator[Shard]:
        size = min(max(self.size // SHARDS, SMALLEST), LARGEST)
        pieces: list[Piece] = []
        held = 0
        for source in self._sources:
            for piece in self._pieces(source, size):
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

    def _pieces(self, source: Source, size: int) -> Iterable[Piece]:
        if source.format != "jsonl" or source.size <= 2 * size:
            return [Piece(source, 0, source.size)]
        return self._cut(source, size)

    def _cut(self, source: Source, size: int) -> Iterator[Piece]:
        """Pieces of at least `size` bytes that end behind a line feed; where it cannot be read, the rest is one that says so."""
        start = at = 0
        line = first_line = 1
        sha = sha256()
        try:
            with self._opened(source.path) as file:
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
        self.digests[source.name] = sha.hexdigest()
