"""The parts of the splice model by hand: trees, links, partitions, proposals; compiled and plain loops agree."""

from typing import Any

import numpy as np
import pytest

from cleaner.stages.splice import blocks, links, model, partitions, reading, trees
from cleaner.stages.splice.sheet import MARKS, Sheet, sheet

POND = "池塘里的青蛙叫了一夜，荷叶上的水珠滚来滚去，守塘的老人数着蛙声睡着了。"
PRESS = "印刷厂的胶印机换了新滚筒，排字师傅试印了三张样报，套色比从前准了许多。"
TEXTS = [POND, POND.replace("一夜", "半夜"), PRESS, PRESS.replace("三张", "五张"), POND.replace("老人", "孩子")]


def page(texts: list[str]) -> Sheet:
    return sheet(texts, [True] * len(texts), cjk=True)


def plain(function: Any) -> Any:
    """The function as it is written, without numba."""
    return getattr(function, "py_func", function)


def test_a_tree_goes_left_up_to_its_threshold() -> None:
    """One tree: column 1 up to 5 is worth 2 nats, above it column 0 up to 0 is worth -1, else 3; bias 1."""
    whole = {
        "column": [1, 0, 0, 0, 0],
        "threshold": [5.0, 0, 0, 0, 0],
        "left": [1, -1, 3, -1, -1],
        "right": [2, -1, 4, -1, -1],
        "value": [0, 2_000_000, 0, -1_000_000, 3_000_000],
        "roots": [0],
        "bias": [1_000_000],
    }
    types = {"threshold": np.float32, "bias": np.int64}
    arrays: dict[str, Any] = {name: np.array(value, types.get(name, np.int32)) for name, value in whole.items()}
    rows = np.array([[9.0, 5.0], [0.0, 5.1], [0.1, 9.0]])
    assert model.Trees(**arrays).nats(rows).tolist() == [3.0, 0.0, 4.0]
    assert model.Trees(**arrays).nats(np.tile(rows, (200, 1))).tolist() == [3.0, 0.0, 4.0] * 200


@pytest.mark.parametrize("part", model.MODELS)
@pytest.mark.parametrize("cjk", [True, False])
@pytest.mark.parametrize("count", [1, 7, 31, 300])
def test_rows_one_by_one_and_together_sum_alike(part: str, cjk: bool, count: int) -> None:
    """Rows at, above and below the thresholds of the shipped trees."""
    own = model.trees(part, cjk)
    draw = np.random.default_rng(count)
    rows = draw.choice(own.threshold.astype(np.float64), (count, int(own.column.max()) + 1))
    rows *= draw.choice([1.0, 1 + 1e-12, 1 - 1e-12], rows.shape)
    sums = walked(rows, own)
    arrays = (own.column, own.threshold, own.left, own.right, own.value, own.roots, own.bias)
    assert trees.summed(rows, *own.masks).tolist() == sums
    assert trees.summed_together(rows, *own.masks).tolist() == sums
    assert trees.summed_by_arrays(rows, *arrays).tolist() == sums
    assert count > 1 or plain(trees.summed)(rows, *own.masks).tolist() == sums
    assert count > 31 or plain(trees.summed_together)(rows, *own.masks).tolist() == sums


def walked(rows: Any, own: model.Trees) -> list[int]:
    """What the trees are by definition: from each root to a leaf."""
    column, threshold, left, right = (array.tolist() for array in (own.column, own.threshold, own.left, own.right))
    sums = []
    for row in rows.tolist():
        total = int(own.bias[0])
        for root in own.roots.tolist():
            node = root
            while left[node] >= 0:
                node = left[node] if row[column[node]] <= threshold[node] else right[node]
            total += int(own.value[node])
        sums.append(total)
    return sums


def test_a_tree_with_too_many_leaves_is_refused() -> None:
    """A chain of nodes, each with one leaf."""
    inner = trees.LEAVES
    left = np.array([node + 1 if node % 2 == 0 and node < 2 * inner else -1 for node in range(2 * inner + 1)], np.int32)
    right = np.where(left >= 0, left + 1, -1).astype(np.int32)
    blank = np.zeros(len(left), np.int32)
    with pytest.raises(ValueError, match=f"{inner + 1} leaves"):
        trees.masked(blank, blank.astype(np.float32), left, right, blank, np.zeros(1, np.int32), np.zeros(1, np.int64))


