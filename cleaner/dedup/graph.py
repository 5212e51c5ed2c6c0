"""What links tie together, and who goes in it: one pass each over sorted links, compiled where there are many.

These functions are their own twins: numba compiles them as they stand.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.int64]


def root(first: Ids, second: Ids, parent: Ids) -> None:
    """Tie units together: `parent`, at first each unit itself, gets the first unit of its component.

    >>> parent = np.arange(6)
    >>> root(np.array([1, 2]), np.array([2, 5]), parent)
    >>> parent.tolist()
    [0, 1, 1, 3, 4, 1]
    """
    for link in range(len(first)):
        one, other = first[link], second[link]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        parent[max(one, other)] = min(one, other)
    for unit in range(len(parent)):
        parent[unit] = parent[parent[unit]]


def decide_by_links(first: Ids, second: Ids, used: Ids, gone: NDArray[np.bool_]) -> None:
    """A unit goes for the first unit that it is linked to and that stays; only linked units are alike.

    first, second  first < second, ordered by second, then first
    used           gets the link that each unit goes by, where it goes; `gone` gets whether
    """
    for link in range(len(first)):
        if not gone[second[link]] and not gone[first[link]]:
            gone[second[link]] = True
            used[second[link]] = link
