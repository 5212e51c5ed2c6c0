"""The parts of the splice model by hand: columns, trees, links, clusters, proposals; compiled and plain loops agree."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.stages.splice.model import blocks, columns, links, trees
from cleaner.stages.splice.model.columns import BLOCK, FIRST, MARKS, SECOND, UNIT, WIDTHS
from cleaner.stages.splice.model.features import Features, features
from cleaner.text.machine_code import TIERED

POND = "池塘里的青蛙叫了一夜，荷叶上的水珠滚来滚去，守塘的老人数着蛙声睡着了。"
PRESS = "印刷厂的胶印机换了新滚筒，排字师傅试印了三张样报，套色比从前准了许多。"
TEXTS = [POND, POND.replace("一夜", "半夜"), PRESS, PRESS.replace("三张", "五张"), POND.replace("老人", "孩子")]


def page(texts: list[str]) -> Features:
    return features(texts, [True] * len(texts), cjk=True)


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
    assert trees.Trees(**arrays).nats(rows).tolist() == [3.0, 0.0, 4.0]
    assert trees.Trees(**arrays).nats(np.tile(rows, (200, 1))).tolist() == [3.0, 0.0, 4.0] * 200


@pytest.mark.parametrize("part", WIDTHS)
@pytest.mark.parametrize("cjk", [True, False])
@pytest.mark.parametrize("count", [1, 7, 31, 300])
def test_masks_sum_what_a_walk_sums(part: str, cjk: bool, count: int) -> None:
    """Rows at, above and below the thresholds of the shipped trees."""
    own = trees.shipped_trees(part, cjk)
    draw = np.random.default_rng(count)
    rows = draw.choice(own.threshold.astype(np.float64), (count, int(own.column.max()) + 1))
    rows *= draw.choice([1.0, 1 + 1e-12, 1 - 1e-12], rows.shape)
    sums = walked(rows, own)
    summed: Any = trees.summed
    assert summed.machine(rows, own.masks).tolist() == sums
    assert summed.plain(rows, own.masks).tolist() == sums
    assert count > 31 or summed.function(rows, own.masks).tolist() == sums


def walked(rows: Any, own: trees.Trees) -> list[int]:
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
    blank: Any = np.zeros(len(left), np.int32)
    chain = trees.Trees(
        blank, blank.astype(np.float32), left, right, blank, np.zeros(1, np.int32), np.zeros(1, np.int64)
    )
    with pytest.raises(ValueError, match=f"{inner + 1} leaves"):
        _ = chain.masks


def test_units_of_one_subject_are_nearer() -> None:
    own = page(TEXTS)
    known = links.similarity(own)
    found, near, rows = known.shared, known.near, links.first_round(known, own.traits)
    assert rows.shape == (10, WIDTHS["first"])
    assert near[0, 0, 1] > 0.5 > near[0, 0, 2]
    assert found[1, 0, 1] > found[1, 0, 2]
    marks = own.traits[:, UNIT.marks :]
    assert marks.shape == (5, len(MARKS))
    assert marks[0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0]


def test_clusters_merge_the_best_link_first() -> None:
    link = np.full((4, 4), -2.0)
    link[0, 1] = link[1, 0] = 3.0
    link[2, 3] = link[3, 2] = 1.0
    apart = np.zeros((4, 4), np.bool_)
    stops = np.array([3.5, 0.0, -9.0])
    labels = links.clustered(link, np.ones(4), apart, stops, 1.0)
    assert labels.tolist() == [[0, 0, 2, 3], [0, 0, 2, 2], [0, 0, 0, 0]]
    apart[0, 2] = apart[2, 0] = True
    assert links.clustered(link, np.ones(4), apart, stops, 1.0)[2].tolist() == [0, 0, 2, 2]


def test_proposals_are_what_is_not_main() -> None:
    labels, sizes = np.array([[0, 0, 2, 2]]), np.array([50, 60, 50, 50])
    free = np.zeros(4, np.bool_)
    assert blocks.proposed_sides(labels, sizes, free, 1.15, 0.7).tolist() == [[2, 2, 1, 1, 0, 2]]
    assert blocks.proposed_sides(labels, sizes, np.array([True, False, False, False]), 1.15, 0.7).tolist() == [
        [1, 1, 2, 2, 0, 2]
    ]


def test_windows_of_main_are_its_usual_links() -> None:
    link = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]])
    mean, lowest, spread = blocks.usual(link, np.ones(3), np.arange(3), 1)
    assert (mean, lowest) == (2.0, 1.5)
    assert spread == pytest.approx(0.408, abs=0.001)


UNITS = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map("".join)
PAGES = st.lists(st.one_of(UNITS, st.text("池塘青蛙press ink。，12", min_size=1, max_size=60)), min_size=5, max_size=24)


@settings(max_examples=60, deadline=None)
@given(PAGES, st.booleans(), st.data())
def test_plain_and_compiled_loops_agree(texts: list[str], cjk: bool, data: st.DataObject) -> None:
    """What runs until machine code pays gives the same figures to the last bit."""
    sums: list[Any] = []
    seeds = data.draw(st.sets(st.integers(0, len(texts) - 1), max_size=2))
    for machine in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            for own in TIERED:
                patch.setattr(own, "current", own.machine if machine else own.plain)
            page = features(texts, [len(text) % 2 == 0 for text in texts], cjk=cjk, headline=texts[0])
            similar = links.similarity(page)
            found = blocks.propose(page, similar, cjk, [(0, seed) for seed in seeds if seed], seeds)
            rare = [(own, *usual) for own, usual in (blocks.rare_terms(page, one) for one in found.blocks)]
            first = links.first_round(similar, page.traits)
            second = links.second_round(trees.shipped_trees("first", cjk).nats(first), first, page.traits)
            sums.append([*page[:-1], *page.scale, *similar, first, second, found.labels, rare])
            sums[-1] += [part for one in found.blocks for part in one]
    assert len(sums[0]) == len(sums[1])
    assert all(np.array_equal(plain, fast) for plain, fast in zip(*sums, strict=True))


@pytest.mark.parametrize(("table", "width"), [(FIRST, 39), (SECOND, 16), (BLOCK, 92), (UNIT, 16)])
def test_every_column_of_the_model_has_a_name_and_a_reason(table: Any, width: int) -> None:
    named = list(columns.columns(type(table)))
    assert len(named) == width == len(dict(named))
    assert all(len(reason.split()) > 2 for _, reason in named)
    assert [named[at][0].partition(".")[0] for at in table] == list(table._fields)


def test_the_model_is_numbers_only() -> None:
    for part in WIDTHS:
        for cjk in (True, False):
            own = trees.shipped_trees(part, cjk)
            leaves = own.left < 0
            assert (own.left[~leaves] > np.flatnonzero(~leaves)).all()
            assert own.column.max() < WIDTHS[part]