def test_units_of_one_subject_are_nearer() -> None:
    own = page(TEXTS)
    known = reading.pairs(own)
    found, near, rows = known.found, known.near, reading.first_rows(own, known)
    assert rows.shape == (10, links.PAIR)
    assert near[0, 0, 1] > 0.5 > near[0, 0, 2]
    assert found[1, 0, 1] > found[1, 0, 2]
    assert own.marks.shape == (5, len(MARKS))
    assert own.marks[0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0]


def test_partitions_merge_the_best_link_first() -> None:
    link = np.full((4, 4), -2.0)
    link[0, 1] = link[1, 0] = 3.0
    link[2, 3] = link[3, 2] = 1.0
    apart = np.zeros((4, 4), np.bool_)
    stops = np.array([3.5, 0.0, -9.0])
    labels = partitions.partitions(link, np.ones(4), apart, stops, 1.0)
    assert labels.tolist() == [[0, 0, 2, 3], [0, 0, 2, 2], [0, 0, 0, 0]]
    apart[0, 2] = apart[2, 0] = True
    assert partitions.partitions(link, np.ones(4), apart, stops, 1.0)[2].tolist() == [0, 0, 2, 2]


def test_proposals_are_what_is_not_main() -> None:
    labels, sizes = np.array([[0, 0, 2, 2]]), np.array([50, 60, 50, 50])
    free = np.zeros(4, np.bool_)
    assert partitions.proposals(labels, sizes, free, 1.15, 0.7).tolist() == [[2, 2, 1, 1, 0, 2]]
    assert partitions.proposals(labels, sizes, np.array([True, False, False, False]), 1.15, 0.7).tolist() == [
        [1, 1, 2, 2, 0, 2]
    ]


def test_windows_of_main_are_its_usual_links() -> None:
    link = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]])
    mean, lowest, spread = blocks.usual(link, np.ones(3), np.arange(3), 1)
    assert (mean, lowest) == (2.0, 1.5)
    assert spread == pytest.approx(0.408, abs=0.001)


def test_plain_and_compiled_loops_agree() -> None:
    """What runs without numba is the same function; its figures are the same to the last bit."""
    own = page(TEXTS)
    weights, count = own.weights, len(own.sizes)
    terms, worth = (own.term, own.unit, own.times, own.level), (weights.weight, weights.rare, weights.gain)
    found, near, headline = links.pairs(*terms, *worth, own.places, own.sizes, weights.rising)
    assert np.array_equal(plain(links.shared)(*terms, *worth, count + 1)[:, :count, :count], found)
    assert np.array_equal(plain(links.cosines)(found, own.places, own.sizes, weights.rising), near)
    how = (own.characters, own.sizes, own.marks, own.closed, own.headed, own.edges, headline)
    given_rows = (found, near, *how)
    first = links.first_round(*given_rows)
    assert np.array_equal(plain(links.first_round)(*given_rows), first)
    part = model.trees("first", True)
    assert np.array_equal(plain(trees.summed)(first, *part.masks), trees.summed(first, *part.masks))
    link = links.square(part.nats(first), count)
    again = links.second_round(link, first, own.characters)
    assert np.array_equal(plain(links.second_round)(link, first, own.characters), again)
    weight = np.sqrt(own.characters.astype(np.float64))
    sides = np.array([2, 2, 1, 1, 2, 0, 2])
    given_block = (link, near, found, own.places, own.marks, own.characters, own.closed, weight, sides)
    row = blocks.measured(*given_block)
    assert np.array_equal(plain(blocks.measured)(*given_block), row)
    border, again = (own.headed, own.edges, headline, own.characters, sides), row.copy()
    blocks.bordered(row, *border)
    plain(blocks.bordered)(again, *border)
    assert np.array_equal(again, row)


def test_the_model_is_numbers_only() -> None:
    for part in model.MODELS:
        for cjk in (True, False):
            own = model.trees(part, cjk)
            leaves = own.left < 0
            assert (own.left[~leaves] > np.flatnonzero(~leaves)).all()
            assert own.column.max() < {"first": links.PAIR, "second": links.AGAIN, "block": blocks.COLUMNS}[part]
