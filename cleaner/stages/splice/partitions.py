"""Which units go together, at several levels of strictness, and the blocks that this proposes. Compiled loops."""

from typing import TYPE_CHECKING

import numpy as np

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

STOPS = (2.4, 1.6, 0.8, 0.0, -0.8)  # nats of the mean link at which merging stops, strictest first
LOOSE = 3  # the stop at 0: what is neither near nor far
TOUCH = 1.0  # nats for neighbours: articles come in stretches
FIRST = 1.15  # the article that holds the first unit is the main one, unless another is clearly larger
LARGEST = 0.7  # a block over this share of the page is never called foreign


@compiled
def partitions(link: "Floats", weight: "Floats", apart: "Flags", stops: "Floats", touch: float) -> "Ints":
    """For each stop the cluster of each unit: the number of its first unit. Shape (stops, units).

    The pair of clusters with the highest mean link, weighted by the lengths of the units, merges; of equal ones the first.

    apart  pairs of units that cannot be one article, by what the page itself says
    """
    count = len(link)
    out = np.zeros((len(stops), count), np.int64)
    top, bottom = np.zeros((count, count)), np.zeros((count, count))
    touching, barred = np.zeros((count, count), np.bool_), apart.copy()
    label, alive = np.arange(count), np.ones(count, np.bool_)
    for i in range(count):
        for j in range(count):
            bottom[i, j] = weight[i] * weight[j]
            top[i, j] = bottom[i, j] * link[i, j]
            touching[i, j] = abs(i - j) == 1
    stop = 0
    while stop < len(stops):
        best, one, other = -1e18, -1, -1
        for i in range(count):
            if alive[i]:
                for j in range(i + 1, count):
                    if alive[j] and not barred[i, j]:
                        value = top[i, j] / bottom[i, j]
                        if touching[i, j]:
                            value += touch
                        if value > best:
                            best, one, other = value, i, j
        while stop < len(stops) and best <= stops[stop]:
            out[stop] = label
            stop += 1
        if stop == len(stops):
            break
        for k in range(count):
            if alive[k]:
                top[one, k] += top[other, k]
                bottom[one, k] += bottom[other, k]
                top[k, one], bottom[k, one] = top[one, k], bottom[one, k]
                touching[one, k] = touching[k, one] = touching[one, k] or touching[other, k]
                barred[one, k] = barred[k, one] = barred[one, k] or barred[other, k]
            if label[k] == other:
                label[k] = one
        alive[other] = False
    return out


@compiled
def proposals(labels: "Ints", characters: "Ints", foreign: "Flags", first: float, largest: float) -> "Ints":
    """The distinct clusters of all partitions that are not their partition's main article.

    foreign  units that the page itself calls the rest of another article: their cluster is never the main one

    Returns int64, shape (blocks, units + 2): per unit 1 in the block, 2 in main, 0 in neither; number of the stop and
    of the clusters at that stop.
    """
    stops, count = labels.shape
    out = np.zeros((stops * count, count + 2), np.int64)
    found = 0
    for stop in range(stops):
        size, barred = np.zeros(count), np.zeros(count, np.bool_)
        for i in range(count):
            size[labels[stop, i]] += characters[i]
            barred[labels[stop, i]] |= foreign[i]
        clusters, main, most, units = 0, -1, -1.0, 0
        for i in range(count):
            if size[i] > 0:
                clusters += 1
                value = size[i] * first if labels[stop, 0] == i else size[i]
                if value > most and not barred[i]:
                    most, main = value, i
        for i in range(count):
            units += labels[stop, i] == main
        if main < 0 or units < 2:
            continue
        for name in range(count):
            if size[name] <= 0 or name == main or size[name] > largest * characters.sum():
                continue
            seen = False
            for before in range(found):
                same = True
                for i in range(count):
                    if (out[before, i] == 1) != (labels[stop, i] == name):
                        same = False
                        break
                seen = seen or same
            if seen:
                continue
            for i in range(count):
                out[found, i] = 1 if labels[stop, i] == name else 2 if labels[stop, i] == main else 0
            out[found, count], out[found, count + 1] = stop, clusters
            found += 1
    return out[:found]
