"""The rows of a shard's staged texts, a chunk at a time. Matches nothing.

Signing is done where matching is done, by threads of one process, so that workers need not load numpy and compiled code.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cleaner.corpus.staged import clean_text
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import Laid, Units, units_laid
from cleaner.text.machine_code import pays

BYTES = 3  # of a character in UTF-8
CHUNK = 1 << 21  # bytes of text held at a time, and the rest of the last text


def prepare(size: int) -> None:
    """Load compiled code, which then signs every shard however small, where so many bytes of text are worth that."""
    if pays(size // BYTES):
        from cleaner.dedup import kernel, overlap  # noqa: F401  # before there are threads, beside which numba loads more


def signed(
    texts: Path, ends: "array[int]", chars: "array[int]", settings: Dedup, seen: Callable[[Laid], None]
) -> Units:
    """The rows of the documents in this file.

    ends   where each text ends, in bytes, after a first 0; `chars`: its code points
    seen   is shown the texts
    """
    first, parts = 0, []
    for chunk in _chunks(texts, ends, chars):
        seen(chunk)
        parts.append(units_laid(chunk, settings).numbered(first))
        first += len(chunk.ends)
    return parts[0] if len(parts) == 1 else Units.join(parts or [units_laid(Laid.of([]), settings)])


def _chunks(texts: Path, ends: "array[int]", chars: "array[int]") -> Iterator[Laid]:
    first = 0
    with texts.open("rb") as file:
        while first < len(chars):
            last = min(bisect_left(ends, ends[first] + CHUNK, first + 1), len(chars))
            together = clean_text(file.read(ends[last] - ends[first]))
            yield Laid(together, np.cumsum(chars[first:last], dtype=np.int64))
            first = last
