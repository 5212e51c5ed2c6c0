"""Every pair of fixtures/dedup.toml, as a corpus of two documents."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cleaner.duplicates.key import comparison_key
from cleaner.duplicates.key_rows import explain
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
from tests.dedup_texts import Edge, edges_of, goes

CASES = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "dedup.toml").read_text(encoding="utf-8"))


def of_kind(kind: str) -> pytest.MarkDecorator:
    """Parametrise by the cases of one kind."""
    return pytest.mark.parametrize("case", CASES[kind], ids=lambda case: case["label"])


def edges_of_case(case: dict[str, Any]) -> list[Edge]:
    """What goes where the two texts are all there is."""
    texts = [case["one"], case["other"]]
    settings = Dedup(paragraphs="all", units=case.get("unit", "document"))
    units = units_of(texts, settings)

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        return [texts[units.document[row]][units.start[row] : units.end[row]] for row in rows]

    return edges_of(goes(units, fetch, settings), settings)


@of_kind("equal")
def test_equal_keys_go_and_are_explained(case: dict[str, Any]) -> None:
    assert comparison_key(case["one"]).tolist() == comparison_key(case["other"]).tolist()
    assert edges_of_case(case) == [Edge(1, 0, 1, 1, -1, exact=True)]
    assert list(explain(case["one"], case["other"])) == case["differ"]
    assert list(explain(case["other"], case["one"])) == case["differ"]


@of_kind("near")
def test_near_copies_go(case: dict[str, Any]) -> None:
    (edge,) = edges_of_case(case)
    assert (edge.unit, edge.keeper, edge.exact) == (1, 0, False)
    assert 0.8 <= edge.common / edge.union < 1


@of_kind("apart")
def test_both_stay(case: dict[str, Any]) -> None:
    assert edges_of_case(case) == []


def test_only_equal_keys_can_be_explained() -> None:
    with pytest.raises(ValueError, match="the keys differ"):
        explain("同意", "不同意")
    with pytest.raises(ValueError, match="the keys differ"):
        explain("同意", "同情")
