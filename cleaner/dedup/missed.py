"""How many near copies were overlooked: a few units that stay are compared with many others, whatever their bands say.

The bands promise a share for pairs of each similarity; this asks the corpus itself. Seeded, and bounded: at most QUERIES
units are compared with as many others as OTHERS and TEXT allow. Decides nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.edges import Edges
from cleaner.dedup.reading import Fetch
from cleaner.dedup.sets import sets_of
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import DOCUMENT, PARAGRAPH, Units

QUERIES, OTHERS = 64, 4000  # units
TEXT = 1 << 21  # code points of both together


def missed(units: Units, fetch: Fetch, edges: Edges, settings: Dedup) -> dict[str, dict[str, Any]]:
    """For each kind of unit: how many pairs were compared, how many of them are near copies of which both stayed,
    and how many such pairs that makes in the corpus, at most (95 of 100 samples), none for sure.

    >>> missed(Units.join([]), lambda rows: [], Edges.join([]), Dedup())
    {}
    """
    out = {}
    stays = units.near.copy()
    stays[edges.unit] = False
    stays &= ~np.isin(units.document, units.document[edges.unit[units.kind[edges.unit] == DOCUMENT]])
    for name, kind in (("document", DOCUMENT), ("paragraph", PARAGRAPH)):
        rows = np.flatnonzero(stays & (units.kind == kind))
        if len(rows) > 1:
            out[name] = _sampled(rows, units, fetch, settings)
    return out


def _sampled(rows: NDArray[np.int64], units: Units, fetch: Fetch, settings: Dedup) -> dict[str, Any]:
    drawn = np.random.RandomState(settings.seed).permutation(len(rows))[: QUERIES + OTHERS]
    sizes = (units.end - units.start)[rows[drawn]]
    drawn = np.sort(drawn[: max(2, int(np.searchsorted(np.cumsum(sizes), TEXT)))], kind="stable")
    queries = np.arange(0, len(drawn), max(1, len(drawn) // QUERIES))[:QUERIES]
    first = np.repeat(queries, len(drawn))
    second = np.tile(np.arange(len(drawn)), len(queries))
    once = (first < second) | ((first > second) & ~np.isin(second, queries))  # two queries meet once
    first, second = first[once], second[once]
    sets = sets_of(fetch(rows[drawn]), len(queries) * int(sizes.sum()) // 10)
    found = int(np.count_nonzero(sets.common(first, second, settings.limit)))
    share = (len(rows) * (len(rows) - 1) / 2) / len(first)
    return {
        "compared_pairs": len(first),
        "found": found,
        "missed_pairs": round(found * share),
        "missed_pairs_at_most": round((found + 2 * found**0.5 + 3) * share) if share > 1 else found,
    }
