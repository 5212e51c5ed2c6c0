"""Vectors of terms for the splice model: two paragraphs of one article shall be near, those of other articles far.

Contrastive: in a batch of articles each paragraph must find another one of its own article. Every second batch is of
articles near in date or section, which are harder to tell apart. Small batches, a high rate and terms left out at
random keep the vectors from learning the articles by heart.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from cleaner.stages.splice.model.background import STEPS as LEVELS
from cleaner.stages.splice.model.background import Background
from cleaner.stages.splice.model.features import idf
from cleaner.stages.splice.model.terms import buckets, terms

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

DIMENSIONS = 32
BITS = {True: 16, False: 14}  # by script
SEEN = 5  # paragraphs that hold a term before it gets a place
STEPS, BATCH, NEIGHBOURS = 3_000, 192, 48
TEMPERATURE, RATE, LEFT_OUT = 0.15, 0.02, 0.3
STRETCH = 1  # paragraphs of a stretch, at most: longer ones were worse
LARGEST = 7  # fifteen values a number: as good as 255, and half the size
CHUNK = 20_000
SEED = 0


class Articles(NamedTuple):
    """Paragraphs of articles, article after article.

    texts   all paragraphs that are long enough
    starts  where each article begins, and the end of the last
    """

    texts: list[str]
    starts: Ints


def long_ones(pools: Sequence[tuple[str, list[str]]], shortest: int, fewest: int) -> Articles:
    """The articles with enough long paragraphs."""
    groups = [[text for text in dict.fromkeys(own) if len(text) >= shortest] for _, own in pools]
    groups = [own for own in groups if len(own) >= fewest]
    starts = np.concatenate(([0], np.cumsum([len(own) for own in groups])))
    return Articles([text for own in groups for text in own], starts)


def weighted(texts: Sequence[str], cjk: bool, table: Background) -> tuple[sparse.csr_matrix, int]:
    """Paragraphs × buckets of the terms that are frequent enough, rows of length 1; and the lowest level of these."""
    part = table.cjk if cjk else table.spaced
    lowest = 1 + round(LEVELS * math.log2(SEEN))
    scarce = np.array(idf(part.paragraphs))
    rows, columns, values = [], [], []
    for start in range(0, len(texts), CHUNK):
        found = terms(list(texts[start : start + CHUNK]), table.fold)
        order = np.lexsort((found.keys, found.units))
        keys, units = found.keys[order], found.units[order]
        first = np.flatnonzero(np.concatenate(([True], (keys[1:] != keys[:-1]) | (units[1:] != units[:-1]))))
        times = np.diff(np.concatenate((first, [len(keys)])))
        levels = part.levels[buckets(keys[first], len(part.levels).bit_length() - 1)]
        kept = levels >= lowest
        rows.append(units[first][kept] + start)
        columns.append(buckets(keys[first][kept], BITS[cjk]))
        values.append(((1 + np.log(times)) * scarce[levels])[kept])
    place = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.csr_matrix((np.concatenate(values), place), shape=(len(texts), 1 << BITS[cjk]))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-6)).dot(matrix).tocsr().astype(np.float32), lowest


@njit(cache=True)  # type: ignore[untyped-decorator]
def placed(starts: Ints, ends: Ints, indptr: Any, indices: Any, data: Floats, places: Floats, kept: Any) -> Floats:
    """The sum of the vectors of the terms of these stretches, but for the terms that are left out."""
    out = np.zeros((len(starts), places.shape[1]), np.float32)
    for at in range(len(starts)):
        for k in range(indptr[starts[at]], indptr[ends[at]]):
            if kept[indices[k]]:
                for d in range(places.shape[1]):
                    out[at, d] += data[k] * places[indices[k], d]
    return out


@njit(cache=True)  # type: ignore[untyped-decorator]
def sloped(
    starts: Ints,
    ends: Ints,
    indptr: Any,
    indices: Any,
    data: Floats,
    pull: Floats,
    kept: Any,
    slope: Floats,
    touched: Any,
) -> None:
    """The inverse: what pulls at a stretch pulls at the vectors of its terms."""
    for at in range(len(starts)):
        for k in range(indptr[starts[at]], indptr[ends[at]]):
            if kept[indices[k]]:
                touched[indices[k]] = True
                for d in range(pull.shape[1]):
                    slope[indices[k], d] += data[k] * pull[at, d]


@njit(cache=True)  # type: ignore[untyped-decorator]
def stepped(places: Floats, slope: Floats, touched: Any, speed: Floats, square: Floats, rate: float) -> None:
    """A step of Adam for the vectors that were touched."""
    for row in range(len(places)):
        if touched[row]:
            touched[row] = False
            for d in range(places.shape[1]):
                steep = slope[row, d]
                slope[row, d] = 0
                speed[row, d] = np.float32(0.9) * speed[row, d] + np.float32(0.1) * steep
                square[row, d] = np.float32(0.99) * square[row, d] + np.float32(0.01) * steep * steep
                places[row, d] -= rate * speed[row, d] / (np.sqrt(square[row, d]) + np.float32(1e-6))


def pulls(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """The slope of the loss: each row of one side must find its own row of the other among all, and the reverse."""
    long_one = np.linalg.norm(one, axis=1, keepdims=True) + 1e-6
    long_other = np.linalg.norm(other, axis=1, keepdims=True) + 1e-6
    one, other = one / long_one, other / long_other
    forth = one @ other.T / TEMPERATURE
    back = forth.T.copy()
    own = np.arange(len(one))
    for part in (forth, back):
        np.exp(part - part.max(axis=1, keepdims=True), out=part)
        part /= part.sum(axis=1, keepdims=True)
        part[own, own] -= 1
    odds = (forth + back.T) / (2 * len(one) * TEMPERATURE)
    pull_one, pull_other = odds @ other, odds.T @ one
    pull_one = (pull_one - one * (pull_one * one).sum(axis=1, keepdims=True)) / long_one
    pull_other = (pull_other - other * (pull_other * other).sum(axis=1, keepdims=True)) / long_other
    return pull_one.astype(np.float32), pull_other.astype(np.float32)


def batch(step: int, count: int, rng: np.random.Generator) -> Ints:
    """The articles of a step: all over the pool, or a few stretches of neighbours."""
    if step % 2 == 0:
        return rng.choice(count, min(BATCH, count), replace=False)
    picks = rng.integers(0, max(count - NEIGHBOURS, 1), BATCH // NEIGHBOURS)
    return np.unique(np.concatenate([np.arange(at, min(at + NEIGHBOURS, count)) for at in picks]))


def stretches(size: Ints, rng: np.random.Generator) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """For articles of these sizes a stretch of paragraphs, and another one behind it."""

    def upto(most: Any) -> Ints:
        return np.asarray(rng.random(len(size)) * most).astype(np.int64)

    middle = 1 + upto(size - 1)
    end = 1 + upto(middle)
    first = np.maximum(end - 1 - upto(STRETCH), 0)
    behind = middle + upto(size - middle)
    return (first, end), (behind, np.minimum(behind + 1 + upto(STRETCH), size))


def vectors(pools: Sequence[tuple[str, list[str]]], cjk: bool, table: Background) -> tuple[NDArray[np.int8], int]:
    """A place for each bucket, and the level of the background table from which on a term has one."""
    articles = long_ones(sorted(pools, key=lambda pool: pool[0]), 30 if cjk else 80, 2)
    matrix, lowest = weighted(articles.texts, cjk, table)
    body = matrix.indptr, matrix.indices, matrix.data
    rng = np.random.default_rng(SEED)
    places = rng.normal(0, DIMENSIONS**-0.5, (matrix.shape[1], DIMENSIONS)).astype(np.float32)
    speed, square, slope = np.zeros_like(places), np.zeros_like(places), np.zeros_like(places)
    touched = np.zeros(len(places), np.bool_)
    for step in range(STEPS):
        chosen = batch(step, len(articles.starts) - 1, rng)
        start, size = articles.starts[chosen], articles.starts[chosen + 1] - articles.starts[chosen]
        left, right = ((start + first, start + last) for first, last in stretches(size, rng))
        kept, kept_too = rng.random((2, len(places))) >= LEFT_OUT
        pull, pull_too = pulls(placed(*left, *body, places, kept), placed(*right, *body, places, kept_too))
        sloped(*left, *body, pull, kept, slope, touched)
        sloped(*right, *body, pull_too, kept_too, slope, touched)
        stepped(places, slope, touched, speed, square, np.float32(RATE * (1 - step / STEPS)))
    used = np.zeros(len(places), np.bool_)
    used[np.unique(matrix.indices)] = True
    places[~used] = 0
    scale = LARGEST / np.quantile(np.abs(places[used]), 0.999)
    return np.clip(np.rint(places * scale), -LARGEST, LARGEST).astype(np.int8), lowest
