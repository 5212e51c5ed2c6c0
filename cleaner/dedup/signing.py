"""One batch of texts → spans, hashes and band keys of its units, in two ways that give the same bits."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.bands import Bands, band_keys
from cleaner.dedup.key import code_points, keyed, table
from cleaner.dedup.settings import Dedup
from cleaner.dedup.shingle import SIZE, exact_hashes, shingles
from cleaner.dedup.signature import permutations, signatures
from cleaner.text.segment import paragraphs

DOCUMENT, PARAGRAPH = 0, 1

Ints: TypeAlias = NDArray[np.int64]


class Signed(NamedTuple):
    """What is computed of a batch: `spans` holds document, kind, start, end; the rest is as in Units."""

    spans: NDArray[np.int64]
    letters: NDArray[np.int64]
    exact: NDArray[np.int64]
    near: NDArray[np.bool_]
    bands: NDArray[np.int64]


class Laid(NamedTuple):
    """Texts laid end to end, and where each of them ends, in code points; int64, shape (texts,)."""

    together: str
    ends: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Laid":
        """These texts."""
        return cls("".join(texts), np.cumsum([len(text) for text in texts], dtype=np.int64))

    @property
    def texts(self) -> list[str]:
        """One by one."""
        return [self.together[start:end] for start, end in pairwise([0, *self.ends.tolist()])]


Signing: TypeAlias = Callable[[Laid, Dedup, Bands], Signed]


def by_numpy(laid: Laid, settings: Dedup, bands: Bands) -> Signed:
    """By numpy alone: the definition, and what runs where there is little to do or no compiler."""
    spans = np.array(list(_spans(laid.texts, settings)), dtype=np.int64).reshape(-1, 5).T
    keys = keyed([laid.together])
    first, last = keys.at[spans[2:4] + spans[4]]
    letters = keys.letters[last] - keys.letters[first]
    near = _enters(spans[1], first, last, letters, settings)
    rows = np.zeros((len(first), bands.b), dtype=np.int64)
    hashes = (shingles(keys.codes) >> np.uint64(32)).astype(np.uint32)
    rows[near] = band_keys(signatures(hashes, first[near], last[near] - (SIZE - 1), settings.seed), bands)
    return Signed(spans[:4], letters, exact_hashes(keys.codes, first, last), near, rows)


def by_compiler(laid: Laid, settings: Dedup, bands: Bands) -> Signed:
    """The same, ten times as fast."""
    from cleaner.dedup import kernel

    together, ends = laid
    documents, paragraphs = settings.documents, settings.paragraphs
    most = documents * len(ends) + paragraphs * (len(ends) + together.count("\n"))
    spans, letters, near = np.empty((5, most), np.int64), np.empty(most, np.int64), np.empty(most, np.bool_)
    exact, rows = np.empty((most, 2), np.uint64), np.zeros((most, bands.b), np.uint64)
    least = settings.near_from if settings.near else (len(together) + 1,) * 2
    factors, shifts = permutations(settings.seed)
    given = code_points(together), ends, table(), documents, paragraphs, least, factors, shifts, bands.r
    count = kernel.rows(*given, spans, letters, exact, near, rows)
    return Signed(
        spans[:4, :count], letters[:count], exact[:count].view(np.int64), near[:count], rows[:count].view(np.int64)
    )


def _enters(kind: Ints, first: Ints, last: Ints, letters: Ints, settings: Dedup) -> NDArray[np.bool_]:
    """Which units may enter near matching: with enough letters and a whole shingle."""
    least = np.array(settings.near_from)[kind]
    enough: NDArray[np.bool_] = (letters >= least) & (last - first >= SIZE) & settings.near
    return enough


def _spans(texts: Sequence[str], settings: Dedup) -> Iterator[tuple[int, int, int, int, int]]:
    """Document, kind, start, end of every unit, and where its text starts in the batch."""
    base = 0
    for number, text in enumerate(texts):
        if settings.documents:
            yield number, DOCUMENT, 0, len(text), base
        if settings.paragraphs:
            for start, end in paragraphs(text):
                yield number, PARAGRAPH, start, end, base
        base += len(text)
