"""Cut the inputs into shards of about equal size: the unit of work. The cut never shows in what a run writes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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

    def without(self, names: Collection[str]) -> "Shard":
        """The shard without the pieces of these inputs."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.source.name not in names))


@dataclass(frozen=True, slots=True)
class Cut:
    """All shards of a run, and the sha256 of every file that was cut in pieces, by name."""

    shards: list[Shard]
    digests: Mapping[str, str]


def cut(sources: Sequence[Source]) -> Cut:
    """The inputs in order, in shards. OSError of a file that must be cut and cannot be read is left to its reader."""
    size = min(max(sum(source.size for source in sources) // SHARDS, SMALLEST), LARGEST)
    out: list[Shard] = []
    pieces: list[Piece] = []
    digests: dict[str, str] = {}
    held = 0
    for source in sources:
        for piece in _pieces(source, size, digests):
            pieces.append(piece)
            held += max(piece.end - piece.start, 1024)  # a million empty files are work, too
            if held >= size:
                out.append(Shard(len(out), tuple(pieces)))
                pieces, held = [], 0
    if pieces:
        out.append(Shard(len(out), tuple(pieces)))
    return Cut(out, digests)


def _pieces(source: Source, size: int, digests: dict[str, str]) -> Iterable[Piece]:
    if source.format != "jsonl" or source.size <= 2 * size:
        return [Piece(source, 0, source.size)]
    sha = sha256()
    try:
        pieces = list(_cut(source, size, sha.update))
    except OSError:
        return [Piece(source, 0, source.size)]
    digests[source.name] = sha.hexdigest()
    return pieces


def _cut(source: Source, size: int, seen: Callable[[bytes], None]) -> Iterator[Piece]:
    """Pieces of at least `size` bytes that end behind a line feed; `seen` is shown every byte."""
    start = at = 0
    line = first_line = 1
    with source.open() as file:
        while chunk := file.read(_CHUNK):
            seen(chunk)
            at += len(chunk)
            line += chunk.count(b"\n")
            if at - start >= size:
                rest = file.readline()
                seen(rest)
                at += len(rest)
                line += rest.count(b"\n")
                yield Piece(source, start, at, first_line)
                start, first_line = at, line
    if at > start:
        yield Piece(source, start, at, first_line)


def digest(path: Path) -> tuple[int, str]:
    """Bytes and sha256 of a file of a run directory."""
    size, sha = 0, sha256()
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            sha.update(chunk)
    return size, sha.hexdigest()
