"""Boosted trees for the splice model: fitted by LightGBM, kept as the flat arrays of `trees.Trees`. Deterministic."""

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from cleaner.stages.splice.model.trees import NAT, Trees

Floats = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]
ALL = {
    "objective": "binary",
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 0,
    "use_missing": False,
    "bin_construct_sample_cnt": 100_000,
    "lambda_l2": 5.0,
}
LINKS = {"trees": 80, "num_leaves": 16, "learning_rate": 0.12, "min_data_in_leaf": 100}
STORED = {
    "column": "<i2",
    "threshold": "<f4",
    "left": "<i4",
    "right": "<i4",
    "value": "<i4",
    "roots": "<i4",
    "bias": "<i8",
}
BLOCKS = {
    "trees": 300,
    "num_leaves": 10,
    "learning_rate": 0.06,
    "min_data_in_leaf": 40,
    "feature_fraction_bynode": 0.3,
}


def fit(rows: Floats, right: NDArray[np.bool_], settings: dict[str, Any], shift: float = 0.0) -> Arrays:
    """The arrays of trees that give the log-odds of `right`, and `shift` more."""
    own = {**ALL, **settings}
    count = own.pop("trees")
    data = lightgbm.Dataset(rows, label=right.astype(np.float32), params=own)
    return flat(lightgbm.train(own, data, count), shift)


def flat(fitted: lightgbm.Booster, shift: float) -> Arrays:
    """A fitted model as arrays; a node stands before its children."""
    parts: dict[str, list[Any]] = {name: [] for name in ("column", "threshold", "left", "right", "value", "roots")}

    def walk(node: dict[str, Any]) -> int:
        at = len(parts["column"])
        for name in ("column", "threshold", "left", "right", "value"):
            parts[name].append(0)
        if "leaf_value" in node:
            parts["left"][at] = parts["right"][at] = -1
            parts["value"][at] = round(node["leaf_value"] * NAT)
        else:
            parts["column"][at], parts["threshold"][at] = node["split_feature"], node["threshold"]
            parts["left"][at] = walk(node["left_child"])
            parts["right"][at] = walk(node["right_child"])
        return at

    for tree in fitted.dump_model()["tree_info"]:
        parts["roots"].append(walk(tree["tree_structure"]))
    arrays = {name: np.array(part).astype(STORED[name]) for name, part in parts.items()}
    return arrays | {"bias": np.array([round(shift * NAT)], STORED["bias"])}


def nats(arrays: Arrays, rows: Floats) -> NDArray[np.float64]:
    """The log-odds of these rows."""
    own = {name: part.astype(np.float64 if name == "threshold" else np.int64) for name, part in arrays.items()}
    return Trees(**own).nats(rows.astype(np.float64))
