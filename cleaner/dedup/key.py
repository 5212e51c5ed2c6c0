"""The comparison key: what counts of a text when texts are compared: not its layout, width, case or script.

One table, code point → code point or nothing, so that a span of the key is a span of the text. Keys are arrays of code
points, compared and hashed, never written out. `scripts/build_key_table.py` makes the table; nothing here normalises.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.key_rows import key_rows, source

LETTER = np.uint32(1 << 31)  # set in a table row where the character is a letter or digit
CODE_POINT = np.uint32(0x1FFFFF)

Codes = NDArray[np.uint32]


class Keyed(NamedTuple):
    """The keys of texts laid end to end.

    codes    code points of the keys; uint32, shape (m,)
    at       offset in the texts laid end to end → offset in `codes`; int64, shape (all code points + 1,)
    letters  letters and digits in front of an offset in `codes`; int64, shape (m + 1,)
    """

    codes: Codes
    at: NDArray[np.int64]
    letters: NDArray[np.int64]


def keyed(texts: Iterable[str]) -> Keyed:
    """The keys of texts, and where in them each character went.

    >>> keyed(["你 好！", "ＯＫ"]).at.tolist()
    [0, 1, 1, 2, 3, 4, 5]
    """
    rows = table()[code_points("".join(texts))]
    stays = rows != 0
    kept = rows[stays]
    return Keyed(kept & CODE_POINT, _counted(stays), _counted(kept >= LETTER))


def key(text: str) -> Codes:
    """The comparison key of one text; uint32, shape (m,).

    >>> bytes(key("　　《紅樓夢》，Ａ 1")).decode("utf-32-le")
    '"红楼梦",a1'
    """
    rows = table()[code_points(text)]
    codes: Codes = rows[rows != 0] & CODE_POINT
    return codes


@cache
def table() -> Codes:
    """Code point → code point of the key with the LETTER bit, 0 for none; uint32, shape (0x110000,)."""
    letters, nothing, folded = key_rows()
    rows = np.arange(0x110000, dtype=np.uint32)
    for start, end in nothing:
        rows[start:end] = 0
    rows[list(folded)] = list(folded.values())
    is_letter = np.zeros(len(rows), dtype=np.bool_)
    for start, end in letters:
        is_letter[start:end] = True
    rows[is_letter[rows]] |= LETTER
    rows.flags.writeable = False  # everyone shares it
    return rows


@cache
def digest() -> str:
    """sha256 of the table: part of a configuration's digest, since another table finds other duplicates."""
    return sha256(source().encode("ascii")).hexdigest()


def code_points(text: str) -> Codes:
    """The code points of a text, lone surrogates too; uint32, shape (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _counted(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    counts = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=counts[1:])
    return counts
