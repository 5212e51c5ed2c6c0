"""Which units are one article: merge while it pays, then give back what was lent. Knows scores, no text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cleaner.stages.splice.evidence import NAT, Bag

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

TOUCH = 3 * NAT  # for each pair of neighbours in one article: articles come in stretches
SWITCH = 8 * NAT  # what it costs to leave one article for another and not to come back
ROUNDS = 3
_NEVER = -(1 << 60)


def clusters(bag: Bag, forbidden: Sequence[tuple[int, int]] = ()) -> list[int]:
    """For each unit the number of its cluster: that of the cluster's first unit.

    forbidden  pairs of units that cannot be one article, by what the page itself says
    """
    import numpy as np

    size = len(bag.sizes)
    apart = np.zeros((size, size), np.bool_)
    for one, other in forbidden:
        apart[one, other] = apart[other, one] = True
    return _settled(bag, _merged(bag, apart), apart)


def members(labels: Sequence[int]) -> dict[int, list[int]]:
    """Cluster → its units, both in order."""
    found: dict[int, list[int]] = {}
    for unit, label in enumerate(labels):
        found.setdefault(label, []).append(unit)
    return found


def _merged(bag: Bag, apart: "Flags") -> list[int]:
    """Merge the best pair while its score is above 0; of equal ones the first. At most as many rounds as units."""
    import numpy as np

    counts, sizes, apart = bag.counts.copy(), bag.sizes.copy(), apart.copy()
    size = len(sizes)
    touching = np.eye(size, k=1, dtype=np.int64) + np.eye(size, k=-1, dtype=np.int64)
    scores = np.full((size, size), _NEVER, np.int64)
    alive = np.ones(size, np.bool_)
    labels = np.arange(size)

    def rescore(one: int, others: "Ints") -> None:
        others = others[~apart[one, others]]
        if len(others):
            row = bag.rows(counts[one], int(sizes[one]), counts[others], sizes[others]) + TOUCH * touching[one, others]
            scores[one, others] = scores[others, one] = row

    for unit in range(size - 1):
        rescore(unit, np.arange(unit + 1, size))
    while True:
        one, other = sorted(divmod(int(scores.argmax()), size))
        if scores[one, other] <= 0:
            return [int(label) for label in labels]
        counts[one] += counts[other]
        sizes[one] += sizes[other]
        apart[one] |= apart[other]
        apart[:, one] = apart[one]
        touching[one] += touching[other]
        touching[:, one] = touching[one]
        labels[labels == other] = one
        alive[other] = False
        for gone in (one, other):
            scores[gone] = scores[:, gone] = _NEVER
        alive[one] = False
        rescore(one, np.flatnonzero(alive))
        alive[one] = True


def _settled(bag: Bag, labels: list[int], apart: "Flags") -> list[int]:
    """Read the units in page order and let each go where it fits, if that pays for the switch (Viterbi, few rounds)."""
    for _ in range(ROUNDS):
        names = sorted(set(labels))
        if len(names) == 1:
            break
        path = _best_path(_fit(bag, labels, names, apart))
        after = [names[state] for state in path]
        if after == labels:
            break
        labels = after
    first = {label: units[0] for label, units in members(labels).items()}
    return [first[label] for label in labels]


def _fit(bag: Bag, labels: list[int], names: list[int], apart: "Flags") -> "Ints":
    """How well each unit fits each cluster without itself, shape (units, clusters)."""
    import numpy as np

    fit = np.zeros((len(labels), len(names)), np.int64)
    for column, name in enumerate(names):
        inside = np.array([label == name for label in labels])
        counts, size = bag.counts[inside].sum(axis=0), int(bag.sizes[inside].sum())
        outside = np.flatnonzero(~inside)
        fit[outside, column] = bag.rows(counts, size, bag.counts[outside], bag.sizes[outside])
        for unit in map(int, np.flatnonzero(inside)):
            own = int(bag.sizes[unit])
            fit[unit, column] = bag.score(counts - bag.counts[unit], bag.counts[unit], size - own, own)
        fit[apart[:, inside].any(axis=1), column] = _NEVER // len(labels)
    return fit


def _best_path(fit: "Ints") -> list[int]:
    """The states that fit best in all, with a price for each change of state."""
    import numpy as np

    best, came = fit[0].copy(), []
    for row in fit[1:]:
        top = int(best.argmax())
        stays = best >= best[top] - SWITCH
        came.append(np.where(stays, np.arange(len(best)), top))
        best = np.where(stays, best, best[top] - SWITCH) + row
    path = [int(best.argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return path[::-1]
