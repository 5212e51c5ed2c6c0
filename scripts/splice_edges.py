"""How articles begin and end, for the splice model: a weight for each bucket of the first and the last terms of a paragraph."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from splice_vectors import CHUNK, long_ones

from cleaner.stages.splice.model.background import Background
from cleaner.stages.splice.model.features import EDGE
from cleaner.stages.splice.model.terms import buckets, terms

BITS = {True: 13, False: 12}  # by script
FEWEST = 4  # paragraphs of an article: of a shorter one nearly all are first or last
PENALTY, STEPS = 20.0, 30
SCALE = 32  # weights are whole 32nds of a nat


def near_edges(texts: Sequence[str], cjk: bool, table: Background) -> list[sparse.csr_matrix]:
    """Paragraphs × buckets of the first terms, and of the last ones."""
    rows: list[list[NDArray[Any]]] = [[], []]
    columns: list[list[NDArray[Any]]] = [[], []]
    for start in range(0, len(texts), CHUNK):
        part = list(texts[start : start + CHUNK])
        found = terms(part, table.fold)
        sizes = np.bincount(found.units, minlength=len(part))
        ends, place = np.cumsum(sizes), np.arange(len(found.units))
        bucket = buckets(found.keys, BITS[cjk])
        for side, near in enumerate((place - (ends - sizes)[found.units] < EDGE, ends[found.units] - place <= EDGE)):
            rows[side].append(found.units[near] + start)
            columns[side].append(bucket[near])
    shape = (len(texts), 1 << BITS[cjk])
    sides = [(np.concatenate(row), np.concatenate(column)) for row, column in zip(rows, columns, strict=True)]
    return [sparse.csr_matrix((np.ones(len(side[0])), side), shape=shape) for side in sides]


def logistic(rows: sparse.csr_matrix, right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The weights of a logistic regression, without its intercept."""

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = rows @ weights[1:] + weights[0]
        wrong = 1 / (1 + np.exp(-odds)) - right
        value = np.logaddexp(0, odds).sum() - odds[right].sum() + PENALTY / 2 * (weights[1:] ** 2).sum()
        return float(value), np.concatenate(([wrong.sum()], rows.T @ wrong + PENALTY * weights[1:]))

    start = np.zeros(rows.shape[1] + 1)
    found: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x[1:]
    return found


def edges(pools: Sequence[tuple[str, list[str]]], cjk: bool, table: Background) -> NDArray[np.int8]:
    """For each bucket what it says in an opening, and in an ending."""
    articles = long_ones(pools, 30 if cjk else 80, FEWEST)
    first, last = np.zeros((2, len(articles.texts)), np.bool_)
    first[articles.starts[:-1]] = True
    last[articles.starts[1:] - 1] = True
    sides = near_edges(articles.texts, cjk, table)
    weights = np.stack([logistic(rows, right) for rows, right in zip(sides, (first, last), strict=True)], axis=1)
    return np.clip(np.rint(weights * SCALE), -127, 127).astype(np.int8)
