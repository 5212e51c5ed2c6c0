"""Texts → rows: for each document and each of its paragraphs (`blocks` says what these are) the numbers that matching needs. Matches nothing.

A batch is signed in two ways that give the same bits: by numpy, the definition, or by compiled code.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.blocks import Paragraphs, told_apart
from cleaner.duplicates.key import (
    SIZE,
    band_keys,
    codes_of,
    exact_hashes,
    key_table,
    keyed,
    permutations,
    shingles,
    signatures,
)
from cleaner.duplicates.settings import Dedup
from cleaner.text.machine_code import pays
from cleaner.text.paragraphs import Span, bounds

Ids: TypeAlias = NDArray[np.int64]  # numbers of units

DOCUMENT, PARAGRAPH = 0, 1  # kinds of units

BATCH = 1 << 17  # code points that numpy signs at a time: 512 KB an array, which a second-level cache holds
COMPILED = 1 << 22  # code points that compiled code signs in one call, which has portions of its own
MOST = 1 << 31  # code points of a text from which on its places need more than 32 bits, which numpy has


class BandKeys(Protocol):
    """The band keys of n units: the array in `Units`, or a file of them that is read band by band."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, place: tuple[Ids, int], /) -> Ids:
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

    document: Ids
    kind: NDArray[np.uint8]
    start: Ids
    end: Ids
    letters: Ids
    exact: Ids
    near: NDArray[np.bool_]
    bands: Ids

    def __len__(self) -> int:
        return len(self.document)

    def numbered(self, first: int) -> "Units":
        """The same rows with their documents counted from `first` on: the place of a shard in the corpus."""
        return replace(self, document=self.document + first)

    @classmethod
    def join(cls, parts: Iterable["Units"]) -> "Units":
        """The rows of all shards, one after the other."""
        together = list(parts)[::-1] or [sign_by_numpy(Laid.of([], []), Dedup())]
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


class Laid(NamedTuple):
    """Texts laid end to end, and where each of them ends, in code points; int64, shape (texts,).

    told  the paragraphs of each
    """

    together: str
    ends: Ids
    told: Sequence[Paragraphs]

    @classmethod
    def of(cls, texts: Sequence[str], told: Sequence[Paragraphs]) -> "Laid":
        """These texts."""
        return cls("".join(texts), np.cumsum([len(text) for text in texts], dtype=np.int64), told)

    @property
    def spans(self) -> tuple[Ids, Ids]:
        """Where the paragraphs that are told stand in their texts, int64, shape (2, n), and which of these are those of
        each text, from the first on to before the last: int64, shape (2, texts); -1 where all lines are.
        """
        spans: list[Span] = []
        whose = np.full((2, len(self.told)), -1, dtype=np.int64)
        for text, found in enumerate(self.told):
            if found is not None:
                whose[:, text] = len(spans), len(spans) + len(found)
                spans += found
        return np.array(spans, dtype=np.int64).reshape(-1, 2).T.copy(), whose


def units_of(texts: Sequence[str], settings: Dedup, formats: Sequence[str | None] | None = None) -> Units:
    """The rows of many texts, some twenty times faster than one by one; documents are numbered from 0 as given.

    formats  where the names of files tell them, as for `form_of`

    >>> rows = units_of(["　　第一段。\\n\\n第二段。"], Dedup())
    >>> rows.kind.tolist(), rows.start.tolist(), rows.end.tolist(), rows.letters.tolist()
    ([0, 1, 1], [0, 2, 8], [12, 6, 12], [6, 3, 3])
    """
    named = zip(texts, formats or [None] * len(texts), strict=True)
    told = [paragraphs_in(*one, settings) for one in named]
    return Units.join(units_told(texts, told, settings))


def paragraphs_in(text: str, format: str | None, settings: Dedup) -> Paragraphs:
    """The paragraphs of a text that may be units: where care is taken lines, of which `articles` looks at those that meet."""
    return told_apart(text, format) if settings.of_paragraphs and settings.paragraphs == "all" else None


def units_told(texts: Sequence[str], told: Sequence[Paragraphs], settings: Dedup) -> Iterator[Units]:
    """The same batch by batch, one at least, where the paragraphs of each text are told."""
    sizes = list(map(len, texts))
    fast = pays(sum(sizes)) and max(sizes, default=0) < MOST
    sign, size = (sign_by_compiler, COMPILED) if fast else (sign_by_numpy, BATCH)
    for start, end in _batches(texts, size) if texts else [(0, 0)]:
        yield sign(Laid.of(texts[start:end], told[start:end]), settings).numbered(start)


def sign_by_numpy(laid: Laid, settings: Dedup) -> Units:
    """The rows of one batch by numpy alone: the definition, and what runs where there is little to do or no compiler."""
    spans = np.array(list(_unit_spans(laid, settings)), dtype=np.int64).reshape(-1, 5).T
    document, kind, start, end, base = spans
    keys = keyed([laid.together])  # every unit is a span of the texts, and all are hashed together
    first, last = keys.at[start + base], keys.at[end + base]
    letters = keys.letters[last] - keys.letters[first]
    near = (letters >= np.array(settings.near_from)[kind]) & (last - first >= SIZE) & settings.near
    bands = np.zeros((len(first), settings.bands.b), dtype=np.int64)
    hashes = (shingles(keys.codes) >> np.uint64(32)).astype(np.uint32)
    signed = signatures(hashes, first[near], last[near] - (SIZE - 1), settings.seed)
    bands[near] = band_keys(signed, settings.bands)
    exact = exact_hashes(keys.codes, first, last)
    return Units(document, kind.astype(np.uint8), start, end, letters, exact, near, bands)


def sign_by_compiler(laid: Laid, settings: Dedup) -> Units:
    """The same, ten times as fast."""
    from cleaner.duplicates import kernel

    together, ends = laid.together, laid.ends
    documents, paragraphs = settings.of_documents, settings.of_paragraphs
    told, whose = laid.spans
    most = documents * len(ends) + paragraphs * (len(ends) + together.count("\n") + told.shape[1])
    spans, letters, near = np.empty((5, most), np.int64), np.empty(most, np.int64), np.empty(most, np.bool_)
    exact, bands = np.empty((most, 2), np.uint64), np.zeros((most, settings.bands.b), np.uint64)
    least = settings.near_from if settings.near else (len(together) + 1,) * 2
    factors, shifts = permutations(settings.seed)
    how = kernel.Signing(key_table(), documents, paragraphs, least, factors, shifts, settings.bands.r)
    count = kernel.sign_texts(codes_of(together), ends, told, whose, how, spans, letters, exact, near, bands)
    document, kind, start, end = spans[:4, :count]
    rest = letters[:count], exact[:count].view(np.int64), near[:count], bands[:count].view(np.int64)
    return Units(document, kind.astype(np.uint8), start, end, *rest)


def _unit_spans(laid: Laid, settings: Dedup) -> Iterator[tuple[int, int, int, int, int]]:
    """Document, kind, start, end of every unit, and where its text starts in the batch."""
    for number, (base, stop) in enumerate(pairwise([0, *laid.ends.tolist()])):
        told = laid.told[number]
        if settings.of_documents:
            yield number, DOCUMENT, 0, stop - base, base
        if settings.of_paragraphs:
            for start, end in bounds(laid.together[base:stop]) if told is None else told:
                yield number, PARAGRAPH, start, end, base


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
