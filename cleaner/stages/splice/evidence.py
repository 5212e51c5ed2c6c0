"""Do two sets of paragraphs speak with one voice? The Dirichlet-multinomial merge score.

A text is a draw from a Dirichlet-multinomial (Madsen, Kauchak, Elkan 2005) around the background frequencies q: a term
that was used once is likely to be used again, a second 融水 counts less than the first. The score of two sets is
ln P(both from one draw) - ln P(each from its own), in nats: above 0 they are rather one article.

Scores are whole micronats. Sums of whole numbers do not depend on their order, so every machine gives the same ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cleaner.stages.splice.background import background, frequency
from cleaner.stages.splice.terms import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

ALPHA = {True: 5_000.0, False: 800.0}  # by script: the larger, the closer an article follows the background
SMOOTHING = 0.5  # paragraphs that a term not in the table is taken to stand in
NAT = 1_000_000  # micronats
LARGEST = 1 << 18  # terms of a set: a page has 80 units of at most 2,000 each
MOST = 256  # a term counts at most so often in one set
RARE = 0.003  # a rare term stands in fewer of the background's paragraphs


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of units that occur in two units or more: only they can bind.

    counts  int64, shape (units, terms)
    sizes   int64, shape (units,): all terms of a unit, shared or not
    levels  int64, shape (terms,): how common each is in the background
    rare    bool, shape (terms,)
    gain    int64, shape (256, MOST + 1): ln Γ(n + αq) - ln Γ(αq) by level and n, in micronats
    alpha   α
    """

    counts: "Ints"
    sizes: "Ints"
    levels: "Ints"
    rare: "NDArray[np.bool_]"
    gain: "Ints"
    alpha: float

    def score(self, one: "Ints", other: "Ints", size_one: int, size_other: int) -> int:
        """The merge score of two sets of units, given as counts of terms and sizes."""
        both = (one > 0) & (other > 0)
        bound = self._bound(one[both], other[both], self.levels[both]).sum()
        return int(bound) + int(apart(size_one, size_other, self.alpha))

    def rows(self, one: "Ints", size: int, others: "Ints", sizes: "Ints") -> "Ints":
        """The merge score of one set with each of several, shape (sets,)."""
        import numpy as np

        at = np.flatnonzero(one)
        near = others[:, at]
        row, column = np.nonzero(near)
        bound = self._bound(one[at[column]], near[row, column], self.levels[at[column]])
        total = np.zeros(len(others), np.int64)
        np.add.at(total, row, bound)
        return total + apart(size, sizes, self.alpha)

    def shared_rare(self, one: "Ints", other: "Ints") -> int:
        """How many rare terms two sets share."""
        return int(((one > 0) & (other > 0) & self.rare).sum())

    def _bound(self, one: "Ints", other: "Ints", levels: "Ints") -> "Ints":
        import numpy as np

        gain = self.gain
        together: Ints = gain[levels, np.minimum(one + other, MOST)]
        alone: Ints = gain[levels, np.minimum(one, MOST)] + gain[levels, np.minimum(other, MOST)]
        return together - alone


def bag(texts: Sequence[str], *, cjk: bool) -> Bag:
    """The terms of these units, held against the half of the background table for their script."""
    import numpy as np

    table = background()
    section = table.cjk if cjk else table.spaced
    found = terms(list(texts), table.fold)
    sizes = np.bincount(found.units, minlength=len(texts)).astype(np.int64)
    distinct, term = np.unique(found.keys, return_inverse=True)
    pairs, times = np.unique(term * len(texts) + found.units, return_counts=True)
    shared = np.bincount(pairs // len(texts), minlength=len(distinct)) > 1
    inside = shared[pairs // len(texts)]
    column = np.cumsum(shared) - 1
    counts = np.zeros((len(texts), int(shared.sum())), np.int64)
    counts[pairs[inside] % len(texts), column[pairs[inside] // len(texts)]] = times[inside]
    levels = section.level(distinct[shared]).astype(np.int64)
    alpha = ALPHA[cjk]
    return Bag(
        counts, sizes, levels, levels < section.rare(RARE), gains(section.paragraphs, section.total, alpha), alpha
    )


@cache
def gains(paragraphs: int, total: int, alpha: float) -> "Ints":
    """The table `Bag.gain` for a background of `total` occurrences in `paragraphs`.

    The table counts paragraphs, q counts occurrences: a term that stands in 98 % of them stands four times in each.
    """
    import numpy as np

    rows = []
    for level in range(256):
        share = min(frequency(level) / paragraphs, 0.995)
        pseudo = alpha * (-paragraphs * math.log1p(-share) + SMOOTHING) / total
        rows.append(np.concatenate(([0.0], np.cumsum(np.log(pseudo + np.arange(MOST))))))
    table: Ints = np.rint(np.array(rows) * NAT).astype(np.int64)
    return table


def apart(one: "int | Ints", other: "int | Ints", alpha: float) -> "Ints":
    """What the sizes of two sets say against their being one, in micronats: about -one * other / α nats."""
    rising = _rising(alpha)
    nats: Ints = rising[one] + rising[other] - rising[one + other]
    return nats


@cache
def _rising(alpha: float) -> "Ints":
    """ln Γ(α + n) - ln Γ(α) for every n that a page can have, in micronats."""
    import numpy as np

    steps = np.log(alpha + np.arange(LARGEST))
    table: Ints = np.rint(np.concatenate(([0.0], np.cumsum(steps))) * NAT).astype(np.int64)
    return table
