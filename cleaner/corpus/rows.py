"""The rows of a corpus as shards bring them. Their band keys go to a file where they are too many for memory."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleaner.corpus.held_texts import HeldTexts
from cleaner.corpus.workdir import explained, scratch
from cleaner.dedup.units import BandKeys, Units

KEY = 8  # bytes


class Block(NamedTuple):
    """The band keys of one shard in the file, band after band: where they begin, in bytes, and how many units they are of."""

    start: int
    units: int


@dataclass(frozen=True, slots=True)
class BandFile:
    """The band keys of all units, read one band at a time."""

    file: IO[bytes]
    blocks: tuple[Block, ...]
    bands: int

    @property
    def shape(self) -> tuple[int, int]:
        return sum(block.units for block in self.blocks), self.bands

    def __getitem__(self, place: tuple[NDArray[np.int64], int], /) -> NDArray[np.int64]:
        rows, band = place
        column = np.empty(self.shape[0], dtype=np.int64)
        at = 0
        for block in self.blocks:
            self.file.seek(block.start + band * block.units * KEY)
            column[at : at + block.units] = np.frombuffer(self.file.read(block.units * KEY), dtype=np.int64)
            at += block.units
        return column[rows]


class Rows:
    """Rows by shard; a shard that comes again replaces what came before.

    folder  where the file goes, if there is one: it has no name, so that nothing is left of it however the run ends
    memory  bytes of band keys that may be held, and of texts; 0 sends all to the file
    texts   those of the shards, as long as they are few
    """

    def __init__(self, folder: Path, memory: int) -> None:
        self._folder, self._memory, self._held = folder, memory, 0
        self._units: dict[int, tuple[int, Units]] = {}
        self._blocks: dict[int, Block] = {}
        self.texts = HeldTexts(memory)
        self._open = ExitStack()
        self._file: IO[bytes] | None = None
        self._bands = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.texts.let_go()
        self._open.close()

    def put(self, shard: int, documents: int, units: Units) -> None:
        """The rows of a shard with so many documents, numbered from 0."""
        self._units[shard] = documents, units
        self._held += units.bands.nbytes
        if self._file is not None:
            self._to_file(self._file, shard)
        elif self._held > self._memory:
            self._file = self._open.enter_context(scratch(self._folder))
            for number in self._units:
                self._to_file(self._file, number)

    def joined(self) -> tuple[Units, BandKeys]:
        """All rows, documents numbered through, and their band keys. Ask once: the rows of the shards are let go."""
        order = sorted(self._units)
        if self._file is None:
            units = Units.join(self._numbered(order))
            return units, units.bands
        bands = BandFile(self._file, tuple(self._blocks[shard] for shard in order), self._bands)
        return Units.join(self._numbered(order)), bands

    def _numbered(self, order: list[int]) -> Iterator[Units]:
        first = 0
        for shard in order:
            documents, units = self._units.pop(shard)
            yield units.numbered(first)
            first += documents

    def _to_file(self, file: IO[bytes], shard: int) -> None:
        documents, units = self._units[shard]
        self._bands = units.bands.shape[1]
        with explained(self._folder):
            self._blocks[shard] = Block(file.seek(0, 2), len(units))
            file.write(units.bands.T.tobytes())
            file.flush()
        self._units[shard] = documents, replace(units, bands=units.bands[:, :0].copy())
