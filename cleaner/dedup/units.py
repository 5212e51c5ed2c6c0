"""Texts → rows: for each document and each of its paragraphs the numbers that matching needs. Matches nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.bands import chosen
from cleaner.dedup.settings import Dedup
from cleaner.dedup.signing import DOCUMENT, PARAGRAPH, Laid, Signing, by_compiler, by_numpy
from cleaner.text.machine_code import pays

__all__ = ["BATCH", "DOCUMENT", "PARAGRAPH", "Laid", "Units", "unit_rows", "units_laid", "units_of"]

BATCH = 1 << 17  # code points that numpy signs at a time: 512 KB an array, which a second-level cache holds
COMPILED = 1 << 22  # code points that compiled code signs in one call, which has portions of its own
MOST = 1 << 31  # code points of a text from which on its places need more than 32 bits, which numpy has


class BandKeys(Protocol):
    """The band keys of n units: the array in `Units`, or a file of them that is read band by band."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, place: tuple[NDArray[np.int64], int], /) -> NDArray[np.int64]:
        """The keys of these rows in one band."""


@dataclass(frozen=True, slots=True)
class Units:
    """n units as columns, documents in source order; a document stands in front of its paragraphs.

    document  number of the document: in the batch, or in the corpus once `numbered`; int64, shape (n,)
    kind      DOCUMENT or PARAGRAPH; uint8, shape (n,)
    start     span of the unit in its text, code points, end exclusive; int64, shape (n,)
    end       int64, shape (n,)
    letters   letters and digits of its comparison key; int64, shape (n,)
    exact     128-bit hash of its key; int64, shape (n, 2)
    near      may enter near matching: long enough; bool, shape (n,)
    bands     band keys, zeros where not `near`; int64, shape (n, b), one band after the other in memory once joined
    """

    document: NDArray[np.int64]
    kind: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    letters: NDArray[np.int64]
    exact: NDArray[np.int64]
    near: NDArray[np.bool_]
    bands: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.document)

    def numbered(self, first: int) -> "Units":
        """The same rows with their documents counted from `first` on: the place of a shard in the corpus."""
        return replace(self, document=self.document + first)

    @classmethod
    def join(cls, parts: Iterable["Units"]) -> "Units":
        """The rows of all shards, one after the other."""
        together = list(parts)[::-1] or [_rows(Laid.of([]), Dedup(), by_numpy)]
        count, at = sum(map(len, together)), 0
        like = [getattr(together[0], column.name) for column in fields(cls)]
        columns = [np.empty((*column.shape[1:], count), dtype=column.dtype).T for column in like]
        del like
        while together:  # a part goes once it is copied, so that nothing is held twice where `parts` lets go of it
            part = together.pop()
            for column, its in zip(columns, fields(cls), strict=True):
                column[at : at + len(part)] = getattr(part, its.name)
            at += len(part)
        return cls(*columns)


def unit_rows(text: str, settings: Dedup) -> Units:
    """The rows of one text; its document number is 0.

    >>> rows = unit_rows("　　第一段。\\n\\n第二段。", Dedup())
    >>> rows.kind.tolist(), rows.start.tolist(), rows.end.tolist(), rows.letters.tolist()
    ([0, 1, 1], [0, 2, 8], [12, 6, 12], [6, 3, 3])
    """
    return units_of([text], settings)


def units_of(texts: Sequence[str], settings: Dedup) -> Units:
    """The rows of many texts, some twenty times faster than one by one; documents are numbered from 0 as given."""
    sizes = list(map(len, texts))
    fast = pays(sum(sizes)) and max(sizes, default=0) < MOST
    signing, size = (by_compiler, COMPILED) if fast else (by_numpy, BATCH)
    parts = (
        _rows(Laid.of(texts[start:end]), settings, signing).numbered(start) for start, end in _batches(texts, size)
    )
    return Units.join([_rows(Laid.of([]), settings, by_numpy), *parts])


def units_laid(laid: Laid, settings: Dedup) -> Units:
    """The rows of texts that lie end to end already."""
    if len(laid.together) <= COMPILED and pays(len(laid.together)):
        return _rows(laid, settings, by_compiler)
    return units_of(laid.texts, settings)


def _batches(texts: Sequence[str], most: int) -> Iterator[tuple[int, int]]:
    """Ranges of texts with so many code points at most; a longer text is alone."""
    start = size = 0
    for at, text in enumerate(texts):
        if at > start and size + len(text) > most:
            yield start, at
            start, size = at, 0
        size += len(text)
    if start < len(texts):
        yield start, len(texts)


def _rows(laid: Laid, settings: Dedup, signing: Signing) -> Units:
    """The rows of one batch: its texts lie end to end, every unit is a span of them, and all are hashed together."""
    bands = chosen(settings.threshold, settings.recall)
    found = signing(laid, settings, bands)
    document, kind, start, end = found.spans
    return Units(document, kind.astype(np.uint8), start, end, found.letters, found.exact, found.near, found.bands)
