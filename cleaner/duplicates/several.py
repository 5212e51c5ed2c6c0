"""Records of several members, judged as one text: it stays or goes whole, and is a near copy only where every member is one.

A long system prompt, an instruction that thousands of records share, would make near copies of them all. So the whole finds
candidates, and each member must agree: what is short and differs, "yes" and "no", keeps two records apart.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import comparison_key
from cleaner.duplicates.sets import ShingleSet, jaccard, shingle_set
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.verify import Removals, UnitTexts
from cleaner.text.errors import ConfigError

SEPARATOR, INSTEAD = "\ufdd0", "\ufdd1"  # no characters, meant for use inside a program; the comparison key keeps them


def joined(texts: Sequence[str]) -> str:
    """The members as one text.

    >>> len(joined(["a", "b"])), joined(["ab", "c"]) == joined(["a", "bc"])
    (3, False)
    """
    return SEPARATOR.join(text.replace(SEPARATOR, INSTEAD) for text in texts)


def whole_records(settings: Dedup) -> Dedup:
    """The settings with which such records are compared. ConfigError where they ask for paragraphs alone."""
    if settings.of_documents:
        return replace(settings, units="document")
    asked = "scope is 'document'" if settings.scope == "document" else "units is 'paragraph'"
    raise ConfigError(
        f"dedup: {asked}, and a record of several members stays or goes whole; set units to 'document', or name one member"
    )


def agreed(pairs: Removals, unit_texts: UnitTexts, limit: Fraction) -> Removals:
    """Those of the pairs whose members are alike one by one."""
    order = np.lexsort((pairs.unit, pairs.keeper))
    pairs = pairs.where(order)
    holds = np.ones(len(pairs), dtype=np.bool_)
    for portion, (one, other), texts in unit_texts.pairs(pairs.keeper, pairs.unit):
        holds[portion] = _agree([_Member.all_of(text) for text in texts], one, other, limit)
    return pairs.where(holds)


class _Member:
    """A member of a record, and what is compared of it."""

    __slots__ = ("key", "shingles")

    def __init__(self, text: str) -> None:
        self.key: bytes = comparison_key(text).tobytes()
        self.shingles: ShingleSet = shingle_set(text)

    @classmethod
    def all_of(cls, text: str) -> list["_Member"]:
        return list(map(cls, text.split(SEPARATOR)))

    def alike(self, other: "_Member", limit: Fraction) -> bool:
        return self.key == other.key or jaccard(self.shingles, other.shingles).reaches(limit)


def _agree(
    records: Sequence[list[_Member]], one: NDArray[np.int64], other: NDArray[np.int64], limit: Fraction
) -> NDArray[np.bool_]:
    pairs = ((records[a], records[b]) for a, b in zip(one.tolist(), other.tolist(), strict=True))
    return np.array(
        [
            len(first) == len(second) and all(a.alike(b, limit) for a, b in zip(first, second, strict=True))
            for first, second in pairs
        ],
        dtype=np.bool_,
    )
